"""Tables: CSV and TSV files with a header, one record a row."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping
from io import TextIOWrapper
from types import MappingProxyType

from nkcorpus.errors import BadRecord, ItemTooLarge
from nkcorpus.extract.charset import bom_charset
from nkcorpus.extract.fields import candidates, has_content
from nkcorpus.extract.table import allow_fields_of, header_delimiter
from nkcorpus.model import SourceItem
from nkcorpus.sources.limits import HEAD_BYTES, RECORD_BYTES, megabytes
from nkcorpus.sources.sniff import record_charset
from nkcorpus.sources.stream import Input, Outcome, peek, text_of

_NO_MAPPING: Mapping[str, str] = MappingProxyType({})
_HEADER_LINES = 100  # of a header with line ends in quoted names
_COLUMNS_SHOWN = 12


def read_table(
    source: Input, *, mapping: Mapping[str, str] = _NO_MAPPING, limit: int = RECORD_BYTES
) -> Iterator[Outcome]:
    """Yield an item for each row: the header and the row as they stand in the file, in `charset`.

    Rows are numbered from 1 after the header; a row with more cells than the header, or longer than `limit`
    characters, is a failure. Raises NotText for binary input, BadRecord when there is no text column.
    """
    head, stream = peek(source.stream, HEAD_BYTES)
    if not head.strip():
        yield source.failure("the file is empty")
        return
    charset = record_charset(head, complete=len(head) < HEAD_BYTES)
    mark = bom_charset(head)
    stream.read(mark[1] if mark else 0)
    allow_fields_of(limit)
    with text_of(stream, charset) as text:
        lines = _Lines(text, limit)
        header = _header(lines)
        delimiter = header_delimiter(header, source.name)
        columns = next(csv.reader(header.splitlines(keepends=True), delimiter=delimiter), [])
        _check_columns(columns, mapping)
        for number, outcome in enumerate(_rows(lines, delimiter, len(columns)), start=1):
            if isinstance(outcome, BadRecord):
                yield source.failure(f"row {number}: {outcome}", number)
                continue
            payload = (header + outcome).encode(charset, "surrogateescape")
            yield SourceItem(source.origin, source.name, "row", payload, record=number, charset=charset)


class _Lines:
    """Lines of a text stream, for csv.reader, which keep what the present row has consumed."""

    def __init__(self, text: TextIOWrapper, limit: int) -> None:
        self._text = text
        self._limit = limit
        self._size = 0
        self.row: list[str] = []
        self.ended = False

    def __iter__(self) -> _Lines:
        return self

    def __next__(self) -> str:
        line = self._text.readline(self._limit - self._size + 1)
        if not line:
            self.ended = True
            raise StopIteration
        self.row.append(line)
        self._size += len(line)
        if self._size > self._limit:
            while line and not line.endswith(("\n", "\r")):
                line = self._text.readline(self._limit)
            raise ItemTooLarge(f"longer than the limit of {megabytes(self._limit)}; is a quote left open?")
        return line

    def start_row(self) -> None:
        """Forget the lines of the row before."""
        self.row.clear()
        self._size = 0


def _header(lines: _Lines) -> str:
    """Return the header with its line ends. Blank lines and Excel's `sep=` line before it are passed over."""
    for line in lines:
        if line.strip() and not (line.startswith("sep=") and len(line.strip()) <= 5):
            break
    else:
        raise BadRecord("the table is empty")
    header = [line]
    while line.count('"') % 2 and len(header) < _HEADER_LINES:
        header.append(next(lines, ""))
        line = "".join(header)
    return line


def _rows(lines: _Lines, delimiter: str, width: int) -> Iterator[str | BadRecord]:
    """Yield the text of each row that is not blank, or what is wrong with it."""
    reader = csv.reader(lines, delimiter=delimiter)
    while True:
        lines.start_row()
        try:
            cells = next(reader)
        except StopIteration:
            return
        except (csv.Error, ItemTooLarge) as error:
            yield BadRecord(str(error))
            continue
        if not cells:
            continue
        row = "".join(lines.row)
        if lines.ended and _has_open_quote(row, delimiter):
            yield BadRecord("a quote is left open to the end of the file")
        elif any(cells[width:]):
            yield BadRecord(f"{len(cells)} cells where the header has {width}; quote cells that hold {delimiter!r}")
        else:
            yield row


def _has_open_quote(row: str, delimiter: str) -> bool:
    try:
        list(csv.reader(row.splitlines(keepends=True), delimiter=delimiter, strict=True))
    except csv.Error as error:
        return "unexpected end" in str(error)
    return False


def _check_columns(columns: list[str], mapping: Mapping[str, str]) -> None:
    """Raise BadRecord unless the header has the mapped columns and a text or title."""
    shown = ", ".join(column.strip() or "(no name)" for column in columns[:_COLUMNS_SHOWN])
    if len(columns) > _COLUMNS_SHOWN:
        shown += ", ..."
    record = dict.fromkeys(columns, "x")
    for field in ("text", "title"):
        if field in mapping and not any(candidates(record, field, mapping)):
            raise BadRecord(f"no column {mapping[field]!r} for the {field}; columns are {shown}")
    if not has_content(columns, mapping):
        raise BadRecord(f"no text column; columns are {shown}; name one with --map text=COLUMN")
