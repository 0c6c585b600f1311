"""Seals: digests of rows, by which damage and changes from outside nkcorpus are found.

A row of `version` has `row_sha256`, an SHA-256, so that it proves what was found when and where; whoever writes such a
row computes it. The user's rows, the journal's and those that nothing else repeats have `seal`, a CRC-32, which finds
damage; triggers of the writer's connection keep it, which are in no file. What is derived from other rows has none.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Mapping, Sequence

from nkcorpus.store.seals import VERSION_SEALED, crc32_of, sha256_of

SEALED: Mapping[str, Sequence[str]] = {
    "corpus": ("key", "value"),
    "run": ("id", "started_at", "finished_at", "tool", "sources", "report"),
    "article": ("id", "arrived", "removed_at", "gone_at", "gone_status"),
    "failure": ("origin", "record", "error", "attempts", "first_seen", "last_seen", "run"),
    "rule": ("id", "toml", "origin", "added_at"),
    "kept_line": ("article", "line"),
    "user_tag": ("article", "tag"),
    "note": ("id", "article", "text", "made_at"),
    "saved_search": ("name", "query", "options", "seen", "saved_at", "looked_at"),
    "alias": ("key", "text", "grouping", "added_at"),
    "fetch": (
        "id", "url", "source", "state", "tries", "status", "error", "queued_at", "tried_at", "retry_at",
        "validated_url", "etag", "last_modified", "article",
    ),
    "followed": ("name", "url", "options", "added_at", "asked_at", "error"),
    "walk": ("name", "place", "reached_at"),
}  # fmt: skip
"""The tables with a `seal`, and the columns that it is over. Of `article`, the others follow from other tables."""

_KEYS_OF_TWO = frozenset({"failure", "kept_line", "user_tag"})
"""Those of SEALED whose primary key are the first two columns, not the first."""


def reseal_versions(connection: sqlite3.Connection, ids: Iterable[int]) -> None:
    """Seal rows of `version` anew, given by `id`, after they were given another number, article or run."""
    connection.executemany(
        f"UPDATE version SET row_sha256 = sha256_of({', '.join(VERSION_SEALED)}) WHERE id = ?", ((id,) for id in ids)
    )


def keys_of(table: str) -> Sequence[str]:
    """Return the primary key of a table of SEALED."""
    return SEALED[table][: 2 if table in _KEYS_OF_TWO else 1]


def add_functions(connection: sqlite3.Connection) -> None:
    """Let SQL on a connection compute seals."""
    connection.create_function("sha256_of", -1, sha256_of, deterministic=True)
    connection.create_function("crc32_of", -1, crc32_of, deterministic=True)


def keep_seals(connection: sqlite3.Connection) -> None:
    """Have a writer's connection seal all rows but those of `version` by itself."""
    add_functions(connection)
    for table, columns in SEALED.items():
        where = " AND ".join(f"{key} = NEW.{key}" for key in keys_of(table))
        seal = f"BEGIN UPDATE {table} SET seal = crc32_of({', '.join(columns)}) WHERE {where}; END"
        for event in ("INSERT", f"UPDATE OF {', '.join(columns)}"):
            name = f"seal_{table}_{event[:6].lower()}"
            connection.execute(f"CREATE TEMP TRIGGER IF NOT EXISTS {name} AFTER {event} ON main.{table} {seal}")
