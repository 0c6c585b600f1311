"""Whether a file is sound as SQLite's, has the tables that it must have and no others, and sealed rows are whole."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing

from nkcorpus.results import Problem
from nkcorpus.store.base import Finding
from nkcorpus.store.seals import crc32_of
from nkcorpus.store.sqlite.checks.reading import UNREADABLE, rows_by_key
from nkcorpus.store.sqlite.migrating import empty_corpus, schema_version
from nkcorpus.store.sqlite.seals import SEALED, keys_of

INTEGRITY = "file integrity"
SCHEMA = "schema"
REFERENCES = "foreign keys"
SEALS = "sealed rows"
_MOST = 100
"""Lines of SQLite's about one file: a few tell as much as all."""
_SHOWN = 60


def check_integrity(connection: sqlite3.Connection, *, quick: bool) -> Iterator[Finding]:
    """Yield what SQLite says of its own structures; `quick` leaves out whether indices hold what tables do."""
    try:
        lines = [
            str(line)
            for (line,) in connection.execute(f"PRAGMA {'quick_check' if quick else 'integrity_check'}({_MOST})")
        ]
    except UNREADABLE as error:
        lines = [str(error)]
    faults = [part for line in lines if line != "ok" for part in line.split("\n") if not part.startswith("***")]
    yield Finding(INTEGRITY, problems=tuple(Problem(INTEGRITY, "file", fault) for fault in faults))


def check_schema(connection: sqlite3.Connection) -> Iterator[Finding]:
    """Yield each table, index, trigger or view that is not as the migrations make it."""
    try:
        found = schema_of(connection)
    except UNREADABLE as error:
        yield Finding(SCHEMA, problems=(Problem(SCHEMA, "sqlite_master", f"cannot be read ({error})"),))
        return
    with closing(empty_corpus(schema_version())) as empty:
        wanted = schema_of(empty)
    for name in sorted(found.keys() | wanted.keys()):
        if name not in wanted:
            detail = "is not of nkcorpus"
        elif name not in found:
            detail = "is missing"
        else:
            detail = "" if found[name] == wanted[name] else "is another one than nkcorpus makes"
        yield Finding(SCHEMA, problems=(Problem(SCHEMA, " ".join(name), detail),) if detail else ())


def schema_of(connection: sqlite3.Connection) -> Mapping[tuple[str, str], tuple[str, str]]:
    """Return table and SQL of all that a database defines, by type and name, but for what SQLite itself makes."""
    rows = connection.execute(
        "SELECT type, name, tbl_name, sql FROM sqlite_master WHERE name NOT LIKE 'sqlite\\_%' ESCAPE '\\'"
    )
    return {(str(kind), str(name)): (str(table), " ".join(str(sql).split())) for kind, name, table, sql in rows}


def check_references(connection: sqlite3.Connection) -> Iterator[Finding]:
    """Yield each row that refers to one that there is not: versions without an article, cuts without a version."""
    try:
        for table, rowid, parent, _ in connection.execute("PRAGMA foreign_key_check"):
            where = f"row {rowid}" if rowid is not None else "a row"
            yield Finding(REFERENCES, problems=(Problem(REFERENCES, table, f"{where} refers to no {parent}"),))
    except UNREADABLE as error:
        yield Finding(REFERENCES, problems=(Problem(REFERENCES, "file", f"cannot be read ({error})"),))
        return
    yield Finding(REFERENCES)


def check_seals(connection: sqlite3.Connection) -> Iterator[Finding]:
    """Yield what each sealed row is found to be."""
    for table, columns in SEALED.items():
        damage: list[str] = []
        for *values, seal in rows_by_key(connection, table, (*columns, "seal"), len(keys_of(table)), damage.append):
            if crc32_of(*values) == seal:
                yield Finding(SEALS)
                continue
            name = " ".join(str(value)[:_SHOWN] for value in values[: len(keys_of(table))])
            yield Finding(SEALS, problems=(Problem(SEALS, table, f"the row {name!r} is not what its seal says"),))
        for line in damage:
            yield Finding(SEALS, problems=(Problem(SEALS, table, line),))
