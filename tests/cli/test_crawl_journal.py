"""What real fetches leave in the journal: `fetches` and `ingest --retry-failed` after `ingest URL`."""

from __future__ import annotations

from typing import Any

import pytest

from tests.cli.support import Run
from tests.web.server import Reply, Server, content, redirect
from tests.web.sites import LATER, articles, feed, ingest, listing, page, stories
from tests.web.wordpress import site


@pytest.fixture
def run(inside: Run) -> Run:
    """Run a command in this process: there are many, and the hosts are real."""
    return inside


def journal(run: Run) -> dict[str, Any]:
    """Return the entries of the journal by the last part of the address."""
    entries = run("-C", "c.db", "fetches", "-n", "0", "--format", "jsonl").objects
    return {entry["url"].rstrip("/").rpartition("/")[2]: entry for entry in entries}


def test_each_page_is_in_the_journal_with_its_article(run: Run, server: Server) -> None:
    paths = stories(server, 6)
    server.robots("User-agent: *", f"Disallow: {paths[4]}")
    server.routes |= {
        "/feed": content(feed(server, paths, full=False), type_="application/rss+xml"),
        paths[1]: Reply(410),
        paths[2]: Reply(403),
        paths[3]: Reply(503, headers={"Retry-After": "0"}),
        paths[5]: content(page("Rice in Hyesan").body, etag='"1"'),
    }
    done = ingest(run, server.url("/feed"), NKCORPUS_FETCH_RETRIES="0")
    assert (done.json["new"], done.json["failed"]) == (2, 4)
    entries = journal(run)
    states = {name: entry["state"] for name, entry in entries.items()}
    assert states == {
        "feed": "done", "story-1": "done", "story-2": "gone", "story-3": "failed", "story-4": "pending",
        "story-5": "failed", "story-6": "done",
    }  # fmt: skip
    assert {entry["source"] for entry in entries.values()} == {server.url("/feed")}
    assert entries["story-6"]["article_id"] == articles(run)["Rice in Hyesan"]["id"]
    assert entries["story-6"]["etag"] == '"1"'
    assert (entries["story-2"]["status"], entries["story-3"]["status"]) == (410, 403)
    assert "disallows" in entries["story-5"]["error"]
    assert entries["feed"]["article_id"] is None


def test_a_page_that_goes_is_marked_and_comes_back(run: Run, server: Server) -> None:
    server.routes["/rice"] = content(page("Rice in Hyesan").body, etag='"1"')
    ingest(run, server.url("/rice"))
    held = server.routes["/rice"]
    server.routes["/rice"] = Reply(404)
    assert ingest(run, server.url("/rice")).code == 1
    article = articles(run)["Rice in Hyesan"]["id"]
    assert run("-C", "c.db", "show", article, "--format", "json").json["gone"]["status"] == 404
    assert journal(run)["rice"]["state"] == "gone"
    server.routes["/rice"] = held
    assert ingest(run, server.url("/rice")).json["unchanged"] == 1
    assert run("-C", "c.db", "show", article, "--format", "json").json["gone"] is None


@pytest.mark.parametrize("gone", ["/old", "/news/rice", "/2020/rice"])
def test_a_page_that_goes_is_found_by_each_of_its_addresses(run: Run, server: Server, gone: str) -> None:
    server.routes["/old"] = redirect("/news/rice")
    server.routes["/news/rice"] = page("Rice in Hyesan", head='<link rel="canonical" href="/2020/rice">')
    server.routes["/markets"] = listing([gone, *stories(server, 9)])
    ingest(run, server.url("/old"))
    article = articles(run)["Rice in Hyesan"]
    assert article["url"] == server.url("/2020/rice")
    before = len(server.paths)
    assert ingest(run, server.url("/markets")).json["skipped"] == 1
    assert gone not in server.paths[before:]
    del server.routes["/old"], server.routes["/news/rice"]
    assert ingest(run, server.url(gone), "--as", "article").code == 1
    assert run("-C", "c.db", "show", article["id"], "--format", "json").json["gone"]["status"] == 404


def test_the_articles_of_a_feed_that_goes_are_there(run: Run, server: Server) -> None:
    server.routes["/feed"] = content(feed(server, ["/news/1"], full=True), type_="application/rss+xml")
    ingest(run, server.url("/feed"))
    server.routes["/feed"] = Reply(410)
    assert ingest(run, server.url("/feed")).code == 1
    (article,) = articles(run).values()
    assert run("-C", "c.db", "show", article["id"], "--format", "json").json["gone"] is None


