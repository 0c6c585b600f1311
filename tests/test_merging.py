"""Taking in another corpus' records: what is joined, what stays, and that the order of joining makes no difference."""

from __future__ import annotations

import io
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack, closing, contextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from nkcorpus.checking import check
from nkcorpus.cleaning import Cleaning
from nkcorpus.dump import Tally, dump
from nkcorpus.identity import content_digest
from nkcorpus.merging import MergeReport, Merging
from nkcorpus.model import ArticleDate, Document, Prepared, Repair, Retrieval, Span
from nkcorpus.reclean import reclean
from nkcorpus.store import Followed, SavedSearch, Store, StoredRule
from nkcorpus.store.records import Record, RuleRecord, Unreadable, VersionRecord
from nkcorpus.store.sqlite import SqliteStore
from nkcorpus.undump import Dump
from tests.store.builders import TOOL, add, create, prepared
from tests.store.homes import AnyStore, FileHome, Home
from tests.wholes import NASTY, RULE, open_store

URL = "https://news.example/rice"
TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=80) | st.just(NASTY)


@pytest.fixture
def folder() -> Iterator[Path]:
    with tempfile.TemporaryDirectory() as name:
        yield Path(name)


Stores = Callable[[int], AbstractContextManager[list[AnyStore]]]
"""Gives so many empty corpora."""


@pytest.fixture
def stores(home: Home) -> Stores:
    return partial(_empty, home)


@pytest.fixture
def files(tmp_path: Path) -> Iterator[Stores]:
    """The same in files only: for what is refused before any store hears of it."""
    with ExitStack() as stack:
        yield partial(_empty, FileHome(tmp_path, stack))


@contextmanager
def _empty(home: Home, count: int) -> Iterator[list[AnyStore]]:
    opened: list[AnyStore] = []
    for _ in range(count):
        home = home.another()
        opened.append(home.open())
    yield opened
    for store in opened:
        store.close()


def merged(into: Store, *others: Store, force: bool = False) -> MergeReport:
    merging = Merging(into, force)
    for other in others:
        with closing(other.records()) as records:
            merging.take("other", records)
    return merging.report()


def records(store: Store) -> list[Record | Unreadable]:
    return list(store.records())


def versions(store: Store) -> list[tuple[str, int, str, str | None]]:
    """Return what tells the versions of all articles apart, in their order."""
    found = [record for record in store.records() if isinstance(record, VersionRecord)]
    return [
        (each.article_id, each.number, each.document.raw_text, each.retrieval.retrieved_at if each.retrieval else None)
        for each in found
    ]


def is_clean(store: AnyStore) -> bool:
    report = check(store)
    assert not report.problems
    return report.is_clean


def capture(text: str, day: int, url: str = URL) -> Prepared:
    """Return a version that was fetched on a day of May."""
    retrieval = Retrieval(url, url, 200, f"2024-05-{day:02}T00:00:00Z", (("etag", '"1"'),))
    return replace(prepared(text, url=url), retrieval=retrieval)


@st.composite
def documents(draw: st.DrawFn) -> Document:
    raw = draw(TEXT)
    edges = sorted(draw(st.lists(st.integers(0, len(raw)), max_size=6, unique=True)))
    pairs = list(zip(edges[::2], edges[1::2], strict=False))
    cuts = tuple(Span(start, end, "credit", "test.rule") for start, end in pairs[::2])
    repairs = tuple(Repair(start, end, draw(TEXT), "fix") for start, end in pairs[1::2])
    optional = st.none() | TEXT
    return Document(
        raw_text=raw,
        extractor="text/1",
        title=draw(optional),
        authors=tuple(draw(st.lists(TEXT, max_size=3))),
        translator=draw(optional),
        korean_version=draw(st.booleans()),
        date=draw(st.none() | st.just(ArticleDate("2024-05", "month", "text"))),
        source=draw(optional),
        tags=tuple(draw(st.lists(TEXT, max_size=3))),
        external_id=draw(optional),
        removed=cuts,
        repairs=repairs,
        cleaner="rules/1",
        evidence=tuple(sorted(draw(st.dictionaries(TEXT, TEXT, max_size=2)).items())),
    )


def of_document(document: Document, payload: bytes) -> Prepared:
    item = prepared(document.raw_text, payload=payload)
    text = document.text
    return replace(
        item,
        document=document,
        text=text,
        words=len(text.split()),
        content_sha256=content_digest(document, item.origin, item.payload_sha256),
    )


