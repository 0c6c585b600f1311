"""Copies of a corpus file, and a copy that takes its place."""

from __future__ import annotations

import contextlib
import sqlite3
import time
from collections.abc import Callable
from pathlib import Path

from nkcorpus.errors import CorpusDamaged, CorpusLocked, CorpusNotWritable, NotACorpus
from nkcorpus.newfile import new_path, sync_folder
from nkcorpus.store.sqlite import waiting
from nkcorpus.store.sqlite.connection import close_writer, connect, corpus_errors

_PAGES = 2_000
"""Pages that are copied before it is told how far the copy is."""
_SIDE_FILES = ("-wal", "-shm", "-journal")


def copy_to(
    source: sqlite3.Connection, path: Path, name: Path, on_copied: Callable[[int, int], None] = lambda done, total: None
) -> None:
    """Write a database as it is at this moment to an empty file, which is at rest then. `name` is what the file is
    going to be called, for messages. Raises CorpusError.

    The source holds a read transaction meanwhile. Without one SQLite begins its backup anew whenever another process
    has written: beside a writer that never stops, 781 times in 10 s, without an end. VACUUM INTO does not, but tells
    nothing while it runs, and took almost twice as long.
    """
    with corpus_errors(name), contextlib.closing(connect(path, "rw")) as target:
        target.execute("PRAGMA journal_mode = OFF")  # nobody knows the file yet; whoever asked for it syncs it
        target.execute("PRAGMA synchronous = OFF")
        source.execute("BEGIN")
        try:
            source.execute("SELECT 1 FROM sqlite_master LIMIT 1").fetchone()
            source.backup(
                target, pages=_PAGES, progress=lambda status, remaining, total: on_copied(total - remaining, total)
            )
        finally:
            source.execute("COMMIT")
    with corpus_errors(name), contextlib.closing(connect(path, "rw")) as target:
        target.execute("PRAGMA journal_mode = DELETE")  # the copy of a file that was being written says WAL


def put_in_place(part: Path, path: Path) -> Path | None:
    """Make `part`, a corpus at rest, the corpus at `path`, and return where the one that was there is now.

    That is copied, and then overwritten in one transaction of SQLite's: other processes see the one or the other, and
    a kill at any moment leaves one of them. Where SQLite can do nothing with what is there, it is renamed.
    Raises CorpusLocked, CorpusNotWritable.
    """
    try:
        return _put_in_place(part, path)
    except OSError as error:
        raise CorpusNotWritable(f"{path}: cannot be written: {error.strerror}; nothing was changed") from None


def _put_in_place(part: Path, path: Path) -> Path | None:
    kept = _free_name(path) if path.exists() else None
    if kept is not None:
        try:
            _keep_copy(path, kept)
            _overwrite(path, part)
        except (CorpusDamaged, NotACorpus):
            _set_aside(path, kept)
        except BaseException:
            kept.unlink(missing_ok=True)  # the corpus is still there
            raise
        else:
            part.unlink()
            return kept
    part.replace(path)
    sync_folder(path.parent)
    return kept


def _free_name(path: Path) -> Path:
    number = 1
    while (kept := path.with_name(f"{path.name}.before-restore-{number}")).exists():
        number += 1
    return kept


def _keep_copy(path: Path, kept: Path) -> None:
    with (
        corpus_errors(path),
        contextlib.closing(connect(path, "rw")) as source,
        new_path(kept, force=False) as part,
    ):
        copy_to(source, part, kept)


def _overwrite(path: Path, part: Path) -> None:
    deadline = time.monotonic() + waiting.BUSY_SECONDS

    def bound(status: int, remaining: int, total: int) -> None:
        if remaining and time.monotonic() > deadline:
            raise CorpusLocked(
                f"{path}: another process has been using it for over {waiting.BUSY_SECONDS:g} s; try again when it is"
                " done"
            )

    with corpus_errors(path), contextlib.closing(connect(part, "ro")) as source:
        target = connect(path, "rw")
        try:
            target.execute("PRAGMA synchronous = FULL")
            source.backup(target, pages=-1, progress=bound, sleep=0.05)
        finally:
            close_writer(target)


def _set_aside(path: Path, kept: Path) -> None:
    """Rename a file and what SQLite has left beside it: beside another file that would be taken for its own."""
    path.replace(kept)
    for suffix in _SIDE_FILES:
        with contextlib.suppress(FileNotFoundError):
            path.with_name(path.name + suffix).replace(kept.with_name(kept.name + suffix))
