"""Hosts that want to harm, all in one ingest with a good one: each is a failure of its own, within bounds."""

from __future__ import annotations

import socket
import time
import zlib
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.hostile.bounds import run_bounded
from tests.web.server import Reply, Request, Server, redirect
from tests.web.sites import feed, page, sitemap

SECONDS = 30.0
MEMORY = 64_000_000
BOMB = 400_000_000
SETTINGS = "[fetch]\ndelay = 0\nbackoff = 0.01\nrequest_timeout = 4\n"
INWARD = (
    "127.0.0.1:9 10.0.0.1 169.254.169.254/latest/meta-data [::1] [::ffff:127.0.0.1] [::ffff:10.0.0.1] 2130706433 0x7f.1"
    " [64:ff9b::7f00:1] [2002:7f00:1::] localhost"
).split()
XML = {"Content-Type": "application/xml"}
ENTITIES = "".join(f'<!ENTITY {name} "{f"&{inner};" * 10}">' for name, inner in zip("bcdefgh", "abcdefg", strict=True))


def bomb() -> bytes:
    """Return a gzip file that unpacks to 400 MB."""
    packer = zlib.compressobj(wbits=zlib.MAX_WBITS | 16)
    start = packer.compress(b'<?xml version="1.0"?><urlset>')
    return start + b"".join(packer.compress(bytes(1_000_000)) for _ in range(BOMB // 1_000_000)) + packer.flush()


@pytest.fixture(scope="module")
def hosts() -> Iterator[dict[str, str]]:
    """Serve what harms; return the error that each address has to end in."""
    packed = bomb()
    expected = {}
    with ExitStack() as stack:
        server = stack.enter_context(Server())

        def serve(name: str, reply: Reply, error: str) -> None:
            server.routes[f"/{name}"] = reply
            expected[server.url(f"/{name}")] = error

        serve("encoded", Reply(body=packed, headers={"Content-Encoding": "gzip"}), "as bombs do")
        serve("sitemap.xml.gz", Reply(body=packed, headers={"Content-Type": "application/gzip"}), "more than 8 MB")
        doctype = f'<?xml version="1.0"?><!DOCTYPE rss [<!ENTITY a "aaaaaaaaaa">{ENTITIES}]>'
        serve("entities", Reply(body=f"{doctype}<rss><channel/></rss>".encode(), headers=XML), "entities of its own")
        serve("large", Reply(body=bytes(50_000_000), length=-1), "larger than the limit")
        serve("declared", Reply(length=BOMB), "larger than the limit")
        serve("short", Reply(body=b"<p>short", length=5000), "cut off")
        serve("cut", Reply(body=page("Cut").body, cut=50), "cut off")
        serve("garbage", Reply(raw=b"\0\x1b[31m\r\n\r\n"), "is no HTTP")
        serve("header", Reply(raw=b"HTTP/1.1 200 OK\r\nX: " + b"x" * 9_000_000), "headers of the answer are larger")
        serve("hints", Reply(raw=b"HTTP/1.1 103 x\r\n\r\n" * 500_000), "headers of the answer are larger")
        serve("chunks", Reply(raw=b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + b"1\r\nx\r\n" * 900_000),
              "bytes of content in")  # fmt: skip
        serve("cookies", Reply(302, headers={"Location": "/cookies", "Set-Cookie": f"a={'x' * 60_000}"}), "redirects")
        serve("drip", Reply(body=b"x" * 99, drip=1.0), "too long to answer")
        serve("file", redirect("file:///etc/passwd"), "only http: and https:")
        for number, target in enumerate(INWARD):
            serve(f"inward-{number}", redirect(f"http://{target}/"), "not on the public internet")
        inner = stack.enter_context(Server("127.0.0.2"))
        serve("feed", Reply(body=feed(inner, ["/a"], full=False), headers=XML), "")
        expected[inner.url("/a")] = "not on the public internet"
        index = sitemap(["http://10.0.0.1/s.xml", "file:///etc/passwd"], index=True)
        serve("index.xml", Reply(body=index, headers=XML), "")
        slow = stack.enter_context(Server())
        slow.routes["/robots.txt"] = Reply(body=b"x" * 99, drip=1.0)
        expected[slow.url("/")] = "robots.txt"
        silent = stack.enter_context(socket.create_server(("127.0.0.1", 0)))
        expected[f"https://127.0.0.1:{silent.getsockname()[1]}/"] = "too long to answer"
        yield expected
        assert not inner.requests


def test_hosts_that_harm_are_failures_and_the_rest_comes(tmp_path: Path, hosts: dict[str, str]) -> None:
    settings = tmp_path / ".config" / "nkcorpus" / "nkcorpus.toml"
    settings.parent.mkdir(parents=True)
    settings.write_text(SETTINGS)

    def good(request: Request) -> Reply:
        return page(f"Rice {request.path}")

    with Server() as server:
        server.robots("User-agent: *", "Disallow: /private", *(f"Disallow: /{n}*a*b$" for n in range(500_000)))
        server.routes |= {"/first": good, "/last": good}
        plain = run_bounded(tmp_path, "-C", "c.db", "ingest", server.url("/first"), "--format", "json")
        assert plain.report["new"] == 1
        started = time.monotonic()
        named = [url for url in hosts if "127.0.0.2" not in url]
        taken = run_bounded(tmp_path, "-C", "c.db", "ingest", *named, server.url("/last"), "--format", "json")
        elapsed = time.monotonic() - started
    assert (taken.code, taken.report["new"]) == (1, 1)
    failed = {failure["origin"]: failure["error"] for failure in taken.report["failures"]}
    for url, error in hosts.items():
        assert error in failed.get(url, ""), url
    assert taken.memory - plain.memory < MEMORY
    assert elapsed < 2 * SECONDS  # all of them, on a machine that does much else
    assert not any("\x1b" in line or "\0" in line for line in taken.errors)
