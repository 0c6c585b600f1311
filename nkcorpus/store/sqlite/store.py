"""The Store of one SQLite file."""

from __future__ import annotations

import contextlib
import re
import sqlite3
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nkcorpus.errors import (
    AmbiguousId,
    ArticleNotFound,
    CorpusError,
    CorpusLocked,
    CorpusMissing,
    CorpusNotWritable,
)
from nkcorpus.model import ID_LENGTH, SHORTEST_PREFIX, Article, Indexable, Position, Removal, Version
from nkcorpus.results import CorpusStats, Quarantined
from nkcorpus.store.base import Current, Finding, StoredPayload, StoredText
from nkcorpus.store.sqlite import remarks
from nkcorpus.store.sqlite.articles import CURRENT, articles_with, current_where, version_with
from nkcorpus.store.sqlite.columns import damaged
from nkcorpus.store.sqlite.connection import (
    close_writer,
    come_to_rest,
    corpus_errors,
    open_for_check,
    open_reader,
    open_writer,
    tidy,
)
from nkcorpus.store.sqlite.journal import SqliteJournal
from nkcorpus.store.sqlite.rows import INDEXABLE_COLUMNS, has_version, indexable_of
from nkcorpus.store.sqlite.waiting import WaitingConnection, nobody

if TYPE_CHECKING:
    from nkcorpus.store.records import ArticleDigests, PassOver, Record, Unreadable
    from nkcorpus.store.sqlite.desk import SqliteDesk
    from nkcorpus.store.sqlite.recleaner import SqliteRecleaner
    from nkcorpus.store.sqlite.taker import SqliteTaker
    from nkcorpus.store.sqlite.writer import SqliteWriter

_BATCH = 400
_CORPUS_ID = re.compile("[0-9a-f]{32}")


