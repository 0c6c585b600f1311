"""A transaction that begins with the first question or write and lasts until `commit`."""

from __future__ import annotations

from pathlib import Path

from nkcorpus.model import Document
from nkcorpus.store.sqlite.clusters import Clusters
from nkcorpus.store.sqlite.connection import corpus_errors
from nkcorpus.store.sqlite.waiting import WaitingConnection


class Transaction:
    """Write access to a corpus file, with the clusters of its texts brought up to date first."""

    def __init__(self, connection: WaitingConnection, path: Path) -> None:
        self._connection = connection
        self._path = path
        with corpus_errors(path):
            self._clusters = Clusters(connection)
            if self._clusters.is_outdated():
                self._begin()
                self._clusters.rebuild()
                connection.end()

    def _end(self) -> None:
        with corpus_errors(self._path):
            if self._connection.in_transaction:
                self._connection.end()

    def abandon(self) -> None:
        """Roll back what was not committed."""
        with corpus_errors(self._path):
            if self._connection.in_transaction:
                self._connection.execute("ROLLBACK")

    def _begin(self) -> None:
        self._connection.begin()

    def _insert_edits(self, version: int, document: Document) -> None:
        """Store the cuts and repairs of a version that has none."""
        if document.removed:
            self._connection.executemany(
                "INSERT INTO cut (version, start, end, kind, rule) VALUES (?, ?, ?, ?, ?)",
                [(version, span.start, span.end, span.kind, span.rule) for span in document.removed],
            )
        if document.repairs:
            self._connection.executemany(
                "INSERT INTO repair (version, start, end, text, rule) VALUES (?, ?, ?, ?, ?)",
                [(version, fix.start, fix.end, fix.text, fix.rule) for fix in document.repairs],
            )
