"""The store: what goes in comes out, with its history; removal is for good; every change has its number."""

from __future__ import annotations

import json
import sqlite3
import threading
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nkcorpus.errors import AmbiguousId, ArticleNotFound
from nkcorpus.model import ArticleDate, Indexable, Position, Removal, Repair, Retrieval, Span
from nkcorpus.results import IngestReport
from nkcorpus.store.payloads import compress, decompress
from nkcorpus.store.sqlite import SqliteStore

from .builders import TOOL, add, create, prepared
from .homes import Home

RICE = prepared("Rice rose in Hyesan.", origin="rice.txt")
CORN = prepared("Corn fell in Sinuiju.", origin="corn.txt")
PAGE = prepared("Rice rose.\nRead in Korean", origin="page.html", url="https://news.example/a", title="Rice")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "corpus.db"


def rows(path: Path, sql: str) -> list[tuple[object, ...]]:
    connection = sqlite3.connect(path)
    try:
        return connection.execute(sql).fetchall()
    finally:
        connection.close()


def test_an_article_comes_back_as_it_was_stored(home: Home) -> None:
    full = prepared(
        "쌀값이 올랐다.\nImage: Post\n\u00a0Rice rose.\n",
        origin="news.jsonl",
        title="Rice 'rose'; DROP TABLE article",
        authors=("Rim Sol", "Jo Hye Won"),
        translator="Pyo Na Ri",
        editor="Kang Mi Rae",
        contact="desk@news.example",
        korean_version=True,
        date=ArticleDate("2019-06-13T09:30+09:00", "minute", "meta"),
        source="The Sangol Post",
        lang="ko",
        url="https://news.example/rice",
        tags=("rice", "prices"),
        external_id="42",
        removed=(Span(9, 21, "caption", "caption-image"),),
        repairs=(Repair(0, 1, "쌀", "mojibake"),),
    )
    store = home.create(full)
    [article] = store.articles([full.article_id])
    assert article.document == full.document
    assert article.text == full.text == "쌀값이 올랐다.\n\u00a0Rice rose.\n"
    assert (article.id, article.words, article.origin) == (full.article_id, full.words, "news.jsonl")
    assert [v.number for v in article.versions] == [1]
    assert article.version.content_sha256 == full.content_sha256
    assert article.version.payload_sha256 == full.payload_sha256


def test_articles_come_in_the_order_asked_for_and_unknown_ones_are_left_out(home: Home) -> None:
    many = [prepared(f"Text {number}.") for number in range(900)]
    store = home.create(*many)
    ids = [item.article_id for item in reversed(many)]
    assert [article.id for article in store.articles([*ids, "0" * 32])] == ids
    assert store.articles([]) == []


def test_new_text_under_a_known_identity_is_a_new_version(home: Home) -> None:
    store = home.create(PAGE)
    later = prepared("Rice fell.", origin="page.html", url="https://news.example/a", title="Rice")
    assert later.article_id == PAGE.article_id
    add(store, later)
    [article] = store.articles([PAGE.article_id])
    assert article.text == "Rice fell."
    assert [version.number for version in article.versions] == [1, 2]
    assert [version.content_sha256 for version in article.versions] == [PAGE.content_sha256, later.content_sha256]
    assert store.stats().articles == 1
    assert store.stats().versions == 2
    with store.writing([]) as writer:
        known = writer.known(PAGE.article_id)
        assert known is not None
        assert known.extract_digests == (PAGE.extract_sha256, later.extract_sha256)
        assert [writer.payload(PAGE.article_id, digest) for digest in known.payload_digests] == [
            b"Rice rose.\nRead in Korean",
            b"Rice fell.",
        ]
        assert writer.known("0" * 32) is None


def test_equal_texts_are_linked_both_ways_and_apart_when_one_changes(home: Home) -> None:
    one = prepared("Rice  rose.", origin="1", external_id="1")
    other = prepared("Rice rose.\n", origin="2", external_id="2")
    third = prepared("Rice rose.", origin="3", external_id="3")
    store = home.create()
    assert add(store, one, other, third, CORN) == [None, "exact", "exact", None]
    links = {article.id: article.near_duplicates for article in store.articles([one.article_id, third.article_id])}
    assert links == {
        one.article_id: tuple(sorted((other.article_id, third.article_id))),
        third.article_id: tuple(sorted((other.article_id, one.article_id))),
    }
    add(store, prepared("Rice fell.", origin="2", external_id="2"))
    assert store.articles([one.article_id])[0].near_duplicates == (third.article_id,)
    store.remove([third.article_id])
    assert store.articles([one.article_id])[0].near_duplicates == ()