@settings(max_examples=6, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(documents(), st.binary(max_size=50)), max_size=4, unique_by=lambda each: each[0].raw_text))
def test_any_text_comes_through_an_export_as_it_was(files: Stores, items: list[tuple[Document, bytes]]) -> None:
    with files(2) as (ours, other):
        add(ours, *(of_document(document, payload) for document, payload in items))
        lines = list(dump(ours.records(), schema=14, corpus_id=ours.corpus_id, tool=TOOL, is_whole=True, tally=Tally()))
        content = "".join(lines)
        assert content.isascii()
        assert not {char for char in content if char < " " or char == "\x7f"} - {"\n"}
        merging = Merging(other)
        merging.take("x", Dump(io.BytesIO(content.encode()), "x").records())
        assert merging.report().failed == 0
        assert other.export_hash() == ours.export_hash()
        assert records(other) == records(ours)


HISTORIES = st.lists(
    st.tuples(st.sampled_from([URL, "https://news.example/corn"]), st.integers(1, 4), st.integers(1, 5)),
    max_size=6,
    unique_by=lambda each: each[::2],
)
"""Captures: address, text, day."""


def check_both_ways(stores: Stores, one: Sequence[tuple[str, int, int]], two: Sequence[tuple[str, int, int]]) -> None:
    """Merge two corpora with these captures into each other."""
    with stores(4) as (a, b, again_a, again_b):
        for store, history in ((a, one), (b, two), (again_a, one), (again_b, two)):
            add(store, *(capture(f"Text {text}.", day, url) for url, text, day in history))
        before = versions(a)
        merged(a, again_b)
        merged(b, again_a)
        assert versions(a) == versions(b)
        assert a.export_hash() == b.export_hash()
        assert {each[::2] + each[3:] for each in before} <= {each[::2] + each[3:] for each in versions(a)}
        for store in (a, b):
            first = versions(store), store.position(), store.export_hash()
            report = merged(store, again_a, again_b, b if store is a else a)
            assert (report.new, report.joined, report.versions) == (0, 0, 0)
            assert (versions(store), store.position(), store.export_hash()) == first
            assert is_clean(store)


