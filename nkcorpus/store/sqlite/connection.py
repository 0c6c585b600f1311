"""Opening a corpus file: recognition, creation, pragmas, and SQLite's errors in our words.

A file is a corpus by its application id; its schema version is `user_version` (SQLite file format, 1.3).
"""

from __future__ import annotations

import contextlib
import os
import sqlite3
import time
from collections.abc import Callable, Iterator
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
from nkcorpus.store.sqlite import waiting
from nkcorpus.store.sqlite.columns import check_columns
from nkcorpus.store.sqlite.migrating import (
    apply_migrations,
    empty_corpus,
    migrate,
    migrate_copy,
    schema_of,
    schema_version,
)
from nkcorpus.store.sqlite.seals import keep_seals
from nkcorpus.store.sqlite.trust import require_own_schema, require_plain_files, restrict
from nkcorpus.store.sqlite.waiting import WaitingConnection, nobody

APPLICATION_ID = 0x4E4B4331
"""ASCII "NKC1", in the file's header."""
_CACHE = 8 << 20
"""Bytes of pages kept at hand, of those that are touched: four times SQLite's own bound, which ten articles fill."""
_ANALYSED = 1_000
"""Rows of an index that SQLite looks at for its planner's statistics: of all, a large corpus takes seconds to close."""
_TRIES_TO_REST = 3
_SHOWN = 200
"""Characters of SQLite's words in a message."""
_SMALLEST = 512
"""Bytes of the smallest page that SQLite has."""
_PIECE = 1 << 20
_CACHE_KIB = 32 << 10
"""What a writer keeps of the file: an article writes to some twenty places of its indices, and with SQLite's own 2 MB
a third of the time of an ingest of 20,000 went into reading and writing those pages again and again."""


def open_reader(path: Path, notify: Callable[[str], None] = nobody, *, may_migrate: bool = True) -> sqlite3.Connection:
    """Open an existing corpus for reading; works on read-only media. Raises CorpusError.

    A corpus of an older schema is migrated first, of which `notify` hears, or where it cannot be written or must not
    be, read as a migrated copy in memory.
    """
    _require_file(path)
    with corpus_errors(path):
        connection = _open_reader(path)
        if schema_of(connection) == schema_version():
            return connection
        if not may_migrate:
            return _migrated_copy(connection, path)
        connection.close()  # a reader would keep the file in the writer's WAL mode
        with contextlib.suppress(CorpusNotWritable, CorpusLocked):
            close_writer(open_writer(path, "", create=False, notify=notify))
        connection = _open_reader(path)
        return connection if schema_of(connection) == schema_version() else _migrated_copy(connection, path)


def open_for_check(path: Path) -> sqlite3.Connection:
    """Open a corpus for looking whether it is whole; nothing is written, and values are read whatever they are.

    One of an older schema is read as a migrated copy in a temporary file. Raises CorpusError.
    """
    connection = open_as_it_is(path)
    with corpus_errors(path):
        if schema_of(connection) != schema_version():
            connection = _migrated_copy(connection, path, "")
    connection.text_factory = tolerant_text
    connection.row_factory = None
    return connection


def open_as_it_is(path: Path) -> sqlite3.Connection:
    """Open a corpus for reading, of whatever schema, whatever is in its tables and beside them. Raises CorpusError."""
    _require_file(path)
    with corpus_errors(path):
        connection = _open_reader(path, all_of_it=False)
    connection.row_factory = None
    return connection


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
    apply_migrations(connection, 0)
    keep_seals(connection)
    return connection


def _migrated_copy(connection: sqlite3.Connection, path: Path, place: str = ":memory:") -> sqlite3.Connection:
    """Return a copy with the newest schema, and close the original. It is in memory, or for "" in a temporary file."""
    copy = sqlite3.connect(place, isolation_level=None)
    restrict(copy)
    with contextlib.closing(connection):
        connection.backup(copy)
    migrate_copy(copy)
    check_columns(copy, path)
    return copy


def _open_reader(path: Path, *, all_of_it: bool = True) -> sqlite3.Connection:
    """Open a file that is a corpus, with `all_of_it` one in which is nothing besides, see `trust`."""
    try:
        return _recognised(path, "ro", all_of_it)
    except sqlite3.OperationalError as error:
        match _code(error):
            case sqlite3.SQLITE_READONLY:  # a writer was killed and left a journal, which only a writer rolls back
                _recognised(path, "rw", all_of_it).close()
                return _recognised(path, "ro", all_of_it)
            case sqlite3.SQLITE_CANTOPEN:  # left in WAL mode, and now on media where no side files can be made
                return _recognised(path, "ro&immutable=1", all_of_it)
            case _:
                raise


