"""How SQLite answers what hot commands ask: by an index, so that a command is no slower in a large corpus."""

from __future__ import annotations

import contextlib
import re
import sqlite3
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from random import Random
from typing import Any

import pytest

from nkcorpus.model import Attempt, FetchState, SourceItem
from nkcorpus.store.base import Recleaned
from nkcorpus.store.sqlite import SqliteStore

from .builders import TOOL, create, prepared

_BIG = "article|version|payload|change|cut|repair|text_band|text_cluster|fetch|user_tag|note|[acvdbp]"
_IN_ORDER = re.compile(r"ORDER BY seq DESC LIMIT 1$|ORDER BY coalesce\(tried_at, queued_at\) DESC, id DESC LIMIT 20$")
"""Statements that read an index or a table in its order, as far as their limit."""
_SCAN = re.compile(rf"SCAN (?:{_BIG})(?: USING (?!COVERING|INDEX payload_not_kept)|$)")


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The statements of all connections that the test opens."""
    statements: list[str] = []
    connect = sqlite3.connect

    def listened(database: str, **options: Any) -> sqlite3.Connection:
        connection: sqlite3.Connection = connect(database, **options)
        connection.set_trace_callback(statements.append)
        return connection

    monkeypatch.setattr(sqlite3, "connect", listened)
    return statements


def _text(number: int) -> str:
    return " ".join(Random(number).choices("rice corn market price trader town army party state border".split(), k=60))


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A corpus with enough in it for the planner to know what is rare."""
    path = tmp_path_factory.mktemp("plans") / "corpus.db"
    store = create(path, *(prepared(_text(n), origin=f"{n}.txt") for n in range(300)))
    with store.writing([]) as writer:
        for n in range(300):
            state: FetchState = "done" if n % 50 else "failed"
            writer.journal.record(Attempt(f"https://news.example/{n}", f"source {n % 3}", state))
        writer.journal.queue(["https://news.example/new"], "source 1")
        writer.commit()
    store.close()
    return path


def _show(store: SqliteStore) -> None:
    article = prepared(_text(1), origin="1.txt").article_id
    assert store.resolve(article[:8]) == article
    store.articles([article])
    store.version(article, 1)


def _sync(store: SqliteStore) -> None:
    position = store.position()
    store.token_at(position.seq)
    store.change_count(position.seq - 1)
    assert len(list(store.changes(position.seq - 1))) == 1


def _ingest(store: SqliteStore) -> None:
    article = prepared("Corn fell in Hoeryong. " * 30, origin="corn.txt", url="https://news.example/corn")
    item = SourceItem(origin="corn.txt", name="corn.txt", kind="text", payload=b"Corn")
    with store.writing([]) as writer:
        assert writer.holds([(item, article.payload_sha256)]) == [False]
        assert writer.known(article.article_id) is None
        writer.has_page("https://news.example/corn")
        writer.has_otherwise("https://news.example/corn")
        writer.add(article)
        writer.settle("corn.txt", None)
        writer.journal.record(Attempt("https://news.example/corn", "source 1", "done"))
        writer.journal.record(Attempt("https://news.example/corn", "source 1", "gone", status=410))
        writer.journal.retry("source 1")
        writer.commit()
    store.remove([article.article_id])


def _fetches(store: SqliteStore) -> None:
    journal = store.journal
    journal.counts()
    journal.counts("source 1")
    assert len(journal.latest(20)) == 20
    assert len(journal.latest(20, "failed")) == 6
    journal.latest(20, "failed", "source 1")
    journal.entry("https://news.example/1")


def _update(store: SqliteStore) -> None:
    assert [entry.url for entry in store.journal.entries("pending")] == ["https://news.example/new"]
    assert len(list(store.journal.entries("failed", "source 1"))) == 2
    store.arrived(store.position().seq - 1)


def _tag_and_note(store: SqliteStore) -> None:
    article = store.resolve(prepared(_text(2), origin="2.txt").article_id)
    assert store.change_tags([article], ["read", "rice"], []) == 1
    assert store.change_tags([article], [], ["rice"]) == 1
    store.add_note(article, "True?")
    assert store.remove_note(article, 1)
    store.articles([article])


def _reclean(store: SqliteStore) -> None:
    (current,) = store.current(prepared(_text(3), origin="3.txt").article_id)
    text = "Rice rose in Hyesan, a source said. " * 20
    document = replace(current.document, raw_text=text)
    bands = prepared(text).bands
    with store.recleaning() as recleaner:
        recleaner.keep_lines(current.article_id, ["Rice rose."])
        recleaner.put(
            Recleaned(current.article_id, current.content_sha256, True, document, text, 9, "digest", bands, "new")
        )
        assert recleaner.commit() == [True]


def _stats(store: SqliteStore) -> None:
    assert store.stats().articles == 300


def _plans(
    corpus: Path, folder: Path, asked: list[str], work: Callable[[SqliteStore], object]
) -> list[tuple[str, str]]:
    """Return each statement of some work on a copy of the corpus, with each line of its plan."""
    path = folder / "corpus.db"
    path.write_bytes(corpus.read_bytes())
    store = SqliteStore(path, TOOL)
    work(store)
    store.close()
    statements = [sql for sql in dict.fromkeys(asked) if re.match("SELECT|INSERT|UPDATE|DELETE", sql)]
    with contextlib.closing(sqlite3.connect(path)) as connection:
        return [(sql, row[3]) for sql in statements for row in connection.execute(f"EXPLAIN QUERY PLAN {sql}")]


@pytest.mark.parametrize("work", [_show, _sync, _ingest, _fetches, _update, _tag_and_note, _reclean, _stats])
def test_no_hot_command_reads_a_whole_table(
    corpus: Path, tmp_path: Path, asked: list[str], work: Callable[[SqliteStore], None]
) -> None:
    plans = _plans(corpus, tmp_path, asked, work)
    assert plans
    sorted_first = {sql for sql, detail in plans if "TEMP B-TREE FOR ORDER BY" in detail}
    in_order = {sql for sql, _ in plans if _IN_ORDER.search(sql)} - sorted_first
    assert [plan for plan in plans if _SCAN.search(plan[1]) and plan[0] not in in_order] == []


def test_every_index_of_the_schema_serves_a_statement(corpus: Path, tmp_path: Path, asked: list[str]) -> None:
    """An index that none of these works by, nor makes sure that values differ, costs each ingest for nothing."""

    def all_work(store: SqliteStore) -> None:
        for work in (_show, _sync, _fetches, _update, _tag_and_note, _reclean, _stats, _ingest):
            work(store)
        store.clusters()

    used = " ".join(detail for _, detail in _plans(corpus, tmp_path, asked, all_work))
    with contextlib.closing(sqlite3.connect(corpus)) as connection:
        named = connection.execute("SELECT name FROM sqlite_master WHERE type = 'index' AND sql > ''")
        names = [name for (name,) in named]
    assert len(names) > 10
    assert [name for name in names if not re.search(rf"INDEX {name}\b", used)] == []


def test_an_ingest_leaves_the_planner_statistics_that_take_no_reading_of_whole_tables(
    tmp_path: Path, asked: list[str]
) -> None:
    path = tmp_path / "corpus.db"
    create(path, *(prepared(_text(n), origin=f"{n}.txt") for n in range(40))).close()
    assert asked.index("PRAGMA optimize") == asked.index("PRAGMA analysis_limit = 1000") + 1
    with contextlib.closing(sqlite3.connect(path)) as connection:
        analysed = {name for (name,) in connection.execute("SELECT DISTINCT tbl FROM sqlite_stat1")}
    assert analysed >= {"article", "version"}