def test_texts_without_a_word_are_no_duplicates(home: Home) -> None:
    store = home.create()
    assert add(store, *(prepared("", origin=str(n), external_id=str(n)) for n in range(3))) == [None] * 3


def test_removal_leaves_a_tombstone_and_nothing_else(path: Path) -> None:
    store = create(path, RICE, CORN)
    assert store.remove([RICE.article_id]) == 1
    assert store.remove([RICE.article_id, "0" * 32]) == 0
    assert store.articles([RICE.article_id]) == []
    assert (store.stats().articles, store.stats().removed, store.stats().versions) == (1, 1, 1)
    with pytest.raises(ArticleNotFound):
        store.resolve(RICE.article_id)
    with store.writing([]) as writer:
        known = writer.known(RICE.article_id)
        assert known is not None
        assert known.removed
        assert known.extract_digests == ()
    assert rows(path, "SELECT count(*) FROM payload") == [(1,)]
    assert rows(path, "SELECT count(*) FROM version") == [(1,)]
    store.close()


def test_what_was_removed_can_be_stored_again(home: Home) -> None:
    store = home.create(RICE)
    store.remove([RICE.article_id])
    add(store, RICE)
    [article] = store.articles([RICE.article_id])
    assert [version.number for version in article.versions] == [1]
    assert store.stats().removed == 0


def test_a_shared_payload_stays_until_its_last_article_goes(path: Path) -> None:
    payload = b'{"shared": true}'
    one, other = (prepared(f"Text {n}.", payload=payload, external_id=str(n)) for n in range(2))
    store = create(path, one, other)
    assert rows(path, "SELECT count(*) FROM payload") == [(1,)]
    store.remove([one.article_id])
    assert rows(path, "SELECT count(*) FROM payload") == [(1,)]
    store.remove([other.article_id])
    assert rows(path, "SELECT count(*) FROM payload") == [(0,)]
    store.close()


def test_removed_text_is_wiped_from_the_file(path: Path) -> None:
    word = "Quixotropolis"
    secret = prepared(
        f"{word} " * 3000, payload=f"{word}".encode(), origin=f"{word}.txt", title=word,
        removed=(Span(0, 3, "tail", f"rule-{word}"),),
    )  # fmt: skip
    store = create(path, RICE, secret, CORN)
    assert word.encode() in path.read_bytes()
    store.remove([secret.article_id])
    assert word.encode() not in path.read_bytes()
    store.close()


def test_failures_are_recorded_until_they_are_settled(path: Path) -> None:
    store = create(path)
    for error in ("no text", "still no text"):
        with store.writing(["folder"]) as writer:
            writer.fail("b.txt", None, error)
            writer.fail("c.jsonl", 7, "broken")
            writer.finish(IngestReport())
    assert store.stats().failures == 2
    assert rows(path, "SELECT origin, record, error, attempts FROM failure ORDER BY origin") == [
        ("b.txt", 0, "still no text", 2),
        ("c.jsonl", 7, "broken", 2),
    ]
    with store.writing(["folder"]) as writer:
        writer.settle("c.jsonl", 8)
        writer.settle("b.txt", None)
        writer.finish(IngestReport())
    assert rows(path, "SELECT origin FROM failure") == [("c.jsonl",)]
    store.close()


def test_a_run_is_recorded_with_its_report(path: Path) -> None:
    store = create(path)
    with store.writing(["folder", "기사"]) as writer:
        writer.add(RICE)
        writer.finish(IngestReport(new=1))
    with store.writing(["broken off"]):
        pass
    [(sources, tool, report, finished), (other, _, none, never)] = rows(
        path, "SELECT sources, tool, report, finished_at FROM run ORDER BY id"
    )
    assert json.loads(str(sources)) == ["folder", "기사"]
    assert json.loads(str(report))["new"] == 1
    assert (tool, finished is not None, json.loads(str(other)), none, never) == (TOOL, True, ["broken off"], None, None)
    store.close()


def test_what_was_not_committed_is_gone_and_what_was_stays(home: Home) -> None:
    store = home.create()
    with pytest.raises(KeyboardInterrupt), store.writing([]) as writer:
        writer.add(RICE)
        writer.commit()
        writer.add(CORN)
        raise KeyboardInterrupt
    assert [article.id for article in store.articles([RICE.article_id, CORN.article_id])] == [RICE.article_id]


