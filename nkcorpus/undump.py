"""Reading a corpus from JSON lines, as `nkcorpus.dump` writes them. What comes is believed nothing."""

from __future__ import annotations

import gzip
import io
import json
import zlib
from collections.abc import Iterator
from typing import Any, BinaryIO, cast

import zstandard

from nkcorpus.codec import BadValue, decode
from nkcorpus.dataclass import dataclass
from nkcorpus.dump import FORMAT, FORMAT_VERSION, TYPES, DumpReport, Tally
from nkcorpus.errors import CorpusTooNew, NotAnExport
from nkcorpus.sources.limits import WINDOW_BYTES, megabytes
from nkcorpus.sources.stream import bounded_lines, peek
from nkcorpus.store.records import Record, Unreadable

LINE_BYTES = 1 << 28
"""A version with the longest text and the largest payload that are taken, both escaped, has less."""
_HEADER_BYTES = 1 << 16
_DAMAGE = (OSError, EOFError, zlib.error, zstandard.ZstdError)
_LONGEST_REASON = 200


@dataclass(frozen=True, slots=True)
class Header:
    """The first line of an export."""

    type: str
    format: str
    format_version: int
    schema: int
    tool: str
    corpus_id: str
    is_whole: bool


@dataclass(frozen=True, slots=True)
class _End:
    """The last line of an export."""

    lines: int
    articles: int
    versions: int
    export_hash: str


class Dump:
    """An open export. `name` is what messages call it. Raises NotAnExport, CorpusTooNew for a later format."""

    def __init__(self, stream: BinaryIO, name: str) -> None:
        self.name = name
        try:
            self._stream = _unpacked(stream)
            first = self._stream.readline(_HEADER_BYTES)
        except _DAMAGE as error:
            raise NotAnExport(f"{name}: cannot be read: {_reason(error)}") from None
        self.header = _header(first, name)

    def records(self) -> Iterator[Record | Unreadable]:
        """Yield the records. What is wrong comes as Unreadable and names its line, also an export that is not whole.

        Memory does not grow with their number.
        """
        tally, is_clean = Tally(), True
        end: _End | None = None
        lines = bounded_lines(self._stream, LINE_BYTES)
        while True:
            place = f"line {tally.lines + 1}"
            try:
                line = next(lines, b"")
                if line == b"":
                    break
                if end is not None:
                    raise BadValue("stands after the end")
                found = _record(line)
            except BadValue as error:
                tally.count(None)
                is_clean = False
                yield Unreadable(place, str(error))
                continue
            except _DAMAGE as error:
                yield Unreadable(place, f"cannot be read, and nothing after it: {_reason(error)}")
                return
            if isinstance(found, _End):
                end = found
                tally.lines += 1
                continue
            tally.count(found)
            yield found
        if end is None:
            yield Unreadable("the end", f"is missing: the export is cut off after {tally.lines:,} lines")
        elif is_clean and not _is_whole(end, tally):
            yield Unreadable("the end", "tells of other lines than came before: some were changed or are missing")


def _is_whole(end: _End, tally: Tally) -> bool:
    tally.lines -= 1  # the end itself, which the report counts
    said: DumpReport = tally.report()
    return (end.lines, end.articles, end.versions, end.export_hash) == (
        said.lines,
        said.articles,
        said.versions,
        said.export_hash,
    )


def _unpacked(stream: BinaryIO) -> BinaryIO:
    """Return what a stream unpacks to; its first bytes tell how it is packed (RFC 1952, RFC 8878)."""
    head, whole = peek(stream, 4)
    if head.startswith(b"\x1f\x8b"):
        return cast(BinaryIO, gzip.GzipFile(fileobj=whole, mode="rb"))
    if head == b"\x28\xb5\x2f\xfd":
        decompressor = zstandard.ZstdDecompressor(max_window_size=WINDOW_BYTES)
        return cast(BinaryIO, io.BufferedReader(decompressor.stream_reader(whole, read_across_frames=True)))
    return whole


def _header(line: bytes, name: str) -> Header:
    try:
        value = _parsed(line)
        if not isinstance(value, dict) or value.get("format") != FORMAT:
            raise BadValue("its first line is none of an export")
        header: Header = decode(Header, value, "its first line")
    except BadValue as error:
        raise NotAnExport(
            f"{name}: is no export of a corpus ({error}); 'nkcorpus export FILE --format jsonl' makes one,"
            " 'nkcorpus ingest' takes articles in"
        ) from None
    if header.format_version > FORMAT_VERSION:
        raise CorpusTooNew(
            f"{name}: has format {header.format_version}, this nkcorpus knows up to {FORMAT_VERSION}; update nkcorpus"
            " to read it"
        )
    return header


def _record(line: bytes | None) -> Record | _End:
    if line is None:
        raise BadValue(f"is longer than {megabytes(LINE_BYTES)}")
    value = _parsed(line)
    if not isinstance(value, dict):
        raise BadValue("is no object")
    name = value.get("type")
    if name == "end":
        return cast(_End, decode(_End, value))
    if not isinstance(name, str) or name not in TYPES:
        raise BadValue("has a type that is none of an export")
    return cast(Record, decode(TYPES[name], value))


def _parsed(line: bytes) -> Any:
    try:
        return json.loads(line, parse_constant=_no_constant)
    except RecursionError:
        raise BadValue("is nested too deeply") from None
    except BadValue:
        raise
    except ValueError as error:
        raise BadValue(f"is no JSON: {_reason(error)}") from None


def _no_constant(name: str) -> float:
    raise BadValue(f"holds {name}, which is no JSON")


def _reason(error: Exception) -> str:
    return (" ".join(str(error).split()) or "it ends too early")[:_LONGEST_REASON]