def open_writer(path: Path, tool: str, *, create: bool, notify: Callable[[str], None] = nobody) -> WaitingConnection:
    """Open a corpus for writing, in WAL mode; with `create`, make it when there is none. Raises CorpusError.

    `notify` hears when one of an older schema is migrated, and of waiting for other writers.
    """
    if not create:
        _require_file(path)
    elif not path.parent.is_dir():
        raise CorpusNotWritable(f"{path}: there is no folder {path.parent}; make it first")
    elif path.is_dir():
        raise NotACorpus(f"{path}: is a folder, not a corpus; name a file in it")
    elif path.exists():
        require_plain_files(path)
    with corpus_errors(path):
        connection = connect(path, "rwc" if create else "rw")
        connection.notify = notify
        try:
            if create:
                _initialise(connection, tool)
            _recognise(connection, path)
            connection.execute("PRAGMA synchronous = FULL")
            migrate(connection, path, notify)
            check_columns(connection, path)
            keep_seals(connection)
            _enter_wal(connection)
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
    told = str(error)[:_SHOWN]  # it quotes names in the file
    match _code(error):
        case sqlite3.SQLITE_BUSY | sqlite3.SQLITE_LOCKED:
            return CorpusLocked(
                f"{path}: other processes have been writing for over {waiting.BUSY_SECONDS:g} s;"
                " try again when they are done"
            )
        case sqlite3.SQLITE_NOTADB:
            return NotACorpus(f"{path}: is not a corpus; name another file with -C")
        case sqlite3.SQLITE_CORRUPT if reason := _unreadable(path):  # what SQLite says of such a page, too
            return CorpusNotWritable(f"{path}: the disk reports an error ({reason}); check it")
        case sqlite3.SQLITE_CORRUPT:
            return CorpusDamaged(f"{path}: the corpus file is damaged ({told}); 'nkcorpus repair' saves what can be")
        case sqlite3.SQLITE_READONLY | sqlite3.SQLITE_PERM | sqlite3.SQLITE_CANTOPEN:
            return CorpusNotWritable(
                f"{path}: cannot be opened or written ({told}); check its permissions and the space on its disk"
            )
        case sqlite3.SQLITE_FULL:
            return CorpusNotWritable(f"{path}: the disk is full; what was reported as stored is safe")
        case sqlite3.SQLITE_IOERR:
            return CorpusNotWritable(f"{path}: the disk reports an error ({told}); check it")
        case _:
            return CorpusDamaged(f"{path}: SQLite reports: {told}; 'nkcorpus check' tells more")


def _code(error: sqlite3.Error) -> int:
    """Return SQLite's primary code of an error, 0 for one of Python's own, such as of text that is no UTF-8."""
    return int(getattr(error, "sqlite_errorcode", 0)) & 0xFF


def _unreadable(path: Path) -> str | None:
    """Return why the file cannot be read to its end, None where it can. It stays open, see `_require_file`."""
    try:
        file = os.open(path, os.O_RDONLY)
        while os.read(file, _PIECE):
            pass
    except OSError as error:
        return error.strerror
    return None


def _require_file(path: Path) -> None:
    """Raise CorpusError where there is no file. It is not opened: closing it would let go of the locks that SQLite
    holds on it for the whole process (POSIX), and a writer elsewhere would take away the log that one here writes to.
    """
    try:
        if path.is_dir():
            raise NotACorpus(f"{path}: is a folder, not a corpus; name a file with -C")
        if not path.exists():
            raise CorpusMissing(f"{path}: there is no corpus yet; make one with 'nkcorpus ingest SOURCE'")
        require_plain_files(path)
        if 0 < path.stat().st_size < _SMALLEST:  # which SQLite would take for an empty one
            raise NotACorpus(f"{path}: is not a corpus; name another file with -C")
    except OSError as error:
        raise CorpusNotWritable(f"{path}: cannot be opened: {error.strerror}") from None


def connect(path: Path, mode: str) -> WaitingConnection:
    """Open a file in a mode of SQLite's (ro, rw, rwc), whatever is in it. Raises sqlite3.Error."""
    uri = f"file:{quote(os.fsencode(path.absolute()))}?mode={mode}"
    connection = sqlite3.connect(
        uri,
        uri=True,
        timeout=waiting.BUSY_SECONDS,
        isolation_level=None,
        check_same_thread=False,  # readers of several hosts take turns, see `workers.lanes`
        factory=WaitingConnection,
    )
    try:
        connection.execute("PRAGMA foreign_keys = ON")
        connection.execute(f"PRAGMA cache_size = -{_CACHE >> 10}")
        restrict(connection)
    except BaseException:
        connection.close()
        raise
    return connection


def _recognised(path: Path, mode: str, all_of_it: bool) -> sqlite3.Connection:
    connection = connect(path, mode)
    try:
        _recognise(connection, path, all_of_it=all_of_it)
        check_columns(connection, path)
    except BaseException:
        connection.close()
        raise
    return connection


def _is_blank(connection: sqlite3.Connection) -> bool:
    """Tell whether nobody has written anything into the file."""
    application_id: int = connection.execute("PRAGMA application_id").fetchone()[0]
    tables: int = connection.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]
    return application_id == 0 and tables == 0


def _recognise(connection: sqlite3.Connection, path: Path, *, all_of_it: bool = True) -> None:
    application_id: int = connection.execute("PRAGMA application_id").fetchone()[0]
    if application_id != APPLICATION_ID:
        if _is_blank(connection):
            raise CorpusMissing(f"{path}: is an empty file; 'nkcorpus ingest SOURCE' makes a corpus of it")
        raise NotACorpus(f"{path}: is an SQLite file but not a corpus; name another file with -C")
    version = schema_of(connection)
    newest = schema_version()
    if version > newest:
        raise CorpusTooNew(
            f"{path}: has schema {version}, this nkcorpus knows up to {newest}; update nkcorpus to read it"
        )
    require_own_schema(connection, path, empty_corpus, newest, all_of_it=all_of_it)


def _initialise(connection: WaitingConnection, tool: str) -> None:
    """Lay the schema into a new, empty file: in one transaction, so that a kill leaves it empty or whole."""
    if not _is_blank(connection):
        return
    connection.begin()
    try:
        if _is_blank(connection):  # still, now that no other process can be doing the same
            connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
            apply_migrations(connection, 0)
            keep_seals(connection)
            connection.executemany(
                "INSERT INTO corpus (key, value) VALUES (?, ?)",
                [("id", os.urandom(16).hex()), ("created_at", utc_now()), ("created_by", tool)],
            )
        connection.execute("COMMIT")
    except BaseException:
        connection.rollback()
        raise


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
