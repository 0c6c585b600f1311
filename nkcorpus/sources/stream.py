"""The named stream of bytes that a reader works on."""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import BinaryIO, Literal, cast

from nkcorpus.model import SourceFailure, SourceItem, SourceSkip

Format = Literal["text", "markdown", "html", "json", "jsonl", "csv"]
Outcome = SourceItem | SourceFailure | SourceSkip


@dataclass(frozen=True, slots=True)
class Input:
    """An open input. `origin` is what the user gave, `name` the base name of the file ("" for stdin)."""

    origin: str
    name: str
    stream: BinaryIO

    def failure(self, error: object, record: int | None = None) -> SourceFailure:
        """Return a failure of this input, or of one record of it."""
        return SourceFailure(self.origin, str(error), record)


def peek(stream: BinaryIO, size: int) -> tuple[bytes, BinaryIO]:
    """Return up to `size` bytes from the head, and a stream that still begins with them (pipes too)."""
    if stream.seekable():
        position = stream.tell()
        head = stream.read(size)
        stream.seek(position)
        return head, stream
    head = stream.read(size)
    return head, cast(BinaryIO, io.BufferedReader(_Replay(head, stream)))


@contextmanager
def text_of(stream: BinaryIO, charset: str) -> Iterator[io.TextIOWrapper]:
    """Give `stream` as text whose characters, encoded with `surrogateescape`, are the original bytes again.

    Line ends stay as they are. `stream` is left open.
    """
    text = io.TextIOWrapper(stream, encoding=charset, errors="surrogateescape", newline="")
    try:
        yield text
    finally:
        text.detach()


def bounded_lines(stream: BinaryIO, limit: int) -> Iterator[bytes | None]:
    """Yield each line with its line end; None in place of one that is longer than `limit` bytes."""
    while line := stream.readline(limit + 1):
        if len(line) <= limit or line.endswith(b"\n"):
            yield line
            continue
        while (rest := stream.readline(limit)) and not rest.endswith(b"\n"):
            pass
        yield None


class _Replay(io.RawIOBase):
    """A stream that gives `head` before what is left of `stream`, which it does not close."""

    def __init__(self, head: bytes, stream: BinaryIO) -> None:
        super().__init__()
        self._head = memoryview(head)
        self._stream = stream

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: bytearray | memoryview) -> int:  # type: ignore[override]
        view = memoryview(buffer)
        part: bytes | memoryview
        if self._head:
            part, self._head = self._head[: len(view)], self._head[len(view) :]
        else:
            part = self._stream.read(len(view))
        view[: len(part)] = part
        return len(part)
