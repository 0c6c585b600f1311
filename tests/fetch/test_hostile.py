"""Hosts that want to harm: each ends in a typed error within 30 s and 64 MB, and the next fetch is none the worse."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import zlib
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import brotli
import pytest
import zstandard

from nkcorpus.fetch.policy import FetchPolicy
from tests.web.server import Reply, Server, redirect

SECONDS = 30.0
MEMORY = 64_000_000
BOMB = 400_000_000

if not Path("/proc/self/status").exists():
    pytest.skip("the memory of a process is read from /proc", allow_module_level=True)


@contextmanager
def fetching(server: Server, *paths: str, **settings: str) -> Iterator[subprocess.Popen[str]]:
    """Fetch the paths in a process of its own."""
    command = [sys.executable, "-m", "tests.fetch.driver", server.authority, *map(server.url, paths)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=os.environ | settings) as process:
        try:
            yield process
        finally:
            process.kill()


def reports(process: subprocess.Popen[str]) -> list[dict[str, Any]]:
    out, _ = process.communicate(timeout=4 * SECONDS)
    assert process.returncode == 0
    return [json.loads(line) for line in out.splitlines()]


def check(server: Server, path: str, expected: str) -> None:
    """Fetch `path`, and then a good page, in a new process."""
    server.routes["/good"] = Reply(body=b"good")
    with fetching(server, path, "/good") as process:
        hostile, good = reports(process)
    assert hostile["outcome"] == expected
    assert hostile["seconds"] < SECONDS
    assert hostile["grown"] < MEMORY
    if "Deferred" not in expected:
        assert good["outcome"] == "4 bytes"


def packed(packer: Any, size: int) -> bytes:
    """Return `size` zeros as a compressor packs them, without ever having them all."""
    megabyte = bytes(1_000_000)
    feed = getattr(packer, "compress", None) or packer.process
    end = getattr(packer, "flush", None) if hasattr(packer, "flush") and not hasattr(packer, "process") else None
    parts = [feed(megabyte) for _ in range(size // len(megabyte))]
    parts.append(end() if end else packer.finish())
    return b"".join(parts)


@pytest.mark.parametrize(
    ("encoding", "packer"),
    [
        ("gzip", zlib.compressobj(wbits=zlib.MAX_WBITS | 16)),
        ("deflate", zlib.compressobj()),
        ("br", brotli.Compressor(quality=1)),
        ("zstd", zstandard.ZstdCompressor().compressobj()),
    ],
)
def test_a_bomb(server: Server, encoding: str, packer: Any) -> None:
    bomb = packed(packer, BOMB)
    assert len(bomb) < 500_000
    server.routes["/bomb"] = Reply(body=bomb, headers={"Content-Encoding": encoding, "Content-Type": "text/html"})
    check(server, "/bomb", "AnswerTooLarge")


def test_a_body_of_400_mb(server: Server) -> None:
    body = bytes(BOMB // 4)
    server.routes["/body"] = Reply(body=body, length=-1)
    server.routes["/declared"] = Reply(length=BOMB)
    check(server, "/body", "AnswerTooLarge")
    check(server, "/declared", "AnswerTooLarge")


@pytest.mark.parametrize("line", ["Disallow: /{}", "User-agent: a{}", "Disallow: /*{}*a*b*c$", "Sitemap: http://x/{}"])
def test_a_robots_txt_of_10_mb(server: Server, line: str) -> None:
    lines = "\n".join(line.format(number) for number in range(700_000))
    server.robots("User-agent: nkcorpus", "Disallow: /private", "Allow: /good", lines[:10_000_000])
    check(server, "/private", "DisallowedByRobots")


def test_a_robots_txt_of_agents_times_rules(server: Server) -> None:
    server.robots(*(f"User-agent: a{number}" for number in range(16_000)), *["Disallow: /x"] * 15_000)
    server.routes["/page"] = Reply(body=b"page")
    check(server, "/page", "4 bytes")


def test_a_robots_txt_that_is_a_bomb(server: Server) -> None:
    bomb = packed(zlib.compressobj(wbits=zlib.MAX_WBITS | 16), BOMB)
    server.routes["/robots.txt"] = Reply(body=bomb, headers={"Content-Encoding": "gzip"})
    server.routes["/page"] = Reply(body=b"page")
    check(server, "/page", "4 bytes")


def test_headers_without_end(server: Server) -> None:
    server.routes["/one"] = Reply(raw=b"HTTP/1.1 200 OK\r\nX: " + b"x" * 50_000_000)
    server.routes["/many"] = Reply(raw=b"HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n" * 1_500_000)
    check(server, "/one", "AnswerTooLarge")
    check(server, "/many", "AnswerTooLarge")


def test_chunks_of_one_byte(server: Server) -> None:
    chunks = b"1\r\nx\r\n" * 6_000_000
    server.routes["/chunks"] = Reply(raw=b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + chunks)
    check(server, "/chunks", "AnswerTooLarge")


def test_redirects_without_end(server: Server) -> None:
    server.routes["/round"] = redirect("/round?" + "x" * 30_000)
    server.routes["/round?" + "x" * 30_000] = redirect("/round")
    check(server, "/round", "TooManyRedirects")


@pytest.mark.parametrize(
    "target",
    "127.0.0.1:80 127.0.0.2 10.0.0.1 169.254.169.254/latest/meta-data [::1] [::ffff:127.0.0.1] localhost".split(),
)
def test_redirects_inward(server: Server, target: str) -> None:
    server.routes["/inward"] = redirect(f"http://{target}/")
    check(server, "/inward", "AddressRefused")


def test_one_byte_a_second() -> None:
    """All at once, since each takes as long as patience lasts."""
    patience = 3.0
    assert FetchPolicy().request_timeout + FetchPolicy().connect_timeout <= SECONDS
    drips = [
        ("/body", Reply(body=b"x" * 99, drip=1.0), "TimedOut"),
        ("/endless", Reply(body=b"x" * 99, drip=1.0, length=-1), "TimedOut"),
        ("/robots.txt", Reply(body=b"x" * 99, drip=1.0), "HostDeferred"),
    ]
    with ExitStack() as stack:
        processes = []
        for path, reply, _ in drips:
            dripping = stack.enter_context(Server())
            dripping.routes[path] = reply
            processes.append(
                stack.enter_context(fetching(dripping, path, NKCORPUS_FETCH_REQUEST_TIMEOUT=str(patience)))
            )
        for process, (_, _, expected) in zip(processes, drips, strict=True):
            (report,) = reports(process)
            assert report["outcome"] == expected
            assert patience <= report["seconds"] < patience + 3
            assert report["grown"] < MEMORY