def test_every_change_has_a_rising_number_and_its_own_token(path: Path) -> None:
    store = create(path)
    assert store.position() == Position()
    seen = [store.position()]
    for step in range(4):
        add(store, prepared(f"Text {step}."))
        seen.append(store.position())
    store.remove([prepared("Text 3.").article_id])
    seen.append(store.position())
    add(store, prepared("Text 4."))
    seen.append(store.position())
    assert all(earlier.seq < later.seq for earlier, later in pairwise(seen))
    assert len({position.token for position in seen}) == len(seen)
    assert [store.token_at(position.seq) for position in seen[1:]] == [position.token for position in seen[1:]]
    assert store.token_at(0) is None
    assert store.token_at(10**9) is None
    store.close()


def test_a_change_has_what_an_index_needs(home: Home) -> None:
    full = prepared(
        "Rice rose.\n\n  Translated by Pyo\nCorn fell.\nRead in Korean",
        origin="a.txt", place="Hyesan", tags=("rice", "corn"), authors=("Rim Sol",),
        removed=(Span(12, 32, "credit", "credit"), Span(43, 57, "link", "link")),
    )  # fmt: skip
    store = home.create(full, CORN)
    change, bare = store.changes(0)
    assert isinstance(change, Indexable) and isinstance(bare, Indexable)
    assert (change.place, change.tags, change.authors) == ("Hyesan", ("rice", "corn"), ("Rim Sol",))
    assert change.removed == "Translated by Pyo\nRead in Korean"
    assert (bare.place, bare.tags, bare.removed) == (None, (), "")


def test_changes_are_the_latest_of_each_article_in_order(home: Home) -> None:
    store = home.create(RICE, PAGE, CORN)
    start = store.position().seq
    add(store, prepared("Rice fell.", origin="page.html", url="https://news.example/a", title="Rice"))
    store.remove([RICE.article_id])
    everything = list(store.changes(0))
    assert [(type(change), change.id) for change in everything] == [
        (Indexable, CORN.article_id),
        (Indexable, PAGE.article_id),
        (Removal, RICE.article_id),
    ]
    assert isinstance(everything[1], Indexable)
    assert (everything[1].text, everything[1].title) == ("Rice fell.", "Rice")
    assert list(store.changes(start)) == everything[1:]
    assert list(store.changes(store.position().seq)) == []
    assert [store.change_count(seq) for seq in (0, start, store.position().seq)] == [3, 2, 0]
    assert everything[-1].seq == store.position().seq


def test_what_is_no_id_is_told(home: Home) -> None:
    store = home.create(RICE)
    for prefix in ("", "abc", "0123g", "0x12", "../..", "a" * 33, "%", "'; --", "보위성", "١٢٣٤"):
        with pytest.raises(ArticleNotFound) as caught:
            store.resolve(prefix)
        assert "\n" not in str(caught.value)


def test_an_article_is_named_by_any_unique_prefix(home: Home) -> None:
    one, two = (replace(prepared(f"Text {n}."), article_id="abcd" + str(n) * 28) for n in (1, 2))
    last = replace(prepared("Text 3."), article_id="f" * 32)
    store = home.create(one, two, last)
    assert store.resolve("abcd1") == one.article_id
    assert store.resolve(" ABCD1 ") == one.article_id
    assert store.resolve(two.article_id) == two.article_id
    assert store.resolve("ffff") == last.article_id
    with pytest.raises(AmbiguousId):
        store.resolve("abcd")
    with pytest.raises(ArticleNotFound):
        store.resolve("abce")
    store.remove([one.article_id])
    assert store.resolve("abcd") == two.article_id


def test_the_export_hash_does_not_depend_on_order_runs_or_times(home: Home) -> None:
    newer = prepared("Rice fell.", origin="page.html", url="https://news.example/a", title="Rice")
    one = home.create(RICE, PAGE, newer, CORN)
    fetched = Retrieval("https://x.example/", "https://x.example/", 200, "2020-01-01T00:00:00Z")
    other = home.another().create(replace(CORN, retrieval=fetched))
    add(other, PAGE)
    add(other, RICE)
    with other.writing(["again"]) as writer:
        writer.fail("x", None, "broken")
        writer.add(newer)
        writer.finish(IngestReport())
    assert one.export_hash() == other.export_hash()
    before = one.export_hash()
    add(one, prepared("Rice rose again.", origin="page.html", url="https://news.example/a", title="Rice"))
    after = one.export_hash()
    assert after != before
    one.remove([RICE.article_id])
    assert one.export_hash() not in (before, after)


