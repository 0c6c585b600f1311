"""Parquet files: one record a row."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator, Mapping
from datetime import date, datetime
from typing import Any, BinaryIO

from nkcorpus.errors import BadRecord, ItemTooLarge, MissingExtra, UnreadableItem, UnsafeArchive
from nkcorpus.extract.fields import has_content
from nkcorpus.model import SourceItem
from nkcorpus.sources.bounds import seekable
from nkcorpus.sources.limits import RATIO, RATIO_SLACK, RECORD_BYTES, ROW_GROUP_BYTES, megabytes
from nkcorpus.sources.stream import Input, Outcome, Reading

_ROWS = 64
_MOST_COLUMNS = 1_000
_COLUMNS_SHOWN = 12


def read_parquet(source: Input, reading: Reading) -> Iterator[Outcome]:
    """Yield a record for each row, numbered from 1: its values as JSON, without bytes and what is null.

    Raises MissingExtra without pyarrow, UnreadableItem for a damaged file, ItemTooLarge, UnsafeArchive, BadRecord when
    there is no text column.
    """
    try:
        import pyarrow
        import pyarrow.parquet
    except ImportError:
        raise MissingExtra("reading a Parquet file takes pyarrow: pip install 'nkcorpus[parquet]'") from None
    number = 0
    with seekable(source.stream) as stream:
        try:
            metadata = pyarrow.parquet.read_metadata(stream)
            _check(metadata, _size(stream))
            file = pyarrow.parquet.ParquetFile(
                stream, metadata=metadata, pre_buffer=False, read_dictionary=_repeated(metadata)
            )
            _check_names(file.schema_arrow.names, reading.mapping)
            for batch in file.iter_batches(batch_size=_ROWS, use_threads=False):
                for place in range(batch.num_rows):  # one by one: a value that many rows share may be long
                    number += 1
                    payload = _payload(batch.slice(place, 1).to_pylist()[0])
                    reading.budget.unpacked(len(payload))
                    if len(payload) > RECORD_BYTES:
                        yield source.failure(f"row {number} is longer than {megabytes(RECORD_BYTES)}", number)
                        continue
                    yield SourceItem(source.origin, source.name, "record", payload, record=number, charset="utf-8")
        except (pyarrow.ArrowException, OSError, ValueError, OverflowError) as error:
            reason = " ".join(str(error).split())[:200]
            raise UnreadableItem(f"a damaged Parquet file after row {number}: {reason}") from None


def _payload(row: Mapping[str, object]) -> bytes:
    values = {key: _plain(value) for key, value in row.items()}
    return json.dumps({key: value for key, value in values.items() if value is not None}).encode()


def _size(stream: BinaryIO) -> int:
    size = stream.seek(0, io.SEEK_END)
    stream.seek(0)
    return size


def _check(metadata: Any, size: int) -> None:
    """Raise ItemTooLarge or UnsafeArchive for a file of `size` bytes that says it would unpack to too much."""
    if metadata.num_columns > _MOST_COLUMNS:
        raise ItemTooLarge(f"a Parquet file of more than {_MOST_COLUMNS:,} columns")
    total = 0
    for group in range(metadata.num_row_groups):
        unpacked = metadata.row_group(group).total_byte_size
        total += unpacked
        if unpacked > ROW_GROUP_BYTES:
            raise ItemTooLarge(f"a row group of more than {megabytes(ROW_GROUP_BYTES)}; write smaller ones")
    if total > RATIO_SLACK + RATIO * size:
        raise UnsafeArchive(f"unpacks to more than {RATIO} times its size, like a bomb; write it without compression")


def _repeated(metadata: Any) -> list[str]:
    """Return the columns of strings, to be read such that rows with the same value share it."""
    columns = (metadata.schema.column(place) for place in range(metadata.num_columns))
    return [
        column.path
        for column in columns
        if column.logical_type.type == "STRING" and column.max_repetition_level == 0 and "." not in column.path
    ]


def _check_names(names: list[str], mapping: Mapping[str, str]) -> None:
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
