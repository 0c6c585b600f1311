"""What a fetch from a real server leaves in the journal, and what the journal gives for the next one."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from nkcorpus.errors import FetchError
from nkcorpus.fetch.attempts import answered, refused, validators_of
from nkcorpus.fetch.client import Fetcher
from nkcorpus.fetch.urls import without_credentials
from nkcorpus.model import Attempt, FetchEntry, Retrieval, SourceItem
from nkcorpus.pipeline import Treatment, ingest
from nkcorpus.store.sqlite import SqliteStore
from tests.fetch.conftest import MakeFetcher
from tests.sources.warcs import page
from tests.store.builders import TOOL, create
from tests.web.server import Reply, Request, Server, redirect

RICE = page("Rice rises", "Rice rose in Hyesan last week, a trader said on Monday. Corn did not.")


@pytest.fixture
def store(tmp_path: Path) -> Iterator[SqliteStore]:
    opened = create(tmp_path / "corpus.db")
    yield opened
    opened.close()


def crawl(store: SqliteStore, fetcher: Fetcher, *urls: str) -> list[FetchEntry]:
    """Queue addresses, fetch and take in all that is pending, and return the journal."""
    with store.writing([TOOL]) as writer:
        writer.journal.queue(map(without_credentials, urls), "test")
        writer.commit()

        def items() -> Iterator[SourceItem]:
            for entry in store.journal.entries("pending"):
                try:
                    fetched = fetcher.get(entry.url, validators=validators_of(entry))
                except FetchError as error:
                    writer.journal.record(refused(entry.url, "test", error))
                    continue
                attempt = answered(fetched, "test")
                writer.journal.record(attempt)
                if not fetched.not_modified:
                    retrieval = Retrieval(entry.url, fetched.url, fetched.status, attempt.tried_at or "")
                    yield SourceItem(
                        entry.url, "", "html", fetched.body, url=fetched.url,
                        retrieval=replace(retrieval, headers=tuple(fetched.headers.items())),
                    )  # fmt: skip

        ingest(writer, items(), Treatment(), force=False, on_stored=lambda done, origin: None)
    return list(store.journal.entries())


def again(store: SqliteStore, url: str) -> None:
    """Make an address pending that was fetched before."""
    entry = store.journal.entry(url)
    assert entry
    pending = Attempt(url, "test", "pending", 200, validated_url=entry.validated_url, etag=entry.etag)
    with store.writing([TOOL]) as writer:
        writer.journal.record(pending)
        writer.commit()


def test_a_page_is_fetched_taken_in_and_settled_in_one(
    store: SqliteStore, server: Server, make_fetcher: MakeFetcher
) -> None:
    server.routes["/old"] = redirect("/rice")
    server.routes["/rice"] = Reply(body=RICE, headers={"Content-Type": "text/html", "ETag": '"1"'})
    [entry] = crawl(store, make_fetcher(), server.url("/old"))
    assert (entry.state, entry.tries, entry.status, entry.error) == ("done", 1, 200, None)
    assert (entry.validated_url, entry.etag) == (server.url("/rice"), '"1"')
    [article] = store.articles([entry.article_id or ""])
    assert article.document.title == "Rice rises"
    assert entry.tried_at == article.version.retrieved_at


def test_what_has_not_changed_is_asked_for_with_its_validators(
    store: SqliteStore, server: Server, make_fetcher: MakeFetcher
) -> None:
    def reply(request: Request) -> Reply:
        if request.headers.get("if-none-match") == '"1"':
            return Reply(304)
        return Reply(body=RICE, headers={"Content-Type": "text/html", "ETag": '"1"'})

    server.routes["/rice"] = reply
    fetcher = make_fetcher()
    [first] = crawl(store, fetcher, server.url("/rice"))
    again(store, server.url("/rice"))
    [second] = crawl(store, fetcher)
    assert (second.status, second.etag, second.article_id) == (304, '"1"', first.article_id)
    assert store.stats().versions == 1


@pytest.mark.parametrize(
    ("reply", "state", "status"),
    [
        (Reply(404), "gone", 404),
        (Reply(410), "gone", 410),
        (Reply(403), "failed", 403),
        (Reply(503, headers={"Retry-After": "7200"}), "pending", 503),
        (Reply(503, headers={"Retry-After": "99999999999"}), "pending", 503),
        (Reply(body=b"<html></html>", headers={"Content-Type": "text/html"}), "failed", 200),
    ],
)
def test_what_gives_nothing_is_gone_failed_or_pending(
    store: SqliteStore, server: Server, make_fetcher: MakeFetcher, reply: Reply, state: str, status: int
) -> None:
    server.routes["/x"] = reply
    [entry] = crawl(store, make_fetcher(retries=0, max_wait=1.0), server.url("/x"))
    assert (entry.state, entry.status, entry.tries) == (state, status, 1)
    assert entry.error
    assert (entry.retry_at is not None) == (state == "pending")
    assert validators_of(entry) is None
    assert entry.article_id is None


def test_a_page_that_goes_is_marked_and_its_article_stays(
    store: SqliteStore, server: Server, make_fetcher: MakeFetcher
) -> None:
    server.routes["/rice"] = [Reply(body=RICE, headers={"Content-Type": "text/html"}), Reply(410)]
    fetcher = make_fetcher()
    [first] = crawl(store, fetcher, server.url("/rice"))
    again(store, server.url("/rice"))
    [second] = crawl(store, fetcher)
    assert (second.state, second.article_id) == ("gone", first.article_id)
    [article] = store.articles([first.article_id or ""])
    assert article.gone
    assert (article.gone.status, len(article.versions)) == (410, 1)
