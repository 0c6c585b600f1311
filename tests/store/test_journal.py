"""The journal of fetches and the followed sources: what is kept, in which order, and what it says of articles."""

from __future__ import annotations

from dataclasses import replace

import pytest

from nkcorpus.model import Attempt, Retrieval
from nkcorpus.store import Followed

from .builders import add, prepared
from .homes import AnyStore, Home

URL = "https://news.example/rice"
RICE = prepared("Rice rose.", origin="rice.html", url=URL)
OTHERS = [f"https://news.example/{number}" for number in range(450)]
DONE = Attempt(
    URL, "news", "done", 200, validated_url=f"{URL}/", etag='"1"', last_modified="Thu, 13 Jun 2019 00:00:00 GMT"
)


@pytest.fixture
def store(home: Home) -> AnyStore:
    return home.create(RICE)


def record(store: AnyStore, *attempts: Attempt) -> None:
    with store.writing([]) as writer:
        for attempt in attempts:
            writer.journal.record(attempt)
        writer.commit()


def queue(store: AnyStore, *urls: str, source: str = "news") -> int:
    with store.writing([]) as writer:
        added = writer.journal.queue(urls, source)
        writer.commit()
    return added


def gone(store: AnyStore) -> int | None:
    mark = store.articles([RICE.article_id])[0].gone
    return mark.status if mark else None


def test_addresses_are_queued_once_and_come_in_the_order_in_which_they_were_found(store: AnyStore) -> None:
    assert queue(store, *OTHERS) == 450
    assert queue(store, *reversed(OTHERS), URL, source="other") == 1
    entries = list(store.journal.entries("pending"))
    assert [entry.url for entry in entries] == [*OTHERS, URL]
    assert {(entry.source, entry.tries, entry.tried_at) for entry in entries[:-1]} == {("news", 0, None)}
    assert [entry.url for entry in store.journal.entries(source="other")] == [URL]
    assert [entry.url for entry in store.journal.latest(2)] == [URL, OTHERS[-1]]
    assert store.journal.counts() == {"pending": 451}
    assert store.journal.counts("other") == {"pending": 1}
    assert store.journal.entry("https://nobody.example/") is None


def test_what_was_not_committed_is_not_there(store: AnyStore) -> None:
    with store.writing([]) as writer:
        writer.journal.queue([URL], "news")
        assert writer.journal.entry(URL) is not None
    assert list(store.journal.entries()) == []


def test_entries_can_be_recorded_while_they_are_read(store: AnyStore) -> None:
    queue(store, *OTHERS)
    seen = []
    with store.writing([]) as writer:
        for entry in store.journal.entries("pending"):
            seen.append(entry.url)
            writer.journal.record(Attempt(entry.url, "news", "done", 200))
            writer.journal.queue([f"{entry.url}/more"], "more")
            if len(seen) % 100 == 0:
                writer.commit()
            if len(seen) > 700:
                break
    assert seen[:450] == OTHERS
    assert len(set(seen)) == len(seen)


def test_each_try_is_counted_and_the_last_one_kept(store: AnyStore) -> None:
    queue(store, URL)
    wait = Attempt(URL, "x", "pending", 503, "the host is busy", retry_at="2019-06-14T00:00:00Z")
    record(store, wait, Attempt(URL, "x", "failed", None, "no such host"))
    entry = store.journal.entry(URL)
    assert entry
    assert (entry.source, entry.state, entry.tries, entry.status, entry.error) == (
        "news",
        "failed",
        2,
        None,
        "no such host",
    )
    assert (entry.retry_at, entry.tried_at is not None) == (None, True)
    with store.writing([]) as writer:
        assert writer.journal.retry("other") == 0
        assert writer.journal.retry() == 1
        writer.commit()
    entry = store.journal.entry(URL)
    assert entry
    assert (entry.state, entry.tries) == ("pending", 2)


def test_validators_are_those_of_the_last_answer_with_content(store: AnyStore) -> None:
    record(store, replace(DONE, article_id=RICE.article_id), Attempt(URL, "news", "done", 304))
    entry = store.journal.entry(URL)
    assert entry
    assert (entry.validated_url, entry.etag, entry.last_modified) == (f"{URL}/", '"1"', DONE.last_modified)
    assert (entry.status, entry.article_id) == (304, RICE.article_id)
    record(store, Attempt(URL, "news", "done", 200))
    entry = store.journal.entry(URL)
    assert entry
    assert (entry.etag, entry.article_id) == (None, RICE.article_id)


@pytest.mark.parametrize("status", [404, 410])
def test_a_page_that_is_gone_is_marked_on_its_article_until_it_is_back(store: AnyStore, status: int) -> None:
    before = store.export_hash()
    record(store, Attempt(URL, "news", "gone", status, "not there"))
    assert gone(store) == status
    first = store.articles([RICE.article_id])[0].gone
    record(store, Attempt(URL, "news", "failed", None, "no such host"))
    assert gone(store) == status, "what cannot be asked tells nothing"
    assert store.export_hash() == before
    record(store, Attempt(URL, "news", "gone", 410))
    again = store.articles([RICE.article_id])[0].gone
    assert first
    assert again
    assert (again.found_at, again.status) == (first.found_at, 410)
    record(store, DONE)
    assert gone(store) is None


