"""What a power cut leaves of files: a model of a file system that keeps what was synced, and of the rest some.

What a process did is read from the log of the preloaded library. A file holds what it had when it was last synced; of
what was written since, each piece is there, not there, there in part, or only as zeros. A folder has the names that it
had when it was last synced, and of what happened to names since, the first so many: to sync a file secures no name.
"""

from __future__ import annotations

import random
import struct
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from tests.crash.faults import Call

_HEADER = struct.Struct("=IIIIqq")
_MARK = len(Call)
_SECTOR = 512


@dataclass(frozen=True, slots=True)
class Entry:
    """A call, or the line of a mark (`call` None). `offset` is the new size for a truncation."""

    call: Call | None
    path: str
    other: str
    offset: int
    data: bytes


def read_log(file: Path) -> list[Entry]:
    """Return what the library wrote down."""
    content = file.read_bytes()
    return list(_entries(content))


def _entries(content: bytes) -> Iterator[Entry]:
    at = 0
    while at < len(content):
        kind, path_size, other_size, _, offset, size = _HEADER.unpack_from(content, at)
        at += _HEADER.size
        path, other, data = (at, at + path_size, at + path_size + other_size)
        at = data + size
        yield Entry(
            None if kind == _MARK else Call(kind),
            content[path:other].decode(),
            content[other:data].decode(),
            offset,
            content[data:at],
        )


@dataclass(slots=True)
class _File:
    """`safe` is what a cut leaves for certain; `written` what came since, in order, None where the file was cut off."""

    safe: bytearray = field(default_factory=bytearray)
    written: list[tuple[int, bytes | None]] = field(default_factory=list)

    def sync(self) -> None:
        for offset, data in self.written:
            _put(self.safe, offset, data)
        self.written.clear()

    def left(self, rng: random.Random) -> bytes:
        """Return what a cut leaves."""
        found = bytearray(self.safe)
        keep = rng.choice((0.0, 0.5, 1.0))  # nothing, some or all of it
        for offset, data in self.written:
            if rng.random() >= keep:
                continue
            if data is not None and keep < 1:
                data = rng.choice((data, bytes(len(data)), data[: len(data) // 2 // _SECTOR * _SECTOR]))
            _put(found, offset, data)
        return bytes(found)


def _put(content: bytearray, offset: int, data: bytes | None) -> None:
    if data is None:
        del content[offset:]
        data = b""
    content.extend(bytes(max(0, offset - len(content))))
    content[offset : offset + len(data)] = data


@dataclass(slots=True)
class _Folder:
    """`safe` are the names that a cut leaves; `changes` come after, in order: None for a name that is gone."""

    safe: dict[str, _File | _Folder] = field(default_factory=dict)
    changes: list[tuple[str, _File | _Folder | None]] = field(default_factory=list)
    now: dict[str, _File | _Folder] = field(default_factory=dict)

    def change(self, name: str, what: _File | _Folder | None) -> None:
        self.changes.append((name, what))
        _set(self.now, name, what)

    def sync(self) -> None:
        self.safe = dict(self.now)
        self.changes.clear()

    def write(self, path: Path, rng: random.Random) -> None:
        """Write what a cut leaves."""
        path.mkdir(exist_ok=True)
        names = dict(self.safe)
        kept = rng.choice((0, rng.randint(0, len(self.changes)), len(self.changes)))
        for name, what in self.changes[:kept]:
            _set(names, name, what)
        for name, what in names.items():
            if isinstance(what, _Folder):
                what.write(path / name, rng)
            else:
                (path / name).write_bytes(what.left(rng))


def _set(names: dict[str, _File | _Folder], name: str, what: _File | _Folder | None) -> None:
    if what is None:
        names.pop(name, None)
    else:
        names[name] = what


class FileSystem:
    """Folders and what calls made of them. The folders themselves are there from the start."""

    def __init__(self, folders: list[Path]) -> None:
        self._roots = {str(folder): _Folder() for folder in folders}

    def apply(self, entry: Entry) -> None:
        """Do what a call did."""
        if entry.call is None:
            return
        if entry.call is Call.SYNC:
            found = self._find(entry.path)
            if found is not None:
                found.sync()
            return
        if entry.call in (Call.WRITE, Call.TRUNCATE):
            file = self._find(entry.path)
            if isinstance(file, _File):  # else it has no name any more
                file.written.append((entry.offset, entry.data if entry.call is Call.WRITE else None))
            return
        folder, name = self._place(entry.path)
        match entry.call:
            case Call.CREATE:
                folder.change(name, _File())
            case Call.MKDIR:
                folder.change(name, _Folder())
            case Call.UNLINK:
                folder.change(name, None)
            case Call.RENAME:
                target, other = self._place(entry.other)
                target.change(other, folder.now[name])
                folder.change(name, None)

    def cut(self, rng: random.Random) -> None:
        """Write what a power cut would leave to the folders."""
        for path, folder in self._roots.items():
            folder.write(Path(path), rng)

    def _place(self, path: str) -> tuple[_Folder, str]:
        parent, _, name = path.rpartition("/")
        folder = self._find(parent)
        assert isinstance(folder, _Folder), path
        return folder, name

    def _find(self, path: str) -> _File | _Folder | None:
        root = next((root for root in self._roots if path == root or path.startswith(f"{root}/")), None)
        if root is None:
            return None
        found: _File | _Folder | None = self._roots[root]
        for name in filter(None, path[len(root) :].split("/")):
            if not isinstance(found, _Folder):
                return None
            found = found.now.get(name)
        return found
