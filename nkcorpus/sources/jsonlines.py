"""JSON lines: one record a line."""

from __future__ import annotations

from collections.abc import Iterator

from nkcorpus.extract.charset import bom_charset
from nkcorpus.model import SourceItem
from nkcorpus.sources.limits import HEAD_BYTES, RECORD_BYTES, megabytes
from nkcorpus.sources.sniff import record_charset
from nkcorpus.sources.stream import Input, Outcome, bounded_lines, peek, text_of


def read_json_lines(source: Input, *, limit: int = RECORD_BYTES) -> Iterator[Outcome]:
    """Yield an item for each line that is not blank; its record number is the line's.

    Whether the line is good JSON shows when it is extracted. Raises NotText for binary input.
    """
    head, stream = peek(source.stream, HEAD_BYTES)
    if not head:
        yield source.failure("the file is empty")
        return
    charset = record_charset(head, complete=len(head) < HEAD_BYTES)
    mark = bom_charset(head)
    stream.read(mark[1] if mark else 0)
    for number, line in enumerate(_lines(Input(source.origin, source.name, stream), charset, limit), start=1):
        if line is None:
            yield source.failure(f"line {number} is longer than the limit of {megabytes(limit)}", number)
        elif line and not line.isspace():
            yield SourceItem(source.origin, source.name, "record", line, record=number, charset=charset)


def _lines(source: Input, charset: str, limit: int) -> Iterator[bytes | None]:
    """Yield the bytes of each line without its line end; None for one beyond the limit."""
    if not charset.startswith(("utf-16", "utf-32")):
        for line in bounded_lines(source.stream, limit):
            yield line if line is None else line.rstrip(b"\r\n")
        return
    # In these encodings the byte 0x0A is no line end, so the lines are found in the text.
    with text_of(source.stream, charset) as text:
        while wide := text.readline(limit + 1):
            if len(wide) > limit and not wide.endswith(("\n", "\r")):
                while (rest := text.readline(limit)) and not rest.endswith(("\n", "\r")):
                    pass
                yield None
            else:
                yield wide.rstrip("\r\n").encode(charset, "surrogatepass")
