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

from nkcorpus.errors import CorpusDamaged
from nkcorpus.model import SourceItem
from nkcorpus.store.payloads import decompress
from nkcorpus.store.seals import crc32_of, version_seal
from nkcorpus.store.sqlite.checks.reading import UNREADABLE, rows_by_key, rows_by_rowid
from nkcorpus.store.sqlite.checks.versions import edits_of
from nkcorpus.store.sqlite.connection import corpus_errors, create_in
from nkcorpus.store.sqlite.repair.completion import complete
from nkcorpus.store.sqlite.repair.mending import Mended, Reader, mended_payload, mended_version
from nkcorpus.store.sqlite.repair.opening import open_damaged
from nkcorpus.store.sqlite.repair.target import Target, as_stored, is_id, is_text
from nkcorpus.store.sqlite.rows import NOT_KEPT, VERSION_COLUMNS, retrieval_of
from nkcorpus.store.sqlite.seals import SEALED, keys_of

_FIRST = ("corpus", "run", "article")
_OTHERS = tuple(table for table in SEALED if table not in _FIRST)
_PAYLOAD = ("sha256", "size", "encoding", "bytes")
_RETRIEVAL = ("retrieved_at", "retrieval_url", "retrieval_answered", "retrieval_status", "retrieval_headers")
_UNTOLD = {"arrived": None, "gone_at": None, "gone_status": None}


