"""Reading a corpus file as a stream of records, one row in memory at a time."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

from nkcorpus.errors import CorpusDamaged
from nkcorpus.model import FetchEntry, Gone, Note
from nkcorpus.store.desk import StoredRule
from nkcorpus.store.journal import Followed
from nkcorpus.store.records import (
    AliasRecord,
    ArticleDigests,
    FailureRecord,
    GoneRecord,
    KeptLineRecord,
    NoteRecord,
    PassOver,
    Record,
    RemovedRecord,
    RuleRecord,
    SearchRecord,
    TagRecord,
    Unreadable,
    VersionDigests,
    VersionRecord,
)
from nkcorpus.store.sqlite.articles import documents
from nkcorpus.store.sqlite.journal import COLUMNS as FETCH_COLUMNS
from nkcorpus.store.sqlite.payloads import unpacked
from nkcorpus.store.sqlite.rows import NOT_KEPT, Row, retrieval_of

_VERSIONS = (
    "SELECT v.*, p.size, p.encoding, p.bytes"
    " FROM version v JOIN payload p ON p.sha256 = v.payload_sha256 WHERE v.article = ? ORDER BY v.number"
)
_DIGESTS = (
    "v.extract_sha256, v.payload_sha256, v.retrieved_at, v.content_sha256, p.encoding"
    " FROM version v JOIN payload p ON p.sha256 = v.payload_sha256"
)
_MOST_BYTES = 1 << 28
"""Of one payload. The largest input that is taken has a quarter of that."""

Make = Callable[..., Record]


def article_digests(connection: sqlite3.Connection, after: str, limit: int) -> list[ArticleDigests]:
    """Return which versions the first articles after an id have, no more than `limit` articles."""
    removed = dict(
        connection.execute(
            "SELECT id, removed_at IS NOT NULL FROM article WHERE id > ? ORDER BY id LIMIT ?", (after, limit)
        ).fetchall()
    )
    versions: dict[str, list[VersionDigests]] = {article: [] for article in removed}
    for article, *digests in connection.execute(
        f"SELECT v.article, {_DIGESTS} WHERE v.article > ? AND v.article <= ? ORDER BY v.article, v.number",
        (after, max(removed, default="")),
    ):
        versions[article].append(_digests_of(*digests))
    return [ArticleDigests(article, bool(removed[article]), tuple(found)) for article, found in versions.items()]


def _digests_of(extract: str, payload: str, retrieved_at: str | None, content: str, encoding: str) -> VersionDigests:
    return VersionDigests(extract, payload, retrieved_at, content, encoding != NOT_KEPT)


def stored_records(
    connection: sqlite3.Connection, ids: Sequence[str] | None, pass_over: PassOver | None = None
) -> Iterator[Record | Unreadable]:
    """Yield all that a corpus holds, the articles by id; or what belongs to the articles with these ids, by id.

    Everything is as it was at the first moment, whatever others write meanwhile. `pass_over` tells of which live
    articles the versions are left out.
    """
    connection.execute("BEGIN")
    try:
        if ids is None:
            yield from _of_the_corpus(connection)
        wanted = _all_ids(connection) if ids is None else iter(sorted(ids))
        for article in wanted:
            yield from _of_article(connection, article, pass_over)
        if ids is None:
            yield from _rows(connection, f"SELECT {FETCH_COLUMNS} FROM fetch ORDER BY id", FetchEntry)
    finally:
        connection.execute("COMMIT")


def _all_ids(connection: sqlite3.Connection) -> Iterator[str]:
    for (article,) in connection.execute("SELECT id FROM article ORDER BY id"):
        yield article


def _of_the_corpus(connection: sqlite3.Connection) -> Iterator[Record | Unreadable]:
    yield from _rows(
        connection,
        "SELECT origin, record, error, attempts, first_seen, last_seen FROM failure ORDER BY origin, record",
        FailureRecord,
    )
    yield from _rows(
        connection,
        "SELECT id AS rule, toml, origin, added_at FROM rule ORDER BY rowid",
        lambda name, toml, origin, added_at: RuleRecord(StoredRule(name, toml, origin), added_at),
    )
    yield from _rows(
        connection,
        "SELECT json_group_array(json_array(text, added_at)) FROM (SELECT * FROM alias ORDER BY grouping, text)"
        " GROUP BY grouping ORDER BY grouping",
        lambda texts: AliasRecord(tuple(map(tuple, json.loads(texts)))),
    )
    yield from _rows(
        connection,
        "SELECT name, query, options, saved_at FROM saved_search ORDER BY name",
        lambda name, query, options, saved_at: SearchRecord(name, query, json.loads(options), saved_at),
    )
    yield from _rows(
        connection,
        "SELECT name, url, added_at, options, asked_at, error FROM followed ORDER BY name",
        lambda name, url, added_at, options, *rest: Followed(name, url, added_at, json.loads(options), *rest),
    )


def _of_article(
    connection: sqlite3.Connection, article: str, pass_over: PassOver | None
) -> Iterator[Record | Unreadable]:
    (row,) = connection.execute("SELECT removed_at, gone_at, gone_status FROM article WHERE id = ?", (article,))
    removed_at, gone_at, gone_status = row
    if removed_at is not None:
        yield RemovedRecord(article, removed_at)
        return
    if pass_over is None or not pass_over(_digests_of_article(connection, article)):
        cursor = connection.execute(_VERSIONS, (article,))
        names = [column[0] for column in cursor.description]
        for values in cursor:
            yield _version_of(connection, dict(zip(names, values, strict=True)))
    if gone_at is not None:
        yield GoneRecord(article, Gone(gone_at, gone_status))
    for sql, make in _BESIDES:
        yield from _rows(connection, sql, make, article)


def _digests_of_article(connection: sqlite3.Connection, article: str) -> ArticleDigests:
    rows = connection.execute(f"SELECT {_DIGESTS} WHERE v.article = ? ORDER BY v.number", (article,))
    return ArticleDigests(article, False, tuple(_digests_of(*row) for row in rows))


_BESIDES: tuple[tuple[str, Make], ...] = (
    ("SELECT article, tag FROM user_tag WHERE article = ? ORDER BY tag", TagRecord),
    (
        "SELECT article, text, made_at FROM note WHERE article = ? ORDER BY id",
        lambda article, text, made_at: NoteRecord(article, Note(text, made_at)),
    ),
    ("SELECT article, line FROM kept_line WHERE article = ? ORDER BY line", KeptLineRecord),
)


def _rows(connection: sqlite3.Connection, sql: str, make: Make, *values: object) -> Iterator[Record | Unreadable]:
    for row in connection.execute(sql, values):
        try:
            yield make(*row)
        except (ValueError, TypeError, RecursionError) as error:
            yield Unreadable(f"a row of {sql.partition(' FROM ')[2].split()[0]}", str(error))


def _version_of(connection: sqlite3.Connection, row: Row) -> VersionRecord | Unreadable:
    try:
        ((_, document),) = documents(connection, [row])
        return VersionRecord(
            article_id=row["article"],
            number=row["number"],
            ingested_at=row["ingested_at"],
            origin=row["origin"],
            file_name=row["file_name"],
            record=row["record"],
            kind=row["kind"],
            charset=row["charset"],
            retrieval=retrieval_of(*_retrieval_columns(row)),
            document=document,
            extract_sha256=row["extract_sha256"],
            content_sha256=row["content_sha256"],
            payload_sha256=row["payload_sha256"],
            payload_size=row["size"],
            payload=_payload_of(row),
        )
    except (ValueError, TypeError, AttributeError, RecursionError, CorpusDamaged) as error:
        return Unreadable(f"version {row['number']} of {row['article']}", " ".join(str(error).split()))


def _retrieval_columns(row: Row) -> Iterable[Any]:
    names = ("retrieved_at", "retrieval_url", "retrieval_answered", "retrieval_status", "retrieval_headers")
    return (row[name] for name in names)


def _payload_of(row: Row) -> bytes | None:
    if row["encoding"] == NOT_KEPT:
        return None
    if not 0 <= row["size"] <= _MOST_BYTES:
        raise ValueError(f"its payload would have {row['size']} bytes")
    return unpacked(row["payload_sha256"], row["bytes"], row["size"])
