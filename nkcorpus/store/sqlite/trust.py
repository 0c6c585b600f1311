"""What a corpus file may bring along: our own schema and nothing besides, for a file may come from a stranger.

Triggers, views, virtual tables, generated columns, defaults, checks and indices over expressions run while a file is
read or written (SQLite, "Defense Against The Dark Arts"); `trusted_schema` keeps only the worst functions from them.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import re
import sqlite3
import stat
import sys
from collections.abc import Callable
from pathlib import Path

from nkcorpus.errors import ForeignSchema, NotACorpus

DIGEST = Path(__file__).with_name("migrations") / "newest.sha256"
"""Holds the digest of the newest schema; `python docs/generate.py` writes it."""
_OBJECTS = (
    "SELECT type, name, tbl_name, sql FROM sqlite_master WHERE type <> 'table' OR name NOT LIKE 'sqlite_stat_'"
    " OR sql NOT IN ('CREATE TABLE sqlite_stat1(tbl,idx,stat)',"
    " 'CREATE TABLE sqlite_stat4(tbl,idx,neq,nlt,ndlt,sample)') ORDER BY type, name, rowid LIMIT ?"
)
"""All but the tables that ANALYZE makes."""
_MOST_OBJECTS = 1_000
_LONGEST = 20_000
"""Characters of a statement that is compared; the longest of ours has some 4,000."""
_SHOWN = 60
_MOST_BYTES = 1 << 28
"""Of one value or row: four times the largest record that is taken in. What claims more would fill the memory."""
_JOURNAL_MAGIC = bytes.fromhex("d9d505f920a163d7")
"""What a journal begins with, and ends with when it names another (SQLite file format, 3)."""
_LIMITS = {
    sqlite3.SQLITE_LIMIT_LENGTH: _MOST_BYTES,
    sqlite3.SQLITE_LIMIT_SQL_LENGTH: 1_000_000,
    sqlite3.SQLITE_LIMIT_COLUMN: 200,
    sqlite3.SQLITE_LIMIT_EXPR_DEPTH: 100,
    sqlite3.SQLITE_LIMIT_LIKE_PATTERN_LENGTH: 1_000,
    sqlite3.SQLITE_LIMIT_TRIGGER_DEPTH: 10,
}
_TOKEN = re.compile(r"""(?P<gap>\s+|--[^\n]*|/\*.*?(?:\*/|\Z))|'[^']*'|"[^"]*"|`[^`]*`|\[[^\]]*\]|\w+|.""", re.DOTALL)

Object = tuple[str, str, str, str | None]
"""Type, name, table and statement of a row of `sqlite_master`."""


def restrict(connection: sqlite3.Connection) -> None:
    """Let a connection do no more with its file than we ask of it."""
    connection.execute("PRAGMA trusted_schema = OFF")
    connection.execute("PRAGMA cell_size_check = ON")
    connection.execute("PRAGMA mmap_size = 0")  # a file that another process cuts off would end us by a signal
    for limit, most in _LIMITS.items():
        connection.setlimit(limit, most)
    if sys.version_info >= (3, 12):
        connection.setconfig(sqlite3.SQLITE_DBCONFIG_DEFENSIVE, True)


def require_plain_files(path: Path) -> None:
    """Raise NotACorpus where a file or what lies beside it is a pipe or a device, which would keep us waiting, and
    ForeignSchema where the journal of a broken write names another file: SQLite would delete that one (`pager_delsuper`
    in its pager.c). Nothing of ours names one.
    """
    real = path.resolve()
    if not stat.S_ISREG(real.stat().st_mode):
        raise NotACorpus(f"{path}: is not a file; name one with -C")
    for suffix in ("-journal", "-wal", "-shm"):
        try:
            mode = (beside := Path(f"{real}{suffix}")).lstat().st_mode
        except FileNotFoundError:
            continue
        if not stat.S_ISREG(mode):
            raise NotACorpus(f"{path}{suffix}: is not a file, as SQLite would have left it; remove it")
        if suffix == "-journal" and _names_another(beside):
            raise ForeignSchema(f"{path}{suffix}: belongs to another write than that of a corpus; take another copy")


def _names_another(journal: Path) -> bool:
    try:
        with journal.open("rb") as file:
            file.seek(-len(_JOURNAL_MAGIC), os.SEEK_END)
            return file.read() == _JOURNAL_MAGIC
    except OSError:  # it is too short, or went away
        return False


def require_own_schema(
    connection: sqlite3.Connection,
    path: Path,
    reference: Callable[[int], sqlite3.Connection],
    newest: int,
    *,
    all_of_it: bool = True,
) -> None:
    """Raise ForeignSchema where the schema of a file is not the one that our migrations make up to its version.

    `reference` makes an empty corpus of a version, for which there is no time at each start: that of the newest is told
    by its digest. Without `all_of_it` only our tables must be as they were made: who reads those and nothing else is
    not harmed by what is beside them.
    """
    version, found = _read(connection)
    if version == newest and digest_of(found) == _known_digest():
        return
    with contextlib.closing(reference(version)) as made:
        expected = _read(made)[1]
    fault = _fault(found, expected, all_of_it)
    if fault:
        raise ForeignSchema(f"{path}: {fault}; 'nkcorpus repair' makes a file of what is nkcorpus' own")


def digest_of(objects: list[Object]) -> str:
    """Return the SHA-256 of a schema as it stands in the file, letter by letter."""
    return hashlib.sha256(repr(objects).encode("utf-8", "surrogatepass")).hexdigest()


def schema_digest(connection: sqlite3.Connection) -> str:
    """Return the digest of a connection's schema."""
    return digest_of(_read(connection)[1])


def _known_digest() -> str:
    return DIGEST.read_text("ascii").strip()


def _read(connection: sqlite3.Connection) -> tuple[int, list[Object]]:
    """Return version and objects of a file, both of one moment: another process may be migrating it."""
    own = not connection.in_transaction
    if own:
        connection.execute("BEGIN")
    try:
        version = int(connection.execute("PRAGMA user_version").fetchone()[0])
        return version, connection.execute(_OBJECTS, (_MOST_OBJECTS,)).fetchall()
    finally:
        if own:
            connection.execute("COMMIT")


def _fault(found: list[Object], expected: list[Object], all_of_it: bool) -> str | None:
    """Return what first makes a schema another one."""
    wanted = {(kind, name): (table, _plain(sql)) for kind, name, table, sql in expected if all_of_it or kind == "table"}
    for kind, name, table, sql in found:
        if not all_of_it and (kind, name) not in wanted:
            continue
        own = wanted.pop((kind, name), None)
        if own is None:
            return f"has the {_shown(kind)} '{_shown(name)}' of somebody else"
        if own != (table, _plain(sql)):
            return f"somebody has changed its {kind} '{name}'"
    return next((f"somebody has deleted its {kind} '{name}'" for kind, name in wanted), None)


def _plain(sql: object) -> str | None:
    """Return a statement without comments and blanks, which differ with the way that led to it."""
    if sql is None:
        return None
    if not isinstance(sql, str) or len(sql) > _LONGEST:
        return ""
    return " ".join(match[0] for match in _TOKEN.finditer(sql) if not match["gap"])


def _shown(name: object) -> str:
    return name[:_SHOWN] if isinstance(name, str) else "object"
