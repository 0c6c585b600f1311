"""A damaged corpus row by row into a new file: what is whole as it is, what a digest proves mended, and a quarantine.

What follows from other rows is not copied but made anew: counts, near duplicates, SQLite's own indices.
"""

from __future__ import annotations

import contextlib
import os
import sqlite3
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from nkcorpus.dates import utc_now
from nkcorpus.identity import text_digest
from nkcorpus.model import ID_LENGTH, SourceItem
from nkcorpus.results import Problem
from nkcorpus.store.payloads import decompress
from nkcorpus.store.sqlite import counts
from nkcorpus.store.sqlite.checks.reading import UNREADABLE, rows_by_key, rows_by_rowid
from nkcorpus.store.sqlite.checks.versions import edits_of
from nkcorpus.store.sqlite.clusters import Clusters
from nkcorpus.store.sqlite.connection import create_in
from nkcorpus.store.sqlite.repair.mending import Mended, Reader, mended_payload, mended_version
from nkcorpus.store.sqlite.repair.opening import open_damaged
from nkcorpus.store.sqlite.rows import NOT_KEPT, VERSION_COLUMNS, retrieval_of
from nkcorpus.store.sqlite.seals import SEALED, crc32_of, keys_of, version_seal

_FIRST = ("corpus", "run", "article")
_OTHERS = tuple(table for table in SEALED if table not in _FIRST)
_PAYLOAD = ("sha256", "size", "encoding", "bytes")
_RETRIEVAL = ("retrieved_at", "retrieval_url", "retrieval_answered", "retrieval_status", "retrieval_headers")
_LOST = "the version cannot be read"
_MOST_VERSIONS = 10_000
"""Beyond that a number of versions is damage."""
_UNTOLD = {"arrived": None, "gone_at": None, "gone_status": None}
_REFERRING = ("kept_line", "user_tag", "note", "fetch")
"""The tables whose rows name articles."""


