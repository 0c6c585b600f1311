"""The new file that a damaged corpus is saved into, with a record of what was done."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from typing import Any

from nkcorpus.dates import utc_now
from nkcorpus.model import ID_LENGTH
from nkcorpus.results import Problem

_SHOWN = 64


class Target:
    """A new corpus file, written in one transaction. `touched` are the articles that an index has to read again."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self.connection = connection
        self.mended: list[Problem] = []
        self.quarantined: list[Problem] = []
        self.lost: list[Problem] = []
        self.touched: set[str] = set()

    def mend(self, table: str, what: str, done: str) -> None:
        """Note that something was made whole."""
        self.mended.append(Problem(table, what, done))

    def lose(self, what: str, line: str) -> None:
        """Note that something could not be read."""
        self.lost.append(Problem("lost", what, line))

    def insert(self, table: str, row: Mapping[str, Any], conflict: str = "") -> None:
        """Insert a row. Raises sqlite3.Error, UnicodeError."""
        marks = ", ".join("?" * len(row))
        self.connection.execute(
            f"INSERT {conflict} INTO {table} ({', '.join(row)}) VALUES ({marks})", tuple(row.values())
        )

    def insert_or_quarantine(self, table: str, row: Mapping[str, Any]) -> None:
        """Insert a row, or move it to quarantine where it does not fit, such as with a key that is there twice."""
        try:
            self.insert(table, row)
        except (sqlite3.IntegrityError, sqlite3.InterfaceError, UnicodeError) as error:
            self.quarantine(table, row.get("article"), row, f"cannot be stored ({error})")

    def insert_article(self, row: Mapping[str, Any]) -> None:
        """Insert a row of `article`, under a new change where its own is not known as one of it."""
        article, seq = row["id"], row["seq"]
        if self.changed_by(seq) != article:
            seq = self._new_change(article)
            self.mend("article", article, f"a new change in place of {row['seq']!r}")
        version = row["version"] if isinstance(row["version"], int) else 0
        self.insert("article", {**row, "seq": seq, "version": version}, "OR IGNORE")

    def changed_by(self, seq: object) -> str | None:
        """Return the article that a change is one of."""
        if not isinstance(seq, int):
            return None
        row = self.connection.execute("SELECT article FROM change WHERE seq = ?", (seq,)).fetchone()
        return row[0] if row else None

    def touch(self) -> None:
        """Give the touched articles a new place in the sequence of changes, so that the index follows."""
        for article in sorted(self.touched):
            if self.connection.execute("SELECT 1 FROM article WHERE id = ?", (article,)).fetchone():
                seq = self._new_change(article)
                self.connection.execute("UPDATE article SET seq = ? WHERE id = ?", (seq, article))

    def _new_change(self, article: str) -> int:
        return self.connection.execute("INSERT INTO change (article) VALUES (?)", (article,)).lastrowid or 0

    def quarantine(self, table: str, article: object, row: Mapping[str, Any], reason: str) -> None:
        """Put a row aside as it is, and name it."""
        if table == "version":
            name = f"{row['article']}/{row['number']}"
        else:
            name = str(article or " ".join(str(value)[:_SHOWN] for value in list(row.values())[:2]))
        self.quarantined.append(Problem(table, name, reason))
        self.put_aside(table, article if is_id(article) else None, row, reason)

    def put_aside(self, table: str, article: object, row: Mapping[str, Any], reason: str) -> None:
        """Put a row into quarantine, or what is known of one that cannot be read."""
        number = self.connection.execute(
            "INSERT INTO quarantine (source, article, reason, taken_at) VALUES (?, ?, ?, ?)",
            (table, article, reason, utc_now()),
        ).lastrowid
        self.connection.executemany(
            "INSERT INTO quarantine_value (row, name, value) VALUES (?, ?, ?)",
            [(number, column, as_stored(value)) for column, value in row.items()],
        )
        if isinstance(article, str):
            self.touched.add(article)


def is_id(value: object) -> bool:
    """Tell whether a value can be the id of an article."""
    return isinstance(value, str) and len(value) == ID_LENGTH and not set(value) - set("0123456789abcdef")


def is_text(value: object) -> bool:
    """Tell whether a value is text that SQLite takes."""
    return isinstance(value, str) and isinstance(as_stored(value), str)


def as_stored(value: object) -> Any:
    """Return a value as SQLite takes it: text that is no UTF-8 as the bytes that it was."""
    if not isinstance(value, str):
        return value
    try:
        value.encode()
    except UnicodeEncodeError:
        return value.encode("utf-8", "surrogateescape")
    return value
