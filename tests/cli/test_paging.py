"""`ingest` and `update` of lists and feeds that go on on other pages."""

from __future__ import annotations

from typing import Any

import pytest

from tests.cli.support import Run
from tests.web.server import Reply, Server, content
from tests.web.sites import QUICK, articles, feed, ingest, listing, page, stories

RSS = "application/rss+xml"
LINKS = (
    '<link rel="next" href="{}">',
    '<a class="next page-numbers" href="{}">2</a>',
    '<a href="#" class="next">›</a><a href="{}">Older posts »</a>',
    '<a href="{}#top">다음</a>',
)


@pytest.fixture
def run(inside: Run) -> Run:
    """Run a command in this process: there are many, and the hosts are real."""
    return inside


def lists(server: Server, paths: list[str], link: str = LINKS[0]) -> None:
    """Serve /markets, /markets/2 and /markets/3 with nine articles each."""
    for number in (1, 2, 3):
        after = link.format(f"/markets/{number + 1}") if number < 3 else ""
        body = listing(paths[number * 9 - 9 : number * 9]).body.replace(b"</ul>", f"</ul>{after}".encode())
        server.routes["/markets" if number == 1 else f"/markets/{number}"] = content(body)


def feeds(server: Server, paths: list[str], *, full: bool) -> None:
    """Serve /feed and /feed?page=2 with half of the entries each."""
    half = len(paths) // 2
    after = f'<a:link xmlns:a="http://www.w3.org/2005/Atom" rel="next" href="{server.url("/feed?page=2")}"/>'
    first = feed(server, paths[:half], full=full).replace(b"<channel>", f"<channel>{after}".encode())
    server.routes["/feed"] = content(first, type_=RSS)
    server.routes["/feed?page=2"] = content(feed(server, paths[half:], full=full), type_=RSS)


def asked(server: Server, before: int, name: str) -> list[str]:
    return [path for path in server.paths[before:] if path.startswith(name)]


@pytest.mark.parametrize("link", LINKS)
def test_a_list_that_goes_on(run: Run, server: Server, link: str) -> None:
    lists(server, stories(server, 27), link)
    first = ingest(run, server.url("/markets"))
    assert first.json["new"] == 9
    assert "those on further pages are left; --all takes them" in first.err
    whole = ingest(run, server.url("/markets"), "--all")
    assert (whole.json["new"], whole.json["skipped"]) == (18, 9)
    assert asked(server, 0, "/markets") == ["/markets", "/markets", "/markets/2", "/markets/3"]


def test_a_list_that_was_read_whole_is_read_as_far_as_there_is_news(run: Run, server: Server) -> None:
    paths = stories(server, 40)
    lists(server, paths[10:])
    broken, server.routes["/markets/3"] = server.routes["/markets/3"], Reply(404)
    assert run("-C", "c.db", "ingest", "--urls", "-", stdin="").code == 0
    assert run("-C", "c.db", "follow", "add", server.url("/markets"), "--name", "border", "--all").code == 0

    def update() -> tuple[int, list[str]]:
        before = len(server.paths)
        code = run("-C", "c.db", "update", env=QUICK).code
        return code, asked(server, before, "/markets")

    assert update() == (0, ["/markets", "/markets/2", "/markets/3"])
    server.routes["/markets/3"] = broken
    assert update() == (0, ["/markets", "/markets/2", "/markets/3"])
    assert update() == (1, ["/markets"])
    lists(server, paths)
    assert update() == (0, ["/markets", "/markets/2", "/markets/3"])
    assert len(articles(run)) == 37
    assert max(server.paths.count(path) for path in paths) == 1


def test_lists_in_a_circle_end(run: Run, server: Server) -> None:
    paths = stories(server, 27)
    lists(server, paths)
    server.routes["/markets/3"] = listing(paths[18:], head='<link rel="next" href="/markets/2">')
    assert ingest(run, server.url("/markets"), "--all").json["new"] == 27
    server.routes["/markets/2"] = page("No list at all")
    assert ingest(run, server.url("/markets"), "--all", "--force").json["unchanged"] == 9


@pytest.mark.parametrize("full", [True, False])
def test_a_feed_that_goes_on(run: Run, server: Server, full: bool) -> None:
    feeds(server, stories(server, 12), full=full)
    first = ingest(run, server.url("/feed"))
    assert first.json["new"] == 6
    assert "older entries on further pages are left; --all takes them" in first.err
    assert ingest(run, server.url("/feed"), "--all", "--since", "2021").json["new"] == 0
    whole = ingest(run, server.url("/feed"), "--all")
    assert whole.json["new"] == 6
    before = len(server.paths)
    assert ingest(run, server.url("/feed"), "--all").json["new"] == 0
    assert server.paths[before:] == ["/feed"]


def test_a_feed_whose_older_entries_cannot_be_had(run: Run, server: Server) -> None:
    feeds(server, stories(server, 12), full=True)
    whole, server.routes["/feed?page=2"] = server.routes["/feed?page=2"], Reply(403)
    done = ingest(run, server.url("/feed"), "--all")
    assert (done.code, done.json["new"], done.json["failed"]) == (1, 6, 1)
    server.routes["/feed?page=2"] = whole
    assert ingest(run, server.url("/feed"), "--all").json["new"] == 6
    failures: Any = run("-C", "c.db", "stats", "--format", "json").json["failures"]
    assert failures == 0
