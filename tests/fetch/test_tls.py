"""HTTPS and HTTP/2, with a server that a test authority vouches for."""

from __future__ import annotations

import socket
import struct
import time
from collections.abc import Iterable, Iterator
from itertools import chain, repeat

import pytest

from nkcorpus.errors import AnswerTooLarge, BadAnswer, FetchError, HostDeferred, TimedOut, Unreachable
from nkcorpus.fetch.client import Fetcher
from tests.fetch.conftest import MakeFetcher, names
from tests.web.http2 import Http2Server
from tests.web.server import Reply, Server, client_context, redirect

HOSTS = ("news.example", "www.news.example", "other.example")


@pytest.fixture
def secure() -> Iterator[Server]:
    with Server(tls=True) as server:
        yield server


@pytest.fixture
def trusting(make_fetcher: MakeFetcher) -> Fetcher:
    return make_fetcher(
        resolver=names(dict.fromkeys(HOSTS, "127.0.0.1")),
        ssl_context=client_context(),
        allow_hosts=frozenset(HOSTS),
        request_timeout=1.0,
    )


def test_the_certificate_is_checked_for_the_name_and_not_for_the_address(secure: Server, trusting: Fetcher) -> None:
    secure.routes["/"] = Reply(body=b"secret")
    fetched = trusting.get(secure.url(host="news.example"))
    assert fetched.body == b"secret"
    assert fetched.url.startswith("https://news.example:")
    assert secure.requests[-1].headers["host"] == f"news.example:{secure.port}"

    with pytest.raises(Unreachable, match="certificate of the host is not valid") as caught:
        trusting.get(secure.url(host="other.example"))
    assert caught.value.is_final
    assert caught.value.url == secure.url(host="other.example")


def test_an_authority_that_nobody_knows(secure: Server, make_fetcher: MakeFetcher) -> None:
    secure.routes["/"] = Reply()
    resolver = names({"news.example": "127.0.0.1"})
    with pytest.raises(Unreachable, match="certificate"):
        make_fetcher(resolver=resolver, allow_hosts=frozenset({"news.example"})).get(secure.url(host="news.example"))


def test_a_redirect_to_https_is_followed(server: Server, secure: Server, trusting: Fetcher) -> None:
    server.routes["/"] = redirect(secure.url("/safe", host="www.news.example"))
    secure.routes["/safe"] = Reply(body=b"safe")
    assert trusting.get(server.url(host="news.example")).body == b"safe"


def test_a_server_that_speaks_no_tls(server: Server, trusting: Fetcher) -> None:
    with pytest.raises(HostDeferred, match="connection failed") as caught:
        trusting.get(f"https://news.example:{server.port}/")
    assert "try again later" in str(caught.value)


def test_a_drip_within_tls_ends(secure: Server, trusting: Fetcher) -> None:
    secure.routes["/"] = Reply(body=b"x" * 100, drip=0.2)
    started = time.monotonic()
    with pytest.raises(TimedOut):
        trusting.get(secure.url(host="news.example"))
    assert time.monotonic() - started < 3


def test_a_handshake_that_never_comes_ends(trusting: Fetcher) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        started = time.monotonic()
        with pytest.raises(HostDeferred, match="took too long"):
            trusting.get(f"https://news.example:{silent.getsockname()[1]}/")
        assert time.monotonic() - started < 3


def frame(type_: int, flags: int, stream: int, payload: bytes = b"") -> bytes:
    """Return a frame of HTTP/2 (RFC 9113, section 4.1)."""
    return struct.pack(">I", len(payload))[1:] + bytes([type_, flags]) + struct.pack(">I", stream) + payload


DATA, HEADERS, RST_STREAM, PUSH, PING, GOAWAY, CONTINUATION = 0, 1, 3, 5, 6, 7, 9
OK = b"\x88"
"""`:status: 200` (RFC 7541, appendix A)."""
BEGIN = frame(HEADERS, 4, 1, OK)


@pytest.mark.parametrize(
    ("frames", "expected"),
    [
        ([frame(GOAWAY, 0, 0, struct.pack(">II", 0, 2))], BadAnswer),
        ([frame(RST_STREAM, 0, 1, struct.pack(">I", 8))], BadAnswer),
        ([frame(PUSH, 4, 1, struct.pack(">I", 2) + b"\x82\x84\x87\x41\x01x")], BadAnswer),
        ([frame(HEADERS, 5, 1, OK + b"\x40\x01a\x7f\x81\x1e" + b"b" * 4000 + b"\xbe" * 12_000)], BadAnswer),
        ([frame(HEADERS, 5, 1, b"\x08\x03abc")], BadAnswer),
        ([frame(HEADERS, 4, 1, OK + b"\x0f\x0d\x015"), frame(DATA, 1, 1, b"more than five")], BadAnswer),
        ([frame(HEADERS, 0, 1, OK), *[frame(CONTINUATION, 0, 1, b"\x00\x01a\x01b" * 1000)] * 100], AnswerTooLarge),
        (repeat(frame(PING, 0, 0, b"12345678") * 1000), AnswerTooLarge),
        (chain([BEGIN], repeat(frame(DATA, 0, 1) * 1000)), AnswerTooLarge),
        (chain([BEGIN], repeat(frame(DATA, 8, 1, b"\xff" + bytes(255)) * 50)), AnswerTooLarge),
        (chain([BEGIN], repeat(frame(DATA, 0, 1, b"x") * 500)), AnswerTooLarge),
    ],
)
def test_http_2_that_is_broken_or_hostile(
    make_fetcher: MakeFetcher, frames: Iterable[bytes], expected: type[FetchError]
) -> None:
    fetcher = make_fetcher(
        resolver=names({"news.example": "127.0.0.1"}),
        ssl_context=client_context(),
        allow_hosts=frozenset({"news.example"}),
        obey_robots=False,  # it would take the first stream
        retries=0,
    )
    with Http2Server({}, {"/": frames}) as server, Http2Server({"/": b"good"}) as good:
        with pytest.raises(expected) as caught:
            fetcher.get(f"https://news.example:{server.port}/")
        assert type(caught.value) is expected
        assert caught.value.url == f"https://news.example:{server.port}/"
        assert fetcher.get(f"https://news.example:{good.port}/").body == b"good"


def test_http_2_where_it_is_offered(trusting: Fetcher) -> None:
    with Http2Server({"/": b"two", "/robots.txt": b"User-agent: *\nCrawl-delay: 0.1"}) as server:
        url = f"https://news.example:{server.port}/"
        assert [trusting.get(url).body for _ in range(3)] == [b"two"] * 3
        assert trusting.get(url).media_type == "text/html"
        assert [path for path, _ in server.requests] == ["/robots.txt", "/", "/", "/", "/"]
        assert server.requests[0][1][":authority"] == f"news.example:{server.port}"
