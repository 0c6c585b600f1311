"""What packed inputs may unpack to, and streams that hold them to it."""

from __future__ import annotations

import io
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import BinaryIO, Protocol, cast

from nkcorpus.errors import ItemError, UnreadableItem, UnsafeArchive
from nkcorpus.sources.limits import (
    ARCHIVE_BYTES,
    ARCHIVE_MEMBERS,
    RATIO,
    RATIO_SLACK,
    SPOOL_BYTES,
    SPOOL_IN_MEMORY,
    TOTAL_SLACK,
    megabytes,
)

_BUFFER = 65_536


class Readable(Protocol):
    """What gives bytes."""

    def read(self, size: int, /) -> bytes:
        """Return up to `size` bytes, none at the end."""


class Budget:
    """What all that one input holds may come to, archives within archives included.

    `size` tells the bytes of the input, or how many have been read so far.
    """

    def __init__(self, size: Callable[[], int]) -> None:
        self._size = size
        self._unpacked = 0
        self._members = 0

    def unpacked(self, count: int) -> None:
        """Count bytes that came out of a decompressor. Raises UnsafeArchive beyond the bounds."""
        self._unpacked += count
        if self._unpacked > ARCHIVE_BYTES:
            raise UnsafeArchive(f"unpacks to more than {megabytes(ARCHIVE_BYTES)}; unpack it and name the folder")
        if self._unpacked > TOTAL_SLACK + RATIO * self._size():
            raise UnsafeArchive(
                f"unpacks to more than {RATIO} times its size, like a bomb; unpack it yourself if it is none"
            )

    def member(self) -> None:
        """Count a member of an archive. Raises UnsafeArchive beyond the bound."""
        self._members += 1
        if self._members > ARCHIVE_MEMBERS:
            raise UnsafeArchive(f"holds more than {ARCHIVE_MEMBERS:,} members; unpack it and name the folder")


class Counted(io.RawIOBase):
    """A stream that counts what was read of another one, which it does not close."""

    def __init__(self, stream: Readable) -> None:
        super().__init__()
        self._stream = stream
        self.count = 0

    def readable(self) -> bool:
        """Tell that it can be read."""
        return True

    def readinto(self, buffer: bytearray | memoryview) -> int:  # type: ignore[override]
        """Read into `buffer` and return how many bytes."""
        view = memoryview(buffer)
        part = self._stream.read(min(len(view), _BUFFER))
        view[: len(part)] = part
        self.count += len(part)
        return len(part)


class Unpacked(Counted):
    """What a decompressor gives, within the bounds. Its own errors come as UnreadableItem.

    `consumed` tells how many packed bytes it has read, or has at most.
    """

    def __init__(
        self, stream: Readable, errors: tuple[type[Exception], ...], budget: Budget, consumed: Callable[[], int]
    ) -> None:
        super().__init__(stream)
        self._errors = errors
        self._budget = budget
        self._consumed = consumed

    def readinto(self, buffer: bytearray | memoryview) -> int:  # type: ignore[override]
        """Read into `buffer` and return how many bytes. Raises UnreadableItem, UnsafeArchive."""
        before = self.count
        try:
            count = super().readinto(buffer)
        except ItemError:
            raise
        except self._errors as error:
            reason = " ".join(str(error).split()) or "it ends too early"
            raise UnreadableItem(f"damaged after {before:,} bytes: {reason}") from None
        self._budget.unpacked(count)
        if self.count > RATIO_SLACK + RATIO * self._consumed():
            raise UnsafeArchive(
                f"unpacks to more than {RATIO} times its size, like a bomb; unpack it yourself if it is none"
            )
        return count


def buffered(stream: io.RawIOBase) -> BinaryIO:
    """Return a raw stream with a buffer."""
    return cast(BinaryIO, io.BufferedReader(stream, _BUFFER))


@contextmanager
def seekable(stream: BinaryIO) -> Iterator[BinaryIO]:
    """Give `stream` as one that can be read in any order: a copy on disk unless it can be already.

    Raises UnsafeArchive for one too large to be copied, UnreadableItem where there is no space for it.
    """
    if stream.seekable():
        yield stream
        return
    with tempfile.SpooledTemporaryFile(max_size=SPOOL_IN_MEMORY) as copy:
        capped = _Capped(stream)
        while part := capped.read(_BUFFER):
            try:
                copy.write(part)
            except OSError as error:
                raise UnreadableItem(
                    f"cannot be copied to {tempfile.gettempdir()}: {error.strerror}; free some space, or set TMPDIR to"
                    " another folder"
                ) from None
        copy.seek(0)
        yield cast(BinaryIO, copy)


class _Capped:
    """Refuses to give more than what may be copied."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self._count = 0

    def read(self, size: int = -1) -> bytes:
        part = self._stream.read(size)
        self._count += len(part)
        if self._count > SPOOL_BYTES:
            raise UnsafeArchive(f"more than {megabytes(SPOOL_BYTES)} within a stream; name it as a file of its own")
        return part
