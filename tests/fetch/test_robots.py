"""robots.txt, as RFC 9309 wants it."""

from __future__ import annotations

import gzip
import time

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nkcorpus.errors import DisallowedByRobots, HostDeferred, TimedOut
from nkcorpus.fetch.client import Fetcher
from nkcorpus.fetch.robots import MOST_BYTES, RobotsCache, Rules, deferred
from tests.fetch.conftest import MakeFetcher
from tests.web.server import Reply, Server, redirect

SITE = "https://news.example"


def allowed(text: str, path: str) -> bool:
    return Rules.parse(text.encode()).allows(httpx.URL(SITE + path))


@pytest.mark.parametrize(
    ("text", "path", "may"),
    [
        ("", "/", True),
        ("User-agent: *\nDisallow: /", "/", False),
        ("User-agent: *\nDisallow: /", "/robots.txt", True),
        ("User-agent: *\nDisallow:", "/", True),
        ("User-agent: other\nDisallow: /", "/", True),
        ("User-agent: nkcorpus\nDisallow: /", "/", False),
        ("user-AGENT: NKcorpus/2.0 # us\r\nDISALLOW: /x", "/x", False),
        ("User-agent: nkcorpus\nDisallow: /x\nUser-agent: *\nDisallow: /y", "/y", True),
        ("User-agent: *\nDisallow: /y\nUser-agent: nkcorpus\nDisallow: /x", "/y", True),
        ("User-agent: other\nUser-agent: nkcorpus\nUser-agent: third\nDisallow: /x", "/x", False),
        ("User-agent: nkcorpus\nDisallow: /b\nUser-agent: nkcorpus\nDisallow: /c", "/c", False),
        ("User-agent: nkcorpus\nDisallow: /b\nUser-agent: nkcorpus\nDisallow: /c", "/b", False),
        ("User-agent: other\nDisallow: /\nUser-agent: *\nDisallow: /x", "/y", True),
        ("User-agent: nk\nDisallow: /", "/", True),
        ("User-agent: nkcorpus-mirror\nDisallow: /", "/", True),
        ("User-agent: *\nDisallow: /a\nAllow: /a/b", "/a/b/c", True),
        ("User-agent: *\nDisallow: /*.pdf$", "/x/y.pdf", False),
        ("User-agent: *\nDisallow: /*.pdf$", "/x/y.pdf?z", True),
        ("User-agent: *\nDisallow: /*?s=", "/?s=rice", False),
        ("User-agent: *\nDisallow: /글", "/%EA%B8%80", False),
        ("\ufeffUser-agent: *\nDisallow: /x", "/x", False),
        ("Disallow: /x\nUser-agent: *", "/x", True),
        ("User-agent: *\nSitemap: https://news.example/s.xml\nDisallow: /x", "/x", False),
        ("User-agent: *\nCrawl-delay: 1\nUser-agent: other\nDisallow: /", "/", True),
        ("<!doctype html><title>Not found</title>", "/x", True),
    ],
)  # fmt: skip
def test_rules(text: str, path: str, may: bool) -> None:
    assert allowed(text, path) is may


@pytest.mark.parametrize(
    ("text", "delay"),
    [
        ("User-agent: *\nCrawl-delay: 2.5", 2.5),
        ("User-agent: *\nCrawl-delay: soon", 0),
        ("User-agent: *\nCrawl-delay: -1", 0),
        ("User-agent: *\nCrawl-delay: inf", 0),
        ("User-agent: other\nCrawl-delay: 9", 0),
        ("User-agent: *\nCrawl-delay: 9\nUser-agent: nkcorpus\nDisallow: /x", 0),
        ("User-agent: *\nRequest-rate: 1/1m", 60),
        ("User-agent: *\nRequest-rate: 1/10\nCrawl-delay: 3", 10),
    ],
)
def test_delays(text: str, delay: float) -> None:
    assert Rules.parse(text.encode()).delay == delay


def test_sitemaps_of_all_groups() -> None:
    text = "Sitemap: https://a/1.xml\nUser-agent: other\nDisallow: /\nsitemap:https://a/2.xml"
    assert Rules.parse(text.encode()).sitemaps == ("https://a/1.xml", "https://a/2.xml")


@given(st.binary(max_size=300), st.sampled_from([b"", b"User-agent: *\nDisallow: ", b"User-agent: *\nRequest-rate: "]))
def test_any_bytes_are_rules(body: bytes, start: bytes) -> None:
    Rules.parse(start + body).allows(httpx.URL(SITE + "/x?y"))


