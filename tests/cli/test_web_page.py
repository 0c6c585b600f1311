"""docs/web.md: each command on a site of ours that stands for the one on the page."""

from __future__ import annotations

import gzip
import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.support import environment
from tests.web.archive import Archive
from tests.web.server import Reply, Server, content, redirect
from tests.web.sites import QUICK, XML, feed, listing, page, sitemap, stories
from tests.web.wordpress import WordPress, posts

PAGE = (Path(__file__).parents[2] / "docs" / "web.md").read_text("utf-8")
HTML = {"Content-Type": "text/html"}
ALLOWED = {"NKCORPUS_FETCH_ALLOW_HOSTS": "127.0.0.1"}


def blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)


(EVIDENCE,) = (block for block in blocks("bash") if "warcio" in block)
"""The commands that show what a page said, and when: they have a test of their own."""


@pytest.fixture
def news(tmp_path: Path) -> dict[str, str]:
    """Serve what the page names; return the environment of a user of it, with what its names stand for."""
    (tmp_path / "bin").mkdir()
    program = tmp_path / "bin" / "nkcorpus"
    program.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m nkcorpus "$@"\n')
    program.chmod(0o755)
    environ = environment(tmp_path) | QUICK | ALLOWED
    path = (str(program.parent), str(Path(sys.executable).parent), environ["PATH"])
    return environ | {"PATH": os.pathsep.join(path)}


NEEDED = ("bash", "jq", "sha256sum")
needs_tools = pytest.mark.skipif(not all(map(shutil.which, NEEDED)), reason=f"the page's commands need {NEEDED}")


@needs_tools
def test_every_command_of_the_page_runs(tmp_path: Path, news: dict[str, str]) -> None:
    with Server() as server:
        paths = stories(server, 12)
        WordPress(server, posts(120))
        server.routes |= {
            "/english/rice-in-hyesan/": page("Rice in Hyesan"),
            "/markets": listing(paths),
            "/feed": content(feed(server, paths, full=True), type_="application/rss+xml"),
            "/sitemap.xml": Reply(body=sitemap([server.url(path) for path in paths]), headers=XML),
        }
        archive = Archive(server)
        archive.keep("20190613093000", "https://gone.example/news/rice", page("Rice that is gone"))

        def local(text: str) -> str:
            for name in ("news", "archive"):
                text = text.replace(f"https://{name}.example", server.url("").rstrip("/"))
            return text

        (tmp_path / "addresses.txt").write_text(local("# mine\n\nhttps://news.example/news/story-3\n"))
        (tmp_path / "notes.txt").write_text(local("see http://x https://news.example/news/story-4 .\n"))
        for script in [block for block in blocks("bash") if block != EVIDENCE]:
            commands = local(script).replace("https://[^ ]*", "http://127[^ ]*")
            done = subprocess.run(
                ["bash", "-euo", "pipefail", "-c", commands], cwd=tmp_path, env=news, capture_output=True, text=True
            )
            assert done.returncode == 0, done.stderr
        (code,) = blocks("python")
        done = subprocess.run(
            [sys.executable, "-c", local(code)], cwd=tmp_path, env=news, capture_output=True, text=True
        )
        assert done.returncode == 0, done.stderr
    listed = subprocess.run(
        ["nkcorpus", "-C", "demo.db", "list", "-n", "0", "--format", "jsonl"],
        cwd=tmp_path, env=news, capture_output=True, text=True, check=True,
    )  # fmt: skip
    titles = [json.loads(line)["title"] for line in listed.stdout.splitlines()]
    assert len(titles) == 1 + 12 + 120 + 1
    assert {"Rice in Hyesan", "Rice in Hyesan, report 1", "Rice that is gone"} < set(titles)


@needs_tools
def test_what_a_page_said_and_when_is_told_by_commands_alone(tmp_path: Path, news: dict[str, str]) -> None:
    ending = "Please direct any comments or questions about this article to desk@gazette.example."
    prices = (f"A kilogram of rice cost KPW {price} in Hyesan, a trader said." for price in (5150, 5600))
    article = page("Rice in Hyesan").body
    pages = [article.replace(b"</article>", f"<p>{price}</p><p>{ending}</p></article>".encode()) for price in prices]
    with Server() as server:
        server.routes["/old"] = redirect("/rice")
        for body in pages:
            server.routes["/rice"] = Reply(body=gzip.compress(body), headers={"Content-Encoding": "gzip", **HTML})
            command = ["nkcorpus", "-C", "demo.db", "ingest", server.url("/old")]
            subprocess.run(command, cwd=tmp_path, env=news, check=True, capture_output=True)
        script = EVIDENCE.replace("news.example", server.host)
        done = subprocess.run(
            ["bash", "-euo", "pipefail", "-c", script], cwd=tmp_path, env=news, capture_output=True, text=True
        )
    assert done.returncode == 0, done.stderr
    first, second = (json.loads(line) for line in done.stdout.splitlines()[:2])
    digests = [hashlib.sha256(body).hexdigest() for body in pages]
    assert [first["payload_sha256"], second["payload_sha256"]] == digests
    retrieval = first["retrieval"]
    assert (retrieval["url"], retrieval["answered"]) == (server.url("/old"), server.url("/rice"))
    assert (retrieval["status"], retrieval["headers"]["content-type"]) == (200, "text/html")
    said, _, rest = done.stdout.partition("daily-nk.comments\tcontact\t")
    assert "KPW 5150" in said
    assert rest.partition("\t")[2].startswith("Please direct any comments")
    assert ("-A kilogram of rice cost KPW 5150" in rest, "+A kilogram of rice cost KPW 5600" in rest) == (True, True)
    assert [f'"warc-payload-digest": "sha256:{digest}"' in rest for digest in digests] == [True, True]
    assert done.stdout.splitlines()[-1].split()[0] == digests[0]