class Salvage:
    """What is taken from a damaged file into a new one, and what was done meanwhile."""

    def __init__(self, source: sqlite3.Connection, target: sqlite3.Connection, read: Reader) -> None:
        self._source = source
        self._target = target
        self._read = read
        self.mended: list[Problem] = []
        self.quarantined: list[Problem] = []
        self.lost: list[Problem] = []
        self._touched: set[str] = set()  # articles that the index has to read again

    def run(self) -> None:
        """Fill the new file."""
        self._copy_quarantine()
        self._copy_changes()
        for table in _FIRST:
            self._copy_sealed(table)
        self._copy_payloads()
        self._copy_versions()
        for table in _OTHERS:
            self._copy_sealed(table)
        self._complete()

    def _columns(self, table: str) -> list[str]:
        """Return the columns that a table has here and there: those of an older schema are fewer."""
        new = [row[1] for row in self._target.execute(f"PRAGMA table_info({table})")]
        old = {row[1] for row in self._source.execute(f"PRAGMA table_info({table})")}
        return [name for name in new if name in old]

    def _copy_quarantine(self) -> None:
        for table, keys in (("quarantine", 1), ("quarantine_value", 2)):
            columns = self._columns(table)
            if columns:
                for values in rows_by_key(
                    self._source, table, columns, keys, lambda line: self._lose("quarantine", line)
                ):
                    self._insert(table, dict(zip(columns, values, strict=True)), "OR IGNORE")

    def _copy_changes(self) -> None:
        for _, *values in rows_by_rowid(self._source, "change", ("seq", "token", "article"), self._lose_change):
            row = dict(zip(("seq", "token", "article"), values, strict=True))
            if isinstance(row["seq"], int) and all(_is_sound(row[name]) for name in ("token", "article")):
                self._insert("change", row)
            else:
                self._quarantine("change", None, row, "is no change")

    def _lose_change(self, line: str) -> None:
        self._lose("changes", line)

    def _copy_sealed(self, table: str) -> None:
        columns = self._columns(table)
        if not columns:
            return
        is_sealed = "seal" in columns
        sealed = [name for name in columns if name in SEALED[table]]
        # The key comes first, as the rows are read by it; the table's other columns follow.
        wanted = [*sealed, *(name for name in columns if name not in sealed)]
        damage: list[str] = []
        for values in rows_by_key(self._source, table, wanted, len(keys_of(table)), damage.append):
            row = dict(zip(wanted, values, strict=True))
            if is_sealed and crc32_of(*(row[name] for name in SEALED[table])) != row["seal"]:
                self._quarantine(table, row.get("article"), row, "is not what its seal says")
                self._replace(table, row)
            elif table == "article":
                self._insert_article(row)
            else:
                self._insert_known(table, row)
        for line in damage:
            self._lose(table, line)

    def _insert_known(self, table: str, row: Mapping[str, Any]) -> None:
        try:
            self._insert(table, row)
        except (sqlite3.IntegrityError, sqlite3.InterfaceError, UnicodeError) as error:  # a key that is there twice
            self._quarantine(table, row.get("article"), row, f"cannot be stored ({error})")

    def _replace(self, table: str, row: Mapping[str, Any]) -> None:
        """Put something in the place of a damaged row that others refer to."""
        if table == "run" and isinstance(row["id"], int):
            self._insert("run", {"id": row["id"], "started_at": "", "tool": "", "sources": "[]"}, "OR IGNORE")
        elif table == "article":
            article = self._changed_by(row["seq"]) or row["id"]
            if _is_id(article):
                removed_at = row["removed_at"] if _is_sound(row["removed_at"]) and row["version"] == 0 else None
                self._insert_article({**row, "id": article, "removed_at": removed_at, **_UNTOLD})
                self._touched.add(article)

    def _insert_article(self, row: Mapping[str, Any]) -> None:
        """Insert a row of `article`, under a new change where its own is not known as one of it."""
        article, seq = row["id"], row["seq"]
        if self._changed_by(seq) != article:
            seq = self._new_change(article)
            self._mend("article", article, f"a new change in place of {row['seq']!r}")
        version = row["version"] if isinstance(row["version"], int) else 0
        self._insert("article", {**row, "seq": seq, "version": version}, "OR IGNORE")

    def _changed_by(self, seq: object) -> str | None:
        """Return the article that a change is one of."""
        if not isinstance(seq, int):
            return None
        row = self._target.execute("SELECT article FROM change WHERE seq = ?", (seq,)).fetchone()
        return row[0] if row else None

    def _new_change(self, article: str) -> int:
        return self._target.execute("INSERT INTO change (article) VALUES (?)", (article,)).lastrowid or 0

    def _copy_payloads(self) -> None:
        damage: list[str] = []
        for _, *values in rows_by_rowid(self._source, "payload", _PAYLOAD, damage.append):
            mended = mended_payload(tuple(values))
            if isinstance(mended, str):
                sha256, size, *_ = values
                self._quarantine("payload", None, dict(zip(_PAYLOAD, values, strict=True)), mended)
                if _is_sound(sha256) and isinstance(size, int):
                    row = {"sha256": sha256, "size": size, "encoding": NOT_KEPT, "bytes": b""}
                    self._insert("payload", row, "OR IGNORE")
                continue
            whole, done = mended
            self._insert("payload", dict(zip(_PAYLOAD, whole, strict=True)), "OR REPLACE")
            if done:
                self._mend("payload", str(whole[0]), done)
        for line in damage:
            self._lose("payload", line)

    def _copy_versions(self) -> None:
        columns = self._columns("version")
        damage: list[str] = []
        for _, *values in rows_by_rowid(self._source, "version", columns, damage.append):
            row = {**dict.fromkeys(VERSION_COLUMNS), **dict(zip(columns, values, strict=True))}
            if "row_sha256" not in columns:
                row["row_sha256"] = version_seal(row)
            self._copy_version(row)
        for line in damage:
            self._lose("version", line)

    def _copy_version(self, row: dict[str, Any]) -> None:
        name = f"{row['article']}/{row['number']}"
        try:
            cuts, repairs = edits_of(self._source, row["id"])
        except UNREADABLE as error:
            cuts, repairs = [], []
            self._lose(name, f"its cuts and repairs cannot be read ({error})")
        mended = mended_version(row, cuts, repairs, self._item(row), self._read)
        if isinstance(mended, Mended):
            try:
                self._insert("version", mended.row)
            except (sqlite3.IntegrityError, sqlite3.InterfaceError, UnicodeError) as error:
                mended = f"cannot be stored ({error})"
        if isinstance(mended, str):
            article = row["article"] if _is_id(row["article"]) else None
            self._quarantine("version", article, row, mended)
            for table, edits in (("cut", cuts), ("repair", repairs)):
                third = "kind" if table == "cut" else "text"
                for edit in edits:
                    values = dict(zip(("start", "end", third, "rule"), edit, strict=True))
                    self._quarantine(table, article, {"version": row["id"], **values}, "of a version in quarantine")
            return
        document = mended.document
        for span in document.removed:
            values = {"version": row["id"], "start": span.start, "end": span.end, "kind": span.kind, "rule": span.rule}
            self._insert("cut", values)
        for fix in document.repairs:
            values = {"version": row["id"], "start": fix.start, "end": fix.end, "text": fix.text, "rule": fix.rule}
            self._insert("repair", values)
        if mended.done:
            self._mend("version", name, mended.done)
            self._touched.add(mended.row["article"])

    def _item(self, row: Mapping[str, Any]) -> SourceItem | None:
        """Return the bytes that a version was read from, where they are whole."""
        stored = self._target.execute(
            "SELECT bytes, size FROM payload WHERE sha256 IS ? AND encoding <> ?",
            (_bound(row["payload_sha256"]), NOT_KEPT),
        ).fetchone()
        if stored is None:
            return None
        try:
            retrieval = retrieval_of(*(row[name] for name in _RETRIEVAL))
        except (TypeError, ValueError):
            retrieval = None
        return SourceItem(
            row["origin"],
            row["file_name"],
            row["kind"],
            decompress(*stored),
            row["record"],
            row["charset"],
            row["url"],
            retrieval,
            row["external_id"],
        )

    def _name_gaps(self, article: str, newest: int) -> None:
        """Note in quarantine which versions of an article there were that cannot be read any more."""
        known = {
            number
            for (number,) in self._target.execute(
                "SELECT number FROM version WHERE article = ?1 UNION SELECT value FROM quarantine q"
                " JOIN quarantine_value c ON c.row = q.id AND c.name = 'number'"
                " WHERE q.source = 'version' AND q.article = ?1",
                (article,),
            )
        }
        for number in range(1, min(newest, _MOST_VERSIONS) + 1):
            if number not in known:
                self._lose(f"{article}/{number}", _LOST)
                self._put_away("version", article, {"number": number}, _LOST)

    def _complete(self) -> None:
        """Make anew what follows from the rows that there are now."""
        execute = self._target.execute
        for table in ("version", *_REFERRING):
            for (article,) in execute(
                f"SELECT DISTINCT article FROM {table} WHERE article NOT IN (SELECT id FROM article)"
            ).fetchall():
                self._insert_article({"id": article, "seq": None, "version": 1})
        for (run,) in execute("SELECT DISTINCT run FROM version WHERE run NOT IN (SELECT id FROM run)").fetchall():
            self._insert("run", {"id": run, "started_at": "", "tool": "", "sources": "[]"})
            self._mend("run", str(run), "a row in its place, without times and sources")
        for (sha256,) in execute(
            "SELECT DISTINCT payload_sha256 FROM version WHERE payload_sha256 NOT IN (SELECT sha256 FROM payload)"
        ).fetchall():
            self._insert("payload", {"sha256": sha256, "size": 0, "encoding": NOT_KEPT, "bytes": b""})
            self._lose(f"payload {sha256}", "the original bytes cannot be read")
        self._set_newest()
        self._drop_orphans()
        self._set_identity()
        Clusters(self._target).rebuild()
        counts.count_anew(self._target)
        for article in sorted(self._touched):
            self._touch(article)

    def _set_newest(self) -> None:
        execute = self._target.execute
        rows = execute(
            "SELECT a.id, a.version, a.text_digest, a.arrived, a.removed_at, max(v.number), v.text"
            " FROM article a LEFT JOIN version v ON v.article = a.id GROUP BY a.id"
        )
        for article, version, digest, arrived, removed_at, newest, text in rows.fetchall():
            self._name_gaps(article, max(version, newest or 0))
            if not newest and not version and removed_at is None:
                removed_at = ""  # it was: an article without a version is one that was removed
                execute("UPDATE article SET removed_at = '' WHERE id = ?", (article,))
            new = newest or 0, text_digest(text) if newest else None, None if newest else removed_at
            if new != (version, digest, removed_at):
                execute("UPDATE article SET version = ?, text_digest = ?, removed_at = ? WHERE id = ?", (*new, article))
                self._mend("article", article, "what is said of its newest version made anew")
                self._touched.add(article)
            if arrived is not None and self._changed_by(arrived) != article:
                execute("UPDATE article SET arrived = NULL WHERE id = ?", (article,))
                self._mend("article", article, "the change that brought it is not known any more")

    def _drop_orphans(self) -> None:
        for values in self._target.execute(
            f"SELECT {', '.join(_PAYLOAD)} FROM payload WHERE sha256 NOT IN (SELECT payload_sha256 FROM version)"
        ).fetchall():
            row = dict(zip(_PAYLOAD, values, strict=True))
            if row["encoding"] != NOT_KEPT:
                self._quarantine("payload", None, row, "belongs to no version that is left")
            self._target.execute("DELETE FROM payload WHERE sha256 = ?", (row["sha256"],))

    def _set_identity(self) -> None:
        """Give the corpus an id where it lost its own."""
        if not self._target.execute("SELECT 1 FROM corpus WHERE key = 'id'").fetchone():
            self._insert("corpus", {"key": "id", "value": os.urandom(16).hex()})
            self._mend("corpus", "id", "a new id in place of the damaged one")

    def _touch(self, article: str) -> None:
        if self._target.execute("SELECT 1 FROM article WHERE id = ?", (article,)).fetchone():
            seq = self._new_change(article)
            self._target.execute("UPDATE article SET seq = ? WHERE id = ?", (seq, article))

    def _insert(self, table: str, row: Mapping[str, Any], conflict: str = "") -> None:
        marks = ", ".join("?" * len(row))
        self._target.execute(f"INSERT {conflict} INTO {table} ({', '.join(row)}) VALUES ({marks})", tuple(row.values()))

    def _quarantine(self, table: str, article: object, row: Mapping[str, Any], reason: str) -> None:
        if table == "version":
            name = f"{row['article']}/{row['number']}"
        else:
            name = str(article or " ".join(str(value)[:64] for value in list(row.values())[:2]))
        self.quarantined.append(Problem(table, name, reason))
        self._put_away(table, article if _is_id(article) else None, row, reason)

    def _put_away(self, table: str, article: object, row: Mapping[str, Any], reason: str) -> None:
        number = self._target.execute(
            "INSERT INTO quarantine (source, article, reason, taken_at) VALUES (?, ?, ?, ?)",
            (table, article, reason, utc_now()),
        ).lastrowid
        self._target.executemany(
            "INSERT INTO quarantine_value (row, name, value) VALUES (?, ?, ?)",
            [(number, column, _bound(value)) for column, value in row.items()],
        )
        if isinstance(article, str):
            self._touched.add(article)

    def _mend(self, table: str, what: str, done: str) -> None:
        self.mended.append(Problem(table, what, done))

    def _lose(self, what: str, line: str) -> None:
        self.lost.append(Problem("lost", what, line))


def salvage(source: Path, target: Path, read: Reader) -> Salvage:
    """Make a corpus `target`, which must not exist, of what is whole or can be mended in a damaged one.

    `read` tells what the original bytes of an article say. Raises CorpusError where nothing can be read.
    """
    copy = target.with_name(f"{target.name}-copy")
    try:
        with contextlib.closing(open_damaged(source, copy)) as old, contextlib.closing(create_in(target)) as new:
            found = Salvage(old, new, read)
            found.run()
            new.execute("COMMIT")
    finally:
        copy.unlink(missing_ok=True)
    with target.open("rb") as file:
        os.fsync(file.fileno())
    return found


def _is_sound(value: object) -> bool:
    return isinstance(value, str) and isinstance(_bound(value), str)


def _is_id(value: object) -> bool:
    return isinstance(value, str) and len(value) == ID_LENGTH and not set(value) - set("0123456789abcdef")


def _bound(value: object) -> Any:
    """Return a value as SQLite takes it: text that is no UTF-8 as the bytes that it was."""
    if not isinstance(value, str):
        return value
    try:
        value.encode()
    except UnicodeEncodeError:
        return value.encode("utf-8", "surrogateescape")
    return value