@settings(max_examples=6, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(HISTORIES, HISTORIES)
def test_it_makes_no_difference_which_corpus_is_merged_into_which(
    files: Stores, one: list[tuple[str, int, int]], two: list[tuple[str, int, int]]
) -> None:
    check_both_ways(files, one, two)


def test_versions_between_each_other_come_out_the_same_in_both(stores: Stores) -> None:
    one = [(URL, 1, 1), (URL, 2, 3), ("https://news.example/corn", 1, 2)]
    two = [(URL, 3, 2), (URL, 2, 3), ("https://news.example/corn", 2, 1), ("https://news.example/corn", 1, 2)]
    check_both_ways(stores, one, two)


def test_versions_are_joined_in_the_order_of_their_times_and_the_newest_counts(stores: Stores) -> None:
    with stores(2) as (ours, other):
        add(ours, capture("First.", 1), capture("Third.", 3))
        add(other, capture("Fourth.", 4), capture("Second.", 2), capture("Third.", 3))
        report = merged(ours, other)
        assert (report.joined, report.versions) == (1, 2)
        assert [text for _, _, text, _ in versions(ours)] == ["First.", "Second.", "Third.", "Fourth."]
        (article,) = ours.articles([capture("x", 1).article_id])
        assert (article.text, len(article.versions)) == ("Fourth.", 4)
        assert ours.stats().versions == 4
        assert is_clean(ours)


def test_a_new_article_keeps_the_order_that_it_has_there(stores: Stores) -> None:
    with stores(2) as (ours, other):
        add(other, capture("Later.", 9), capture("Earlier.", 2))
        merged(ours, other)
        assert versions(ours) == versions(other)
        assert ours.export_hash() == other.export_hash()


def test_the_same_version_from_another_file_at_another_time_is_one(stores: Stores) -> None:
    with stores(2) as (ours, other):
        add(ours, prepared("Rice rose.", url=URL))
        add(other, prepared("Rice rose.", origin="elsewhere.txt", url=URL))
        (before,) = [each for each in ours.records() if isinstance(each, VersionRecord)]
        assert merged(ours, other).unchanged == 1
        assert [each for each in ours.records() if isinstance(each, VersionRecord)] == [before]


def test_bytes_that_were_not_kept_here_come_from_there(stores: Stores) -> None:
    with stores(2) as (ours, other):
        add(ours, replace(prepared("Rice."), payload=None))
        add(other, prepared("Rice."))
        assert next(ours.payloads()).payload is None
        assert merged(ours, other).unchanged == 1
        assert next(ours.payloads()).payload == b"Rice."
        merged(other, ours)
        assert is_clean(ours)


def test_a_wrong_size_of_bytes_that_nobody_kept_does_no_harm(stores: Stores) -> None:
    with stores(2) as (ours, other):
        add(other, replace(prepared("Rice."), payload=None, payload_size=10**12))
        merged(ours, other)
        add(ours, prepared("Rice.", url=URL))
        # A cluster keeps the bytes of each article by themselves.
        expected = [b"Rice."] * 2 if isinstance(ours, SqliteStore) else [b"Rice.", None]
        assert sorted((each.payload for each in ours.payloads()), key=lambda payload: payload is None) == expected
        assert is_clean(ours)


def test_what_was_removed_on_either_side(stores: Stores) -> None:
    rice, corn = prepared("Rice."), prepared("Corn.", origin="b.txt")
    with stores(2) as (ours, other):
        add(ours, rice, corn)
        add(other, rice, corn)
        ours.remove([rice.article_id])
        other.remove([corn.article_id])
        report = merged(ours, other)
        assert (report.skipped, report.unchanged, report.new) == (1, 0, 0)
        assert [article for article, *_ in versions(ours)] == [corn.article_id]
        forced = merged(ours, other, force=True)
        assert (forced.skipped, forced.new) == (0, 1)
        assert sorted(article for article, *_ in versions(ours)) == sorted([rice.article_id, corn.article_id])
        assert ours.stats().removed == 0
        assert is_clean(ours)


def test_a_removal_of_what_is_not_here_is_remembered(stores: Stores) -> None:
    rice = prepared("Rice.")
    with stores(2) as (ours, other):
        add(other, rice)
        other.remove([rice.article_id])
        assert dict(merged(ours, other).added) == {"removed": 1}
        with ours.writing([]) as writer:
            known = writer.known(rice.article_id)
        assert known is not None
        assert known.removed
        assert merged(ours, other).added == ()


def test_the_users_own_is_joined_and_nothing_of_ours_is_replaced(stores: Stores) -> None:
    rice = prepared("Rice.\n\nThe end came as told.")
    with stores(2) as (ours, other):
        for store, query, note in ((ours, "rice", "Ours."), (other, "corn", "Theirs.")):
            add(store, rice)
            store.change_tags([rice.article_id], ["Hot", query], [])
            store.add_note(rice.article_id, note)
            store.desk.put_search(SavedSearch("same", query, {}, 0, "2024-05-06T07:08:09Z"), replace=False)
            store.desk.put_search(SavedSearch(query, query, {}, 7, "2024-05-06T07:08:09Z"), replace=False)
            store.desk.put_aliases(["MSS", f"Ministry of {query}"])
            toml = RULE if store is ours else RULE.replace("our stories", "their stories")
            store.desk.put_rules([StoredRule("own.end", toml, "own.toml")])
            store.journal.follow(
                Followed("same", f"https://{query}.example/feed", "2024-05-06T07:08:09Z", {"all": True})
            )
        mine = (ours.desk.rules(), ours.desk.aliases(), ours.journal.followed())
        report = merged(ours, other)
        assert sorted((each.kind, each.name) for each in report.conflicts) == [
            ("alias", "MSS = Ministry of corn"),
            ("followed", "same"),
            ("rule", "own.end"),
            ("search", "same"),
        ]
        assert (ours.desk.rules(), ours.desk.aliases(), ours.journal.followed()) == mine
        (article,) = ours.articles([rice.article_id])
        assert article.user_tags == ("Hot", "corn", "rice")
        assert [note.text for note in article.notes] == ["Ours.", "Theirs."]
        saved = {search.name: (search.query, search.seen) for search in ours.desk.searches()}
        assert saved == {"same": ("rice", 0), "rice": ("rice", 7), "corn": ("corn", 0)}
        again = merged(ours, other)
        assert (again.added, again.conflicts) == ((), report.conflicts)
        assert is_clean(ours)


def test_lines_that_are_to_stay_are_joined_and_put_back(stores: Stores) -> None:
    text = "Rice rose.\n\nRead in Korean"
    with stores(2) as (ours, other):
        for store in (ours, other):
            add(store, prepared(text))
            reclean(store, dry_run=False)
        article = prepared(text).article_id
        assert ours.articles([article])[0].text.strip() == "Rice rose."
        Cleaning(other, lambda: None).uncut(article)
        merged(ours, other)
        assert ours.articles([article])[0].text == text
        assert ours.export_hash() == other.export_hash()
        assert is_clean(ours)


def test_a_line_that_stays_and_is_cut_as_a_kill_leaves_it_is_put_back_by_a_rerun(stores: Stores) -> None:
    text = "Rice rose.\n\nRead in Korean"
    article = prepared(text).article_id
    with stores(2) as (ours, other):
        for store in (ours, other):
            add(store, prepared(text))
            reclean(store, dry_run=False)
        Cleaning(other, lambda: None).uncut(article)
        with ours.recleaning() as recleaner:
            recleaner.keep_lines(article, ["Read in Korean"])
            recleaner.commit()
        assert merged(ours, other).added == ()
        assert ours.export_hash() == other.export_hash()
        assert is_clean(ours)


def test_failures_come_only_into_a_corpus_without_articles(stores: Stores) -> None:
    with stores(3) as (ours, empty, other):
        add(ours, prepared("Corn."))
        with other.writing(["x"]) as writer:
            writer.fail("bad.html", None, "no article found")
            writer.commit()
        assert merged(ours, other).added == ()
        assert dict(merged(empty, other).added) == {"failure": 1}
        assert (ours.stats().failures, empty.stats().failures) == (0, 1)


BAD: list[tuple[str, object]] = [
    ("article_id", "../../x"),
    ("article_id", "A" * 32),
    ("number", 0),
    ("number", "1"),
    ("ingested_at", "yesterday"),
    ("kind", "virus"),
    ("record", -1),
    ("record", 2**63),
    ("title", 7),
    ("content_sha256", "0" * 64),
    ("payload_sha256", "0" * 64),
    ("payload", b"other bytes"),
    ("payload_size", 1),
    ("raw_text", None),
    ("raw_text", "\ud800"),
    ("date", ArticleDate("2024-13", "month", "text")),
    ("removed", (Span(0, 99, "credit", "x"),)),
    ("removed", (Span(3, 1, "credit", "x"),)),
    ("removed", (Span(1, 3, "credit", "x"), Span(2, 4, "credit", "y"))),
    ("repairs", (Repair(2, 3, "x", "x"), Repair(0, 1, "x", "x"))),
    ("evidence", (("title", "a"), ("title", "b"))),
]


def test_a_version_that_cannot_be_right_is_named_and_left_out(files: Stores) -> None:
    with files(2) as (ours, other):
        add(other, prepared("Rice rose in Hyesan."))
        (good,) = [each for each in other.records() if isinstance(each, VersionRecord)]
        merging = Merging(ours)
        merging.take("other.db", [_spoilt(good, name, value) for name, value in BAD])
        report = merging.report()
        assert (report.failed, report.new) == (len(BAD), 0)
        assert {failure.origin for failure in report.failures} == {"other.db"}
        assert not [failure for failure in report.failures if "\n" in failure.error]
        assert versions(ours) == []
        merging.take("other.db", [good])
        assert merging.report().new == 1
        assert is_clean(ours)


def _spoilt(good: VersionRecord, name: str, value: object) -> VersionRecord:
    """Return a version with another value in one place, and where the document has it, with the digest of that."""
    if name not in Document.__slots__:
        return replace(good, **{name: value})  # type: ignore[arg-type]
    document = replace(good.document, **{name: value})  # type: ignore[arg-type]
    return replace(good, document=document, content_sha256=content_digest(document, good.origin, good.payload_sha256))


def test_a_rule_that_is_none_is_left_out(files: Stores) -> None:
    with files(1) as (ours,):
        for toml in ("[[rule]]\nid = 'x'", RULE.replace("own.end", "other"), "=", RULE + RULE.replace("own", "two")):
            merging = Merging(ours)
            merging.take("x", [RuleRecord(StoredRule("own.end", toml, "o"), "2024-05-06T07:08:09Z")])
            assert merging.report().failed == 1
        assert ours.desk.rules() == ()


def test_an_address_that_is_none_of_the_web_is_not_followed(files: Stores) -> None:
    with files(1) as (ours,):
        bad: Sequence[Record] = [
            Followed(f"s{number}", url, "2024-05-06T07:08:09Z")
            for number, url in enumerate(
                ["file:///etc/passwd", "javascript:x", "https://u:p@x.example/", "http://a b/"]
            )
        ]
        merging = Merging(ours)
        merging.take("x", bad)
        assert (merging.report().failed, ours.journal.followed()) == (4, ())


def test_a_file_without_articles_is_merged(files: Stores, folder: Path) -> None:
    create(folder / "a.db").close()
    with open_store(folder / "a.db") as ours, files(1) as (other,):
        assert merged(ours, other) == MergeReport()
