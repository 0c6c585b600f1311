"""The reader of each format, and the limits and errors that all readers share."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import BinaryIO

from nkcorpus.errors import ItemError, ItemTooLarge
from nkcorpus.model import Kind, SourceItem
from nkcorpus.sources.csvfile import read_table
from nkcorpus.sources.jsonfile import read_json
from nkcorpus.sources.jsonlines import read_json_lines
from nkcorpus.sources.limits import HEAD_BYTES, WHOLE_FILE_BYTES, megabytes
from nkcorpus.sources.sniff import sniff
from nkcorpus.sources.stream import Format, Input, Outcome, peek


def read(
    origin: str, name: str, stream: BinaryIO, format_: Format | None, mapping: Mapping[str, str]
) -> Iterator[Outcome]:
    """Yield the items of an open input; `format_` None means to tell it by content.

    Whatever is wrong with the input as a whole becomes one SourceFailure.
    """
    source = Input(origin, name, stream)
    try:
        if format_ in (None, "json", "jsonl"):
            head, stream = peek(stream, HEAD_BYTES)
            source = Input(origin, name, stream)
            sniffed = sniff(head, complete=len(head) < HEAD_BYTES)
            # The extensions .json and .jsonl are mixed up often; the content tells which it is.
            if format_ is None or sniffed in ("json", "jsonl"):
                format_ = "jsonl" if format_ == "jsonl" and head.lstrip()[:1] == b"{" else sniffed
        yield from _read_as(format_, source, mapping)
    except OSError as error:
        yield source.failure(f"cannot be read: {error.strerror or error}")
    except UnicodeError as error:
        yield source.failure(f"cannot be decoded: {error}")
    except ItemError as error:
        yield source.failure(error)


def format_of_kind(kind: Kind) -> Format | None:
    """Return the format that a kind asked for by the user means; None where the content has to tell."""
    formats: dict[Kind, Format] = {
        "text": "text",
        "markdown": "markdown",
        "html": "html",
        "row": "csv",
        "record": "json",
    }
    return formats[kind]


def check_size(format_: Format | None, size: int) -> None:
    """Raise ItemTooLarge when a file of `size` bytes is beyond the limit of its format, if that is known."""
    limit = WHOLE_FILE_BYTES.get(format_) if format_ else None
    if limit is not None and size > limit:
        what = "JSON file" if format_ == "json" else f"{format_} file"
        raise ItemTooLarge(f"{megabytes(size)}, more than the limit of {megabytes(limit)} for one {what}; split it")


def _read_as(format_: Format | None, source: Input, mapping: Mapping[str, str]) -> Iterator[Outcome]:
    if format_ == "json":
        return read_json(source, mapping=mapping)
    if format_ == "jsonl":
        return read_json_lines(source)
    if format_ == "csv":
        return read_table(source, mapping=mapping)
    return _read_whole(source, format_ or "text")


def _read_whole(source: Input, kind: Kind) -> Iterator[Outcome]:
    limit = WHOLE_FILE_BYTES[kind]
    payload = source.stream.read(limit + 1)
    if len(payload) > limit:
        raise ItemTooLarge(f"more than the limit of {megabytes(limit)} for one {kind} file; split it")
    yield SourceItem(source.origin, source.name, kind, payload)
