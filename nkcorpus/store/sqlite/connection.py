"""Opening a corpus file: recognition, creation, migration, pragmas, and SQLite's errors in our words.

A file is a corpus by its application id; its schema version is `user_version` (SQLite file format, 1.3).
"""

from __future__ import annotations

import contextlib
import os
import sqlite3
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

from nkcorpus.dates import utc_now
from nkcorpus.errors import (
    CorpusDamaged,
    CorpusError,
    CorpusLocked,
    CorpusMissing,
    CorpusNotWritable,
    CorpusTooNew,
    NotACorpus,
)
from nkcorpus.store.sqlite.seals import add_functions, keep_seals

APPLICATION_ID = 0x4E4B4331
"""ASCII "NKC1", in the file's header."""
BUSY_SECONDS = 30.0
"""How long a command waits for another one that is writing."""
_CACHE = 8 << 20
"""Bytes of pages kept at hand, of those that are touched: four times SQLite's own bound, which ten articles fill."""
_ANALYSED = 1_000
"""Rows of an index that SQLite looks at for its planner's statistics: of all, a large corpus takes seconds to close."""
_TRIES_TO_REST = 3
_PIECE = 1 << 20
_CACHE_KIB = 32 << 10
"""What a writer keeps of the file: an article writes to some twenty places of its indices, and with SQLite's own 2 MB
a third of the time of an ingest of 20,000 went into reading and writing those pages again and again."""


_MIGRATIONS = Path(__file__).with_name("migrations")


def schema_version() -> int:
    """Return the newest schema version: the number of migrations."""
    return sum(1 for _ in _MIGRATIONS.glob("*.sql"))


def migrations() -> list[str]:
    """Return the migrations' SQL in order; the n-th leads from schema n-1 to schema n."""
    return [path.read_text("utf-8") for path in sorted(_MIGRATIONS.glob("*.sql"))]


def open_reader(path: Path) -> sqlite3.Connection:
    """Open an existing corpus for reading; works on read-only media. Raises CorpusError.

    A corpus of an older schema is migrated first, or where it cannot be written, read as a migrated copy in memory.
    """
    _require_file(path)
    with corpus_errors(path):
        connection = _open_reader(path)
        if _schema_of(connection) == schema_version():
            return connection
        connection.close()  # a reader would keep the file in the writer's WAL mode
        with contextlib.suppress(CorpusNotWritable, CorpusLocked):
            close_writer(open_writer(path, "", create=False))
        connection = _open_reader(path)
        return connection if _schema_of(connection) == schema_version() else _migrated_copy(connection)


def open_for_check(path: Path) -> sqlite3.Connection:
    """Open a corpus for looking whether it is whole; nothing is written, and text is read whatever it holds.

    One of an older schema is read as a migrated copy in a temporary file. Raises CorpusError.
    """
    connection = open_as_it_is(path)
    with corpus_errors(path):
        if _schema_of(connection) != schema_version():
            connection = _migrated_copy(connection, "")
    connection.text_factory = tolerant_text
    return connection


def open_as_it_is(path: Path) -> sqlite3.Connection:
    """Open a corpus for reading, of whatever schema it is. Raises CorpusError."""
    _require_file(path)
    with corpus_errors(path):
        return _open_reader(path)


def create_in(path: Path) -> sqlite3.Connection:
    """Make a file with the tables of a corpus and nothing in them, to be filled in one transaction, which is open.

    It is not durable before `os.fsync`, and no corpus before it has an id.
    """
    connection = connect(path, "rwc")
    connection.execute("PRAGMA foreign_keys = OFF")  # rows come in the order of the file that they are from
    connection.execute("PRAGMA journal_mode = OFF")
    connection.execute("PRAGMA synchronous = OFF")
    connection.execute(f"PRAGMA cache_size = -{_CACHE_KIB}")
    connection.execute("BEGIN IMMEDIATE")
    connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
    _apply_migrations(connection, 0)
    keep_seals(connection)
    return connection


def empty_copy(version: int) -> sqlite3.Connection:
    """Return an empty database in memory with the tables of a schema version."""
    connection = sqlite3.connect(":memory:", isolation_level=None)
    add_functions(connection)
    for script in migrations()[:version]:
        connection.executescript(script)
    return connection


def _migrated_copy(connection: sqlite3.Connection, place: str = ":memory:") -> sqlite3.Connection:
    """Return a copy with the newest schema, and close the original. It is in memory, or for "" in a temporary file."""
    copy = sqlite3.connect(place, isolation_level=None)
    with contextlib.closing(connection):
        connection.backup(copy)
    _migrate(copy)
    return copy


def _open_reader(path: Path) -> sqlite3.Connection:
    try:
        return _recognised(path, "ro")
    except sqlite3.OperationalError as error:
        match error.sqlite_errorcode & 0xFF:
            case sqlite3.SQLITE_READONLY:  # a writer was killed and left a journal, which only a writer rolls back
                _recognised(path, "rw").close()
                return _recognised(path, "ro")
            case sqlite3.SQLITE_CANTOPEN:  # left in WAL mode, and now on media where no side files can be made
                return _recognised(path, "ro&immutable=1")
            case _:
                raise


