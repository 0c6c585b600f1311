"""The named stream of bytes that a reader works on."""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import BinaryIO, cast

from nkcorpus.model import Format, SourceFailure, SourceItem, SourceSkip
from nkcorpus.sources.bounds import Budget
from nkcorpus.sources.meter import Meter
from nkcorpus.sources.names import Names
from nkcorpus.sources.sniff import format_of_name

COMPRESSED: frozenset[Format] = frozenset(("gz", "bz2", "xz", "zst"))
"""Formats that hold one input."""

PACKED: frozenset[Format] = COMPRESSED | {"zip", "tar"}
"""Formats that hold inputs."""

_PIECE = 1 << 20  # bytes of a line that are read at once

Outcome = SourceItem | SourceFailure | SourceSkip


@dataclass(frozen=True, slots=True)
class Input:
    """An open input. `origin` is what the user gave, `name` the base name of the file ("" for stdin).

    `size` is its length in bytes where that is known.
    """

    origin: str
    name: str
    stream: BinaryIO
    size: int | None = None

    def failure(self, error: object, record: int | None = None) -> SourceFailure:
        """Return a failure of this input, or of one record of it."""
        return SourceFailure(self.origin, " ".join(str(error).splitlines()), record)


@dataclass(frozen=True, slots=True)
class Reading:
    """How inputs are read: what the user asked for, what an input may unpack to, and where it lies.

    `format` is what the user says that the files are, `mapping` where the fields of records are (field to name).
    `is_named` tells that the user named this very file, `inside` is the format of what it lies in, `depth` archives
    deep. `meter`, where there is one, hears how far reading is. `corpus` is the corpus file that is written, which is
    never opened: closing it again would let go of the locks that SQLite holds on it for the whole process.
    """

    format: Format | None = None
    mapping: Mapping[str, str] = field(default_factory=dict)
    names: Names = field(default_factory=Names)
    budget: Budget = field(default_factory=lambda: Budget(lambda: 0))
    is_named: bool = True
    inside: Format | None = None
    depth: int = 0
    meter: Meter | None = None
    corpus: str = ""

    def skips_unknown(self, origin: str, name: str) -> bool:
        """Tell whether a file is left out if its content does not tell its kind, as its name does not."""
        return (
            not self.is_named
            and self.format is None
            and format_of_name(name) is None
            and not self.names.asks_for(origin)
        )


UNTOLD = Reading()
"""Reading by content and name alone."""


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
    while part := stream.readline(_PIECE):
        line: bytes | bytearray = part
        while not part.endswith(b"\n") and (part := stream.readline(_PIECE)):
            if len(line) <= limit:
                line = bytearray(line) if isinstance(line, bytes) else line
                line += part
        yield bytes(line) if len(line) - line.endswith(b"\n") <= limit else None


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
