"""Taking in the records of another corpus that are no versions. Everything works within the caller's transaction."""

from __future__ import annotations

import json
import sqlite3

from nkcorpus.model import FetchEntry
from nkcorpus.store.journal import Followed
from nkcorpus.store.records import (
    AliasRecord,
    FailureRecord,
    GoneRecord,
    KeptLineRecord,
    NoteRecord,
    Put,
    Record,
    RemovedRecord,
    RuleRecord,
    SearchRecord,
    TagRecord,
)
from nkcorpus.store.sqlite import remarks, searches
from nkcorpus.store.sqlite.aliases import insert_alias_group
from nkcorpus.store.sqlite.journal import COLUMNS as FETCH_COLUMNS

_NEWEST_IS_FROM = (
    "SELECT coalesce(v.retrieved_at, v.ingested_at) FROM article a JOIN version v"
    " ON v.article = a.id AND v.number = a.version WHERE a.id = ? AND a.gone_at IS NULL"
)


def put(connection: sqlite3.Connection, record: Record, run: int, *, is_new: bool) -> Put:
    """Take in a record, in the run of that number. `is_new` tells that the corpus had no article before."""
    match record:
        case RemovedRecord():
            return _put_removed(connection, record)
        case GoneRecord() | TagRecord() | NoteRecord() | KeptLineRecord():
            return _put_of_article(connection, record)
        case RuleRecord():
            return _put_rule(connection, record)
        case AliasRecord():
            return insert_alias_group(connection, record.texts)
        case SearchRecord():
            return _put_search(connection, record)
        case Followed():
            return _put_followed(connection, record)
        case FetchEntry():
            return _put_fetch(connection, record)
        case FailureRecord():
            return _put_failure(connection, record, run) if is_new else "skipped"
    raise TypeError(f"{type(record).__name__} is joined, not put")


def _put_removed(connection: sqlite3.Connection, record: RemovedRecord) -> Put:
    """Remember that an article was removed elsewhere, unless it is known here."""
    article = record.article_id
    if _is_there(connection, "SELECT 1 FROM article WHERE id = ?", article):
        return "unchanged"
    seq = connection.execute("INSERT INTO change (article) VALUES (?)", (article,)).lastrowid
    connection.execute(
        "INSERT INTO article (id, seq, version, removed_at) VALUES (?, ?, 0, ?)", (article, seq, record.removed_at)
    )
    return "added"


def _put_of_article(
    connection: sqlite3.Connection, record: GoneRecord | TagRecord | NoteRecord | KeptLineRecord
) -> Put:
    article = record.article_id
    if not _is_there(connection, "SELECT 1 FROM article WHERE id = ? AND removed_at IS NULL", article):
        return "skipped"
    match record:
        case GoneRecord():
            return _put_gone(connection, record)
        case TagRecord():
            return _added(remarks.change_tags(connection, article, [record.tag], []))
        case NoteRecord():
            return _added(remarks.insert_note(connection, article, record.note))
        case KeptLineRecord():
            return _inserted(
                connection, "INSERT OR IGNORE INTO kept_line (article, line) VALUES (?, ?)", article, record.line
            )


def _put_gone(connection: sqlite3.Connection, record: GoneRecord) -> Put:
    """Mark the page of an article as gone, unless the article was there later."""
    row = connection.execute(_NEWEST_IS_FROM, (record.article_id,)).fetchone()
    if row is None or row[0] > record.gone.found_at:
        return "unchanged"
    connection.execute(
        "UPDATE article SET gone_at = ?, gone_status = ? WHERE id = ?",
        (record.gone.found_at, record.gone.status, record.article_id),
    )
    return "added"


def _put_rule(connection: sqlite3.Connection, record: RuleRecord) -> Put:
    rule = record.rule
    row = connection.execute("SELECT toml FROM rule WHERE id = ?", (rule.id,)).fetchone()
    if row:
        return "unchanged" if row[0] == rule.toml else "conflict"
    connection.execute(
        "INSERT INTO rule (id, toml, origin, added_at) VALUES (?, ?, ?, ?)",
        (rule.id, rule.toml, rule.origin, record.added_at),
    )
    return "added"


def _put_search(connection: sqlite3.Connection, record: SearchRecord) -> Put:
    if searches.put_search(connection, record.search, replace=False):
        return "added"
    (query, options) = connection.execute(
        "SELECT query, options FROM saved_search WHERE name = ?", (record.name,)
    ).fetchone()
    return "unchanged" if (query, json.loads(options)) == (record.query, record.options) else "conflict"


def _put_followed(connection: sqlite3.Connection, record: Followed) -> Put:
    options = json.dumps(record.options, ensure_ascii=False, sort_keys=True)
    done = _inserted(
        connection,
        "INSERT OR IGNORE INTO followed (name, url, options, added_at, asked_at, error) VALUES (?, ?, ?, ?, ?, ?)",
        *(record.name, record.url, options, record.added_at, record.asked_at, record.error),
    )
    is_same = "SELECT 1 FROM followed WHERE name = ? AND url = ? AND options = ?"
    if done == "unchanged" and not _is_there(connection, is_same, record.name, record.url, options):
        return "conflict"
    return done


def _put_fetch(connection: sqlite3.Connection, entry: FetchEntry) -> Put:
    """Take an address into the journal, unless it is there, or led to an article that was not taken: it would never be
    fetched again.
    """
    if entry.article_id and not _is_there(connection, "SELECT 1 FROM article WHERE id = ?", entry.article_id):
        return "skipped"
    return _inserted(
        connection,
        f"INSERT OR IGNORE INTO fetch ({FETCH_COLUMNS}) VALUES ({', '.join('?' * len(FETCH_COLUMNS.split(',')))})",
        *(getattr(entry, name) for name in FetchEntry.__slots__),
    )


def _put_failure(connection: sqlite3.Connection, record: FailureRecord, run: int) -> Put:
    return _inserted(
        connection,
        "INSERT OR IGNORE INTO failure (origin, record, error, attempts, first_seen, last_seen, run)"
        " VALUES (?, ?, ?, ?, ?, ?, ?)",
        *(record.origin, record.record, record.error, record.attempts, record.first_seen, record.last_seen, run),
    )


def _inserted(connection: sqlite3.Connection, sql: str, *values: object) -> Put:
    return _added(connection.execute(sql, values).rowcount > 0)


def _added(is_new: bool) -> Put:
    return "added" if is_new else "unchanged"


def _is_there(connection: sqlite3.Connection, sql: str, *values: object) -> bool:
    return connection.execute(sql, values).fetchone() is not None
