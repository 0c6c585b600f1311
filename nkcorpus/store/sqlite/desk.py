"""What users set beside the articles, in a corpus file."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable, Sequence
from contextlib import AbstractContextManager
from pathlib import Path

from nkcorpus.dates import utc_now
from nkcorpus.store.desk import SavedSearch, StoredRule
from nkcorpus.store.sqlite import searches
from nkcorpus.store.sqlite.aliases import alias_groups, drop_alias, put_alias_group
from nkcorpus.store.sqlite.connection import corpus_errors


class SqliteDesk:
    """Fulfils Desk. `reader` gives the connection for reading, `changing` one in a transaction."""

    def __init__(
        self,
        path: Path,
        reader: Callable[[], sqlite3.Connection],
        changing: Callable[[], AbstractContextManager[sqlite3.Connection]],
    ) -> None:
        self._path = path
        self._reader = reader
        self._changing = changing

    def rules(self) -> tuple[StoredRule, ...]:
        """See Desk."""
        with corpus_errors(self._path):
            rows = self._reader().execute("SELECT id AS rule, toml, origin FROM rule ORDER BY rowid").fetchall()
        return tuple(StoredRule(*row) for row in rows)

    def put_rules(self, rules: Iterable[StoredRule]) -> None:
        """See Desk."""
        with self._changing() as connection:
            connection.executemany(
                "INSERT INTO rule (id, toml, origin, added_at) VALUES (?, ?, ?, ?) ON CONFLICT (id) DO UPDATE"
                " SET toml = excluded.toml, origin = excluded.origin, added_at = excluded.added_at",
                [(rule.id, rule.toml, rule.origin, utc_now()) for rule in rules],
            )

    def drop_rules(self, ids: Iterable[str]) -> None:
        """See Desk."""
        with self._changing() as connection:
            connection.executemany("DELETE FROM rule WHERE id = ?", [(rule,) for rule in ids])

    def aliases(self) -> tuple[tuple[str, ...], ...]:
        """See Desk."""
        with corpus_errors(self._path):
            return alias_groups(self._reader())

    def put_aliases(self, texts: Sequence[str]) -> None:
        """See Desk."""
        with self._changing() as connection:
            put_alias_group(connection, texts)

    def drop_alias(self, text: str) -> bool:
        """See Desk."""
        with self._changing() as connection:
            return drop_alias(connection, text)

    def searches(self) -> tuple[SavedSearch, ...]:
        """See Desk."""
        with corpus_errors(self._path):
            return searches.saved_searches(self._reader())

    def put_search(self, search: SavedSearch, *, replace: bool) -> bool:
        """See Desk."""
        with self._changing() as connection:
            return searches.put_search(connection, search, replace=replace)

    def drop_search(self, name: str) -> bool:
        """See Desk."""
        with self._changing() as connection:
            return searches.drop_search(connection, name)

    def mark_search(self, name: str, seen: int) -> None:
        """See Desk."""
        with self._changing() as connection:
            searches.mark_search(connection, name, seen)