def test_the_article_of_an_address_that_it_does_not_have_itself_is_marked_too(store: AnyStore) -> None:
    asked = "https://news.example/?p=7"
    record(store, Attempt(asked, "news", "done", 200, article_id=RICE.article_id))
    record(store, Attempt(asked, "news", "gone", 404))
    assert gone(store) == 404
    store.remove([RICE.article_id])
    record(store, Attempt(asked, "news", "gone", 404))
    add(store, RICE)
    assert gone(store) is None


RETRIEVED = Retrieval(URL, f"{URL}/", 200, "2099-01-01T00:00:00Z", (("etag", '"2"'),))


def settle(store: AnyStore, retrieval: Retrieval, article: str | None = None, error: str | None = None) -> None:
    with store.writing([]) as writer:
        writer.journal.settle(retrieval, article, error)
        writer.commit()


def test_a_page_that_comes_in_settles_its_entry(store: AnyStore) -> None:
    settle(store, RETRIEVED, RICE.article_id)
    assert store.journal.entry(URL) is None, "the journal is for what is fetched"
    queue(store, URL)
    settle(store, replace(RETRIEVED, retrieved_at="2001-01-01T00:00:00Z"), RICE.article_id)
    entry = store.journal.entry(URL)
    assert entry
    assert (entry.state, entry.tries, entry.article_id, entry.etag) == ("done", 1, RICE.article_id, '"2"')
    assert (entry.tried_at, entry.validated_url) == ("2001-01-01T00:00:00Z", f"{URL}/")
    settle(store, RETRIEVED, error="no article found")
    entry = store.journal.entry(URL)
    assert entry
    assert (entry.state, entry.error, entry.article_id) == ("failed", "no article found", RICE.article_id)


def test_an_older_capture_does_not_bring_a_page_back(store: AnyStore) -> None:
    record(store, Attempt(URL, "news", "gone", 404))
    settle(store, replace(RETRIEVED, retrieved_at="2001-01-01T00:00:00Z"), RICE.article_id)
    assert (gone(store), [entry.state for entry in store.journal.entries()]) == (404, ["gone"])
    settle(store, RETRIEVED, RICE.article_id)
    assert (gone(store), [entry.state for entry in store.journal.entries()]) == (None, ["done"])


def test_sources_are_followed_by_name_and_address(store: AnyStore) -> None:
    feed = Followed("news", "https://news.example/feed", "2019-06-13T00:00:00Z", {"as": "feed"})
    assert store.journal.follow(feed)
    assert not store.journal.follow(replace(feed, url="https://other.example/"))
    assert not store.journal.follow(replace(feed, name="other"))
    assert store.journal.follow(Followed("a", "https://a.example/", "2019-06-14T00:00:00Z"))
    assert [source.name for source in store.journal.followed()] == ["a", "news"]
    assert store.journal.followed()[1] == feed
    store.journal.mark_asked("news", "no such host")
    asked = store.journal.followed()[1]
    assert (asked.error, asked.asked_at is not None) == ("no such host", True)
    store.journal.mark_asked("news")
    assert store.journal.followed()[1].error is None
    queue(store, URL, *OTHERS[:3])
    record(store, DONE)
    assert store.journal.unfollow("news")
    assert not store.journal.unfollow("news")
    assert [entry.url for entry in store.journal.entries()] == [URL], "what was pending for it is dropped"


CAPTURED = Retrieval(URL, URL, 200, "2001-01-01T00:00:00Z")
CAPTURE = f"https://archive.example/20010101000000/{URL}"


def test_a_capture_leads_to_the_article_that_has_it(home: Home) -> None:
    store = home.create(replace(RICE, retrieval=CAPTURED))
    for address in (CAPTURE, f"{CAPTURE}?other"):
        record(store, Attempt(address, "news", "done", 200))
    with store.writing([]) as writer:
        writer.journal.settle_capture(CAPTURE, CAPTURED)
        writer.journal.settle_capture(f"{CAPTURE}?other", replace(CAPTURED, retrieved_at="2002-01-01T00:00:00Z"))
        writer.journal.settle_capture("https://archive.example/nobody", CAPTURED)
        writer.commit()
    entry, other = store.journal.entry(CAPTURE), store.journal.entry(f"{CAPTURE}?other")
    assert entry
    assert other
    assert (entry.article_id, entry.state) == (RICE.article_id, "done")
    assert other.article_id is None
    assert store.journal.counts() == {"done": 2}
    with store.writing([]) as writer:
        writer.journal.settle_capture(CAPTURE, CAPTURED, error="no article found")
        writer.commit()
    entry = store.journal.entry(CAPTURE)
    assert entry
    assert (entry.article_id, entry.state, entry.error) == (RICE.article_id, "failed", "no article found")


def test_what_waits_for_the_commit_is_made_pending_with_it(store: AnyStore) -> None:
    record(store, Attempt(OTHERS[0], "news", "failed"), Attempt(OTHERS[1], "other", "failed"))
    with store.writing([]) as writer:
        writer.journal.record(Attempt(OTHERS[0], "news", "failed", 500))
        writer.journal.record(Attempt(OTHERS[2], "news", "failed", 500))
        assert writer.journal.retry("news") == 2
        assert [writer.journal.entry(url).state for url in OTHERS[:3]] == ["pending", "failed", "pending"]  # type: ignore[union-attr]
        assert writer.journal.retry() == 1
        writer.commit()
    assert store.journal.counts() == {"pending": 3}
