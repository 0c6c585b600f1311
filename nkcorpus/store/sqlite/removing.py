"""Removing articles from a corpus file for good."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable

from nkcorpus.dates import utc_now
from nkcorpus.store.sqlite import counts, remarks
from nkcorpus.store.sqlite.clusters import Clusters
from nkcorpus.store.sqlite.waiting import WaitingConnection


def remove(connection: WaitingConnection, ids: Iterable[str]) -> int:
    """Delete articles with their versions and payloads in one transaction, leave tombstones, and return how many."""
    connection.execute("PRAGMA secure_delete = ON")  # what a user removes must not stay in free pages
    connection.begin()
    removed = sum(_remove(connection, article) for article in ids)
    counts.forget_empty(connection)
    connection.end()
    return removed


def _remove(connection: sqlite3.Connection, article: str) -> int:
    if not connection.execute("SELECT 1 FROM article WHERE id = ? AND removed_at IS NULL", (article,)).fetchone():
        return 0
    payloads = connection.execute("SELECT payload_sha256 FROM version WHERE article = ?", (article,)).fetchall()
    digest, text = connection.execute(
        "SELECT a.text_digest, v.text FROM article a JOIN version v ON v.article = a.id AND v.number = a.version"
        " WHERE a.id = ?",
        (article,),
    ).fetchone()
    seq = connection.execute("INSERT INTO change (article) VALUES (?)", (article,)).lastrowid
    counts.take_off(connection, article)
    connection.execute("DELETE FROM version WHERE article = ?", (article,))
    connection.execute("DELETE FROM kept_line WHERE article = ?", (article,))
    remarks.drop_remarks(connection, article)
    connection.execute(
        "UPDATE article SET seq = ?, version = 0, text_digest = NULL, removed_at = ?, gone_at = NULL,"
        " gone_status = NULL WHERE id = ?",
        (seq, utc_now(), article),
    )
    if digest and not connection.execute("SELECT 1 FROM article WHERE text_digest = ?", (digest,)).fetchone():
        Clusters(connection).drop(digest, text)
    connection.executemany(
        "DELETE FROM payload WHERE sha256 = ? AND NOT EXISTS"
        " (SELECT 1 FROM version WHERE version.payload_sha256 = payload.sha256)",
        payloads,
    )
    return 1
