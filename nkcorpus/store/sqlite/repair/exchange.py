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

_SIDE_FILES = ("-wal", "-shm", "-journal")


@contextlib.contextmanager
def exchanging(path: Path) -> Iterator[tuple[Path, Path, Callable[[], None]]]:
    """Yield the names of a new file and of where the old one is to be kept, and what puts the new one in its place.

    The exchange is one rename: at any moment there is a whole file under the name. What was not exchanged is deleted.
    Raises CorpusLocked while another process writes, CorpusNotWritable.
    """
    if not path.is_file():
        raise CorpusMissing(f"{path}: there is no corpus to repair; name one with -C")
    path = path.resolve()
    stamp = utc_now().replace("-", "").replace(":", "")
    kept = next(
        name
        for number in itertools.count(1)
        if not (name := path.with_name(f"{path.name}.damaged-{stamp}-{number}")).exists()
    )
    new = path.with_name(f"{path.name}.repaired-{stamp}-{os.getpid()}")

    def exchange() -> None:
        if any(Path(f"{path}{suffix}").exists() for suffix in _SIDE_FILES[:2]):
            raise CorpusLocked(f"{path}: another process has it open; try again when it is done")
        try:
            os.link(path, kept)
        except OSError:  # a file system without links
            shutil.copyfile(path, kept)
        new.replace(path)
        _sync(path.parent)

    come_to_rest(path)
    try:
        with _locked(path):
            yield new, kept, exchange
    except OSError as error:
        raise CorpusNotWritable(f"{error.filename or new}: cannot be written: {error.strerror or error}") from error
    finally:
        for suffix in ("", *_SIDE_FILES):
            Path(f"{new}{suffix}").unlink(missing_ok=True)


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
