"""What a Fetcher gives and refuses, against a real server."""

from __future__ import annotations

import dataclasses
import gzip
import time
import zlib
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import brotli
import pytest
import zstandard

from nkcorpus import __version__
from nkcorpus.errors import (
    AnswerTooLarge,
    BadAnswer,
    BadUrl,
    FetchError,
    HostDeferred,
    HttpStatus,
    TimedOut,
    TooManyRedirects,
    Unreachable,
)
from nkcorpus.fetch.answer import Validators
from nkcorpus.fetch.client import Fetcher
from tests.fetch.conftest import MakeFetcher, names
from tests.web.server import Reply, Request, Server, content, redirect

PAGE = b"<p>An MSS lecture in Hoeryong.</p>"
TOO_LONG = r"host took too long to answer \(\d+ bytes in \d s\); try again later"


def test_a_page(server: Server, make_fetcher: MakeFetcher) -> None:
    headers = {"Content-Type": "text/html; charset=UTF-8", "X-WP-Total": "500", "Set-Cookie": "a=1", "X-Odd": "1"}
    server.routes["/page?a=1&b=%20"] = Reply(body=PAGE, headers=headers)
    fetched = make_fetcher(contact="me@example.org").get(server.url("/page?a=1&b= #part"))

    assert fetched.body == PAGE
    assert fetched.status == 200
    assert fetched.url_asked == fetched.url == server.url("/page?a=1&b=%20")
    assert (fetched.media_type, fetched.charset) == ("text/html", "utf-8")
    assert fetched.headers["x-wp-total"] == "500"
    assert not {"set-cookie", "x-odd"} & set(fetched.headers)
    assert not fetched.not_modified
    assert fetched.validators is None
    age = datetime.now(UTC) - datetime.fromisoformat(fetched.retrieved_at)
    assert timedelta(0) <= age < timedelta(seconds=30)

    asked = server.requests[-1].headers
    assert asked["user-agent"] == f"nkcorpus/{__version__} (+me@example.org)"
    assert asked["host"] == server.authority
    assert not {"cookie", "authorization", "referer", "if-none-match"} & set(asked)


@pytest.mark.parametrize(
    ("header", "media_type", "charset"),
    [
        ("text/html", "text/html", None),
        ('Text/HTML; charset="EUC-KR"', "text/html", "euc-kr"),
        ("application/rss+xml;charset=utf-8", "application/rss+xml", "utf-8"),
        ("", None, None),
        ("nonsense", None, None),
    ],
)
def test_content_types(
    server: Server, fetcher: Fetcher, header: str, media_type: str | None, charset: str | None
) -> None:
    server.routes["/"] = Reply(headers={"Content-Type": header})
    fetched = fetcher.get(server.url())
    assert (fetched.media_type, fetched.charset) == (media_type, charset)


@pytest.mark.parametrize(
    ("encoding", "pack"),
    [("gzip", gzip.compress), ("deflate", zlib.compress), ("br", brotli.compress), ("zstd", zstandard.compress)],
)
def test_compressed_content(server: Server, fetcher: Fetcher, encoding: str, pack: Callable[[bytes], bytes]) -> None:
    server.routes["/"] = Reply(body=pack(PAGE * 1000), headers={"Content-Encoding": encoding})
    assert fetcher.get(server.url()).body == PAGE * 1000
    assert encoding in server.requests[-1].headers["accept-encoding"]


def test_a_body_that_the_end_of_the_connection_ends(server: Server, fetcher: Fetcher) -> None:
    server.routes["/"] = Reply(body=PAGE, length=-1)
    assert fetcher.get(server.url()).body == PAGE


