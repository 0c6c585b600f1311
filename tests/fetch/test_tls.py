"""HTTPS and HTTP/2, with a server that a test authority vouches for."""

from __future__ import annotations

import socket
import time
from collections.abc import Iterator

import pytest

from nkcorpus.errors import HostDeferred, TimedOut, Unreachable
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


def test_http_2_where_it_is_offered(trusting: Fetcher) -> None:
    with Http2Server({"/": b"two", "/robots.txt": b"User-agent: *\nCrawl-delay: 0.1"}) as server:
        url = f"https://news.example:{server.port}/"
        assert [trusting.get(url).body for _ in range(3)] == [b"two"] * 3
        assert trusting.get(url).media_type == "text/html"
        assert [path for path, _ in server.requests] == ["/robots.txt", "/", "/", "/", "/"]
        assert server.requests[0][1][":authority"] == f"news.example:{server.port}"
