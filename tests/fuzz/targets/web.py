"""The web: robots, addresses, answers, encodings, what is refused."""

from __future__ import annotations

import gzip
import ipaddress
import socket
import threading
import zlib
from functools import cache
from typing import Any

import brotli
import httpx
import zstandard

from nkcorpus.errors import BadEncoding, BadUrl, FetchError
from nkcorpus.fetch.addresses import is_public
from nkcorpus.fetch.answer import Fetched, kept_headers
from nkcorpus.fetch.client import Fetcher
from nkcorpus.fetch.pace import parse_retry_after
from nkcorpus.fetch.policy import FetchPolicy
from nkcorpus.fetch.robots import Rules
from nkcorpus.fetch.urls import host_of, origin_of, parse_url, public_form, server_of, without_credentials
from nkcorpus.httpcoding import decoded
from nkcorpus.sources.httpbody import declared_charset, decoded_body
from nkcorpus.sources.httpbody import kept_headers as recorded_headers
from nkcorpus.sources.mediatypes import charset_of, kind_of
from nkcorpus.sources.web.recognise import recognise
from nkcorpus.sources.web.sitemaps import parse as parse_sitemap
from nkcorpus.sources.webreading import parse_captures
from tests.fetch.conftest import usual_trust
from tests.fuzz.draw import Draw
from tests.fuzz.target import target, told
from tests.sources import feeds
from tests.sources.warcs import page

URL = "https://gazette.example/a/b?c"
_PIECES = 50_000_000


@target(
    lambda: [
        b"User-agent: *\nDisallow: /private*/a$\nAllow: /\nCrawl-delay: 2.5\nSitemap: http://x/\nRequest-rate: 1/9",
        b"User-agent: nkcorpus\nUser-agent: b\nDisallow: /%7ea\n\nUser-agent: *\nDisallow:",
    ],
    weight=25,
    words=("User-agent: ¦*¦nkcorpus¦Disallow: /¦Allow: ¦Crawl-delay: ¦Request-rate: 1/¦Visit-time: ¦$¦#¦%¦\r¦\x00"),
)
def robots(data: bytes) -> None:
    """Whatever a robots.txt holds, there are rules, and they are quick."""
    rules = Rules.parse(data)
    assert 0.0 <= rules.delay < float("inf")
    assert rules.allows(parse_url(URL)) in (True, False)
    assert Rules.of(rules.text).allows(parse_url(URL)) == rules.allows(parse_url(URL))
    assert Rules.of(rules.text).delay == rules.delay


@target(
    lambda: [
        b"http://Gazette.Example:80/a?b#c",
        b"//user:pw@h/",
        b"../x",
        b"https://\xed\x95\x9c.example/",
        b"http://[::1%25eth0]:1/",
    ],
    weight=50,
    longest=300,
    words="http://¦https://¦//¦@¦:¦[¦]¦%¦..¦\\¦\t¦\x00¦xn--¦。¦@@",
)
def urls(data: bytes) -> None:
    """An address is one with a host, or a bad one, and tells no password."""
    text = data.decode("utf-8", "surrogateescape")
    for base in (None, parse_url(URL)):
        with told(BadUrl):
            url = parse_url(text, base)
            assert url.scheme in ("http", "https")
            assert host_of(url) and origin_of(url) and server_of(url)
            shown = public_form(url)
            assert host_of(parse_url(shown)) == host_of(url)
            assert not parse_url(shown).userinfo
    with told(BadUrl):
        assert not parse_url(without_credentials(text)).userinfo
    parse_captures(text)


@target(lambda: [b"\x7f\0\0\1" + bytes((kind,)) for kind in range(16)], weight=60, longest=24)
def embedded(data: bytes) -> None:
    """No way to write an address, and no address that holds it, is more public than itself."""
    draw = Draw(data)
    number = draw.number(0, 0xFFFF_FFFF)
    plain = ipaddress.IPv4Address(number)
    if not (plain.is_global and not plain.is_multicast):
        assert not is_public(str(plain))
    prefixes = (
        0,
        0xFFFF << 32,
        0xFFFF << 48,
        0x64FF9B << 96,
        0x64FF9B0001 << 80,
        0x2002 << 112,
        0x20010000 << 96,
        0xFE80 << 112,
    )
    prefix = draw.pick(prefixes)
    whole = ipaddress.IPv6Address(prefix | (number << 80 if prefix == 0x2002 << 112 else number))
    for spelling in (str(whole), whole.exploded, f"{whole}%eth0", str(whole).upper()):
        assert is_public(str(plain)) or not is_public(spelling), spelling
    other = ipaddress.IPv6Address(int.from_bytes(draw.raw(16).rjust(16, b"\0"), "big"))
    if is_public(str(other)) and not str(other).startswith("64:ff9b::"):
        assert other.is_global and not other.is_multicast and other.ipv4_mapped is None


