"""Files and folders: what a path leads to, safely."""

from __future__ import annotations

import errno
import os
import re
import stat
from collections.abc import Iterable, Iterator
from contextlib import nullcontext, suppress
from dataclasses import dataclass, field, replace
from typing import BinaryIO

from nkcorpus.errors import UnreadableItem
from nkcorpus.model import SourceFailure
from nkcorpus.sources.bounds import Budget
from nkcorpus.sources.names import PageFolders
from nkcorpus.sources.readers import read
from nkcorpus.sources.sniff import format_of_name
from nkcorpus.sources.stream import PACKED, Input, Outcome, Reading

_HOST = re.compile(r"www\.|[\w-]+(?:\.[\w-]+)+/")
_Identity = tuple[int, int]


@dataclass(slots=True)
class Seen:
    """Files and folders, by device and inode, that were reached already."""

    files: set[_Identity] = field(default_factory=set)
    folders: set[_Identity] = field(default_factory=set)


def path_exists(path: str) -> bool:
    """Tell whether there is anything at `path`, if only a broken link or something that may not be looked at."""
    try:
        os.lstat(path)
    except (FileNotFoundError, NotADirectoryError, ValueError):
        return False
    except OSError:
        return True
    return True


def address_hint(paths: Iterable[str]) -> str:
    """Return how addresses are written, for a message, where one of what is no path looks like one; else ""."""
    return "; an address of the web begins with https://" if any(map(_HOST.match, paths)) else ""


def read_path(path: str, reading: Reading, seen: Seen) -> Iterator[Outcome]:
    """Yield the items of a file, or of all files in a folder and its folders, by name.

    In folders, hidden entries and what browsers save beside pages are passed over, and files of unknown extension
    skipped, unless `reading` says what they are or asks for them. Nothing is reached twice.
    """
    origin = shown(path)
    if not path_exists(path):
        yield SourceFailure(origin, "no such file or folder" + address_hint((path,)))
        return
    try:
        status = os.stat(path)  # noqa: PTH116 - paths may hold bytes that are no UTF-8, and speed counts
    except OSError as error:
        yield SourceFailure(origin, _reason(path, error))
        return
    if stat.S_ISDIR(status.st_mode):
        yield from _read_folder(path, replace(reading, is_named=False), seen)
    else:
        yield from _read_file(path, status, reading, seen)


def shown(path: str) -> str:
    """Return `path` for people: POSIX separators, U+FFFD for bytes that are no UTF-8."""
    text = path.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
    return text if os.sep == "/" else text.replace(os.sep, "/")


def _read_folder(top: str, reading: Reading, seen: Seen) -> Iterator[Outcome]:
    """Walk a folder depth first with a stack of its own, so that no depth of nesting overflows."""
    stack: list[tuple[_Identity, Iterator[str]]] = []
    pending: str | None = top
    while pending is not None or stack:
        if pending is not None:
            try:
                identity = _identity(os.stat(pending))  # noqa: PTH116
                names = sorted(os.listdir(pending))  # noqa: PTH208
            except OSError as error:
                yield SourceFailure(shown(pending), _reason(pending, error))
            else:
                seen.folders.add(identity)
                folder, pages = pending, PageFolders(names)
                visible = (name for name in names if not name.startswith(".") and not pages.hold(name))
                paths = [os.path.join(folder, name) for name in visible]  # noqa: PTH118
                stack.append((identity, iter(paths)))
            pending = None
            continue
        path = next(stack[-1][1], None)
        if path is None:
            stack.pop()
            continue
        if reading.names.forbids(shown(path)):
            continue
        try:
            status = os.stat(path)  # noqa: PTH116
        except OSError as error:
            yield SourceFailure(shown(path), _reason(path, error))
            continue
        if not stat.S_ISDIR(status.st_mode):
            yield from _read_member(path, status, reading, seen)
        elif any(_identity(status) == above for above, _ in stack):
            yield SourceFailure(shown(path), "a link to a folder that it lies in; not followed")
        elif _identity(status) not in seen.folders:
            pending = path


def _read_member(path: str, status: os.stat_result, reading: Reading, seen: Seen) -> Iterator[Outcome]:
    origin = shown(path)
    format_ = reading.format or format_of_name(path)
    if format_ is None or format_ in PACKED or reading.names.wants(origin):
        yield from _read_file(path, status, reading, seen)


def _read_file(path: str, status: os.stat_result, reading: Reading, seen: Seen) -> Iterator[Outcome]:
    origin = shown(path)
    if not stat.S_ISREG(status.st_mode):
        # Opening one could block, or set off a device.
        yield SourceFailure(origin, f"not a regular file but {_type_name(status.st_mode)}")
        return
    identity = _identity(status)
    if identity in seen.files:
        return
    if reading.corpus and identity in _identities(reading.corpus, f"{reading.corpus}-wal", f"{reading.corpus}-shm"):
        if reading.is_named:
            yield SourceFailure(origin, "is the corpus itself")
        return
    seen.files.add(identity)
    try:
        stream = _open_regular(path)
    except OSError as error:
        yield SourceFailure(origin, _reason(path, error))
        return
    except UnreadableItem as error:
        yield SourceFailure(origin, str(error))
        return
    size = os.fstat(stream.fileno()).st_size
    metered = reading.meter.reading(size, stream.tell) if reading.meter else nullcontext()
    with stream, metered:
        source = Input(origin, shown(os.path.basename(path)), stream, size)  # noqa: PTH119
        yield from read(source, replace(reading, budget=Budget(lambda: size)))


def _open_regular(path: str) -> BinaryIO:
    """Open a file that was regular a moment ago, without blocking should it be a FIFO by now."""
    flags = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0) | getattr(os, "O_NOCTTY", 0)
    descriptor = os.open(path, flags)
    try:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise UnreadableItem("not a regular file")
        return os.fdopen(descriptor, "rb")
    except BaseException:
        os.close(descriptor)
        raise


def _identity(status: os.stat_result) -> _Identity:
    return status.st_dev, status.st_ino


def _identities(*paths: str) -> Iterator[_Identity]:
    for path in paths:
        with suppress(OSError):
            yield _identity(os.stat(path))  # noqa: PTH116


def _reason(path: str, error: OSError) -> str:
    if error.errno == errno.ELOOP:
        return "a loop of links"
    if error.errno == errno.ENOENT and os.path.islink(path):  # noqa: PTH114
        return "a broken link: its target does not exist"
    return f"cannot be read: {error.strerror or error}"


def _type_name(mode: int) -> str:
    if stat.S_ISSOCK(mode):
        return "a socket"
    if stat.S_ISFIFO(mode):
        return "a named pipe; pipe into `-` instead"
    return "a device"
