"""Parquet files: one record a row."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from datetime import date, datetime

from nkcorpus.errors import BadRecord, ItemTooLarge, MissingExtra, UnreadableItem
from nkcorpus.extract.fields import has_content
from nkcorpus.model import SourceItem
from nkcorpus.sources.bounds import seekable
from nkcorpus.sources.limits import ROW_GROUP_BYTES, megabytes
from nkcorpus.sources.stream import Input, Outcome

_ROWS = 64
_MOST_COLUMNS = 1_000
_COLUMNS_SHOWN = 12


def read_parquet(source: Input, mapping: Mapping[str, str]) -> Iterator[Outcome]:
    """Yield a record for each row, numbered from 1: its values as JSON, without bytes and what is null.

    Raises MissingExtra without pyarrow, UnreadableItem for a damaged file, ItemTooLarge, BadRecord when there is no
    text column.
    """
    try:
        import pyarrow
        import pyarrow.parquet
    except ImportError:
        raise MissingExtra("reading a Parquet file takes pyarrow: pip install 'nkcorpus[parquet]'") from None
    number = 0
    with seekable(source.stream) as stream:
        try:
            file = pyarrow.parquet.ParquetFile(stream, pre_buffer=False)
            _check(file, mapping)
            for batch in file.iter_batches(batch_size=_ROWS, use_threads=False):
                for row in batch.to_pylist():
                    number += 1
                    values = {key: _plain(value) for key, value in row.items()}
                    payload = json.dumps({key: value for key, value in values.items() if value is not None})
                    yield SourceItem(
                        source.origin, source.name, "record", payload.encode(), record=number, charset="utf-8"
                    )
        except (pyarrow.ArrowException, OSError, ValueError, OverflowError) as error:
            reason = " ".join(str(error).split())[:200]
            raise UnreadableItem(f"a damaged Parquet file after row {number}: {reason}") from None


def _check(file: object, mapping: Mapping[str, str]) -> None:
    metadata, names = file.metadata, file.schema_arrow.names  # type: ignore[attr-defined]
    if metadata.num_columns > _MOST_COLUMNS:
        raise ItemTooLarge(f"a Parquet file of more than {_MOST_COLUMNS:,} columns")
    for group in range(metadata.num_row_groups):
        if metadata.row_group(group).total_byte_size > ROW_GROUP_BYTES:
            raise ItemTooLarge(f"a row group of more than {megabytes(ROW_GROUP_BYTES)}; write smaller ones")
    if not has_content(names, {field: name.partition(".")[0] for field, name in mapping.items()}):
        shown = ", ".join(names[:_COLUMNS_SHOWN]) + (", ..." if len(names) > _COLUMNS_SHOWN else "")
        raise BadRecord(f"no text column; columns are {shown}; name one with --map text=COLUMN")


def _plain(value: object) -> object:
    """Return a value as JSON can hold it: times as ISO 8601, None for bytes, anything else unknown as a string."""
    match value:
        case None | bytes() | bytearray():
            return None
        case bool() | int() | str():
            return value
        case float():
            return value if value == value and abs(value) != float("inf") else None
        case datetime() | date():
            return value.isoformat()
        case Mapping():
            return {str(key): _plain(inner) for key, inner in value.items()}
        case list() | tuple():
            return [_plain(inner) for inner in value]
    return str(value)
