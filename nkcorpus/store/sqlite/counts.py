"""Counts over the live articles, kept as these change: to count anew takes seconds in a large corpus.

Everything works within the caller's transaction. An article is taken off the counts before it changes, and put on
them again afterwards.
"""

from __future__ import annotations

import sqlite3
from collections import Counter

from nkcorpus.results import CorpusStats

_NEWEST = "article a JOIN version v ON v.article = a.id AND v.number = a.version"
_ARTICLE = (
    "INSERT INTO article_count (source, year, articles, versions, words)"
    " SELECT coalesce(v.source, ''), coalesce(substr(v.date, 1, 4), ''), ?2, ?2 * a.version, ?2 * v.words"
    f" FROM {_NEWEST} WHERE a.id = ?1 ON CONFLICT (source, year) DO UPDATE SET articles = articles + excluded.articles,"
    " versions = versions + excluded.versions, words = words + excluded.words"
)
_CUTS = (
    f"INSERT INTO cut_count (rule, cuts) SELECT c.rule, ?2 * count(*) FROM {_NEWEST} JOIN cut c ON c.version = v.id"
    " WHERE a.id = ?1 GROUP BY 1 ON CONFLICT (rule) DO UPDATE SET cuts = cuts + excluded.cuts"
)


def take_off(connection: sqlite3.Connection, article: str) -> None:
    """Leave an article out of the counts, if it was not removed."""
    _count(connection, article, -1)


def put_on(connection: sqlite3.Connection, article: str) -> None:
    """Count an article as it is now."""
    _count(connection, article, 1)


def count_anew(connection: sqlite3.Connection) -> None:
    """Count all articles."""
    connection.execute("DELETE FROM article_count")
    connection.execute("DELETE FROM cut_count")
    for (article,) in connection.execute("SELECT id FROM article WHERE version > 0").fetchall():
        put_on(connection, article)


def forget_empty(connection: sqlite3.Connection) -> None:
    """Delete the counts that are none: what a user removes must not be named any more."""
    connection.execute("DELETE FROM article_count WHERE articles = 0")
    connection.execute("DELETE FROM cut_count WHERE cuts = 0")


def _count(connection: sqlite3.Connection, article: str, sign: int) -> None:
    connection.execute(_ARTICLE, (article, sign))
    connection.execute(_CUTS, (article, sign))


def stats(connection: sqlite3.Connection) -> CorpusStats:
    """Return the counts."""
    rows = connection.execute(
        "SELECT source, year, articles, versions, words FROM article_count WHERE articles > 0"
    ).fetchall()
    cuts = connection.execute("SELECT rule, cuts FROM cut_count WHERE cuts > 0 ORDER BY cuts DESC, rule").fetchall()
    sources, years = Counter[str](), Counter[str]()
    for source, year, articles, _, _ in rows:
        sources[source] += articles
        years[year] += articles
    (removed,) = connection.execute("SELECT count(*) FROM article WHERE removed_at IS NOT NULL").fetchone()
    (failures,) = connection.execute("SELECT count(*) FROM failure").fetchone()
    return CorpusStats(
        articles=sources.total(),
        versions=sum(versions for *_, versions, _ in rows),
        words=sum(words for *_, words in rows),
        removed=removed,
        failures=failures,
        sources=tuple(sorted(sources.items(), key=lambda item: (-item[1], item[0]))),
        years=tuple(sorted(years.items())),
        cuts=tuple(cuts),
    )


def clusters(connection: sqlite3.Connection) -> list[tuple[str, tuple[str, ...]]]:
    """Return each cluster of two or more live articles, see `Store.clusters`."""
    members: dict[str, list[str]] = {}
    for cluster, article in connection.execute(
        "SELECT coalesce(c.cluster, a.text_digest), a.id FROM article a"
        " LEFT JOIN text_cluster c ON c.text_digest = a.text_digest"
        " WHERE a.text_digest IS NOT NULL ORDER BY a.id"
    ):
        members.setdefault(cluster, []).append(article)
    found = [(cluster, tuple(ids)) for cluster, ids in members.items() if len(ids) > 1]
    return sorted(found, key=lambda item: (-len(item[1]), item[0]))