def test_a_retrieval_is_kept_whole(home: Home) -> None:
    headers = (("content-type", "text/html; charset=euc-kr"), ("etag", 'W/"쌀"'))
    fetched = Retrieval("http://x.example/?p=1", "https://x.example/rice", 200, "2020-01-01T00:00:00Z", headers)
    unknown = Retrieval("https://x.example/corn", "https://x.example/corn", None, "2020-01-02T00:00:00Z")
    store = home.create(replace(RICE, retrieval=fetched), replace(CORN, retrieval=unknown), PAGE)
    found = store.articles([RICE.article_id, CORN.article_id, PAGE.article_id])
    assert [article.version.retrieval for article in found] == [fetched, unknown, None]
    assert [article.version.retrieved_at for article in found] == [fetched.retrieved_at, unknown.retrieved_at, None]


def test_stats_count_the_live_articles(home: Home) -> None:
    cut = (Span(0, 4, "tail", "credit"),)
    store = home.create(
        prepared(
            "Cut Rice rose.", external_id="1", source="Post", date=ArticleDate("2019-06", "month", "meta"), removed=cut
        ),
        prepared(
            "Cut Corn fell.", external_id="2", source="Post", date=ArticleDate("2018", "year", "meta"), removed=cut
        ),
        prepared("Wheat.", external_id="3"),
        RICE,
    )
    store.remove([RICE.article_id])
    stats = store.stats()
    assert (stats.articles, stats.versions, stats.words, stats.removed) == (3, 3, 5, 1)
    assert stats.sources == (("Post", 2), ("", 1))
    assert stats.years == (("", 1), ("2018", 1), ("2019", 1))
    assert stats.cuts == (("credit", 2),)
    assert stats.cut_lines == 2
    add(store, prepared("Cut Rice fell again.", external_id="1", source="Herald", removed=cut))
    stats = store.stats()
    assert (stats.articles, stats.versions, stats.words) == (3, 4, 6)
    assert stats.sources == (("", 1), ("Herald", 1), ("Post", 1))
    assert stats.years == (("", 2), ("2018", 1))
    assert stats.cuts == (("credit", 2),)  # those of the version before do not count


def test_a_second_writer_waits_for_the_first(path: Path) -> None:
    create(path).close()
    order: list[str] = []
    started = threading.Event()

    def second() -> None:
        store = SqliteStore(path, TOOL)
        started.set()
        add(store, CORN)
        order.append("second")
        store.close()

    store = SqliteStore(path, TOOL)
    with store.writing([]) as writer:
        writer.add(RICE)
        thread = threading.Thread(target=second)
        thread.start()
        started.wait(10)
        thread.join(0.3)
        order.append("first")
        writer.finish(IngestReport())
    thread.join(20)
    assert order == ["first", "second"]
    assert store.stats().articles == 2
    store.close()


def test_two_writers_do_not_store_one_article_twice(path: Path) -> None:
    """What `known` told must hold until `add`: both writers ask before they add."""
    create(path).close()
    told: list[object] = []

    def second() -> None:
        store = SqliteStore(path, TOOL)
        with store.writing([]) as writer:
            told.append(writer.known(RICE.article_id))
        store.close()

    store = SqliteStore(path, TOOL)
    with store.writing([]) as writer:
        assert writer.known(RICE.article_id) is None
        thread = threading.Thread(target=second)
        thread.start()
        thread.join(0.3)
        writer.add(RICE)
        writer.finish(IngestReport())
    thread.join(20)
    assert told != [None]
    store.close()


def test_a_reader_sees_what_was_committed_while_a_writer_works(home: Home) -> None:
    store = home.create(RICE)
    reader = home.open()
    with store.writing([]) as writer:
        writer.add(CORN)
        assert reader.stats().articles == 1
        writer.commit()
        assert reader.stats().articles == 2


@given(st.binary(max_size=5000) | st.binary(max_size=50).map(lambda part: part * 1000))
def test_payloads_come_back(payload: bytes) -> None:
    assert decompress(compress(payload), len(payload)) == payload
