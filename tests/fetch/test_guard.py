"""Which hosts are connected to: none that is not on the public internet, unless the user allows it by name."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from typing import Any

import pytest

from nkcorpus.errors import AddressRefused, FetchError, HostDeferred, TimedOut, Unreachable
from nkcorpus.fetch.network import unused_proxy
from tests.fetch.conftest import MakeFetcher, names
from tests.web.server import Reply, Server, redirect

NOWHERE = "3000::1"
"""An address that counts as public but that nobody has: IANA has not given it out."""
INWARD = (
    "127.0.0.1 127.0.0.2 127.1 2130706433 0x7f000001 0 0.0.0.0 localhost 10.0.0.1 192.168.1.1 "
    "169.254.169.254 100.64.0.1 [::1] [::] "
    "[::ffff:127.0.0.1] [::ffff:7f00:1] [::ffff:169.254.169.254] [64:ff9b::7f00:1] "
    "[2002:7f00:1::] [fe80::1] [fd00::1] 224.0.0.1 255.255.255.255"
).split()


@pytest.fixture
def trap() -> Iterator[Server]:
    """A server inside, that nobody must reach."""
    with Server("127.0.0.2") as server:
        server.routes["/"] = Reply(body=b"inside")
        yield server
        assert server.requests == []


@pytest.mark.parametrize("host", INWARD)
def test_inward_addresses_are_refused(trap: Server, make_fetcher: MakeFetcher, host: str) -> None:
    fetcher = make_fetcher(allow_hosts=frozenset())
    with pytest.raises(AddressRefused, match="public internet") as caught:
        fetcher.get(f"http://{host}:{trap.port}/")
    assert caught.value.is_final
    assert f":{trap.port}/" in caught.value.url
    assert "robots" not in caught.value.url


@pytest.mark.parametrize("host", INWARD)
@pytest.mark.parametrize("obey_robots", [True, False])
def test_redirects_inward_are_refused(
    server: Server, trap: Server, make_fetcher: MakeFetcher, host: str, obey_robots: bool
) -> None:
    server.routes["/"] = redirect(f"http://{host}:{trap.port}/")
    fetcher = make_fetcher(allow_hosts=frozenset({server.authority}), obey_robots=obey_robots)
    with pytest.raises(AddressRefused):
        fetcher.get(server.url())
    server.routes["/next"] = Reply(body=b"intact")
    assert fetcher.get(server.url("/next")).body == b"intact"


def test_a_robots_txt_that_leads_inward(server: Server, trap: Server, make_fetcher: MakeFetcher) -> None:
    server.routes["/robots.txt"] = redirect(trap.url())
    with pytest.raises(HostDeferred, match="public internet"):
        make_fetcher(allow_hosts=frozenset({server.authority})).get(server.url())
    assert server.paths == ["/robots.txt"]


def test_names_that_lead_inward(trap: Server, make_fetcher: MakeFetcher) -> None:
    resolver = names({"news.example": "127.0.0.2"})
    with pytest.raises(AddressRefused, match=r"news\.example is at 127\.0\.0\.2, which is not") as caught:
        make_fetcher(resolver=resolver).get(trap.url(host="news.example"))
    assert f"'news.example:{trap.port}' to allow_hosts" in str(caught.value)


def test_an_answer_of_the_dns_that_changes(trap: Server, make_fetcher: MakeFetcher) -> None:
    answers = [NOWHERE, "127.0.0.2"]
    asked = []

    def rebinding(host: str, port: int, **keywords: Any) -> list[tuple[Any, ...]]:
        asked.append(host)
        return list(socket.getaddrinfo(answers[min(len(asked) - 1, 1)], port, **keywords))

    fetcher = make_fetcher(resolver=rebinding, connect_timeout=0.3, obey_robots=False)
    # The first answer is the one that was judged, and the one that is connected to.
    with pytest.raises((Unreachable, TimedOut, AddressRefused)):
        fetcher.get(trap.url(host="news.example"))
    with pytest.raises(AddressRefused):
        fetcher.get(trap.url(host="news.example"))


def test_a_connection_resolves_its_host_once(server: Server, trap: Server, make_fetcher: MakeFetcher) -> None:
    asked = []

    def changing(host: str, port: int, **keywords: Any) -> list[tuple[Any, ...]]:
        asked.append(host)
        return list(socket.getaddrinfo("127.0.0.1" if len(asked) == 1 else "127.0.0.2", port, **keywords))

    server.routes["/"] = Reply(body=b"first")
    fetcher = make_fetcher(resolver=changing, allow_hosts=frozenset({"news.example"}))
    for _ in range(3):
        assert fetcher.get(server.url(host="news.example")).body == b"first"
    assert asked == ["news.example"]
    assert len({request.connection for request in server.requests}) == 1


def test_only_the_public_ones_of_many_addresses_are_tried(trap: Server, make_fetcher: MakeFetcher) -> None:
    def both(host: str, port: int, **keywords: Any) -> list[tuple[Any, ...]]:
        return [*socket.getaddrinfo("127.0.0.2", port, **keywords), *socket.getaddrinfo(NOWHERE, port, **keywords)]

    with pytest.raises(FetchError) as caught:
        make_fetcher(resolver=both, connect_timeout=0.3, retries=0).get(trap.url(host="news.example"))
    assert not isinstance(caught.value, AddressRefused)


def test_the_next_address_is_tried_when_one_fails(server: Server, make_fetcher: MakeFetcher) -> None:
    def both(host: str, port: int, **keywords: Any) -> list[tuple[Any, ...]]:
        return [*socket.getaddrinfo("127.0.0.9", port, **keywords), *socket.getaddrinfo("127.0.0.1", port, **keywords)]

    server.routes["/"] = Reply(body=b"second")
    fetcher = make_fetcher(resolver=both, allow_hosts=frozenset({"news.example"}))
    assert fetcher.get(server.url(host="news.example")).body == b"second"


def test_hosts_that_are_allowed(server: Server, make_fetcher: MakeFetcher) -> None:
    server.routes["/"] = Reply(body=b"intranet")
    resolver = names({"intranet.example": "127.0.0.1"})
    url = server.url(host="intranet.example")
    for allowed in ("intranet.example", f"Intranet.example:{server.port}"):
        fetcher = make_fetcher(resolver=resolver, allow_hosts=frozenset({allowed}))
        assert fetcher.get(url).body == b"intranet"
    for other in ("127.0.0.1", "example", "intranet.example:80"):
        with pytest.raises(AddressRefused):
            make_fetcher(resolver=resolver, allow_hosts=frozenset({other})).get(url)


def test_a_resolver_that_hangs(make_fetcher: MakeFetcher) -> None:
    released = threading.Event()

    def hanging(host: str, port: int, **keywords: Any) -> list[tuple[Any, ...]]:
        released.wait(30)
        return []

    started = time.monotonic()
    with pytest.raises(TimedOut, match=r"address of news\.example"):
        make_fetcher(resolver=hanging, connect_timeout=0.3, obey_robots=False).get("http://news.example/")
    assert time.monotonic() - started < 5
    released.set()


@pytest.mark.parametrize("name", ["HTTPS_PROXY", "https_proxy", "ALL_PROXY"])
def test_a_proxy_that_is_not_used_is_told(
    make_fetcher: MakeFetcher, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.setenv(name, "http://proxy.example:3128")
    with pytest.raises(
        Unreachable, match=rf"no host news\.example; .*\({name} is set, but proxies are not used"
    ) as caught:
        make_fetcher(resolver=names({})).get("https://news.example/")
    assert caught.value.is_final
    monkeypatch.setenv(name, "")
    assert unused_proxy() is None


@pytest.mark.parametrize(
    ("error", "final"),
    [
        (socket.gaierror(socket.EAI_NONAME, "Name or service not known"), True),
        (socket.gaierror(socket.EAI_AGAIN, "Temporary failure in name resolution"), False),
        (UnicodeError("label empty or too long"), True),
        (None, False),
    ],
)
def test_a_resolver_that_fails(make_fetcher: MakeFetcher, error: Exception | None, final: bool) -> None:
    def failing(host: str, port: int, **keywords: Any) -> list[tuple[Any, ...]]:
        if error:
            raise error
        return []

    with pytest.raises(Unreachable, match=r"news\.example") as caught:
        make_fetcher(resolver=failing, obey_robots=False).get("http://news.example/")
    assert caught.value.is_final is final
