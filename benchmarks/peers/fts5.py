"""SQLite's FTS5: Porter stems, title, text and date in one table, ranked by its bm25."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from pathlib import Path

from benchmarks.peers.protocol import LIMIT, NEARNESS, SINCE, UNTIL, Answer, pieces, run

_FORMS = {
    "one word": "{0}",
    "any of four": "{any}",
    "by date": "{any}",
    "phrase": '"{all}"',
    "near": f"NEAR({{all}}, {NEARNESS})",
    "prefix": "{0}*",
}
_RANKED = "SELECT title, text FROM article WHERE article MATCH ? ORDER BY rank LIMIT ?"
_DATED = "SELECT title, text FROM article WHERE article MATCH ? AND date BETWEEN ? AND ? ORDER BY rank LIMIT ?"


def index(source: str, target: str) -> None:
    """Make the table, fill it, and merge its parts, as its manual advises once all is in."""
    Path(target).mkdir(exist_ok=True)
    connection = _connect(target)
    connection.execute(
        "CREATE VIRTUAL TABLE article USING fts5"
        " (key UNINDEXED, title, text, date UNINDEXED, tokenize = 'porter unicode61')"
    )
    _insert(connection, source)
    connection.execute("INSERT INTO article (article) VALUES ('optimize')")
    connection.commit()
    connection.close()


def add(source: str, target: str) -> None:
    """Insert the articles of `source`."""
    connection = _connect(target)
    _insert(connection, source)
    connection.close()


def search(target: str) -> tuple[Answer, object]:
    """Open `target` for searching."""
    connection = _connect(target)

    def answer(kind: str, words: Sequence[str]) -> Sequence[object] | None:
        if kind not in _FORMS:
            return None
        query = _FORMS[kind].format(*words, all=" ".join(words), any=" OR ".join(words))
        if kind == "by date":
            return connection.execute(_DATED, (query, SINCE, UNTIL, LIMIT)).fetchall()
        return connection.execute(_RANKED, (query, LIMIT)).fetchall()

    return answer, connection


def _connect(target: str) -> sqlite3.Connection:
    return sqlite3.connect(Path(target, "fts5.db"))


def _insert(connection: sqlite3.Connection, source: str) -> None:
    rows = ((piece.key, piece.title, piece.text, piece.date) for piece in pieces(source))
    connection.executemany("INSERT INTO article (key, title, text, date) VALUES (?, ?, ?, ?)", rows)
    connection.commit()


if __name__ == "__main__":
    run(index, add, search)
