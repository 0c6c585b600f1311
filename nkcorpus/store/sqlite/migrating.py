"""From an older schema to the newest: a copy of the file as it was beside it, then all steps in one transaction."""

from __future__ import annotations

import contextlib
import errno
import os
import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import quote

from nkcorpus.errors import CorpusNotWritable
from nkcorpus.store.sqlite.seals import add_functions
from nkcorpus.store.sqlite.waiting import WaitingConnection

_MIGRATIONS = Path(__file__).with_name("migrations")
_PAGES = 1_000
"""Pages that are copied at a time: more are no faster."""


def schema_version() -> int:
    """Return the newest schema version: the number of migrations."""
    return sum(1 for _ in _MIGRATIONS.glob("*.sql"))


def migrations() -> list[str]:
    """Return the migrations' SQL in order; the n-th leads from schema n-1 to schema n."""
    return [path.read_text("utf-8") for path in sorted(_MIGRATIONS.glob("*.sql"))]


def schema_of(connection: sqlite3.Connection) -> int:
    """Return the schema version of a database."""
    return int(connection.execute("PRAGMA user_version").fetchone()[0])


def apply_migrations(connection: sqlite3.Connection, version: int) -> None:
    """Lead a database of a schema version to the newest, in the transaction that is open."""
    scripts = migrations()
    add_functions(connection)
    for script in scripts[version:]:
        for statement in _statements(script):
            connection.execute(statement)
    connection.execute(f"PRAGMA user_version = {len(scripts)}")


def empty_corpus(version: int) -> sqlite3.Connection:
    """Return an empty database in memory with the tables of a schema version."""
    connection = sqlite3.connect(":memory:", isolation_level=None)
    add_functions(connection)
    for script in migrations()[:version]:
        connection.executescript(script)
    return connection


def migrate(connection: WaitingConnection, path: Path, notify: Callable[[str], None]) -> None:
    """Lead the corpus at `path` to the newest schema; a kill leaves it as it was or whole. `notify` hears where the
    copy of it as it was is. Raises CorpusNotWritable where none can be made: then nothing is changed.
    """
    if schema_of(connection) == schema_version():
        return
    copy = None
    connection.begin()
    try:
        with _committed(connection):
            version = schema_of(connection)  # now that no other process can be doing the same
            if version == schema_version():
                return
            copy = _copied(path, version)
            apply_migrations(connection, version)
    except BaseException:
        if copy is not None:  # of what is as it was
            copy.unlink(missing_ok=True)
        raise
    notify(f"the corpus has now schema {schema_version()}; as it was, with schema {version}, it is kept in {copy}")


def migrate_copy(connection: sqlite3.Connection) -> None:
    """Lead a copy of a corpus to the newest schema."""
    connection.execute("BEGIN")
    with _committed(connection):
        apply_migrations(connection, schema_of(connection))


@contextlib.contextmanager
def _committed(connection: sqlite3.Connection) -> Iterator[None]:
    """Commit the open transaction at the end of the block, or roll it back."""
    try:
        yield
        connection.execute("COMMIT")
    except BaseException:
        connection.rollback()
        raise


def _copied(path: Path, version: int) -> Path:
    """Copy a corpus of a schema version beside it, to a name that is free, and return the copy, which is on the disk.

    Call it while the corpus is locked for writing.
    """
    import shutil  # with all kinds of archives: not for opening a corpus

    real = Path(os.path.realpath(path))
    draft = real.with_name(f"{real.name}.schema-{version}.new")
    try:
        draft.unlink(missing_ok=True)  # of a run that was killed
        if shutil.disk_usage(real.parent).free < real.stat().st_size:  # not to fill the disk with each command
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        os.close(os.open(draft, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
        # A connection of its own: SQLite copies from none that is in a transaction for writing.
        with _plain(real, "ro") as source, _plain(draft, "rw") as target:
            target.execute("PRAGMA synchronous = FULL")
            source.backup(target, pages=_PAGES)
            target.execute("PRAGMA journal_mode = DELETE")  # the corpus may be in WAL mode
        shutil.copymode(real, draft)
        copy = _free(real.with_name(f"{real.name}.schema-{version}"))
        draft.rename(copy)
        _sync_folder(copy.parent)
    except (OSError, sqlite3.Error) as error:
        with contextlib.suppress(OSError):
            draft.unlink(missing_ok=True)
        raise CorpusNotWritable(
            f"{path}: has schema {version} and is brought to {schema_version()} before it is written, but no copy of it"
            f" can be made beside it first ({_reason(error)}); free some space, or make the folder writable"
        ) from error
    return copy


def _reason(error: OSError | sqlite3.Error) -> str:
    return (isinstance(error, OSError) and error.strerror) or str(error)


@contextlib.contextmanager
def _plain(path: Path, mode: str) -> Iterator[sqlite3.Connection]:
    connection = sqlite3.connect(f"file:{quote(os.fsencode(path))}?mode={mode}", uri=True, isolation_level=None)
    with contextlib.closing(connection):
        yield connection


def _free(path: Path) -> Path:
    """Return `path`, or where that is taken, the first of it with a number that is free."""
    found, number = path, 1
    while found.exists() or found.is_symlink():
        number += 1
        found = path.with_name(f"{path.name}.{number}")
    return found


def _sync_folder(folder: Path) -> None:
    """Put the names in a folder on the disk, where the system can."""
    with contextlib.suppress(OSError):  # Windows opens no folder
        opened = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(opened)
        finally:
            os.close(opened)


def _statements(script: str) -> Iterator[str]:
    """Yield the statements of a script one by one: `executescript` would commit the open transaction."""
    statement = ""
    for line in script.splitlines(keepends=True):
        statement += line
        if sqlite3.complete_statement(statement):
            yield statement
            statement = ""