def _numeric(host: str, port: int, **_: Any) -> list[tuple[Any, ...]]:
    """Resolve what is a number in any spelling, as the system does; no name, and nothing that is truly public."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_NUMERICHOST)
    if any(ipaddress.ip_address(str(address[0]).partition("%")[0]).is_global for *_, address in found):
        raise socket.gaierror(socket.EAI_NONAME, "not in this test")
    return list(found)


class _Host:
    """A host on loopback that answers any request with the same bytes and hangs up."""

    def __init__(self, address: str) -> None:
        self.answer = b""
        self.asked = 0
        self._socket = socket.create_server((address, 0))
        self.port = int(self._socket.getsockname()[1])
        self.authority = f"{address}:{self.port}"
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        while True:
            connection, _ = self._socket.accept()
            self.asked += 1
            with connection:
                try:
                    connection.settimeout(2)
                    connection.recv(65_536)
                    connection.sendall(self.answer)
                    connection.shutdown(socket.SHUT_WR)
                    connection.recv(65_536)
                except OSError:
                    continue


@cache
def _host(address: str) -> _Host:
    return _Host(address)


def _fetched(url: str, **policy: Any) -> Fetched | None:
    answers: list[Fetched] = []
    with (
        told(FetchError),
        Fetcher(
            FetchPolicy(delay=0.0, backoff=0.001, retries=0, obey_robots=False, request_timeout=4.0, **policy),
            resolver=_numeric,
            ssl_context=usual_trust(),
        ) as fetcher,
    ):
        answers.append(fetcher.get(url))
    return answers[0] if answers else None


@target(
    lambda: [
        spelling.encode()
        for spelling in (
            "127.2 2130706434 0x7f.2 0177.0.0.2 [::ffff:7f00:2] [::1] 0 localhost. 127.0.0.2. [64:ff9b::7f00:2] "
            "１２７.0.0.2 127。0.0.2 [fe80::1%25lo] 127.0.0.1@127.0.0.2 ⑫7.0.0.2 0x7f000002 [::127.0.0.2] 127.0.0.2#@x"
        ).split()
    ],
    weight=4,
    longest=60,
    examples=10,
    words="127.0.0.2¦0x¦0177¦::¦[¦]¦ffff:¦%25¦.¦。¦@¦#¦\\¦1",
)
def guard(data: bytes) -> None:
    """No spelling of a host leads to an address that is not public."""
    host, trap = _host("127.0.0.1"), _host("127.0.0.2")
    trap.answer, before = b"HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\ninside", trap.asked
    text = data.decode("utf-8", "surrogateescape")
    for url in (f"http://{text}:{trap.port}/", f"http://{text}"):
        assert _fetched(url) is None
    there = f"http://{text}:{trap.port}/".encode("utf-8", "replace")
    host.answer = b"HTTP/1.1 302 x\r\nLocation: " + there + b"\r\n\r\n"
    _fetched(f"http://{host.authority}/", allow_hosts=frozenset({host.authority}))
    assert trap.asked == before, "a host inside was asked"


def _answers() -> list[bytes]:
    body = page("Dam", "Closed.")
    plain = b'HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\nETag: "1"\r\n'
    return [
        plain + b"Content-Length: %d\r\n\r\n" % len(body) + body,
        plain + b"Content-Encoding: gzip\r\n\r\n" + gzip.compress(body),
        plain + b"Transfer-Encoding: chunked\r\n\r\n5\r\nabcde\r\n0\r\n\r\n",
        b"HTTP/1.1 301 Moved\r\nLocation: /x\r\nSet-Cookie: a=b; Domain=.x\r\n\r\n",
        b"HTTP/1.1 429 x\r\nRetry-After: 5\r\n\r\n",
        b"HTTP/1.1 103 Early\r\nLink: <x>\r\n\r\nHTTP/1.0 200 OK\r\n\r\nx",
    ]


@target(
    _answers,
    weight=6,
    longest=4000,
    examples=10,
    words=(
        "HTTP/1.1 ¦200 OK\r\n¦302 x\r\nLocation: ¦http://127.0.0.1/¦\r\n\r\n¦"
        "Transfer-Encoding: chunked\r\n¦Content-Length: ¦Content-Encoding: br\r\n¦zstd¦Set-Cookie: ¦"
        "Retry-After: ¦Content-Type: ¦ffffffffffffffff\r\n¦0\r\n\r\n¦-1¦\x00"
    ),
)
def answer(data: bytes) -> None:
    """What a host sends is an answer, or an error of fetching."""
    host = _host("127.0.0.1")
    host.answer = data
    fetched = _fetched(f"http://{host.authority}/", allow_hosts=frozenset({host.authority}))
    if fetched is not None:
        assert len(fetched.body) <= _PIECES
        assert fetched.url.startswith(f"http://{host.authority}/")
        assert fetched.media_type is None or "/" in fetched.media_type
        assert fetched.charset is None or fetched.charset
        with told():
            recognise(fetched)


@target(
    lambda: [
        b"text/html; charset=EUC-KR",
        b"Wed, 21 Oct 2026 07:28:00 GMT",
        b"120",
        b"text/html; charset*=utf-8''%c3",
        b'a/b; charset="x',
        b"-1",
    ],
    weight=80,
    longest=200,
    words='charset=¦;¦"¦=¦/¦GMT¦-0000¦1e9¦²¦\r\n¦\x00¦=?utf-8?q?',
)
def headers(data: bytes) -> None:
    """Values of headers are read, or nothing is read in them."""
    value = data.decode("utf-8", "surrogateescape")
    seconds = parse_retry_after(value)
    assert seconds is None or 0.0 <= seconds < 10**9
    kept = kept_headers(httpx.Headers([(b"content-type", data), (b"etag", b"x")]))
    fetched = Fetched(URL, URL, 200, kept, b"", "2020-01-01T00:00:00Z")
    assert fetched.media_type is None or "/" in fetched.media_type
    assert fetched.charset is None or isinstance(fetched.charset, str)
    recorded_headers([("Content-Type", value), (value, value)])
    declared_charset(value), kind_of(value), charset_of(value)


def _encoded() -> list[bytes]:
    text = b"Rice rose in Hyesan. " * 20
    packed = (
        gzip.compress(text),
        zlib.compress(text),
        brotli.compress(text),
        zstandard.compress(text),
        b"5\r\nabcde\r\n0\r\n\r\n",
    )
    return [bytes((number, 9)) + content for number, content in enumerate(packed)]


@target(_encoded, weight=30, longest=1500, words="\x1f\x8b\x08¦x\x9c¦(µ/ý¦\r\n¦0\r\n\r\n")
def encodings(data: bytes) -> None:
    """What is packed is unpacked in pieces of bearable size, or broken."""
    draw = Draw(data)
    name = draw.pick(("gzip", "deflate", "br", "zstd", "x-gzip", "identity", "gzip, br", "?"))
    size = draw.number(1, 255)
    payload = draw.rest()
    chunks = [payload[start : start + size] for start in range(0, len(payload), size)]
    whole = 0
    with told(BadEncoding):
        for piece in decoded(chunks, name):
            assert len(piece) <= 2 << 20
            whole += len(piece)
            if whole > _PIECES:
                break
    with told():
        body = decoded_body(
            payload, {"content-encoding": name, "transfer-encoding": "chunked" if size % 2 else ""}, 10**6
        )
        assert len(body) <= 10**6 + len(payload)


@target(
    lambda: [
        feeds.SITEMAP.encode(),
        feeds.SITEMAP_INDEX.encode(),
        feeds.RSS.encode(),
        b"https://a.example/\nhttps://b.example/x\n",
        gzip.compress(feeds.SITEMAP.encode()),
    ],
    weight=20,
    words="<url><loc>¦<sitemap><loc>¦</loc>¦<lastmod>¦<!DOCTYPE¦&a;¦\n",
)
def sitemap(data: bytes) -> None:
    """Sitemaps lead to addresses of the web alone."""
    with told():
        found = parse_sitemap(data)
        assert all(entry.url.startswith(("http://", "https://")) for entry in found.entries)
