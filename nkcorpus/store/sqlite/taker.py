"""Taking records of another corpus into a corpus file."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from pathlib import Path

from nkcorpus.dates import utc_now
from nkcorpus.dedupe import band_keys
from nkcorpus.identity import text_digest
from nkcorpus.store.joining import Joining, Slot, prepared_of
from nkcorpus.store.payloads import compress
from nkcorpus.store.records import Joined, Put, Record, VersionRecord
from nkcorpus.store.sqlite import counts
from nkcorpus.store.sqlite.connection import corpus_errors
from nkcorpus.store.sqlite.putting import put
from nkcorpus.store.sqlite.rows import NOT_KEPT, VERSION_COLUMNS, version_values
from nkcorpus.store.sqlite.seals import reseal_versions
from nkcorpus.store.sqlite.transaction import Transaction
from nkcorpus.store.sqlite.waiting import WaitingConnection

_INSERT_VERSION = f"INSERT INTO version ({', '.join(VERSION_COLUMNS)}) VALUES ({', '.join('?' * len(VERSION_COLUMNS))})"
_PUT_PAYLOAD = (
    "INSERT INTO payload (sha256, size, encoding, bytes) VALUES (?, ?, ?, ?) ON CONFLICT (sha256) DO UPDATE"
    f" SET encoding = excluded.encoding, bytes = excluded.bytes, size = excluded.size WHERE encoding = '{NOT_KEPT}'"
)


class SqliteTaker(Transaction):
    """Fulfils Taker."""

    def __init__(self, connection: WaitingConnection, path: Path, tool: str, source: str) -> None:
        super().__init__(connection, path)
        with corpus_errors(path):
            self._run = connection.execute(
                "INSERT INTO run (started_at, tool, sources) VALUES (?, ?, ?)",
                (utc_now(), tool, json.dumps([source], ensure_ascii=False)),
            ).lastrowid
            self._was_empty = connection.execute("SELECT 1 FROM article LIMIT 1").fetchone() is None

    def prefetch(self, records: Sequence[Record]) -> None:
        """See Taker. A file is read as fast one by one."""

    def join(self, article_id: str, versions: Iterator[VersionRecord], *, force: bool) -> tuple[Joined, int]:
        """See Taker."""
        with corpus_errors(self._path):
            self._begin()
            row = self._connection.execute("SELECT removed_at FROM article WHERE id = ?", (article_id,)).fetchone()
            if row and row[0] and not force:
                return "skipped", 0
            return self._join(article_id, versions)

    def _join(self, article: str, versions: Iterator[VersionRecord]) -> tuple[Joined, int]:
        ours = self._slots(article)
        joining = Joining(ours)
        for version in versions:
            self._put_payload(version)
            if not joining.has(version):
                joining.add(version, self._insert(version, joining.count + 1))
        history = joining.history()
        if history is None:
            return "unchanged", 0
        self._settle(article, history, len(ours))
        return "joined" if ours else "new", joining.added

    def _slots(self, article: str) -> list[Slot]:
        return [
            Slot(row, (extract, payload, retrieved_at), retrieved_at or ingested_at)
            for row, extract, payload, retrieved_at, ingested_at in self._connection.execute(
                "SELECT id, extract_sha256, payload_sha256, retrieved_at, ingested_at FROM version WHERE article = ?"
                " ORDER BY number",
                (article,),
            )
        ]

    def _insert(self, record: VersionRecord, number: int) -> int:
        """Store a version behind those that there are."""
        execute = self._connection.execute
        article = record.article_id
        if not execute("SELECT 1 FROM article WHERE id = ?", (article,)).fetchone():
            seq = execute("INSERT INTO change (article) VALUES (?)", (article,)).lastrowid
            execute("INSERT INTO article (id, seq, version) VALUES (?, ?, 0)", (article, seq))
        values = version_values(prepared_of(record, None), number, self._run or 0, record.ingested_at)
        row = execute(_INSERT_VERSION, values).lastrowid or 0
        if record.retrieval and not record.retrieval.url:  # before schema 8 nothing but the time was kept
            execute(
                "UPDATE version SET retrieval_url = NULL, retrieval_answered = NULL, retrieval_headers = NULL"
                " WHERE id = ?",
                (row,),
            )
            reseal_versions(self._connection, [row])
        self._insert_edits(row, record.document)
        return row

    def _put_payload(self, record: VersionRecord) -> None:
        """Keep the bytes of a version, also where only their digest was kept here."""
        found = self._connection.execute("SELECT encoding FROM payload WHERE sha256 = ?", (record.payload_sha256,))
        encoding = (found.fetchone() or ("",))[0]
        if encoding and (encoding != NOT_KEPT or record.payload is None):
            return
        given = (NOT_KEPT, b"") if record.payload is None else ("zstd", compress(record.payload))
        self._connection.execute(_PUT_PAYLOAD, (record.payload_sha256, record.payload_size, *given))

    def _settle(self, article: str, history: Sequence[Slot], before: int) -> None:
        """Give an article its history, and have all that is derived follow. `before` is how many versions it had."""
        execute = self._connection.execute
        newest = history[-1].row
        (text,) = execute("SELECT text FROM version WHERE id = ?", (newest,)).fetchone()
        digest = text_digest(text)
        change = self._clusters.change(article, digest)
        counts.take_off(self._connection, article)
        was_newest = execute("SELECT id FROM version WHERE article = ? AND number = ?", (article, before)).fetchone()
        self._renumber(article, history)
        seq = execute("INSERT INTO change (article) VALUES (?)", (article,)).lastrowid
        execute(
            "UPDATE article SET seq = ?1, arrived = iif(?2, arrived, ?1), version = ?3, text_digest = ?4,"
            " removed_at = NULL WHERE id = ?5",
            (seq, was_newest == (newest,), len(history), digest, article),
        )
        counts.put_on(self._connection, article)
        self._clusters.follow(change, band_keys(text))

    def _renumber(self, article: str, history: Sequence[Slot]) -> None:
        numbers = dict(self._connection.execute("SELECT id, number FROM version WHERE article = ?", (article,)))
        moved = [(number, slot.row) for number, slot in enumerate(history, 1) if numbers[slot.row] != number]
        # No two versions may have one number, not even for a moment.
        self._connection.executemany("UPDATE version SET number = -? WHERE id = ?", moved)
        self._connection.executemany("UPDATE version SET number = ? WHERE id = ?", moved)
        reseal_versions(self._connection, [row for _, row in moved])

    def put(self, record: Record) -> Put:
        """See Taker."""
        with corpus_errors(self._path):
            self._begin()
            return put(self._connection, record, self._run or 0, is_new=self._was_empty)

    def commit(self) -> None:
        """See Taker."""
        self._end()

    def finish(self, report: dict[str, object]) -> None:
        """See Taker."""
        with corpus_errors(self._path):
            self._begin()
            self._connection.execute(
                "UPDATE run SET finished_at = ?, report = ? WHERE id = ?",
                (utc_now(), json.dumps(report, ensure_ascii=False), self._run),
            )
        self.commit()