class SqliteStore:
    """Fulfils Store. Opened for reading; `writing` and `remove` open the file for writing while they run."""

    def __init__(
        self,
        path: Path,
        tool: str,
        *,
        create: bool = False,
        as_is: bool = False,
        is_ours: bool = True,
        notify: Callable[[str], None] = nobody,
    ) -> None:
        """Open a corpus, with `create` make it if need be; `as_is`, neither migrate it nor mind damage: for `inspect`.

        `is_ours` tells that the file may be brought to the newest schema; else a copy in memory is. `notify` hears when
        it is, and when another process is waited for. Raises CorpusError.
        """
        self._path = path
        self._tool = tool
        self._notify = notify
        self._is_at_rest = True
        if as_is:
            self._connection = open_for_check(path)
            return
        if create:
            self._is_at_rest = close_writer(open_writer(path, tool, create=True, notify=notify))
        self._connection = open_reader(path, notify, may_migrate=is_ours)

    @property
    def corpus_id(self) -> str:
        """See Store."""
        row = self._one("SELECT value FROM corpus WHERE key = 'id'")
        if not row or not _CORPUS_ID.fullmatch(row[0]):  # it becomes part of names of files
            raise damaged("its id is none", self._path)
        return str(row[0])

    @property
    def schema(self) -> int:
        """See Store."""
        return int(self._one("PRAGMA user_version")[0])

    @property
    def engine(self) -> str | None:
        """The search engine that was chosen for the corpus; None where none was."""
        row = self._one("SELECT value FROM corpus WHERE key = 'engine'")
        return str(row[0]) if row else None

    def choose_engine(self, name: str) -> None:
        """Remember the search engine that the corpus is to use."""
        with self._changing() as connection:
            connection.execute("INSERT OR REPLACE INTO corpus (key, value) VALUES ('engine', ?)", (name,))

    @property
    def journal(self) -> SqliteJournal:
        """See Store."""
        return SqliteJournal(self._path, lambda: self._connection, self._changing)

    @property
    def desk(self) -> SqliteDesk:
        """See Store."""
        from nkcorpus.store.sqlite.desk import SqliteDesk  # few commands need it

        return SqliteDesk(self._path, lambda: self._connection, self._changing)

    def position(self) -> Position:
        """See Store."""
        row = self._one("SELECT seq, token FROM change ORDER BY seq DESC LIMIT 1")
        return Position(*row) if row else Position()

    def token_at(self, seq: int) -> str | None:
        """See Store."""
        row = self._one("SELECT token FROM change WHERE seq = ?", seq)
        return row[0] if row else None

    def change_count(self, after: int) -> int:
        """See Store."""
        return int(self._one("SELECT count(*) FROM article WHERE seq > ?", after)[0])

    def changes(self, after: int) -> Iterator[Indexable | Removal]:
        """See Store."""
        sql = (
            f"SELECT {INDEXABLE_COLUMNS} FROM article a LEFT JOIN version v"
            " ON v.article = a.id AND v.number = a.version LEFT JOIN text_cluster c ON c.text_digest = a.text_digest"
            " WHERE a.seq > ? AND a.seq <= ? ORDER BY a.seq LIMIT ?"
        )
        last = self.position().seq
        while after < last:
            with corpus_errors(self._path):
                rows = self._connection.execute(sql, (after, last, _BATCH)).fetchall()
            if not rows:
                return
            yield from (indexable_of(row) if has_version(row) else Removal(row[0], row[1]) for row in rows)
            after = rows[-1][1]

    def articles(self, ids: Sequence[str]) -> list[Article]:
        """See Store."""
        found: dict[str, Article] = {}
        with corpus_errors(self._path):
            for start in range(0, len(ids), _BATCH):
                batch = articles_with(self._connection, ids[start : start + _BATCH])
                found.update((article.id, article) for article in batch)
        return [found[article] for article in ids if article in found]

    def versions(self, article_id: str) -> Iterator[Version]:
        """See Store."""
        with corpus_errors(self._path):
            numbers = self._connection.execute(
                "SELECT number FROM version WHERE article = ? ORDER BY number", (article_id,)
            ).fetchall()
        for (number,) in numbers:
            if (version := self.version(article_id, number)) is not None:
                yield version

    def version(self, article_id: str, number: int) -> Version | None:
        """See Store."""
        with corpus_errors(self._path):
            return version_with(self._connection, article_id, number)

    def payloads(self, ids: Sequence[str] | None = None) -> Iterator[StoredPayload]:
        """See Store."""
        from nkcorpus.store.sqlite.payloads import payloads_where

        with corpus_errors(self._path):
            if ids is None:
                yield from payloads_where(self._connection, "TRUE ORDER BY v.article, v.number")
            for article in ids or ():
                yield from payloads_where(self._connection, "v.article = ? ORDER BY v.number", article)

    def resolve(self, prefix: str) -> str:
        """See Store."""
        given = prefix.strip().lower()
        if not SHORTEST_PREFIX <= len(given) <= ID_LENGTH or set(given) - set("0123456789abcdef"):
            raise ArticleNotFound(f"'{prefix}' is no article id; give {SHORTEST_PREFIX} to {ID_LENGTH} hex digits")
        with corpus_errors(self._path):
            rows = self._connection.execute(
                "SELECT id FROM article WHERE id >= ? AND id < ? AND version > 0 LIMIT 2",
                (given, given + "g"),
            ).fetchall()
        if not rows:
            raise ArticleNotFound(f"no article has the id {given}; 'nkcorpus list' shows ids")
        if len(rows) > 1:
            raise AmbiguousId(f"several articles have ids that begin with {given}; give more digits")
        article = str(rows[0][0])
        if not self._one(f"SELECT 1 FROM {CURRENT} WHERE a.id = ?", article):
            raise damaged(f"the article {article[:ID_LENGTH]} has no version", self._path)
        return article

    def clusters(self) -> list[tuple[str, tuple[str, ...]]]:
        """See Store."""
        from nkcorpus.store.sqlite.counts import clusters

        with corpus_errors(self._path):
            return clusters(self._connection)

    def stats(self) -> CorpusStats:
        """See Store."""
        from nkcorpus.store.sqlite.counts import stats

        with corpus_errors(self._path):
            return stats(self._connection)

    def export_hash(self) -> str:
        """See Store."""
        import hashlib

        digest = hashlib.sha256()
        with corpus_errors(self._path):
            for row in self._connection.execute(
                "SELECT article, number, content_sha256, payload_sha256 FROM version ORDER BY article, number"
            ):
                digest.update(("\t".join(map(str, row)) + "\n").encode("utf-8", "surrogateescape"))
        return digest.hexdigest()

    def inspect(self, sample: int | None = None) -> Iterator[Finding]:
        """See Store."""
        from nkcorpus.store.sqlite.checks import inspect  # few commands need it

        usual, self._connection.row_factory = self._connection.row_factory, None
        try:
            yield from inspect(self._connection, sample)
        finally:
            self._connection.row_factory = usual

    def quarantine(self) -> Iterator[Quarantined]:
        """See Store."""
        with corpus_errors(self._path):
            for number, source, article, reason, taken_at in self._connection.execute(
                "SELECT id, source, article, reason, taken_at FROM quarantine ORDER BY id"
            ):
                values = dict(
                    self._connection.execute("SELECT name, value FROM quarantine_value WHERE row = ?", (number,))
                )
                yield Quarantined(source, article, reason, taken_at, values)

    def remove(self, ids: Sequence[str]) -> int:
        """See Store."""
        from nkcorpus.store.sqlite.removing import remove  # not for reading

        with self._writable() as connection, corpus_errors(self._path):
            return remove(connection, ids)

    def kept_lines(self) -> Mapping[str, frozenset[str]]:
        """See Store."""
        kept: dict[str, set[str]] = {}
        with corpus_errors(self._path):
            for article, line in self._connection.execute("SELECT article, line FROM kept_line"):
                kept.setdefault(article, set()).add(line)
        return {article: frozenset(lines) for article, lines in kept.items()}

    def change_tags(self, ids: Sequence[str], add: Sequence[str], remove: Sequence[str]) -> int:
        """See Store."""
        with self._changing() as connection:
            return sum(remarks.change_tags(connection, article, add, remove) for article in ids)

    def add_note(self, article_id: str, text: str) -> None:
        """See Store."""
        with self._changing() as connection:
            remarks.add_note(connection, article_id, text)

    def remove_note(self, article_id: str, number: int) -> bool:
        """See Store."""
        with self._changing() as connection:
            return remarks.remove_note(connection, article_id, number)

    def arrived(self, after: int) -> frozenset[str]:
        """See Store."""
        sql = "SELECT id FROM article WHERE seq > ?1 AND arrived > ?1 AND removed_at IS NULL"
        with corpus_errors(self._path):
            return frozenset(article for (article,) in self._connection.execute(sql, (after,)))

    def current(self, article_id: str | None = None) -> Iterator[Current]:
        """See Store."""
        if article_id is not None:
            with corpus_errors(self._path):
                yield from current_where(self._connection, "a.id = ?", article_id)
            return
        last = ""
        while True:
            with corpus_errors(self._path):
                batch = current_where(self._connection, "a.id > ? ORDER BY a.id LIMIT ?", last, _BATCH)
            if not batch:
                return
            yield from batch
            last = batch[-1].article_id

    def texts(self) -> Iterator[StoredText]:
        """See Store."""
        sql = (
            "SELECT a.id, coalesce(c.cluster, a.text_digest, a.id), v.source, v.url, v.origin, v.record, v.text"
            f" FROM {CURRENT} LEFT JOIN text_cluster c ON c.text_digest = a.text_digest"
            " WHERE a.id > ? ORDER BY a.id LIMIT ?"
        )
        last = ""
        while True:
            with corpus_errors(self._path):
                rows = self._connection.execute(sql, (last, _BATCH)).fetchall()
            if not rows:
                return
            yield from (StoredText(*row) for row in rows)
            last = rows[-1][0]

    def digests(self) -> Iterator[ArticleDigests]:
        """See Store."""
        from nkcorpus.store.sqlite.records import article_digests

        last = ""
        while True:
            with corpus_errors(self._path):
                batch = article_digests(self._connection, last, _BATCH)
            if not batch:
                return
            yield from batch
            last = batch[-1].article_id

    def records(
        self, ids: Sequence[str] | None = None, *, pass_over: PassOver | None = None
    ) -> Generator[Record | Unreadable]:
        """See Store."""
        from nkcorpus.store.sqlite.records import stored_records

        with corpus_errors(self._path):
            yield from stored_records(self._connection, ids, pass_over)

    @contextlib.contextmanager
    def awake(self) -> Iterator[None]:
        """See Store."""
        with contextlib.ExitStack() as stack:
            # A reader of a file in journal mode DELETE would lock it.
            with contextlib.suppress(CorpusNotWritable, CorpusLocked):
                stack.enter_context(self._writable())
            yield

    def copy(self, path: Path, name: Path, on_copied: Callable[[int, int], None] = lambda done, total: None) -> None:
        """Write the corpus as it is at this moment to an empty file, which is at rest then; others may write meanwhile.

        `name` is what the file is going to be called, for messages. `on_copied` hears how many pages are done, of
        how many. Raises CorpusError.
        """
        from nkcorpus.store.sqlite.copying import copy_to

        copy_to(self._connection, path, name, on_copied)

    @contextlib.contextmanager
    def taking(self, source: str) -> Iterator[SqliteTaker]:
        """See Store."""
        from nkcorpus.store.sqlite.taker import SqliteTaker  # not for reading

        with self._writable() as connection:
            taker = SqliteTaker(connection, self._path, self._tool, source)
            try:
                yield taker
            finally:
                taker.abandon()

    @contextlib.contextmanager
    def recleaning(self) -> Iterator[SqliteRecleaner]:
        """See Store."""
        from nkcorpus.store.sqlite.recleaner import SqliteRecleaner  # not for reading

        with self._writable() as connection:
            recleaner = SqliteRecleaner(connection, self._path)
            try:
                yield recleaner
            finally:
                recleaner.abandon()

    @contextlib.contextmanager
    def writing(self, sources: Sequence[str]) -> Iterator[SqliteWriter]:
        """See Store."""
        from nkcorpus.store.sqlite.writer import SqliteWriter  # not for reading

        with self._writable() as connection:
            writer = SqliteWriter(connection, self._path, self._tool, sources)
            try:
                yield writer
            finally:
                writer.abandon()

    @contextlib.contextmanager
    def _writable(self) -> Iterator[WaitingConnection]:
        connection = open_writer(self._path, self._tool, create=False, notify=self._notify)
        try:
            yield connection
        except BaseException:
            with contextlib.suppress(CorpusError):  # which would hide what failed first
                self._leave(connection)
            raise
        self._leave(connection)

    def _leave(self, writer: sqlite3.Connection) -> None:
        """Close a writer, and open what reads anew: if it has seen the file in WAL mode, it would keep it there."""
        self._connection.close()
        self._is_at_rest = close_writer(writer)
        try:
            self._connection = open_reader(self._path)
        except CorpusMissing:
            raise CorpusNotWritable(
                f"{self._path}: was moved or deleted while it was written; what was stored is in the file where it"
                " is now"
            ) from None

    @contextlib.contextmanager
    def _changing(self) -> Iterator[sqlite3.Connection]:
        """Yield a connection in a transaction that is committed at the end of the block."""
        with self._writable() as connection, corpus_errors(self._path):
            connection.begin()
            yield connection
            connection.end()

    def close(self) -> None:
        """See Store."""
        self._connection.close()
        if self._is_at_rest:
            tidy(self._path)
        else:
            come_to_rest(self._path)
            self._is_at_rest = True

    def _one(self, sql: str, *values: object) -> Any:
        with corpus_errors(self._path):
            return self._connection.execute(sql, values).fetchone()