def test_a_page_that_was_not_taken_is_asked_for_whole(run: Run, server: Server) -> None:
    server.routes["/rice"] = content(page("Rice in Hyesan").body, etag='"1"')
    assert ingest(run, server.url("/rice"), "--until", "2019").json["skipped"] == 1
    assert ingest(run, server.url("/rice")).json["new"] == 1
    assert ingest(run, server.url("/rice")).json["unchanged"] == 1
    assert server.requests[-1].headers["if-none-match"] == '"1"'


def test_a_page_without_an_article_is_a_failure(run: Run, server: Server) -> None:
    server.routes["/empty"] = content(b"<html></html>", etag='"1"')
    assert ingest(run, server.url("/empty"), "--as", "article").code == 1
    entry = journal(run)["empty"]
    assert (entry["state"], entry["status"]) == ("failed", 200)
    assert entry["error"]


def test_the_lists_of_a_wordpress_site_count_as_its_address(run: Run) -> None:
    with site(30) as wordpress:
        ingest(run, wordpress.home, "--all")
        assert list(journal(run)) == ["english"]
        wordpress.closed = True
        del wordpress.server.routes["/english/"]
        assert ingest(run, wordpress.home, "--all").code == 1
        assert journal(run)["english"]["state"] == "gone"
        wordpress.__post_init__()
        wordpress.closed = False
        assert ingest(run, wordpress.home, "--all").code == 0
        assert journal(run)["english"]["state"] == "done"


def test_passwords_are_in_no_journal(run: Run, server: Server) -> None:
    server.routes["/markets"] = listing(stories(server, 9))
    ingest(run, server.url("/markets").replace("//", "//u:pw@"))
    out = run("-C", "c.db", "fetches", "-n", "0", "--format", "jsonl").out
    assert len(out.splitlines()) == 10
    assert "pw@" not in out


def test_what_failed_is_asked_again(run: Run, server: Server) -> None:
    paths = stories(server, 9)
    server.routes["/markets"] = listing(paths)
    failing = {
        paths[0]: Reply(403),
        paths[1]: Reply(500),
        paths[2]: Reply(410),
        paths[3]: Reply(body=b"<html></html>"),
    }
    whole = {path: server.routes[path] for path in failing}
    later = Reply(503, headers={"Retry-After": "7200"})
    server.routes |= failing | {paths[8]: later}
    settings = {"NKCORPUS_FETCH_RETRIES": "0", "NKCORPUS_FETCH_MAX_WAIT": "1"}
    assert ingest(run, server.url("/markets"), **settings).json["failed"] == 5
    server.routes |= whole
    before = len(server.paths)
    allowed = {"NKCORPUS_FETCH_ALLOW_HOSTS": "127.0.0.1"}
    done = ingest(run, "--retry-failed", **allowed, **LATER)
    assert (done.code, done.json["new"]) == (0, 3)
    assert sorted(server.paths[before:]) == [*paths[:2], paths[3], "/robots.txt"]
    states = {name: entry["state"] for name, entry in journal(run).items() if entry["state"] != "done"}
    assert states == {"story-3": "gone", "story-9": "pending"}
    again = ingest(run, "--retry-failed", **allowed, **LATER)
    assert (again.code, again.json["new"]) == (0, 0)
    assert "1 left whose hosts want to be asked later" in again.err
    assert run("-C", "c.db", "ingest", "--retry-failed", "--dry-run").code == 2


def test_what_is_asked_again_is_no_way_inward(run: Run, server: Server) -> None:
    with Server("127.0.0.2") as inner:
        inner.routes["/admin"] = page("Secrets")
        server.routes["/feed"] = content(feed(inner, ["/admin"], full=False), type_="text/xml")
        ingest(run, server.url("/feed"))
        done = ingest(run, "--retry-failed", server.url("/feed"))
        assert (done.code, done.json["new"]) == (1, 0)
        assert not inner.paths


def test_equal_pages_at_two_addresses_are_two_articles(run: Run, server: Server) -> None:
    server.routes["/a/rice"] = server.routes["/b/rice"] = page("Rice in Hyesan")
    done = ingest(run, server.url("/a/rice"), server.url("/b/rice"))
    assert (done.json["new"], done.json["exact_duplicates"]) == (2, 1)
