"""The journal of fetches and the followed sources in a corpus file."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import AbstractContextManager
from pathlib import Path

from nkcorpus.dates import utc_now
from nkcorpus.model import Attempt, FetchEntry, FetchState, Retrieval
from nkcorpus.store.journal import Followed
from nkcorpus.store.sqlite.columns import object_of
from nkcorpus.store.sqlite.connection import corpus_errors

COLUMNS = (
    "url, source, state, tries, status, error, queued_at, tried_at, retry_at, validated_url, etag, last_modified,"
    " article"
)
_RECORD = (
    "INSERT INTO fetch (url, source, state, tries, status, error, queued_at, tried_at, retry_at, validated_url, etag,"
    " last_modified, article) VALUES (?1, ?2, ?3, 1, ?4, ?5, ?6, ?6, ?7, ?8, ?9, ?10, ?11)"
    " ON CONFLICT (url) DO UPDATE SET state = ?3, tries = tries + 1, status = ?4, error = ?5, tried_at = ?6,"
    " retry_at = ?7, validated_url = iif(?12, validated_url, ?8), etag = iif(?12, etag, ?9),"
    " last_modified = iif(?12, last_modified, ?10), article = coalesce(?11, article)"
)
_SETTLE = (
    "UPDATE fetch SET state = ?2, status = ?3, error = ?4, tries = max(tries, 1), tried_at = ?5, retry_at = NULL,"
    " validated_url = ?6, etag = ?7, last_modified = ?8, article = coalesce(?9, article) WHERE url = ?1"
    " AND (state IN ('pending', 'failed') OR tried_at <= ?5) AND NOT (state = 'gone' AND tried_at >= ?5)"
)
_ARTICLES_AT = (
    # A feed and a list of posts are no page of the articles that they gave, so that only pages and documents count.
    "(SELECT ?1 UNION SELECT article FROM fetch WHERE url = ?2 UNION"
    " SELECT v.article FROM version v JOIN article a ON a.id = v.article AND a.version = v.number"
    " WHERE v.kind NOT IN ('entry', 'record') AND (v.retrieval_url = ?2 OR v.retrieval_answered = ?2))"
)
_SETTLE_CAPTURE = (
    "UPDATE fetch SET state = iif(?2 IS NULL, state, 'failed'), error = coalesce(?2, error), article = coalesce(?3,"
    " article, (SELECT article FROM version WHERE retrieval_url = ?4 AND retrieved_at = ?5)) WHERE url = ?1"
)
_UNVALIDATED = "validated_url = NULL, etag = NULL, last_modified = NULL"
_BATCH = 400
_NOT_MODIFIED = 304


class SqliteJournal:
    """Fulfils Journal. `reader` gives the connection for reading, `changing` one in a transaction."""

    def __init__(
        self,
        path: Path,
        reader: Callable[[], sqlite3.Connection],
        changing: Callable[[], AbstractContextManager[sqlite3.Connection]],
    ) -> None:
        self._path = path
        self._reader = reader
        self._changing = changing

    def entry(self, url: str) -> FetchEntry | None:
        """See Journal."""
        with corpus_errors(self._path):
            return _entry(self._reader(), url)

    def entries(self, state: FetchState | None = None, source: str | None = None) -> Iterator[FetchEntry]:
        """See Journal."""
        wanted, values = _wanted(state, source)
        sql = f"SELECT id, {COLUMNS} FROM fetch WHERE {wanted} AND id > ? ORDER BY id LIMIT ?"
        last = 0
        while True:
            with corpus_errors(self._path):
                rows = self._reader().execute(sql, (*values, last, _BATCH)).fetchall()
            if not rows:
                return
            yield from (FetchEntry(*values) for _, *values in rows)
            last = rows[-1][0]

    def latest(
        self, limit: int = 0, state: FetchState | None = None, source: str | None = None
    ) -> tuple[FetchEntry, ...]:
        """See Journal."""
        wanted, values = _wanted(state, source)
        sql = f"SELECT {COLUMNS} FROM fetch WHERE {wanted} ORDER BY coalesce(tried_at, queued_at) DESC, id DESC LIMIT ?"
        with corpus_errors(self._path):
            rows = self._reader().execute(sql, (*values, limit or -1))
            return tuple(FetchEntry(*row) for row in rows)

    def counts(self, source: str | None = None) -> Mapping[FetchState, int]:
        """See Journal."""
        wanted, values = _wanted(None, source)
        with corpus_errors(self._path):
            return dict(self._reader().execute(f"SELECT state, count(*) FROM fetch WHERE {wanted} GROUP BY 1", values))

    def followed(self) -> tuple[Followed, ...]:
        """See Journal."""
        with corpus_errors(self._path):
            rows = self._reader().execute(
                "SELECT name, url, added_at, options, asked_at, error FROM followed ORDER BY name"
            )
            return tuple(
                Followed(name, url, added_at, object_of(options, "options"), asked_at, error)
                for name, url, added_at, options, asked_at, error in rows
            )

    def follow(self, source: Followed) -> bool:
        """See Journal."""
        options = json.dumps(source.options, ensure_ascii=False, sort_keys=True)
        with self._changing() as connection:
            cursor = connection.execute(
                "INSERT OR IGNORE INTO followed (name, url, added_at, options, asked_at, error)"
                " VALUES (?, ?, ?, ?, ?, ?)",
                (source.name, source.url, source.added_at, options, source.asked_at, source.error),
            )
            added = cursor.rowcount > 0
            if added:
                connection.execute(
                    f"UPDATE fetch SET source = ?, {_UNVALIDATED} WHERE url = ?", (source.name, source.url)
                )
            return added

    def unfollow(self, name: str) -> bool:
        """See Journal."""
        with self._changing() as connection:
            row = connection.execute("DELETE FROM followed WHERE name = ? RETURNING url", (name,)).fetchone()
            if row:
                connection.execute("DELETE FROM fetch WHERE source = ? AND state = 'pending'", (name,))
                connection.execute(
                    f"UPDATE fetch SET {_UNVALIDATED} WHERE source IN (?, ?) AND article IS NULL", (name, *row)
                )
            return row is not None

    def mark_asked(self, name: str, error: str | None = None) -> None:
        """See Journal."""
        with self._changing() as connection:
            connection.execute("UPDATE followed SET asked_at = ?, error = ? WHERE name = ?", (utc_now(), error, name))


class SqliteJournalWriter:
    """Fulfils JournalWriter, in the transaction of an ingest run, which `begin` opens."""

    def __init__(self, connection: sqlite3.Connection, path: Path, begin: Callable[[], None]) -> None:
        self._connection = connection
        self._path = path
        self._begin = begin

    def entry(self, url: str) -> FetchEntry | None:
        """See JournalWriter."""
        with corpus_errors(self._path):
            return _entry(self._connection, url)

    def queue(self, urls: Iterable[str], source: str) -> int:
        """See JournalWriter."""
        added = 0
        now = utc_now()
        for url in urls:
            with corpus_errors(self._path):
                self._begin()
                added += self._connection.execute(
                    "INSERT OR IGNORE INTO fetch (url, source, state, tries, queued_at) VALUES (?, ?, 'pending', 0, ?)",
                    (url, source, now),
                ).rowcount
        return added

    def record(self, attempt: Attempt) -> None:
        """See JournalWriter."""
        keeps_validators = attempt.status == _NOT_MODIFIED
        with corpus_errors(self._path):
            self._begin()
            self._connection.execute(
                _RECORD,
                (
                    *(attempt.url, attempt.source, attempt.state, attempt.status, attempt.error),
                    *(
                        attempt.tried_at or utc_now(),
                        attempt.retry_at,
                        attempt.validated_url,
                        attempt.etag,
                        attempt.last_modified,
                    ),
                    *(attempt.article_id, keeps_validators),
                ),
            )
            if attempt.state == "gone":
                self._mark_gone(attempt.url, attempt.status)
            elif attempt.state == "done":
                self._mark_there(attempt.url)

    def settle(self, retrieval: Retrieval, article_id: str | None = None, error: str | None = None) -> None:
        """See JournalWriter."""
        headers = dict(retrieval.headers)
        with corpus_errors(self._path):
            self._begin()
            settled = self._connection.execute(
                _SETTLE,
                (
                    *(retrieval.url, "failed" if error else "done", retrieval.status, error, retrieval.retrieved_at),
                    *(retrieval.answered, headers.get("etag"), headers.get("last-modified"), article_id),
                ),
            ).rowcount
            if settled:
                self._mark_there(retrieval.url)

    def move(self, source: str, url: str) -> bool:
        """See JournalWriter."""
        with corpus_errors(self._path):
            self._begin()
            sql = "UPDATE OR IGNORE followed SET url = ?2 WHERE name = ?1 AND url <> ?2"
            return self._connection.execute(sql, (source, url)).rowcount > 0

    def settle_capture(
        self, address: str, retrieval: Retrieval, article_id: str | None = None, error: str | None = None
    ) -> None:
        """See JournalWriter."""
        with corpus_errors(self._path):
            self._begin()
            self._connection.execute(
                _SETTLE_CAPTURE, (address, error, article_id, retrieval.url, retrieval.retrieved_at)
            )

    def retry(self, source: str | None = None) -> int:
        """See JournalWriter."""
        with corpus_errors(self._path):
            self._begin()
            return self._connection.execute(
                "UPDATE fetch SET state = 'pending', retry_at = NULL"
                " WHERE state = 'failed' AND (?1 IS NULL OR source = ?1)",
                (source,),
            ).rowcount

    def _mark_gone(self, url: str, status: int | None) -> None:
        from nkcorpus.identity import url_id

        self._connection.execute(
            "UPDATE article SET gone_at = coalesce(gone_at, ?3), gone_status = ?4"
            f" WHERE id IN {_ARTICLES_AT} AND removed_at IS NULL",
            (url_id(url), url, utc_now(), status),
        )

    def _mark_there(self, url: str) -> None:
        from nkcorpus.identity import url_id

        self._connection.execute(
            f"UPDATE article SET gone_at = NULL, gone_status = NULL WHERE id IN {_ARTICLES_AT} AND gone_at IS NOT NULL",
            (url_id(url), url),
        )


def _wanted(state: FetchState | None, source: str | None) -> tuple[str, list[str]]:
    """Return an SQL condition and its values: no `? IS NULL OR`, which no index serves."""
    wanted = {name: value for name, value in (("state", state), ("source", source)) if value is not None}
    return " AND ".join(["TRUE", *(f"{name} = ?" for name in wanted)]), list(wanted.values())


def _entry(connection: sqlite3.Connection, url: str) -> FetchEntry | None:
    row = connection.execute(f"SELECT {COLUMNS} FROM fetch WHERE url = ?", (url,)).fetchone()
    return FetchEntry(*row) if row else None
