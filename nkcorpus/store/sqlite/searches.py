"""The saved searches in a corpus file. Everything works within the caller's transaction."""

from __future__ import annotations

import json
import sqlite3

from nkcorpus.dates import utc_now
from nkcorpus.store.desk import SavedSearch
from nkcorpus.store.sqlite.columns import object_of


def saved_searches(connection: sqlite3.Connection) -> tuple[SavedSearch, ...]:
    """Return all of them, by name."""
    rows = connection.execute(
        "SELECT name, query, options, seen, saved_at, looked_at FROM saved_search ORDER BY name"
    ).fetchall()
    return tuple(SavedSearch(name, query, object_of(options, "options"), *rest) for name, query, options, *rest in rows)


def put_search(connection: sqlite3.Connection, search: SavedSearch, *, replace: bool) -> bool:
    """Store a search; tell whether it was done: not where its name is taken, unless `replace`."""
    verb = "INSERT OR REPLACE" if replace else "INSERT OR IGNORE"
    options = json.dumps(search.options, ensure_ascii=False, sort_keys=True)
    cursor = connection.execute(
        f"{verb} INTO saved_search (name, query, options, seen, saved_at, looked_at) VALUES (?, ?, ?, ?, ?, ?)",
        (search.name, search.query, options, search.seen, search.saved_at, search.looked_at),
    )
    return cursor.rowcount > 0


def drop_search(connection: sqlite3.Connection, name: str) -> bool:
    """Delete a search; tell whether there was one."""
    return connection.execute("DELETE FROM saved_search WHERE name = ?", (name,)).rowcount > 0


def mark_search(connection: sqlite3.Connection, name: str, seen: int) -> None:
    """Remember that the hits up to a change have been looked at; the mark never moves back."""
    connection.execute(
        "UPDATE saved_search SET seen = max(seen, ?), looked_at = ? WHERE name = ?", (seen, utc_now(), name)
    )