def open_writer(path: Path, tool: str, *, create: bool) -> sqlite3.Connection:
    """Open a corpus for writing, in WAL mode; with `create`, make it when there is none. Raises CorpusError."""
    if not create:
        _require_file(path)
    elif not path.parent.is_dir():
        raise CorpusNotWritable(f"{path}: there is no folder {path.parent}; make it first")
    elif path.is_dir():
        raise NotACorpus(f"{path}: is a folder, not a corpus; name a file in it")
    with corpus_errors(path):
        connection = connect(path, "rwc" if create else "rw")
        try:
            if create:
                _initialise(connection, tool)
            _recognise(connection, path)
            _migrate(connection)
            keep_seals(connection)
            _enter_wal(connection)
            connection.execute("PRAGMA synchronous = FULL")
            connection.execute(f"PRAGMA cache_size = -{_CACHE_KIB}")
        except BaseException:
            connection.close()
            raise
    return connection


def close_writer(connection: sqlite3.Connection) -> bool:
    """Close a writer; the last one turns the corpus back into one file without side files. Tell whether it is one now:
    it is not while another connection is open.
    """
    with contextlib.suppress(sqlite3.Error):
        connection.execute(f"PRAGMA analysis_limit = {_ANALYSED}")
        connection.execute("PRAGMA optimize")
    try:
        connection.execute("PRAGMA busy_timeout = 200")
        connection.execute("PRAGMA journal_mode = DELETE")
    except sqlite3.Error:  # what was committed is as safe in the WAL
        return False
    finally:
        connection.close()
    return True


def come_to_rest(path: Path) -> None:
    """Turn a corpus that nobody has open any more back into one file; where somebody has, it stays as it is."""
    import random

    for _ in range(_TRIES_TO_REST):
        try:
            if close_writer(connect(path, "rw")):
                return
        except (sqlite3.Error, UnicodeDecodeError):  # the latter of a damaged name in SQLite's message
            return
        time.sleep(random.uniform(0.01, 0.1))  # noqa: S311 - or two that close at once would see each other again


def tidy(path: Path) -> None:
    """Turn a corpus beside which a killed writer left its files back into one, unless anybody has it open."""
    if not any(path.with_name(f"{path.name}-{kind}").exists() for kind in ("wal", "journal")):
        return
    with contextlib.suppress(sqlite3.Error), contextlib.closing(connect(path, "rw")) as connection:
        connection.execute("PRAGMA busy_timeout = 0")
        connection.execute("PRAGMA journal_mode = TRUNCATE")  # on leaving it, unlike DELETE, a journal is deleted
        connection.execute("PRAGMA journal_mode = DELETE")


def tolerant_text(stored: bytes) -> str:
    """Return stored text; bytes that are no UTF-8 become lone surrogates, which no sound text holds."""
    return stored.decode("utf-8", "surrogateescape")


@contextlib.contextmanager
def corpus_errors(path: Path) -> Iterator[None]:
    """Turn SQLite's errors into CorpusErrors that name the file and the way out."""
    try:
        yield
    except sqlite3.Error as error:
        raise _translated(error, path) from error
    except UnicodeDecodeError as error:  # of a message of SQLite's with a damaged name in it
        raise CorpusDamaged(f"{path}: the corpus file is damaged; 'nkcorpus check' tells more") from error


def _translated(error: sqlite3.Error, path: Path) -> CorpusError:
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF  # the primary code
    match code:
        case sqlite3.SQLITE_BUSY | sqlite3.SQLITE_LOCKED:
            return CorpusLocked(
                f"{path}: another process has been writing for over {BUSY_SECONDS:g} s; try again when it is done"
            )
        case sqlite3.SQLITE_NOTADB:
            return NotACorpus(f"{path}: is not a corpus; name another file with -C")
        case sqlite3.SQLITE_CORRUPT if reason := _unreadable(path):  # what SQLite says of such a page, too
            return CorpusNotWritable(f"{path}: the disk reports an error ({reason}); check it")
        case sqlite3.SQLITE_CORRUPT:
            return CorpusDamaged(f"{path}: the corpus file is damaged ({error}); 'nkcorpus repair' saves what can be")
        case sqlite3.SQLITE_READONLY | sqlite3.SQLITE_PERM | sqlite3.SQLITE_CANTOPEN:
            return CorpusNotWritable(
                f"{path}: cannot be opened or written ({error}); check its permissions and the space on its disk"
            )
        case sqlite3.SQLITE_FULL:
            return CorpusNotWritable(f"{path}: the disk is full; what was reported as stored is safe")
        case sqlite3.SQLITE_IOERR:
            return CorpusNotWritable(f"{path}: the disk reports an error ({error}); check it")
        case _:
            return CorpusDamaged(f"{path}: SQLite reports: {error}; 'nkcorpus check' tells more")


