"""Clusters in the store: the same for the same articles, whatever happened before."""

from __future__ import annotations

import random
import sqlite3
import tempfile
from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nkcorpus.errors import CorpusTooNew
from nkcorpus.model import Indexable, Prepared
from nkcorpus.store.sqlite import SqliteStore
from nkcorpus.store.sqlite.connection import APPLICATION_ID
from nkcorpus.store.sqlite.migrating import migrations

from .builders import TOOL, add, create, prepared
from .homes import AnyStore, Home

WORDS = [f"{a}{b}{c}" for a in ("ka", "ri", "mo", "tu") for b in ("san", "lin", "dor") for c in ("", "ya", "et", "on")]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "corpus.db"


def story(seed: int, *, start: int = 0, words: int = 150) -> str:
    """A window over an endless story; windows of one story are like each other as far as they overlap."""
    rng = random.Random(seed)
    return " ".join(rng.choice(WORDS) for _ in range(start + words)).split(" ", start)[start]


def item(name: str, text: str) -> Prepared:
    return prepared(text, origin=name, external_id=name)


# The middle one shares two thirds with each of the others, they share less than half: a chain.
LEFT, MIDDLE, RIGHT = (item(name, story(1, start=start)) for name, start in (("l", 0), ("m", 25), ("r", 50)))
COPY = item("copy", LEFT.text + "\n")
ALONE = item("alone", story(2))


def clusters(store: AnyStore) -> set[frozenset[str]]:
    return {frozenset(ids) for _, ids in store.clusters()}


def ids(*items: Prepared) -> frozenset[str]:
    return frozenset(one.article_id for one in items)


def others(store: AnyStore, one: Prepared) -> tuple[str, ...]:
    return store.articles([one.article_id])[0].near_duplicates


def rows(path: Path, sql: str) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(path)) as connection:
        return connection.execute(sql).fetchall()


def test_a_cluster_grows_link_by_link_and_holds_exact_copies(home: Home) -> None:
    store = home.create()
    assert add(store, LEFT, RIGHT, ALONE) == [None, None, None]
    assert clusters(store) == set()
    assert add(store, MIDDLE, COPY) == ["near", "exact"]
    assert clusters(store) == {ids(LEFT, MIDDLE, RIGHT, COPY)}
    assert others(store, RIGHT) == tuple(sorted(ids(LEFT, MIDDLE, COPY)))
    assert others(store, ALONE) == ()


def test_a_removed_link_parts_the_chain(home: Home) -> None:
    store = home.create(LEFT, MIDDLE, RIGHT, COPY)
    store.remove([MIDDLE.article_id])
    assert clusters(store) == {ids(LEFT, COPY)}
    store.remove([LEFT.article_id])
    assert clusters(store) == set()
    add(store, item("m2", MIDDLE.text))
    assert clusters(store) == {ids(COPY, item("m2", ""), RIGHT)}


def test_a_new_version_leaves_its_cluster_and_joins_another(home: Home) -> None:
    near_alone = item("r", ALONE.text + " and one more line")
    store = home.create(LEFT, MIDDLE, RIGHT, ALONE)
    assert add(store, near_alone) == ["near"]
    assert near_alone.article_id == RIGHT.article_id
    assert clusters(store) == {ids(LEFT, MIDDLE), ids(RIGHT, ALONE)}


def test_a_text_that_is_gone_leaves_nothing_behind(path: Path) -> None:
    store = create(path, LEFT, MIDDLE, COPY)
    store.remove([LEFT.article_id])
    assert rows(path, "SELECT DISTINCT text_digest FROM text_band ORDER BY 1") == sorted(
        (one.text_digest,) for one in (MIDDLE, COPY)
    )
    store.remove([COPY.article_id, MIDDLE.article_id])
    assert rows(path, "SELECT * FROM text_band") == rows(path, "SELECT * FROM text_cluster") == []
    store.close()


