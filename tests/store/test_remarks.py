"""The user's tags, notes and saved searches in the store: kept through everything but removal."""

from __future__ import annotations

import sqlite3
from dataclasses import replace
from pathlib import Path

import pytest

from nkcorpus.model import Indexable
from nkcorpus.store import Recleaned, SavedSearch
from nkcorpus.store.sqlite import SqliteStore

from .builders import add, create, prepared
from .homes import AnyStore, Home

RICE = prepared("Rice rose.", origin="rice.html", url="https://news.example/rice", tags=("prices",))
CORN = prepared("Corn fell.", origin="corn.txt")
NEWER = prepared("Rice fell.", origin="rice.html", url="https://news.example/rice")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "corpus.db"


def tags(store: AnyStore, article: str = RICE.article_id) -> tuple[str, ...]:
    return store.articles([article])[0].user_tags


def notes(store: AnyStore) -> list[str]:
    return [note.text for note in store.articles([RICE.article_id])[0].notes]


def test_tags_are_given_and_taken_case_aside(home: Home) -> None:
    store = home.create(RICE, CORN)
    both = [RICE.article_id, CORN.article_id]
    assert store.change_tags(both, ["Hot", "check"], []) == 2
    assert store.change_tags([RICE.article_id], ["hot", "CHECK"], ["other"]) == 0
    assert store.change_tags(both, ["new"], ["HOT"]) == 2
    assert tags(store) == tags(store, CORN.article_id) == ("check", "new")
    assert store.articles([RICE.article_id])[0].document.tags == ("prices",)


def test_notes_are_kept_in_the_order_in_which_they_were_made(home: Home) -> None:
    store = home.create(RICE)
    for text in ("one", "two", "three"):
        store.add_note(RICE.article_id, text)
    assert store.remove_note(RICE.article_id, 2)
    assert not store.remove_note(RICE.article_id, 3)
    assert notes(store) == ["one", "three"]


def test_an_index_hears_of_each_change_and_gets_both_kinds_of_tags(home: Home) -> None:
    store = home.create(RICE, CORN)
    for change in (
        lambda: store.change_tags([RICE.article_id], ["hot"], []),
        lambda: store.add_note(RICE.article_id, "One."),
        lambda: store.add_note(RICE.article_id, "Two."),
    ):
        seq = store.position().seq
        change()
        [changed] = store.changes(seq)
        assert changed.id == RICE.article_id
    assert isinstance(changed, Indexable)
    assert (changed.tags, changed.notes) == (("prices", "hot"), ("One.", "Two."))
    before = store.position()
    assert store.change_tags([RICE.article_id], ["hot"], []) == 0
    assert store.position() == before


def test_neither_a_new_version_nor_cleaning_touches_them(home: Home) -> None:
    store = home.create(RICE)
    store.change_tags([RICE.article_id], ["hot"], [])
    store.add_note(RICE.article_id, "One.")
    add(store, NEWER)
    [current] = store.current(RICE.article_id)
    with store.recleaning() as recleaner:
        recleaner.put(
            Recleaned(RICE.article_id, current.content_sha256, True, current.document, "Rice", 1, None, (), "0" * 64)
        )
        recleaner.commit()
    assert (tags(store), notes(store)) == (("hot",), ["One."])


def test_removal_deletes_them_for_good(path: Path) -> None:
    store = create(path, RICE)
    store.change_tags([RICE.article_id], ["confidential tag"], [])
    store.add_note(RICE.article_id, "confidential note")
    store.remove([RICE.article_id])
    add(store, RICE)
    assert (tags(store), notes(store)) == ((), [])
    store.close()
    assert b"confidential" not in path.read_bytes()


def test_they_are_no_part_of_the_export_hash(home: Home) -> None:
    store = home.create(RICE)
    before = store.export_hash()
    store.change_tags([RICE.article_id], ["hot"], [])
    store.add_note(RICE.article_id, "One.")
    store.desk.put_search(SavedSearch("rice", "rice", {}, 0, "2024-01-01T00:00:00Z"), replace=False)
    assert store.export_hash() == before


def test_arrived_are_new_articles_and_new_versions_and_nothing_else(home: Home) -> None:
    store = home.create(RICE)
    start = store.position().seq
    assert store.arrived(0) == {RICE.article_id}
    assert store.arrived(start) == frozenset()
    store.change_tags([RICE.article_id], ["hot"], [])
    add(store, prepared("Rice rose.", origin="copy.txt"))  # joins the first one in a cluster
    later = store.position().seq
    assert len(store.arrived(start)) == 1
    assert RICE.article_id not in store.arrived(start)
    add(store, NEWER)
    assert store.arrived(later) == {RICE.article_id}
    store.remove([RICE.article_id])
    assert store.arrived(later) == frozenset()
    add(store, RICE)
    assert store.arrived(later) == {RICE.article_id}


def test_what_was_there_before_the_schema_knew_is_not_new(path: Path) -> None:
    create(path, RICE).close()
    with sqlite3.connect(path) as connection:
        connection.execute("UPDATE article SET arrived = NULL")
    connection.close()
    store = SqliteStore(path, "nkcorpus/test")
    assert store.arrived(0) == frozenset()
    store.close()


def test_a_search_comes_back_as_it_was_saved(home: Home) -> None:
    store = home.create()
    search = SavedSearch("쌀", "rice OR 쌀", {"match": "all", "exact": False}, 7, "2024-01-01T00:00:00Z")
    assert store.desk.put_search(search, replace=False)
    assert not store.desk.put_search(replace(search, query="corn"), replace=False)
    assert store.desk.searches() == (search,)
    assert store.desk.put_search(replace(search, query="corn"), replace=True)
    store.desk.mark_search("쌀", 5)
    [marked] = store.desk.searches()
    assert (marked.query, marked.seen) == ("corn", 7)
    assert marked.looked_at is not None
    store.desk.mark_search("쌀", 9)
    assert store.desk.searches()[0].seen == 9
    assert store.desk.drop_search("쌀")
    assert not store.desk.drop_search("쌀")