def test_the_environment_names_no_proxy(server: Server, fetcher: Fetcher, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "HTTP_PROXY", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    server.routes["/"] = Reply(body=PAGE)
    assert fetcher.get(server.url()).body == PAGE


class TestConditional:
    def test_unchanged_content_costs_a_304(self, server: Server, fetcher: Fetcher) -> None:
        modified = "Wed, 01 Jul 2026 08:00:00 GMT"
        server.routes["/etag"] = content(PAGE, etag='W/"1"')
        server.routes["/date"] = content(PAGE, last_modified=modified)
        for path, validators in (
            ("/etag", Validators(server.url("/etag"), etag='W/"1"')),
            ("/date", Validators(server.url("/date"), last_modified=modified)),
        ):
            first = fetcher.get(server.url(path))
            assert (first.body, first.validators) == (PAGE, validators)
            again = fetcher.get(server.url(path), validators=first.validators)
            assert (again.not_modified, again.status, again.body) == (True, 304, b"")
            assert again.validators == validators
        assert server.paths == ["/robots.txt", "/etag", "/etag", "/date", "/date"]
        # A 304 leaves the connection open: all five came on one.
        assert len({request.connection for request in server.requests[1:]}) == 1

    def test_changed_content_comes(self, server: Server, fetcher: Fetcher) -> None:
        server.routes["/"] = content(PAGE, etag='"2"')
        fetched = fetcher.get(server.url(), validators=Validators(server.url(), etag='"1"'))
        assert (fetched.not_modified, fetched.body) == (False, PAGE)

    def test_validators_are_for_the_address_that_answered(
        self, server: Server, other: Server, fetcher: Fetcher
    ) -> None:
        server.routes["/feed"] = redirect(other.url("/feed/"), 301)
        other.routes["/feed/"] = content(PAGE, etag='"1"')
        first = fetcher.get(server.url("/feed"))
        assert first.validators == Validators(other.url("/feed/"), etag='"1"')
        again = fetcher.get(server.url("/feed"), validators=first.validators)
        assert again.not_modified
        assert (again.url_asked, again.url) == (server.url("/feed"), other.url("/feed/"))
        assert "if-none-match" not in server.requests[-1].headers
        assert "if-none-match" not in next(r for r in other.requests if r.path == "/robots.txt").headers

    def test_a_304_that_nobody_asked_for(self, server: Server, fetcher: Fetcher) -> None:
        server.routes["/"] = Reply(304)
        with pytest.raises(HttpStatus) as caught:
            fetcher.get(server.url())
        assert (caught.value.status, caught.value.is_final) == (304, True)

    def test_validators_that_no_header_can_hold(self, server: Server, fetcher: Fetcher) -> None:
        server.routes["/"] = Reply(body=PAGE, headers={"ETag": '"caf\xe9"'})
        first = fetcher.get(server.url())
        assert first.validators is not None
        assert fetcher.get(server.url(), validators=first.validators).body == PAGE
        assert fetcher.get(server.url(), validators=Validators(server.url(), etag='"\r\nX: 1"')).body == PAGE
        assert not any("if-none-match" in request.headers for request in server.requests)


class TestRedirects:
    @pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
    def test_are_followed(self, server: Server, other: Server, fetcher: Fetcher, status: int) -> None:
        server.routes["/old"] = redirect("new?x=1#part", status)
        server.routes["/new?x=1"] = redirect(f"//{other.authority}/newest", status)
        other.routes["/newest"] = Reply(body=PAGE)
        fetched = fetcher.get(server.url("/old"))
        assert (fetched.body, fetched.url_asked, fetched.url) == (PAGE, server.url("/old"), other.url("/newest"))

    def test_at_most_five(self, server: Server, fetcher: Fetcher) -> None:
        for number in range(6):
            server.routes[f"/{number}"] = redirect(f"/{number + 1}")
        server.routes["/5"] = Reply(body=PAGE)
        assert fetcher.get(server.url("/0")).body == PAGE
        server.routes["/5"] = redirect("/6")
        server.routes["/6"] = Reply(body=PAGE)
        with pytest.raises(TooManyRedirects, match="5 redirects") as caught:
            fetcher.get(server.url("/0"))
        assert caught.value.is_final
        assert server.paths.count("/6") == 0

    def test_in_a_circle(self, server: Server, fetcher: Fetcher) -> None:
        server.routes["/"] = redirect("/")
        with pytest.raises(TooManyRedirects):
            fetcher.get(server.url())
        assert server.paths.count("/") == 6

    @pytest.mark.parametrize("location", ["file:///etc/passwd", "ftp://x/", "javascript:x", "http://:0", "http://[::1"])
    def test_to_what_is_no_address_of_the_web(self, server: Server, fetcher: Fetcher, location: str) -> None:
        server.routes["/"] = redirect(location)
        with pytest.raises(BadUrl, match="redirects") as caught:
            fetcher.get(server.url())
        assert caught.value.url == server.url()

    @pytest.mark.parametrize(
        "body",
        [{"cut": 2}, {"length": 900}, {"length": -1}, {"headers": {"Location": "/new", "Content-Encoding": "br"}}],
    )
    def test_with_a_broken_body_are_followed(self, server: Server, fetcher: Fetcher, body: dict[str, Any]) -> None:
        server.routes["/"] = dataclasses.replace(redirect("/new"), body=b"moved", **body)
        server.routes["/new"] = Reply(body=PAGE)
        assert fetcher.get(server.url()).body == PAGE
        assert server.paths.count("/") == 1

    def test_with_a_long_body_are_followed(self, server: Server, fetcher: Fetcher) -> None:
        server.routes["/"] = dataclasses.replace(redirect("/new"), body=bytes(5_000_000))
        server.routes["/new"] = Reply(body=PAGE)
        assert fetcher.get(server.url()).body == PAGE

    def test_that_lead_nowhere(self, server: Server, fetcher: Fetcher) -> None:
        server.routes["/"] = Reply(302)
        with pytest.raises(HttpStatus, match="302 Found"):
            fetcher.get(server.url())


class TestCredentials:
    def test_go_to_their_host_only(self, server: Server, other: Server, fetcher: Fetcher) -> None:
        server.routes["/a"] = redirect("/b")
        server.routes["/b"] = redirect(other.url("/c"))
        other.routes["/c"] = Reply(body=PAGE)
        fetched = fetcher.get(server.url("/a").replace("//", "//me:s3cret@"))
        assert fetched.body == PAGE
        assert "s3cret" not in repr(fetched)
        assert fetched.url_asked == server.url("/a")
        sent = {request.path: request.headers.get("authorization") for request in server.requests + other.requests}
        assert sent == {"/robots.txt": None, "/a": "Basic bWU6czNjcmV0", "/b": "Basic bWU6czNjcmV0", "/c": None}

    def test_not_to_another_port_of_the_host(self, server: Server, fetcher: Fetcher) -> None:
        with Server() as second:
            server.routes["/"] = redirect(second.url("/"))
            second.routes["/"] = Reply(body=PAGE)
            fetcher.get(server.url().replace("//", "//me:s3cret@"))
            assert not any("authorization" in request.headers for request in second.requests)

    def test_that_a_redirect_brings_are_not_used(self, server: Server, fetcher: Fetcher) -> None:
        server.routes["/"] = redirect(server.url("/b").replace("//", "//them:pw@"))
        server.routes["/b"] = Reply(body=PAGE)
        assert fetcher.get(server.url()).url == server.url("/b")
        assert not any("authorization" in request.headers for request in server.requests)

    @pytest.mark.parametrize(
        "reply", [Reply(404), Reply(503), redirect("/"), Reply(body=b"x", cut=0), redirect("ftp://x/")]
    )
    def test_are_in_no_message(self, server: Server, fetcher: Fetcher, reply: Reply) -> None:
        server.routes["/"] = reply
        with pytest.raises(FetchError) as caught:
            fetcher.get(server.url().replace("//", "//me:s3cret@"))
        assert "s3cret" not in str(caught.value) + caught.value.url + repr(caught.value)


class TestCookies:
    def test_live_within_one_call_and_one_host(self, server: Server, other: Server, fetcher: Fetcher) -> None:
        def gate(request: Request) -> Reply:
            if "seen=1" in request.headers.get("cookie", ""):
                return redirect(other.url("/"))
            return Reply(302, headers={"Location": "/", "Set-Cookie": "seen=1; Path=/; Domain=127.0.0.1"})

        server.routes["/"] = gate
        other.routes["/"] = Reply(body=PAGE)
        for _ in range(2):
            assert fetcher.get(server.url()).body == PAGE
        sent = [request.headers.get("cookie") for request in server.requests if request.path == "/"]
        assert sent == [None, "seen=1", None, "seen=1"]
        assert not any("cookie" in request.headers for request in other.requests)

    def test_of_a_hostile_host_cost_nothing(self, server: Server, fetcher: Fetcher) -> None:
        server.routes["/"] = Reply(body=PAGE, headers={"Set-Cookie": "a;" * 30_000 + " expires=" + "1" * 5_000})
        started = time.monotonic()
        assert fetcher.get(server.url()).body == PAGE
        assert time.monotonic() - started < 5


class TestStatus:
    @pytest.mark.parametrize("status", [204, 206, 300, 400, 401, 403, 404, 410, 451, 501, 999])
    def test_final_ones_are_asked_once(self, server: Server, fetcher: Fetcher, status: int) -> None:
        server.routes["/"] = Reply(status)
        with pytest.raises(HttpStatus, match=str(status)) as caught:
            fetcher.get(server.url())
        error = caught.value
        assert (error.status, error.is_final, error.retry_after, error.url) == (status, True, None, server.url())
        assert server.paths.count("/") == 1

    @pytest.mark.parametrize("status", [408, 425, 429, 500, 502, 503, 504])
    def test_those_that_may_pass_are_tried_again(self, server: Server, fetcher: Fetcher, status: int) -> None:
        server.routes["/"] = [Reply(status), Reply(status), Reply(body=PAGE)]
        assert fetcher.get(server.url()).body == PAGE
        server.routes["/never"] = Reply(status)
        with pytest.raises(HttpStatus, match="try again later") as caught:
            fetcher.get(server.url("/never"))
        assert not caught.value.is_final
        assert server.paths.count("/never") == 3

    def test_as_often_as_the_policy_says(self, server: Server, make_fetcher: MakeFetcher) -> None:
        server.routes["/"] = Reply(500)
        with pytest.raises(HttpStatus):
            make_fetcher(retries=0).get(server.url())
        assert server.paths.count("/") == 1


class TestBroken:
    @pytest.mark.parametrize(
        "reply",
        [
            Reply(body=PAGE, cut=10),
            Reply(body=PAGE, length=1_000),
            Reply(body=gzip.compress(PAGE)[:-4], headers={"Content-Encoding": "gzip"}),
            Reply(raw=b""),
            Reply(raw=b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n"),
        ],
        ids=["cut", "too-short", "gzip-cut", "silent", "chunk-cut"],
    )
    def test_an_answer_that_ends_early_is_asked_again(self, server: Server, fetcher: Fetcher, reply: Reply) -> None:
        server.routes["/"] = [reply, reply, Reply(body=PAGE)]
        assert fetcher.get(server.url()).body == PAGE
        server.routes["/never"] = reply
        with pytest.raises(BadAnswer, match="try again later") as caught:
            fetcher.get(server.url("/never"))
        assert not caught.value.is_final
        assert caught.value.url == server.url("/never")
        assert server.paths.count("/never") == 3

    @pytest.mark.parametrize(
        "raw",
        [
            b"SSH-2.0-OpenSSH_9\r\n",
            b"HTTP/1.1 abc\r\n\r\n",
            b"HTTP/1.1 200 OK\r\nContent-Length: ten\r\n\r\n",
            b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab",
            b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
        ],
    )
    def test_what_is_no_http(self, server: Server, fetcher: Fetcher, raw: bytes) -> None:
        server.routes["/"] = Reply(raw=raw)
        with pytest.raises(BadAnswer) as caught:
            fetcher.get(server.url())
        assert len(str(caught.value).splitlines()) == 1
        assert len(str(caught.value)) < 400

    @pytest.mark.parametrize("headers", [b"A: b\r\n" * 30_000, b"A: " + b"b" * 200_000 + b"\r\n"])
    def test_headers_that_are_too_long(self, server: Server, fetcher: Fetcher, headers: bytes) -> None:
        server.routes["/"] = Reply(raw=b"HTTP/1.1 200 OK\r\n" + headers + b"\r\n")
        with pytest.raises(AnswerTooLarge, match="headers of the answer are larger") as caught:
            fetcher.get(server.url())
        assert caught.value.is_final
        assert server.paths.count("/") == 1

    def test_an_encoding_that_was_not_asked_for(self, server: Server, fetcher: Fetcher) -> None:
        server.routes["/"] = Reply(body=PAGE, headers={"Content-Encoding": "compress"})
        with pytest.raises(BadAnswer, match="'compress' is not known, and was not asked for") as caught:
            fetcher.get(server.url())
        assert caught.value.is_final
        assert server.paths.count("/") == 1

    @pytest.mark.parametrize("body", [gzip.compress(PAGE * 9)[:-9], PAGE], ids=["cut off", "never packed"])
    def test_a_body_that_is_not_encoded_as_it_says(self, server: Server, fetcher: Fetcher, body: bytes) -> None:
        server.routes["/"] = Reply(body=body, headers={"Content-Encoding": "gzip"})
        with pytest.raises(BadAnswer, match=r"its gzip encoding is damaged: .*; try again later") as caught:
            fetcher.get(server.url())
        assert not caught.value.is_final

    def test_a_body_longer_than_declared_is_cut_and_the_rest_is_no_answer(
        self, server: Server, fetcher: Fetcher
    ) -> None:
        server.routes["/"] = Reply(body=PAGE + b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nevil", length=len(PAGE))
        server.routes["/next"] = Reply(body=b"next")
        assert fetcher.get(server.url()).body == PAGE
        assert fetcher.get(server.url("/next")).body == b"next"

    def test_a_port_where_nobody_listens(self, fetcher: Fetcher) -> None:
        with Server() as gone:
            url = gone.url()
        with pytest.raises(HostDeferred, match="refused") as caught:
            fetcher.get(url)
        assert not caught.value.is_final
        assert caught.value.retry_after

    def test_a_host_that_there_is_not(self, make_fetcher: MakeFetcher) -> None:
        with pytest.raises(Unreachable, match=r"no host gone\.example") as caught:
            make_fetcher(resolver=names({})).get("http://gone.example/")
        assert caught.value.is_final
        assert caught.value.url == "http://gone.example/"


class TestLimits:
    def test_size_as_declared_and_as_it_comes(self, server: Server, make_fetcher: MakeFetcher) -> None:
        fetcher = make_fetcher(max_bytes=1_000)
        packed = {"Content-Encoding": "gzip"}
        server.routes["/fits"] = Reply(body=bytes(1_000))
        server.routes["/declared"] = Reply(body=b"", length=1_001)
        server.routes["/comes"] = Reply(body=bytes(1_001), length=-1)
        server.routes["/packed"] = Reply(body=gzip.compress(bytes(1_001)), headers=packed)
        assert len(fetcher.get(server.url("/fits")).body) == 1_000
        for path in ("/declared", "/comes", "/packed"):
            with pytest.raises(AnswerTooLarge, match="1,000 bytes") as caught:
                fetcher.get(server.url(path))
            assert caught.value.is_final
            assert server.paths.count(path) == 1
        assert len(fetcher.get(server.url("/comes"), max_bytes=1_001).body) == 1_001

    def test_what_packs_well_but_is_no_bomb(self, server: Server, fetcher: Fetcher) -> None:
        server.routes["/"] = Reply(body=gzip.compress(bytes(3_900_000)), headers={"Content-Encoding": "gzip"})
        assert len(fetcher.get(server.url()).body) == 3_900_000

    def test_headers_without_end(self, server: Server, make_fetcher: MakeFetcher) -> None:
        early = b"HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n"
        server.routes["/"] = Reply(raw=early * 50_000)
        with pytest.raises(AnswerTooLarge):
            make_fetcher(max_bytes=1_000).get(server.url())

    @pytest.mark.parametrize(
        "reply",
        [Reply(body=b"x" * 100, drip=0.2), Reply(body=b"x", wait=9), Reply(body=b"x" * 100, drip=0.2, length=-1)],
    )
    def test_time_for_one_request(self, server: Server, make_fetcher: MakeFetcher, reply: Reply) -> None:
        server.routes["/"] = reply
        started = time.monotonic()
        with pytest.raises(TimedOut, match=TOO_LONG) as caught:
            make_fetcher(request_timeout=0.6).get(server.url())
        assert 0.5 < time.monotonic() - started < 5
        assert not caught.value.is_final
        assert server.paths.count("/") == 1

    @pytest.mark.parametrize("timeout", [1e-9, 0.2])
    def test_time_that_is_up_before_a_wait_or_in_one_is_told_alike(
        self, server: Server, make_fetcher: MakeFetcher, timeout: float
    ) -> None:
        server.routes["/robots.txt"] = Reply(wait=9)
        with pytest.raises(HostDeferred, match=TOO_LONG):
            make_fetcher(request_timeout=timeout).get(server.url())

    def test_a_line_that_is_slow_but_no_drip_earns_time(self, server: Server, make_fetcher: MakeFetcher) -> None:
        server.routes["/"] = Reply(body=b"x" * 60_000, drip=0.1, step=8_000)
        fetched = make_fetcher(request_timeout=0.2).get(server.url())
        assert len(fetched.body) == 60_000

    def test_time_for_a_call_with_all_its_redirects(self, server: Server, make_fetcher: MakeFetcher) -> None:
        server.robots("")
        for number in range(5):
            server.routes[f"/{number}"] = Reply(302, headers={"Location": f"/{number + 1}"}, wait=0.3)
        started = time.monotonic()
        with pytest.raises(TimedOut):
            make_fetcher(request_timeout=5.0, total_timeout=0.8).get(server.url("/0"))
        assert time.monotonic() - started < 3
