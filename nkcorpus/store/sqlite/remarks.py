"""The user's own tags and notes in a corpus file. Everything works within the caller's transaction."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Sequence

from nkcorpus.dates import utc_now
from nkcorpus.model import Note
from nkcorpus.store.remarks import retagged


def tags_of(connection: sqlite3.Connection, ids: Sequence[str]) -> dict[str, tuple[str, ...]]:
    """Return the user's tags of each of these articles that has any."""
    found: dict[str, list[str]] = {}
    for article, tag in connection.execute(
        f"SELECT article, tag FROM user_tag WHERE article IN ({_marks(ids)}) ORDER BY article, tag", ids
    ):
        found.setdefault(article, []).append(tag)
    return {article: tuple(tags) for article, tags in found.items()}


def notes_of(connection: sqlite3.Connection, ids: Sequence[str]) -> dict[str, tuple[Note, ...]]:
    """Return the notes of each of these articles that has any, the oldest first."""
    found: dict[str, list[Note]] = {}
    for article, text, made_at in connection.execute(
        f"SELECT article, text, made_at FROM note WHERE article IN ({_marks(ids)}) ORDER BY id", ids
    ):
        found.setdefault(article, []).append(Note(text, made_at))
    return {article: tuple(notes) for article, notes in found.items()}


def change_tags(connection: sqlite3.Connection, article: str, add: Iterable[str], remove: Iterable[str]) -> bool:
    """Give an article tags and take tags from it, case aside; tell whether anything changed."""
    before = tags_of(connection, [article]).get(article, ())
    after = retagged(before, add, remove)
    if after == sorted(before):
        return False
    connection.execute("DELETE FROM user_tag WHERE article = ?", (article,))
    connection.executemany("INSERT INTO user_tag (article, tag) VALUES (?, ?)", [(article, tag) for tag in after])
    _touch(connection, article)
    return True


def add_note(connection: sqlite3.Connection, article: str, text: str) -> None:
    """Write a note about an article."""
    _insert_note(connection, article, text, utc_now())


def insert_note(connection: sqlite3.Connection, article: str, note: Note) -> bool:
    """Store a note that was made elsewhere; tell whether it was not there yet."""
    found = "SELECT 1 FROM note WHERE article = ? AND text = ? AND made_at = ?"
    if connection.execute(found, (article, note.text, note.made_at)).fetchone():
        return False
    _insert_note(connection, article, note.text, note.made_at)
    return True


def _insert_note(connection: sqlite3.Connection, article: str, text: str, made_at: str) -> None:
    connection.execute("INSERT INTO note (article, text, made_at) VALUES (?, ?, ?)", (article, text, made_at))
    _touch(connection, article)


def remove_note(connection: sqlite3.Connection, article: str, number: int) -> bool:
    """Delete the note of an article with this number, from 1, as they were made; tell whether there was one."""
    row = connection.execute(
        "SELECT id FROM note WHERE article = ? ORDER BY id LIMIT 1 OFFSET ?", (article, number - 1)
    ).fetchone()
    if row is None:
        return False
    connection.execute("DELETE FROM note WHERE id = ?", row)
    _touch(connection, article)
    return True


def drop_remarks(connection: sqlite3.Connection, article: str) -> None:
    """Delete all tags and notes of an article that is being removed."""
    connection.execute("DELETE FROM user_tag WHERE article = ?", (article,))
    connection.execute("DELETE FROM note WHERE article = ?", (article,))


def _touch(connection: sqlite3.Connection, article: str) -> None:
    """Give an article a new place in the sequence of changes, so that the index follows."""
    seq = connection.execute("INSERT INTO change (article) VALUES (?)", (article,)).lastrowid
    connection.execute("UPDATE article SET seq = ? WHERE id = ?", (seq, article))


def _marks(values: Sequence[str]) -> str:
    return ", ".join("?" * len(values))
