"""Opening a file that SQLite refuses: what every corpus has alike in its header and schema is put back, in a copy."""

from __future__ import annotations

import shutil
import sqlite3
import struct
from contextlib import closing
from pathlib import Path

from nkcorpus.errors import CorpusDamaged, CorpusError, CorpusTooNew
from nkcorpus.store.sqlite.checks.reading import UNREADABLE
from nkcorpus.store.sqlite.checks.structure import schema_of
from nkcorpus.store.sqlite.connection import (
    APPLICATION_ID,
    connect,
    empty_copy,
    open_as_it_is,
    schema_version,
    tolerant_text,
)

_HEADER = {
    0: b"SQLite format 3\0",
    18: b"\1\1",  # written and read with a rollback journal
    20: b"\0\x40\x20\x20",  # no reserved bytes, and the fractions of payload that SQLite prescribes
    44: b"\0\0\0\4",  # format of the schema
    52: b"\0\0\0\0\0\0\0\1",  # not vacuumed by itself; UTF-8
    64: b"\0\0\0\0",
    68: struct.pack(">I", APPLICATION_ID),
}
"""What the header of every corpus has, by offset (SQLite file format, 1.3)."""
_MOST_WRONG = 2
"""Bytes of these that may be others: with more it is something else than a corpus that is damaged."""


def open_damaged(path: Path, copy: Path) -> sqlite3.Connection:
    """Open a damaged corpus for reading, if need be as `copy` with its header and schema put right.

    Raises CorpusError for what is no corpus, and where it cannot be read even so.
    """
    try:
        connection = open_as_it_is(path)
    except CorpusError as error:
        if not _is_likely_a_corpus(path) or (isinstance(error, CorpusTooNew) and not _has_our_schema(path)):
            raise
        refused: CorpusError | None = error
    else:
        try:
            with closing(empty_copy(schema_version())) as empty:
                if schema_of(connection).items() >= schema_of(empty).items() or _is_older(connection):
                    connection.text_factory = tolerant_text
                    return connection
        except UNREADABLE:
            pass
        connection.close()
        refused = None
    shutil.copyfile(path, copy)
    _put_header(copy)
    try:
        return _with_schema(copy)
    except UNREADABLE as error:
        raise refused or CorpusDamaged(
            f"{path}: cannot be read even with its header and schema put right ({error}); restore it from a copy"
        ) from error


def _has_our_schema(path: Path) -> bool:
    """Tell whether a file has the tables of this version, whatever number its header says."""
    with closing(empty_copy(schema_version())) as empty, closing(connect(path, "ro")) as connection:
        try:
            return schema_of(connection) == schema_of(empty)
        except UNREADABLE:
            return False


def _is_older(connection: sqlite3.Connection) -> bool:
    """Tell whether a file is of an older schema, by what it lacks as well as by its number."""
    has_seals = any(row[1] == "row_sha256" for row in connection.execute("PRAGMA table_info(version)"))
    return not has_seals and int(connection.execute("PRAGMA user_version").fetchone()[0]) < schema_version()


def _is_likely_a_corpus(path: Path) -> bool:
    try:
        with path.open("rb") as file:
            header = file.read(100)
    except OSError:
        return False
    wrong = sum(
        one != other
        for offset, wanted in _HEADER.items()
        if offset != 18  # in WAL mode it is another
        for one, other in zip(header[offset : offset + len(wanted)], wanted, strict=False)
    )
    return len(header) == 100 and wrong <= _MOST_WRONG


def _put_header(copy: Path) -> None:
    with copy.open("r+b") as file:
        for offset, wanted in _HEADER.items():
            file.seek(offset)
            file.write(wanted)
        size = _page_size()
        file.seek(16)
        file.write(struct.pack(">H", size))
        file.seek(24)
        counter = file.read(4)
        file.write(struct.pack(">I", copy.stat().st_size // size))
        file.seek(92)
        file.write(counter)  # without which the number of pages does not count


def _page_size() -> int:
    """Return SQLite's own page size, which every corpus is made with."""
    with closing(sqlite3.connect(":memory:")) as empty:
        return int(empty.execute("PRAGMA page_size").fetchone()[0])


def _with_schema(copy: Path) -> sqlite3.Connection:
    """Give each table the definition that it must have, and leave out what no corpus has."""
    version = _told_schema(copy)
    with closing(empty_copy(version)) as empty:
        wanted = empty.execute("SELECT type, name, tbl_name, sql FROM sqlite_master WHERE sql IS NOT NULL").fetchall()
    with closing(_opened_in_any_case(copy)) as connection:
        for kind, name, table, sql in wanted:
            connection.execute(
                "UPDATE sqlite_master SET type = ?1, tbl_name = ?3, sql = ?4 WHERE name = ?2 AND sql IS NOT ?4",
                (kind, name, table, sql),
            )
        connection.execute("DELETE FROM sqlite_master WHERE type IN ('trigger', 'view')")
        connection.execute(f"PRAGMA user_version = {version}")
    return _opened_in_any_case(copy)


def _told_schema(copy: Path) -> int:
    """Return the schema that a file's header tells, the newest where there is none of that number."""
    with copy.open("rb") as file:
        file.seek(60)
        (version,) = struct.unpack(">I", file.read(4))
    return version if 1 <= version <= schema_version() else schema_version()


def _opened_in_any_case(copy: Path) -> sqlite3.Connection:
    """Open a file whose schema may be damaged: SQLite then passes over what it does not understand."""
    connection = sqlite3.connect(copy, isolation_level=None)
    connection.text_factory = tolerant_text
    try:
        connection.execute("PRAGMA writable_schema = ON")  # first: whatever else is asked reads the schema
        connection.execute("PRAGMA trusted_schema = OFF")
        connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
    except BaseException:
        connection.close()
        raise
    return connection