def test_500_kib_are_parsed_and_the_rule_that_is_cut_is_none() -> None:
    start, end = b"User-agent: *\nDisallow: /early\n", b"Disallow: /la"
    padding = b"#" * (MOST_BYTES - len(start) - len(end) - 1) + b"\n"
    rules = Rules.parse((start + padding + end + b"te\nDisallow: /later\n")[: MOST_BYTES + 5])
    assert not rules.allows(httpx.URL(f"{SITE}/early"))
    assert rules.allows(httpx.URL(f"{SITE}/late"))
    assert rules.allows(httpx.URL(f"{SITE}/later"))


class TestFetcher:
    def test_a_page_that_is_disallowed_is_not_asked_for(self, server: Server, fetcher: Fetcher) -> None:
        server.robots("User-agent: *", "Disallow: /private")
        server.routes["/public"] = Reply(body=b"page")
        with pytest.raises(DisallowedByRobots, match=r"robots\.txt of 127\.0\.0\.1") as caught:
            fetcher.get(server.url("/private/1"))
        assert (caught.value.is_final, caught.value.url) == (True, server.url("/private/1"))
        assert fetcher.get(server.url("/public")).body == b"page"
        assert server.paths == ["/robots.txt", "/public"]

    def test_redirects_are_checked_too(self, server: Server, other: Server, fetcher: Fetcher) -> None:
        other.robots("User-agent: *", "Disallow: /")
        server.routes["/"] = redirect(other.url("/page"))
        with pytest.raises(DisallowedByRobots) as caught:
            fetcher.get(server.url())
        assert caught.value.url == other.url("/page")
        assert other.paths == ["/robots.txt"]

    def test_each_port_has_its_own(self, server: Server, fetcher: Fetcher) -> None:
        server.robots("User-agent: *", "Disallow: /")
        with Server() as second:
            second.routes["/"] = Reply(body=b"page")
            assert fetcher.get(second.url()).body == b"page"
        with pytest.raises(DisallowedByRobots):
            fetcher.get(server.url())

    @pytest.mark.parametrize("status", [204, 400, 401, 403, 404, 408, 410, 451])
    def test_none_allows_all(self, server: Server, fetcher: Fetcher, status: int) -> None:
        server.routes["/robots.txt"] = Reply(status, b"User-agent: *\nDisallow: /")
        server.routes["/"] = Reply(body=b"page")
        assert fetcher.get(server.url()).body == b"page"

    @pytest.mark.parametrize(
        "reply",
        [
            Reply(500),
            Reply(503),
            Reply(599),
            Reply(429),
            Reply(raw=b""),
            Reply(raw=b"nonsense\r\n\r\n"),
            Reply(body=b"User-agent: *\nDisallow: /", cut=5),
            Reply(body=b"nonsense", headers={"Content-Encoding": "gzip"}),
            Reply(body=b"x" * 99, drip=0.1),
        ],
    )
    def test_one_that_cannot_be_had_defers_the_host(
        self, server: Server, make_fetcher: MakeFetcher, reply: Reply
    ) -> None:
        server.routes["/robots.txt"] = reply
        fetcher = make_fetcher(request_timeout=0.5)
        with pytest.raises(HostDeferred, match="left alone for 600 s") as caught:
            fetcher.get(server.url())
        assert not caught.value.is_final
        assert caught.value.retry_after == pytest.approx(600, abs=30)
        asked = len(server.requests)
        with pytest.raises(HostDeferred) as again:
            fetcher.get(server.url("/other"))
        assert caught.value.retry_after and again.value.retry_after
        assert again.value.retry_after < caught.value.retry_after
        assert len(server.requests) == asked
        assert set(server.paths) == {"/robots.txt"}

    def test_a_busy_host_says_when_to_come_again(self, server: Server, fetcher: Fetcher) -> None:
        server.routes["/robots.txt"] = Reply(503, headers={"Retry-After": "7200"})
        with pytest.raises(HostDeferred, match="7,200 s") as caught:
            fetcher.get(server.url())
        assert caught.value.retry_after == pytest.approx(7200, abs=30)

    def test_a_failure_that_passes(self, server: Server, fetcher: Fetcher) -> None:
        server.routes["/robots.txt"] = [Reply(503), Reply(body=b"User-agent: *\nDisallow: /x")]
        server.routes["/"] = Reply(body=b"page")
        assert fetcher.get(server.url()).body == b"page"

    def test_redirected(self, server: Server, other: Server, fetcher: Fetcher) -> None:
        server.routes["/robots.txt"] = redirect(other.url("/rules"))
        other.routes["/rules"] = Reply(body=b"User-agent: *\nDisallow: /x")
        server.routes["/"] = Reply(body=b"page")
        assert fetcher.get(server.url()).body == b"page"
        with pytest.raises(DisallowedByRobots):
            fetcher.get(server.url("/x"))
        assert other.paths == ["/rules"]

    def test_redirected_without_end_allows_all(self, server: Server, fetcher: Fetcher) -> None:
        server.routes["/robots.txt"] = redirect("/robots.txt")
        server.routes["/"] = Reply(body=b"page")
        assert fetcher.get(server.url()).body == b"page"
        assert server.paths.count("/robots.txt") == 6

    def test_compressed(self, server: Server, fetcher: Fetcher) -> None:
        body = gzip.compress(b"User-agent: *\nDisallow: /x")
        server.routes["/robots.txt"] = Reply(body=body, headers={"Content-Encoding": "gzip"})
        with pytest.raises(DisallowedByRobots):
            fetcher.get(server.url("/x"))

    def test_not_at_all_if_the_user_says_so(self, server: Server, make_fetcher: MakeFetcher) -> None:
        server.robots("User-agent: *", "Disallow: /")
        server.routes["/"] = Reply(body=b"page")
        assert make_fetcher(obey_robots=False).get(server.url()).body == b"page"
        assert server.paths == ["/"]

    def test_sitemaps(self, server: Server, fetcher: Fetcher) -> None:
        server.robots("Sitemap: https://news.example/sitemap.xml")
        assert fetcher.sitemaps(server.url("/any")) == ("https://news.example/sitemap.xml",)
        assert fetcher.sitemaps(server.url("/other")) == ("https://news.example/sitemap.xml",)
        assert server.paths == ["/robots.txt"]

    def test_asked_for_without_credentials(self, server: Server, fetcher: Fetcher) -> None:
        server.routes["/"] = Reply(body=b"page")
        fetcher.get(server.url().replace("//", "//me:s3cret@"))
        assert [("authorization" in request.headers) for request in server.requests] == [False, True]