def test_an_index_hears_of_every_article_whose_cluster_changed(home: Home) -> None:
    store = home.create(LEFT, RIGHT, ALONE)
    known = {change.id: change.cluster for change in store.changes(0) if isinstance(change, Indexable)}
    for step in (lambda: add(store, MIDDLE), lambda: store.remove([MIDDLE.article_id]), lambda: add(store, COPY)):
        at = store.position().seq
        step()
        known |= {change.id: change.cluster for change in store.changes(at) if isinstance(change, Indexable)}
        now = {change.id: change.cluster for change in store.changes(0) if isinstance(change, Indexable)}
        assert {name: known[name] for name in now} == now
    assert len({known[one.article_id] for one in (LEFT, COPY)}) == 1


POOL = [LEFT, MIDDLE, RIGHT, COPY, ALONE, *(item(f"n{n}", story(3, start=20 * n)) for n in range(4))]


@settings(max_examples=25, deadline=None)
@given(st.permutations(range(len(POOL))), st.sets(st.integers(0, len(POOL) - 1)), st.integers(1, 4))
def test_the_same_articles_end_in_the_same_clusters(order: list[int], detours: set[int], batch: int) -> None:
    """In any order, in any batches, and with articles that had another text before or were removed in between."""
    with tempfile.TemporaryDirectory() as folder:
        expected_store = create(Path(folder) / "one.db", *POOL)
        store = create(Path(folder) / "other.db")
        for number in sorted(detours):
            add(store, item(POOL[number].origin, POOL[number - 1].text))
        for start in range(0, len(order), batch):
            add(store, *(POOL[number] for number in order[start : start + batch]))
        for number in sorted(detours)[:2]:
            store.remove([POOL[number].article_id])
        for number in sorted(detours)[:2]:
            add(store, POOL[number])
        assert store.clusters() == expected_store.clusters()
        tables = [
            rows(Path(folder) / name, f"SELECT * FROM {table} ORDER BY 1, 2")
            for table in ("text_band", "text_cluster")
            for name in ("one.db", "other.db")
        ]
        assert tables[0] == tables[1]
        assert tables[2] == tables[3]
        store.close()
        expected_store.close()


def in_the_first_schema(path: Path, *items: Prepared) -> None:
    """Write a corpus as nkcorpus did before there were clusters."""
    made = path.with_name("made.db")
    create(made, *items).close()
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript(migrations()[0])
        connection.execute("ATTACH ? AS made", (str(made),))
        for (table,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall():
            if table.startswith("sqlite_"):
                continue
            columns = ", ".join(row[1] for row in connection.execute(f"PRAGMA main.table_info({table})"))
            connection.execute(f"INSERT INTO {table} ({columns}) SELECT {columns} FROM made.{table}")
        connection.execute("DELETE FROM corpus WHERE key NOT IN ('id', 'created_at', 'created_by')")
        connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
        connection.execute("PRAGMA user_version = 1")
        connection.commit()
    made.unlink()


def test_a_corpus_of_the_first_schema_gets_its_clusters_at_the_next_ingest(path: Path) -> None:
    in_the_first_schema(path, LEFT, MIDDLE, COPY, ALONE)
    store = SqliteStore(path, TOOL)
    before = store.export_hash()
    assert clusters(store) == {ids(LEFT, COPY)}
    at = store.position().seq
    add(store)
    assert clusters(store) == {ids(LEFT, MIDDLE, COPY)}
    assert store.change_count(at) > 0
    assert store.export_hash() == before
    assert rows(path, "PRAGMA user_version") == [(len(migrations()),)]
    settled = store.position()
    add(store)
    assert store.position() == settled
    store.close()


def test_a_corpus_of_the_first_schema_that_cannot_be_written_is_readable(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    in_the_first_schema(path, LEFT, COPY)
    with closing(sqlite3.connect(path)) as blocker:  # rights do not stop root; another writer does
        monkeypatch.setattr("nkcorpus.store.sqlite.waiting.BUSY_SECONDS", 0.1)
        blocker.execute("BEGIN IMMEDIATE")
        store = SqliteStore(path, TOOL)
        assert others(store, LEFT) == (COPY.article_id,)
        store.close()
    assert rows(path, "PRAGMA user_version") == [(1,)]


def test_a_newer_corpus_is_left_alone(path: Path) -> None:
    create(path).close()
    with closing(sqlite3.connect(path)) as connection:
        connection.execute(f"PRAGMA user_version = {len(migrations()) + 1}")
    with pytest.raises(CorpusTooNew):
        SqliteStore(path, TOOL)
