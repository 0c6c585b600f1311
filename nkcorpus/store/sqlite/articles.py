"""Reading articles whole, many at a time: one statement a table, not one an article."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from nkcorpus.model import Article, Document, Version
from nkcorpus.store.base import Current
from nkcorpus.store.sqlite import remarks
from nkcorpus.store.sqlite.columns import damaged
from nkcorpus.store.sqlite.rows import VERSION_INFO_COLUMNS, Row, article_of, document_of, version_of

CURRENT = "article a JOIN version v ON v.article = a.id AND v.number = a.version"
"""Joins each article that was not removed with its newest version."""

_CUTS = "SELECT version, start, end, kind, rule FROM cut WHERE version IN ({}) ORDER BY version, start"
_REPAIRS = "SELECT version, start, end, text, rule FROM repair WHERE version IN ({}) ORDER BY version, start"
_VERSIONS = f"SELECT article, {VERSION_INFO_COLUMNS} FROM version WHERE article IN ({{}}) ORDER BY article, number"
_NEAR_DUPLICATES = (
    "SELECT a.id, b.id FROM article a JOIN article b ON b.text_digest = a.text_digest"
    " WHERE a.id IN ({0}) AND b.id <> a.id UNION SELECT a.id, b.id FROM article a"
    " JOIN text_cluster c ON c.text_digest = a.text_digest JOIN text_cluster d ON d.cluster = c.cluster"
    " JOIN article b ON b.text_digest = d.text_digest WHERE a.id IN ({0}) AND b.id <> a.id ORDER BY 1, 2"
)


def articles_with(connection: sqlite3.Connection, ids: Sequence[str]) -> Iterator[Article]:
    """Yield those of the articles with these ids that are stored and not removed, in no order."""
    rows = _rows(connection, f"a.id IN ({_marks(ids)})", ids)
    versions = _grouped(connection, _VERSIONS, ids)
    near = _grouped(connection, _NEAR_DUPLICATES, ids, times=2)
    tags, notes = remarks.tags_of(connection, ids), remarks.notes_of(connection, ids)
    for row, document in documents(connection, rows):
        article = row["article"]
        yield article_of(
            row,
            document,
            tuple(version_of(version) for version in versions[article]),
            tuple(other for (other,) in near.get(article, ())),
            tags.get(article, ()),
            notes.get(article, ()),
        )


def current_where(connection: sqlite3.Connection, condition: str, *values: object) -> list[Current]:
    """Return the newest versions of the articles `a` that fulfil an SQL condition."""
    return [
        Current(row["article"], document, row["origin"], row["payload_sha256"], row["content_sha256"])
        for row, document in documents(connection, _rows(connection, condition, values))
    ]


def version_with(connection: sqlite3.Connection, article_id: str, number: int) -> Version | None:
    """Return one version of an article, None where it has none of that number."""
    key = (article_id, number)
    rows = _selected(connection, "SELECT * FROM version WHERE article = ? AND number = ?", key)
    for row, document in documents(connection, rows):
        info = connection.execute(
            f"SELECT {VERSION_INFO_COLUMNS} FROM version WHERE article = ? AND number = ?", key
        ).fetchone()
        return Version(version_of(info), document, row["text"], row["words"], row["origin"])
    return None


def _rows(connection: sqlite3.Connection, condition: str, values: Sequence[object]) -> list[Row]:
    return _selected(connection, f"SELECT v.*, a.gone_at, a.gone_status FROM {CURRENT} WHERE {condition}", values)


def _selected(connection: sqlite3.Connection, sql: str, values: Sequence[object]) -> list[Row]:
    cursor = connection.execute(sql, values)
    names = [column[0] for column in cursor.description]
    return [dict(zip(names, row, strict=True)) for row in cursor]


def documents(connection: sqlite3.Connection, rows: Sequence[Row]) -> Iterator[tuple[Row, Document]]:
    """Yield each row of `version` with its document."""
    versions = [row["id"] for row in rows]
    cuts, repairs = _grouped(connection, _CUTS, versions), _grouped(connection, _REPAIRS, versions)
    for row in rows:
        if row["text"] is None or row["authors"] is None or row["tags"] is None:
            raise damaged(f"the article {row['article'][:32]} has no text")
        yield row, document_of(row, cuts.get(row["id"], ()), repairs.get(row["id"], ()))


def _grouped(
    connection: sqlite3.Connection, sql: str, keys: Sequence[Any], *, times: int = 1
) -> Mapping[Any, list[tuple[Any, ...]]]:
    """Return the rows of a statement by their first column, which is left out.

    `keys` take the place of `{}`, the same ones `times` over.
    """
    grouped: dict[Any, list[tuple[Any, ...]]] = {}
    for key, *values in connection.execute(sql.format(_marks(keys)), [*keys] * times):
        grouped.setdefault(key, []).append(tuple(values))
    return grouped


def _marks(values: Sequence[object]) -> str:
    return ", ".join("?" * len(values))