class TestCache:
    def test_rules_are_asked_for_again_when_they_are_old(self) -> None:
        asked = []

        def ask(url: httpx.URL) -> Rules:
            asked.append(str(url))
            return Rules.parse(b"")

        cache = RobotsCache(ask, ttl=0.3)
        for path in ("/a", "/b"):
            cache.rules(httpx.URL(SITE + path))
        assert asked == [f"{SITE}/robots.txt"]
        time.sleep(0.31)
        cache.rules(httpx.URL(f"{SITE}/c"))
        assert len(asked) == 2

    def test_so_is_a_host_that_was_deferred(self) -> None:
        asked = []

        def ask(url: httpx.URL) -> Rules:
            asked.append(url)
            if len(asked) == 1:
                raise deferred(url, "busy", 0.2)
            return Rules.parse(b"")

        cache = RobotsCache(ask)
        url = httpx.URL(f"{SITE}/a")
        for _ in range(2):
            with pytest.raises(HostDeferred, match="busy"):
                cache.rules(url)
        time.sleep(0.21)
        cache.rules(url)
        assert len(asked) == 2

    def test_what_is_final_is_not_kept(self) -> None:
        def ask(url: httpx.URL) -> Rules:
            raise TimedOut("too slow")

        cache = RobotsCache(ask)
        for _ in range(2):
            with pytest.raises(TimedOut):
                cache.rules(httpx.URL(SITE))

    def test_its_size_is_bounded(self) -> None:
        asked = []
        rules = Rules.parse(b"User-agent: *\n" + b"Disallow: /x\n" * 20_000)

        def ask(url: httpx.URL) -> Rules:
            asked.append(url.host)
            return rules

        cache = RobotsCache(ask)
        for number in range(100):
            cache.rules(httpx.URL(f"https://h{number}.example/"))
        cache.rules(httpx.URL("https://h99.example/"))
        assert len(asked) == 100
        cache.rules(httpx.URL("https://h0.example/"))
        assert len(asked) == 101