class _Salvage:
    """Copies what is whole or can be mended."""

    def __init__(self, source: sqlite3.Connection, target: Target, read: Reader) -> None:
        self._source = source
        self._target = target
        self._read = read

    def run(self) -> None:
        """Fill the new file. Raises CorpusDamaged where there is nothing to read."""
        if not self._columns("version"):
            raise CorpusDamaged("nothing of the articles can be read; restore the corpus from a copy")
        self._copy_quarantine()
        self._copy_changes()
        for table in _FIRST:
            self._copy_sealed(table)
        self._copy_payloads()
        self._copy_versions()
        for table in _OTHERS:
            self._copy_sealed(table)

    def _columns(self, table: str) -> list[str]:
        """Return the columns that a table has here and there: those of an older schema are fewer."""
        new = [row[1] for row in self._target.connection.execute(f"PRAGMA table_info({table})")]
        old = {row[1] for row in self._source.execute(f"PRAGMA table_info({table})")}
        return [name for name in new if name in old]

    def _copy_quarantine(self) -> None:
        for table, keys in (("quarantine", 1), ("quarantine_value", 2)):
            columns = self._columns(table)
            if columns:
                for values in rows_by_key(
                    self._source, table, columns, keys, lambda line: self._target.lose("quarantine", line)
                ):
                    self._target.insert(table, dict(zip(columns, values, strict=True)), "OR IGNORE")

    def _copy_changes(self) -> None:
        for _, *values in rows_by_rowid(self._source, "change", ("seq", "token", "article"), self._lose_change):
            row = dict(zip(("seq", "token", "article"), values, strict=True))
            if isinstance(row["seq"], int) and all(is_text(row[name]) for name in ("token", "article")):
                self._target.insert("change", row)
            else:
                self._target.quarantine("change", None, row, "is no change")

    def _lose_change(self, line: str) -> None:
        self._target.lose("changes", line)

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
                self._target.quarantine(table, row.get("article"), row, "is not what its seal says")
                self._replace(table, row)
            elif table == "article":
                self._target.insert_article(row)
            else:
                self._target.insert_or_quarantine(table, row)
        for line in damage:
            self._target.lose(table, line)

    def _replace(self, table: str, row: Mapping[str, Any]) -> None:
        """Put something in the place of a damaged row that others refer to."""
        if table == "run" and isinstance(row["id"], int):
            self._target.insert("run", {"id": row["id"], "started_at": "", "tool": "", "sources": "[]"}, "OR IGNORE")
        elif table == "article":
            article = self._target.changed_by(row["seq"]) or row["id"]
            if is_id(article):
                removed_at = row["removed_at"] if is_text(row["removed_at"]) and row["version"] == 0 else None
                self._target.insert_article({**row, "id": article, "removed_at": removed_at, **_UNTOLD})
                self._target.touched.add(article)

    def _copy_payloads(self) -> None:
        damage: list[str] = []
        for _, *values in rows_by_rowid(self._source, "payload", _PAYLOAD, damage.append):
            mended = mended_payload(tuple(values))
            if isinstance(mended, str):
                sha256, size, *_ = values
                self._target.quarantine("payload", None, dict(zip(_PAYLOAD, values, strict=True)), mended)
                if is_text(sha256) and isinstance(size, int):
                    row = {"sha256": sha256, "size": size, "encoding": NOT_KEPT, "bytes": b""}
                    self._target.insert("payload", row, "OR IGNORE")
                continue
            whole, done = mended
            self._target.insert("payload", dict(zip(_PAYLOAD, whole, strict=True)), "OR REPLACE")
            if done:
                self._target.mend("payload", str(whole[0]), done)
        for line in damage:
            self._target.lose("payload", line)

    def _copy_versions(self) -> None:
        columns = self._columns("version")
        damage: list[str] = []
        for _, *values in rows_by_rowid(self._source, "version", columns, damage.append):
            row = {**dict.fromkeys(VERSION_COLUMNS), **dict(zip(columns, values, strict=True))}
            if "row_sha256" not in columns:
                row["row_sha256"] = version_seal(row)
            self._copy_version(row)
        for line in damage:
            self._target.lose("version", line)

    def _copy_version(self, row: dict[str, Any]) -> None:
        name = f"{row['article']}/{row['number']}"
        try:
            cuts, repairs = edits_of(self._source, row["id"])
        except UNREADABLE as error:
            cuts, repairs = [], []
            self._target.lose(name, f"its cuts and repairs cannot be read ({error})")
        mended = mended_version(row, cuts, repairs, self._item(row), self._read)
        if isinstance(mended, Mended):
            try:
                self._target.insert("version", mended.row)
            except (sqlite3.IntegrityError, sqlite3.InterfaceError, UnicodeError) as error:
                mended = f"cannot be stored ({error})"
        if isinstance(mended, str):
            article = row["article"] if is_id(row["article"]) else None
            self._target.quarantine("version", article, row, mended)
            for table, edits in (("cut", cuts), ("repair", repairs)):
                third = "kind" if table == "cut" else "text"
                for edit in edits:
                    values = dict(zip(("start", "end", third, "rule"), edit, strict=True))
                    self._target.quarantine(
                        table, article, {"version": row["id"], **values}, "of a version in quarantine"
                    )
            return
        document = mended.document
        for span in document.removed:
            values = {"version": row["id"], "start": span.start, "end": span.end, "kind": span.kind, "rule": span.rule}
            self._target.insert("cut", values)
        for fix in document.repairs:
            values = {"version": row["id"], "start": fix.start, "end": fix.end, "text": fix.text, "rule": fix.rule}
            self._target.insert("repair", values)
        if mended.done:
            self._target.mend("version", name, mended.done)
            self._target.touched.add(mended.row["article"])

    def _item(self, row: Mapping[str, Any]) -> SourceItem | None:
        """Return the bytes that a version was read from, where they are whole."""
        stored = self._target.connection.execute(
            "SELECT bytes, size FROM payload WHERE sha256 IS ? AND encoding <> ?",
            (as_stored(row["payload_sha256"]), NOT_KEPT),
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


def salvage(source: Path, target: Path, read: Reader) -> Target:
    """Make a corpus `target`, which must not exist, of what is whole or can be mended in a damaged one.

    `read` tells what the original bytes of an article say. Raises CorpusError where nothing can be read.
    """
    copy = target.with_name(f"{target.name}-copy")
    try:
        with (
            corpus_errors(source),
            contextlib.closing(open_damaged(source, copy)) as old,
            contextlib.closing(create_in(target)) as new,
        ):
            found = Target(new)
            _Salvage(old, found, read).run()
            complete(found)
            new.execute("COMMIT")
    finally:
        copy.unlink(missing_ok=True)
    with target.open("rb") as file:
        os.fsync(file.fileno())
    return found
