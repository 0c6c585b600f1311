"""A new file in the place of another one, while nobody writes to that."""

from __future__ import annotations

import contextlib
import itertools
import os
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path

from nkcorpus.dates import utc_now
from nkcorpus.errors import CorpusLocked, CorpusMissing, CorpusNotWritable
from nkcorpus.store.sqlite.connection import come_to_rest, connect

_SIDE_FILES = ("", "-journal", "-wal", "-shm")


@contextlib.contextmanager
def exchanging(path: Path) -> Iterator[tuple[Path, Path, Callable[[], None]]]:
    """Copy a file; yield that copy, the name of a new file, and what puts the new one in the place of the old one.

    Nobody can write to the old one meanwhile. The exchange is one rename: at any moment there is a whole file under the
    name. Without it, copy and new file are deleted. Raises CorpusLocked while another process writes, CorpusMissing,
    CorpusNotWritable.
    """
    if not path.is_file():
        raise CorpusMissing(f"{path}: there is no corpus to repair; name one with -C")
    path = path.resolve()
    kept, new = _unused(path, "damaged"), _unused(path, "repaired")
    discarded = [kept, new]

    def exchange() -> None:
        shutil.copymode(path, new)
        new.replace(path)
        _sync(path.parent)
        discarded.clear()
        # Who waits to write has the old file open: it finds it empty, and tells so instead of writing to nowhere.
        os.ftruncate(old.fileno(), 0)

    come_to_rest(path)
    if Path(f"{path}-wal").exists():
        raise CorpusLocked(f"{path}: another process has it open; try again when it is done")
    try:
        # Opened before it is locked and closed after: closing any of its files ends all locks of a process (POSIX).
        with path.open("r+b") as old, _locked(path):
            _copy(old.fileno(), kept)
            yield kept, new, exchange
    except OSError as error:
        raise CorpusNotWritable(f"{error.filename or new}: cannot be written: {error.strerror or error}") from error
    finally:
        for file in discarded:
            for suffix in _SIDE_FILES:
                Path(f"{file}{suffix}").unlink(missing_ok=True)


def _unused(path: Path, word: str) -> Path:
    """Return a name beside `path` that no file has, with the time in it."""
    stamp = utc_now().replace("-", "").replace(":", "")
    names = (path.with_name(f"{path.name}.{word}-{stamp}-{number}") for number in itertools.count(1))
    return next(name for name in names if not name.exists())


def _copy(descriptor: int, target: Path) -> None:
    with open(descriptor, "rb", closefd=False) as source, target.open("xb") as copy:
        shutil.copyfileobj(source, copy, 1 << 20)
        copy.flush()
        os.fsync(copy.fileno())


@contextlib.contextmanager
def _locked(path: Path) -> Iterator[None]:
    """Keep other processes from writing, as far as the file is whole enough for that."""
    try:
        connection = connect(path, "rw")
    except (sqlite3.Error, UnicodeError):
        yield
        return
    with contextlib.closing(connection):
        try:
            connection.execute("BEGIN IMMEDIATE")
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode & 0xFF in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
                raise CorpusLocked(f"{path}: another process is writing; try again when it is done") from error
        except (sqlite3.Error, UnicodeError):
            pass
        yield


def _sync(folder: Path) -> None:
    """Make a rename durable, where the system lets folders be opened."""
    with contextlib.suppress(OSError):
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