def _unreadable(path: Path) -> str | None:
    """Return why the file cannot be read to its end, None where it can."""
    try:
        with path.open("rb") as file:
            while file.read(_PIECE):
                pass
    except OSError as error:
        return error.strerror
    return None


def _require_file(path: Path) -> None:
    try:
        if path.is_dir():
            raise NotACorpus(f"{path}: is a folder, not a corpus; name a file with -C")
        if not path.exists():
            raise CorpusMissing(f"{path}: there is no corpus yet; make one with 'nkcorpus ingest SOURCE'")
        with path.open("rb") as file:
            header = file.read(16)
    except OSError as error:
        raise CorpusNotWritable(f"{path}: cannot be opened: {error.strerror}") from None
    if header and header != b"SQLite format 3\0":
        raise NotACorpus(f"{path}: is not a corpus; name another file with -C")


def connect(path: Path, mode: str) -> sqlite3.Connection:
    """Return a connection to a file, whatever it is, in a mode of SQLite's addresses. Raises sqlite3.Error."""
    uri = f"file:{quote(os.fsencode(path.absolute()))}?mode={mode}"
    connection = sqlite3.connect(uri, uri=True, timeout=BUSY_SECONDS, isolation_level=None)
    try:
        connection.execute("PRAGMA foreign_keys = ON")
        connection.execute(f"PRAGMA cache_size = -{_CACHE >> 10}")
        connection.execute("PRAGMA trusted_schema = OFF")
    except BaseException:
        connection.close()
        raise
    return connection


def _recognised(path: Path, mode: str) -> sqlite3.Connection:
    connection = connect(path, mode)
    try:
        _recognise(connection, path)
    except BaseException:
        connection.close()
        raise
    return connection


def _schema_of(connection: sqlite3.Connection) -> int:
    return int(connection.execute("PRAGMA user_version").fetchone()[0])


def _is_blank(connection: sqlite3.Connection) -> bool:
    """Tell whether nobody has written anything into the file."""
    application_id: int = connection.execute("PRAGMA application_id").fetchone()[0]
    tables: int = connection.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]
    return application_id == 0 and tables == 0


def _recognise(connection: sqlite3.Connection, path: Path) -> None:
    application_id: int = connection.execute("PRAGMA application_id").fetchone()[0]
    if application_id != APPLICATION_ID:
        if _is_blank(connection):
            raise CorpusMissing(f"{path}: is an empty file; 'nkcorpus ingest SOURCE' makes a corpus of it")
        raise NotACorpus(f"{path}: is an SQLite file but not a corpus; name another file with -C")
    version = _schema_of(connection)
    newest = schema_version()
    if version > newest:
        raise CorpusTooNew(
            f"{path}: has schema {version}, this nkcorpus knows up to {newest}; update nkcorpus to read it"
        )


def _initialise(connection: sqlite3.Connection, tool: str) -> None:
    """Lay the schema into a new, empty file: in one transaction, so that a kill leaves it empty or whole."""
    if not _is_blank(connection):
        return
    connection.execute("BEGIN IMMEDIATE")
    try:
        if _is_blank(connection):  # still, now that no other process can be doing the same
            connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
            _apply_migrations(connection, 0)
            keep_seals(connection)
            connection.executemany(
                "INSERT INTO corpus (key, value) VALUES (?, ?)",
                [("id", os.urandom(16).hex()), ("created_at", utc_now()), ("created_by", tool)],
            )
        connection.execute("COMMIT")
    except BaseException:
        connection.rollback()
        raise


def _migrate(connection: sqlite3.Connection) -> None:
    if _schema_of(connection) == schema_version():
        return
    connection.execute("BEGIN IMMEDIATE")
    try:
        _apply_migrations(connection, _schema_of(connection))
        connection.execute("COMMIT")
    except BaseException:
        connection.rollback()
        raise


def _apply_migrations(connection: sqlite3.Connection, version: int) -> None:
    scripts = migrations()
    add_functions(connection)
    for script in scripts[version:]:
        for statement in _statements(script):
            connection.execute(statement)
    connection.execute(f"PRAGMA user_version = {len(scripts)}")


def _statements(script: str) -> Iterator[str]:
    """Yield the statements of a script one by one: `executescript` would commit the open transaction."""
    statement = ""
    for line in script.splitlines(keepends=True):
        statement += line
        if sqlite3.complete_statement(statement):
            yield statement
            statement = ""


def _enter_wal(connection: sqlite3.Connection) -> None:
    """Switch to WAL. The switch does not wait for readers by itself; without it writing works all the same."""
    deadline = time.monotonic() + 2.0
    while True:
        try:
            connection.execute("PRAGMA journal_mode = WAL")
            return
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode not in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
                raise
            if time.monotonic() > deadline:
                return
            time.sleep(0.05)
