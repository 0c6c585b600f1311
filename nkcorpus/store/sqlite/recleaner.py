"""One run's access to what cleaning derives from the stored raw texts."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

from nkcorpus.store.base import Recleaned
from nkcorpus.store.seals import VERSION_SEALED, version_seal
from nkcorpus.store.sqlite import counts
from nkcorpus.store.sqlite.connection import corpus_errors
from nkcorpus.store.sqlite.rows import derived_columns
from nkcorpus.store.sqlite.transaction import Transaction
from nkcorpus.store.sqlite.waiting import WaitingConnection

_SEALED = ", ".join(f"v.{name}" for name in VERSION_SEALED)


class SqliteRecleaner(Transaction):
    """Fulfils Recleaner."""

    def __init__(self, connection: WaitingConnection, path: Path) -> None:
        super().__init__(connection, path)
        self._done: list[bool] = []

    def put(self, recleaned: Recleaned) -> None:
        """See Recleaner."""
        self._done.append(self._put(recleaned))

    def _put(self, recleaned: Recleaned) -> bool:
        with corpus_errors(self._path):
            self._begin()
            row = self._connection.execute(
                f"SELECT v.id, v.content_sha256, {_SEALED} FROM article a JOIN version v"
                " ON v.article = a.id AND v.number = a.version WHERE a.id = ?",
                (recleaned.article_id,),
            ).fetchone()
            if row is None or row[1] != recleaned.before:
                return False
            version, _, *sealed = row
            seal = version_seal(dict(zip(VERSION_SEALED, sealed, strict=True), content_sha256=recleaned.content_sha256))
            self._replace(version, recleaned, seal)
        return True

    def _replace(self, version: int, recleaned: Recleaned, seal: str) -> None:
        execute = self._connection.execute
        article, digest = recleaned.article_id, recleaned.text_digest
        change = self._clusters.change(article, digest)
        columns = {**derived_columns(recleaned), "row_sha256": seal}
        settings = ", ".join(f"{name} = ?" for name in columns)
        if recleaned.changed:
            counts.take_off(self._connection, article)
        execute(f"UPDATE version SET {settings} WHERE id = ?", (*columns.values(), version))
        if not recleaned.changed:
            return
        execute("DELETE FROM cut WHERE version = ?", (version,))
        execute("DELETE FROM repair WHERE version = ?", (version,))
        self._insert_edits(version, recleaned.document)
        counts.put_on(self._connection, article)
        seq = execute("INSERT INTO change (article) VALUES (?)", (article,)).lastrowid
        execute("UPDATE article SET seq = ?, text_digest = ? WHERE id = ?", (seq, digest, article))
        self._clusters.follow(change, recleaned.bands)

    def keep_lines(self, article_id: str, lines: Iterable[str]) -> None:
        """See Recleaner."""
        with corpus_errors(self._path):
            self._begin()
            self._connection.executemany(
                "INSERT OR IGNORE INTO kept_line (article, line) VALUES (?, ?)", [(article_id, line) for line in lines]
            )

    def release_lines(self, article_id: str, lines: Iterable[str]) -> None:
        """See Recleaner."""
        with corpus_errors(self._path):
            self._begin()
            self._connection.executemany(
                "DELETE FROM kept_line WHERE article = ? AND line = ?", [(article_id, line) for line in lines]
            )

    def commit(self) -> Sequence[bool]:
        """See Recleaner."""
        self._end()
        done, self._done = self._done, []
        return done
