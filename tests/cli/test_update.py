"""`update`: what is new from followed sources, and nothing else."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.cli.support import PROGRAM, Outcome, Run, environment, one_line
from tests.web.server import Reply, Request, Server, content, redirect
from tests.web.sites import LATER, QUICK, articles, feed, ingest, listing, page, sitemap, stories
from tests.web.wordpress import site

RSS = "application/rss+xml"
TEXT = {"Content-Type": "text/plain"}


@pytest.fixture
def run(inside: Run, tmp_path_factory: pytest.TempPathFactory) -> Run:
    """Run a command in this process, on a corpus that has nothing of the web."""
    note = tmp_path_factory.mktemp("input") / "note.txt"
    note.write_text("Salt in Wonsan\n\nSalt was dear in Wonsan last week, a trader said.\n")
    assert inside("-C", "c.db", "ingest", note).code == 0
    return inside


def follow(run: Run, *arguments: str) -> None:
    assert run("-C", "c.db", "follow", "add", *arguments).code == 0


def update(run: Run, *arguments: str, **settings: str) -> Outcome:
    return run("-C", "c.db", "update", *arguments, env=QUICK | settings)


@pytest.mark.parametrize("full", [True, False])
def test_a_feed_that_has_not_changed_costs_one_request(run: Run, server: Server, full: bool) -> None:
    paths = stories(server, 50)
    server.routes["/feed"] = content(feed(server, paths, full=full), type_=RSS, etag='"1"')
    follow(run, server.url("/feed"), "--name", "border")
    first = update(run)
    assert (first.code, first.out) == (0, "")
    assert one_line(first).startswith("border: 50 new")
    before = len(server.paths)
    second = update(run)
    assert (second.code, second.out, second.err) == (1, "", "")
    assert server.paths[before:] == ["/feed"]
    assert server.requests[-1].headers["if-none-match"] == '"1"'
    more = stories(server, 51)
    server.routes["/feed"] = content(feed(server, more[-1:] + paths, full=full), type_=RSS, etag='"2"')
    before = len(server.paths)
    third = update(run, "border", "--format", "json")
    assert third.code == 0
    (source,) = third.json["sources"]
    assert (source["name"], source["new"], source["failed"], source["error"]) == ("border", 1, 0, None)
    assert server.paths[before:] == ["/feed", *([] if full else more[-1:])]
    assert update(run).code == 1


@pytest.mark.parametrize("kind", [(), ("--as", "sitemap")])
def test_a_sitemap_costs_one_request_until_it_changes(run: Run, server: Server, kind: tuple[str, ...]) -> None:
    paths = stories(server, 6)
    urls = [server.url(path) for path in paths]
    late, server.routes[paths[1]] = server.routes[paths[1]], Reply(500)
    server.routes["/map.xml"] = content(sitemap(urls[:5]), type_="application/xml", etag='"1"')
    follow(run, server.url("/map.xml"), "--name", "border", *kind)
    assert update(run, NKCORPUS_FETCH_RETRIES="0").code == 0
    server.routes[paths[1]] = late
    assert update(run).code == 0
    before = len(server.paths)
    quiet = update(run)
    assert (quiet.code, quiet.err, server.paths[before:]) == (1, "", ["/map.xml"])
    assert server.requests[-1].headers["if-none-match"] == '"1"'
    server.routes["/map.xml"] = content(sitemap(urls), type_="application/xml", etag='"2"')
    assert update(run).code == 0
    server.routes["/map.xml"] = content(
        sitemap([server.url("/more.xml")], index=True), type_="application/xml", etag='"3"'
    )
    server.routes["/more.xml"] = Reply(body=sitemap(urls))
    for _ in range(2):
        assert update(run).code == 1
        assert server.paths[-1] == "/more.xml"


def test_a_feed_whose_pages_failed_is_read_until_they_come(run: Run, server: Server) -> None:
    paths = stories(server, 4)
    late, server.routes[paths[1]] = server.routes[paths[1]], Reply(500)
    server.routes[paths[2]] = Reply(403)
    server.routes["/feed"] = content(feed(server, paths, full=False), type_=RSS, etag='"1"')
    follow(run, server.url("/feed"), "--name", "border")
    assert update(run, NKCORPUS_FETCH_RETRIES="0").code == 0
    server.routes[paths[1]] = late
    before = len(server.paths)
    assert update(run).code == 0
    assert server.paths[before:] == ["/feed", paths[1]]
    quiet = update(run)
    assert (quiet.code, quiet.err) == (1, "")
    assert server.requests[-1].headers["if-none-match"] == '"1"'


def test_an_ingest_with_other_wishes_hides_no_news(run: Run, server: Server) -> None:
    paths = stories(server, 4)
    server.routes["/feed"] = content(feed(server, paths, full=False), type_=RSS, etag='"1"')
    few = run("-C", "c.db", "ingest", server.url("/feed"), "--newest", "1", "--until", "2019", env=QUICK)
    assert few.code == 0
    follow(run, server.url("/feed"))
    assert one_line(update(run)).startswith("127.0.0.1: 4 new")


def test_a_source_that_fails_stops_no_other(run: Run, server: Server) -> None:
    server.routes["/feed"] = content(feed(server, ["/news/1"], full=True), type_=RSS)
    follow(run, server.url("/feed"), "--name", "border")
    follow(run, server.url("/away"), "--name", "away")
    outcome = update(run)
    assert outcome.code == 4
    assert "404" in outcome.err
    assert "border: 1 new" in outcome.err
    listed = {each["name"]: each for each in run("-C", "c.db", "follow", "list", "--format", "jsonl").objects}
    assert "404" in listed["away"]["error"]
    assert listed["border"]["error"] is None
    assert listed["away"]["asked_at"] and listed["border"]["asked_at"]
    assert update(run, "border").code == 1
    server.routes["/away"] = server.routes["/feed"]
    assert update(run, "away").code == 1
    listed = {each["name"]: each for each in run("-C", "c.db", "follow", "list", "--format", "jsonl").objects}
    assert listed["away"]["error"] is None


def test_a_home_page_is_followed_by_its_feed(run: Run, server: Server) -> None:
    head = '<link rel="alternate" type="application/rss+xml" href="/feed">'
    server.routes["/"] = listing(stories(server, 3), head=head)
    server.routes["/feed"] = content(feed(server, ["/news/a", "/news/b"], full=True), type_=RSS, etag='"1"')
    follow(run, server.url("/"), "--name", "border")
    assert update(run).code == 0
    quiet = update(run)
    assert (quiet.code, quiet.err) == (1, "")
    assert server.requests[-1].headers["if-none-match"] == '"1"'


def test_how_a_source_is_read_is_kept(run: Run, server: Server) -> None:
    head = '<link rel="alternate" type="application/rss+xml" href="/feed">'
    server.routes["/"] = listing(stories(server, 9), head=head)
    follow(run, server.url("/"), "--name", "border", "--as", "listing", "--all")
    (source,) = run("-C", "c.db", "follow", "list", "--format", "jsonl").objects
    assert source["options"] == {"as": "listing", "all": True}
    assert update(run).code == 0
    assert len(articles(run)) == 10
    assert "/feed" not in server.paths
    assert {e["source"] for e in run("-C", "c.db", "fetches", "--format", "jsonl").objects} == {"border"}


def test_a_wordpress_site_is_followed_by_its_interface(run: Run) -> None:
    with site(20) as wordpress:
        follow(run, wordpress.home, "--name", "border", "--all")
        assert update(run).code == 0
        before = len(wordpress.server.paths)
        assert update(run).code == 1
        assert len(wordpress.server.paths) == before + 1


def test_pages_that_are_no_articles_are_fetched_once(run: Run, server: Server) -> None:
    paths = stories(server, 9)
    server.routes[paths[0]] = Reply(body=b"%PDF-1.7", headers={"Content-Type": "application/pdf"})
    server.routes[paths[1]] = Reply(404)
    server.routes["/markets"] = listing(paths)
    follow(run, server.url("/markets"))
    assert update(run).code == 0
    quiet = update(run)
    assert (quiet.code, quiet.err) == (1, "")
    assert max(server.paths.count(path) for path in paths) == 1
    server.routes[paths[1]] = page("Back again")
    assert update(run).code == 1


def test_a_listing_that_has_not_changed_costs_one_request(run: Run, server: Server) -> None:
    paths = stories(server, 9)
    server.routes["/markets"] = content(listing(paths).body, etag='"1"')
    follow(run, server.url("/markets"))
    assert one_line(update(run)).startswith("127.0.0.1: 9 new")
    before = len(server.paths)
    assert update(run).code == 1
    assert server.paths[before:] == ["/markets"]
    assert server.requests[-1].headers["if-none-match"] == '"1"'
    server.routes["/markets"] = content(listing(stories(server, 10)).body, etag='"2"')
    assert one_line(update(run)).startswith("127.0.0.1: 1 new")


def sitemap_of(server: Server, paths: list[str], etag: str) -> Callable[[Request], Reply]:
    return content(sitemap([server.url(path) for path in paths]), type_="application/xml", etag=etag)


@pytest.mark.parametrize("number", [9, 105])
def test_a_sitemap_that_has_not_changed_costs_one_request(run: Run, server: Server, number: int) -> None:
    paths = stories(server, number)
    server.routes["/map.xml"] = sitemap_of(server, paths, '"1"')
    follow(run, server.url("/map.xml"))
    taken = min(number, 100)
    assert one_line(update(run)).startswith(f"127.0.0.1: {taken} new")
    before = len(server.paths)
    quiet = update(run)
    assert (quiet.code, quiet.err) == (1, "")
    assert server.paths[before:] == ["/map.xml"]
    assert server.requests[-1].headers["if-none-match"] == '"1"'
    server.routes["/map.xml"] = sitemap_of(server, ["/news/late", *paths], '"2"')
    server.routes["/news/late"] = page("Late")
    assert one_line(update(run)).startswith("127.0.0.1: 1 new")


def test_of_a_sitemap_index_only_what_changed_is_read(run: Run, server: Server) -> None:
    parts = {f"/map-{n}.xml": stories(server, 60, f"/news-{n}") for n in range(3)}
    for name, paths in parts.items():
        server.routes[name] = sitemap_of(server, paths, '"1"')
    index = sitemap([server.url(name) for name in parts], index=True)
    server.routes["/index.xml"] = content(index, type_="application/xml", etag='"i"')
    follow(run, server.url("/index.xml"))
    assert one_line(update(run)).startswith("127.0.0.1: 100 new")
    assert "/map-2.xml" not in server.paths
    before = len(server.paths)
    quiet = update(run)
    assert (quiet.code, quiet.err) == (1, "")
    assert server.paths[before:] == ["/index.xml", "/map-0.xml", "/map-1.xml"]
    assert [request.headers.get("if-none-match") for request in server.requests[-2:]] == ['"1"', '"1"']
    server.routes["/map-1.xml"] = sitemap_of(server, ["/news-1/late", *parts["/map-1.xml"]], '"2"')
    server.routes["/news-1/late"] = page("Late")
    assert one_line(update(run)).startswith("127.0.0.1: ")
    assert "/map-2.xml" not in server.paths
    assert "/news-1/late" in server.paths


def test_a_sitemap_whose_pages_failed_is_read_until_they_come(run: Run, server: Server) -> None:
    paths = stories(server, 4)
    late, server.routes[paths[1]] = server.routes[paths[1]], Reply(500)
    server.routes["/map.xml"] = sitemap_of(server, paths, '"1"')
    follow(run, server.url("/map.xml"))
    assert update(run, NKCORPUS_FETCH_RETRIES="0").code == 0
    server.routes[paths[1]] = late
    assert one_line(update(run)).startswith("127.0.0.1: 1 new")
    assert "if-none-match" not in server.requests[-2].headers


def test_what_was_followed_otherwise_is_read_again(run: Run, server: Server) -> None:
    server.routes["/map.xml"] = sitemap_of(server, stories(server, 105), '"1"')
    follow(run, server.url("/map.xml"), "--name", "border")
    assert update(run).code == 0
    assert run("-C", "c.db", "follow", "remove", "border").code == 0
    follow(run, server.url("/map.xml"), "--name", "border", "--all")
    assert one_line(update(run)).startswith("border: 5 new")


def test_one_source_hides_no_news_of_another(run: Run, server: Server) -> None:
    server.routes["/map.xml"] = sitemap_of(server, stories(server, 105), '"1"')
    index = sitemap([server.url("/map.xml")], index=True)
    server.routes["/index.xml"] = content(index, type_="application/xml")
    follow(run, server.url("/index.xml"), "--name", "a")
    assert one_line(update(run)).startswith("a: 100 new")
    follow(run, server.url("/map.xml"), "--name", "b", "--all")
    assert one_line(update(run)).startswith("b: 5 new")
    before = len(server.paths)
    assert update(run).code == 1
    assert server.paths[before:] == ["/index.xml", "/map.xml", "/map.xml"]


def test_what_cannot_be_updated(inside: Run, run: Run) -> None:
    assert "no sources are followed" in one_line(update(run))
    assert update(run).code == 2
    assert update(run, "nobody").code == 2
    assert inside("-C", "none.db", "update").code == 3


def test_a_page_is_not_asked_for_before_its_time(run: Run, server: Server) -> None:
    paths = stories(server, 3)
    whole, server.routes[paths[2]] = server.routes[paths[2]], Reply(503, headers={"Retry-After": "7200"})
    server.routes["/feed"] = content(feed(server, paths, full=False), type_=RSS, etag='"1"')
    follow(run, server.url("/feed"))
    assert update(run, NKCORPUS_FETCH_RETRIES="0", NKCORPUS_FETCH_MAX_WAIT="1").code == 0
    server.routes[paths[2]] = whole
    quiet = update(run, **LATER)
    assert (quiet.code, quiet.err) == (1, "")
    assert server.paths.count(paths[2]) == 1
    assert "if-none-match" not in server.requests[-1].headers
    before = len(server.paths)
    early = update(run)
    assert (early.code, len(server.paths)) == (4, before)
    assert "asks to be left alone" in one_line(early)


def test_one_update_at_a_time(run: Run, server: Server, tmp_path: Path) -> None:
    paths = stories(server, 3)
    server.routes["/feed"] = content(feed(server, paths, full=False), type_=RSS)
    held, server.routes[paths[1]] = server.routes[paths[1]], Reply(wait=30.0)
    follow(run, server.url("/feed"), "--name", "border")
    cache = str(tmp_path / "cache")
    command = [*PROGRAM, "-C", "c.db", "update"]
    with subprocess.Popen(
        command,
        env=environment(tmp_path) | QUICK | {"NKCORPUS_CACHE_DIR": cache},
        cwd=tmp_path,
        stderr=subprocess.DEVNULL,
    ) as process:
        deadline = time.monotonic() + 50
        while paths[1] not in server.paths and time.monotonic() < deadline:
            time.sleep(0.02)
        second = update(run, NKCORPUS_CACHE_DIR=cache)
        assert (second.code, server.paths.count("/feed")) == (3, 1)
        assert "another update of this corpus is under way" in one_line(second)
        process.kill()
    server.routes[paths[1]] = held
    assert one_line(update(run, NKCORPUS_CACHE_DIR=cache)).startswith("border: 2 new")


def test_a_source_is_not_asked_before_its_time(run: Run, server: Server) -> None:
    server.routes["/feed"] = Reply(503, headers={"Retry-After": "7200"})
    follow(run, server.url("/feed"), "--name", "border")
    assert update(run, NKCORPUS_FETCH_MAX_WAIT="1").code == 4
    server.routes["/feed"] = content(feed(server, ["/news/1"], full=True), type_=RSS)
    before = len(server.paths)
    waiting = update(run)
    assert waiting.code == 4
    assert "its host wants to be asked later" in one_line(waiting)
    assert len(server.paths) == before
    assert ingest(run, server.url("/feed"), **LATER).json["new"] == 1
    assert update(run, **LATER).code == 1


@pytest.mark.parametrize("later", [page("This domain is for sale"), Reply(body=b"Gone fishing", headers=TEXT), Reply()])
def test_a_feed_that_became_something_else_is_a_failure(run: Run, server: Server, later: Reply) -> None:
    server.routes["/feed"] = whole = content(feed(server, ["/news/1"], full=True), type_=RSS)
    follow(run, server.url("/feed"), "--name", "border")
    assert update(run).code == 0
    server.routes["/feed"] = later
    failed = update(run)
    assert failed.code == 4
    assert "it was a feed and is none now" in one_line(failed)
    (entry,) = run("-C", "c.db", "fetches", "--format", "jsonl").objects
    assert (entry["state"], entry["status"]) == ("failed", 200)
    assert len(articles(run)) == 2
    server.routes["/feed"] = whole
    assert update(run).code == 1
    (listed,) = run("-C", "c.db", "follow", "list", "--format", "jsonl").objects
    assert listed["error"] is None


def test_an_empty_answer_is_no_feed(run: Run, server: Server) -> None:
    server.routes["/feed"] = Reply(headers={"Content-Type": RSS})
    follow(run, server.url("/feed"))
    failed = update(run)
    assert failed.code == 4
    assert "it is empty" in one_line(failed)


@pytest.mark.parametrize(("status", "is_followed"), [(301, True), (308, True), (302, False), (307, False)])
def test_a_source_that_moved_for_good_is_followed_there(
    run: Run, server: Server, status: int, is_followed: bool
) -> None:
    server.routes["/feed"] = content(feed(server, ["/news/1"], full=True), type_=RSS, etag='"1"')
    follow(run, server.url("/old"), "--name", "border")
    server.routes["/old"] = redirect("/feed", status)
    first = run("-v", "-C", "c.db", "update", env=QUICK)
    assert first.code == 0
    assert ("has moved for good to" in first.err) is is_followed
    (listed,) = run("-C", "c.db", "follow", "list", "--format", "jsonl").objects
    assert listed["url"] == server.url("/feed" if is_followed else "/old")
    assert update(run).code == 1
    before = len(server.paths)
    quiet = update(run)
    assert (quiet.code, quiet.err) == (1, "")
    assert server.paths[before:] == (["/feed"] if is_followed else ["/old", "/feed"])
    assert server.requests[-1].headers["if-none-match"] == '"1"'


def test_a_page_that_moved_to_another_site_is_followed_where_it_was(run: Run, server: Server) -> None:
    with Server("127.0.0.2") as other:
        other.routes["/portal"] = page("Log in to this network")
        server.routes["/markets"] = redirect(other.url("/portal"), 301)
        follow(run, server.url("/markets"), "--name", "border")
        assert update(run, NKCORPUS_FETCH_ALLOW_HOSTS="127.0.0.2").code == 0
    (listed,) = run("-C", "c.db", "follow", "list", "--format", "jsonl").objects
    assert listed["url"] == server.url("/markets")
