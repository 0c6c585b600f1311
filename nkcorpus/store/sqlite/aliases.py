"""The user's own groups of texts that stand for the same."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from typing import Literal

from nkcorpus.dates import utc_now


def alias_groups(connection: sqlite3.Connection) -> tuple[tuple[str, ...], ...]:
    """Return the groups in the order in which they were begun, the texts of each sorted."""
    groups: dict[int, list[str]] = {}
    for group, text in connection.execute("SELECT grouping, text FROM alias ORDER BY grouping, text"):
        groups.setdefault(group, []).append(text)
    return tuple(map(tuple, groups.values()))


def put_alias_group(connection: sqlite3.Connection, texts: Sequence[str]) -> None:
    """Join texts, and the groups that have any of them, to one group."""
    keys = [_key(text) for text in texts]
    marks = ", ".join("?" * len(keys))
    joined = [g for (g,) in connection.execute(f"SELECT DISTINCT grouping FROM alias WHERE key IN ({marks})", keys)]
    group = min(joined, default=_next_group(connection))
    connection.executemany("UPDATE alias SET grouping = ? WHERE grouping = ?", [(group, other) for other in joined])
    connection.executemany(
        "INSERT INTO alias (key, text, grouping, added_at) VALUES (?, ?, ?, ?)"
        " ON CONFLICT (key) DO UPDATE SET text = excluded.text",
        [(key, text, group, utc_now()) for key, text in zip(keys, texts, strict=True)],
    )


def insert_alias_group(
    connection: sqlite3.Connection, texts: Sequence[tuple[str, str]]
) -> Literal["added", "unchanged", "conflict"]:
    """Add a group of pairs of a text and when it was added, unless any of the texts is in a group: then it makes no
    difference where all of them are in that, and is in conflict with it otherwise.
    """
    keys = {_key(text): (text, added_at) for text, added_at in texts}
    marks = ", ".join("?" * len(keys))
    rows = connection.execute(f"SELECT key, grouping FROM alias WHERE key IN ({marks})", list(keys)).fetchall()
    if rows:
        return "unchanged" if len(rows) == len(keys) and len({group for _, group in rows}) == 1 else "conflict"
    group = _next_group(connection)
    connection.executemany(
        "INSERT INTO alias (key, text, grouping, added_at) VALUES (?, ?, ?, ?)",
        [(key, text, group, added_at) for key, (text, added_at) in keys.items()],
    )
    return "added"


def _next_group(connection: sqlite3.Connection) -> int:
    return int(connection.execute("SELECT coalesce(max(grouping), 0) + 1 FROM alias").fetchone()[0])


def drop_alias(connection: sqlite3.Connection, text: str) -> bool:
    """Take a text out of its group, and the group with it when one text is left; tell whether it was in one."""
    row = connection.execute("DELETE FROM alias WHERE key = ? RETURNING grouping", (_key(text),)).fetchone()
    if row is None:
        return False
    connection.execute(
        "DELETE FROM alias WHERE grouping = ?1 AND (SELECT count(*) FROM alias WHERE grouping = ?1) = 1", row
    )
    return True


def _key(text: str) -> str:
    from nkcorpus.lexicon.folding import fold_name  # no command but `alias` waits for the lexicon here

    return fold_name(text, 1)
