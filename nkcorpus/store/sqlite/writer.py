"""One ingest run's access to the corpus file."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Sequence
from pathlib import Path

from nkcorpus.dates import utc_now
from nkcorpus.identity import url_id
from nkcorpus.model import Prepared, SourceItem
from nkcorpus.results import IngestReport, Likeness
from nkcorpus.store.base import Known, Outcome
from nkcorpus.store.payloads import size_of
from nkcorpus.store.sqlite import counts
from nkcorpus.store.sqlite.connection import corpus_errors
from nkcorpus.store.sqlite.journal import SqliteJournalWriter
from nkcorpus.store.sqlite.payloads import unpacked
from nkcorpus.store.sqlite.rows import NOT_KEPT, VERSION_COLUMNS, version_values
from nkcorpus.store.sqlite.transaction import Transaction
from nkcorpus.store.sqlite.waiting import WaitingConnection

_INSERT_VERSION = f"INSERT INTO version ({', '.join(VERSION_COLUMNS)}) VALUES ({', '.join('?' * len(VERSION_COLUMNS))})"


class SqliteWriter(Transaction):
    """Fulfils StoreWriter. A transaction is open from the first question or write to `commit`."""

    def __init__(self, connection: WaitingConnection, path: Path, tool: str, sources: Sequence[str]) -> None:
        super().__init__(connection, path)
        # File names may hold bytes that are no UTF-8, which SQLite does not take.
        names = [source.encode("utf-8", "surrogateescape").decode("utf-8", "replace") for source in sources]
        with corpus_errors(path):
            connection.begin()
            cursor = connection.execute(
                "INSERT INTO run (started_at, tool, sources) VALUES (?, ?, ?)",
                (utc_now(), tool, json.dumps(names, ensure_ascii=False)),
            )
            connection.end()
            self._failed = set(connection.execute("SELECT origin, record FROM failure"))
            # As a literal: an index over some rows serves no parameter.
            lacking = connection.execute(f"SELECT EXISTS (SELECT 1 FROM payload WHERE encoding = '{NOT_KEPT}')")
            self._may_lack_payloads = bool(lacking.fetchone()[0])
        self._run = cursor.lastrowid or 0
        self._outcomes: list[Outcome] = []
        self._journal = SqliteJournalWriter(connection, path, self._begin)

    @property
    def journal(self) -> SqliteJournalWriter:
        """See StoreWriter."""
        return self._journal

    def prefetch(self, ids: Sequence[str]) -> None:
        """See StoreWriter. A file is asked one by one as fast."""

    def known(self, article_id: str) -> Known | None:
        """See StoreWriter."""
        with corpus_errors(self._path):
            self._begin()  # so that no other process can add it before this one does
            article = self._connection.execute(
                "SELECT 1 FROM article WHERE id = ? AND (version > 0 OR removed_at IS NOT NULL)", (article_id,)
            ).fetchone()
            if article is None:
                return None
            versions = self._connection.execute(
                "SELECT extract_sha256, payload_sha256, retrieved_at, kind, extractor, kind, file_name, url, charset"
                " FROM version WHERE article = ? ORDER BY number",
                (article_id,),
            ).fetchall()
        if not versions:
            return Known(True, (), (), (), (), "", "text", "", None, None)
        digests, payloads, times, kinds = zip(*(version[:4] for version in versions), strict=True)
        return Known(False, digests, payloads, times, kinds, *versions[-1][4:])

    def holds(self, items: Sequence[tuple[SourceItem, str]], *, with_payload: bool = True) -> list[bool]:
        """See StoreWriter."""
        return [
            not (with_payload and self._lacks_payload(digest)) and self._holds(item, digest) for item, digest in items
        ]

    def _holds(self, item: SourceItem, payload_sha256: str) -> bool:
        with corpus_errors(self._path):
            row = self._connection.execute(
                "SELECT 1 FROM version WHERE payload_sha256 = ? AND file_name = ? AND kind = ? AND charset IS ?"
                " AND record IS ? AND retrieved_at IS ? AND retrieval_url IS ? LIMIT 1",
                (
                    *(payload_sha256, item.name, item.kind, item.charset, item.record, item.retrieved_at),
                    item.retrieval.url if item.retrieval else None,
                ),
            ).fetchone()
        return row is not None

    def payload(self, article_id: str, sha256: str) -> bytes | None:
        """See StoreWriter."""
        with corpus_errors(self._path):
            row = self._connection.execute(
                "SELECT bytes, size FROM payload WHERE sha256 = ? AND encoding <> ?", (sha256, NOT_KEPT)
            ).fetchone()
        return unpacked(sha256, *row) if row else None

    def put_payload(self, article_id: str, sha256: str, frame: bytes) -> None:
        """See StoreWriter."""
        self._keep(sha256, frame)

    def _keep(self, sha256: str, frame: bytes) -> None:
        if not self._lacks_payload(sha256):
            return
        with corpus_errors(self._path):
            self._begin()
            self._connection.execute(
                # The size, too: where the bytes were not kept, it may have come from a foreign corpus.
                "UPDATE payload SET encoding = 'zstd', bytes = ?, size = ? WHERE sha256 = ?",
                (frame, size_of(frame), sha256),
            )

    def _lacks_payload(self, sha256: str) -> bool:
        """Tell whether the bytes of a stored payload were not kept."""
        if not self._may_lack_payloads:
            return False
        with corpus_errors(self._path):
            row = self._connection.execute(
                "SELECT 1 FROM payload WHERE sha256 = ? AND encoding = ?", (sha256, NOT_KEPT)
            ).fetchone()
        return row is not None

    def add(self, prepared: Prepared) -> None:
        """See StoreWriter."""
        with corpus_errors(self._path):
            self._begin()
            self._outcomes.append(self._add(prepared))

    def commit(self) -> list[Outcome]:
        """See StoreWriter. Nobody else can have changed anything since the transaction began."""
        self._end()
        outcomes, self._outcomes = self._outcomes, []
        return outcomes

    def _add(self, prepared: Prepared) -> Likeness | None:
        execute = self._connection.execute
        article, digest = prepared.article_id, prepared.text_digest
        change = self._clusters.change(article, digest)
        counts.take_off(self._connection, article)
        seq = execute("INSERT INTO change (article) VALUES (?)", (article,)).lastrowid
        number = execute(
            "INSERT INTO article (id, seq, arrived, version, text_digest) VALUES (?1, ?2, ?2, 1, ?3)"
            " ON CONFLICT (id) DO UPDATE SET seq = excluded.seq, arrived = excluded.arrived, version = version + 1,"
            " text_digest = excluded.text_digest, removed_at = NULL RETURNING version",
            (article, seq, digest),
        ).fetchone()[0]
        self._add_payload(prepared)
        version = execute(_INSERT_VERSION, version_values(prepared, number, self._run, utc_now())).lastrowid
        self._insert_edits(version or 0, prepared.document)
        counts.put_on(self._connection, article)
        if self._clusters.follow(change, prepared.bands):
            return "near"
        return "exact" if digest and not change.is_new and self._clusters.is_stored(digest, besides=article) else None

    def _add_payload(self, prepared: Prepared) -> None:
        digest, frame = prepared.payload_sha256, prepared.payload
        self._connection.execute(
            "INSERT OR IGNORE INTO payload (sha256, size, encoding, bytes) VALUES (?, ?, ?, ?)",
            (digest, prepared.payload_size, NOT_KEPT if frame is None else "zstd", frame or b""),
        )
        if frame is None:
            self._may_lack_payloads = True
        else:
            self._keep(digest, frame)

    def fail(self, origin: str, record: int | None, error: str) -> None:
        """See StoreWriter."""
        now = utc_now()
        with corpus_errors(self._path):
            self._begin()
            self._connection.execute(
                "INSERT INTO failure (origin, record, error, attempts, first_seen, last_seen, run)"
                " VALUES (?, ?, ?, 1, ?, ?, ?) ON CONFLICT (origin, record) DO UPDATE SET error = excluded.error,"
                " attempts = attempts + 1, last_seen = excluded.last_seen, run = excluded.run",
                (origin, record or 0, error, now, now, self._run),
            )

    def settle(self, origin: str, record: int | None) -> None:
        """See StoreWriter."""
        if (origin, record or 0) not in self._failed:
            return
        with corpus_errors(self._path):
            self._begin()
            self._connection.execute("DELETE FROM failure WHERE origin = ? AND record = ?", (origin, record or 0))

    def has_page(self, url: str) -> bool:
        """See StoreWriter."""
        with corpus_errors(self._path):
            row = self._connection.execute(
                "SELECT 1 FROM article WHERE id = ?1 AND (version > 0 OR removed_at IS NOT NULL) UNION ALL"
                " SELECT 1 FROM version WHERE retrieval_url = ?2 OR retrieval_answered = ?2 LIMIT 1",
                (url_id(url), url),
            ).fetchone()
        return row is not None

    def has_otherwise(self, url: str) -> bool:
        """See StoreWriter."""
        with corpus_errors(self._path):
            row = self._connection.execute(
                "SELECT 1 FROM version WHERE article = ? GROUP BY article"
                " HAVING count(retrieval_url) AND NOT sum(kind = 'entry')",
                (url_id(url),),
            ).fetchone()
        return row is not None

    def reached(self, walk: str) -> str | None:
        """See StoreWriter."""
        with corpus_errors(self._path):
            row = self._connection.execute("SELECT place FROM walk WHERE name = ?", (walk,)).fetchone()
        return row[0] if row else None

    def reach(self, walk: str, place: str) -> None:
        """See StoreWriter."""
        with corpus_errors(self._path):
            self._begin()
            self._connection.execute(
                "INSERT OR REPLACE INTO walk (name, place, reached_at) VALUES (?, ?, ?)", (walk, place, utc_now())
            )

    def finish(self, report: IngestReport) -> None:
        """See StoreWriter."""
        with corpus_errors(self._path):
            self._begin()
            self._connection.execute(
                "UPDATE run SET finished_at = ?, report = ? WHERE id = ?",
                (utc_now(), json.dumps(dataclasses.asdict(report), ensure_ascii=False), self._run),
            )
        self.commit()
