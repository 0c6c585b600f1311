"""docs/web.md: each command on a site of ours that stands for the one on the page."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.support import environment
from tests.cli.test_ingest_web import QUICK, XML, feed, listing, page, sitemap, stories
from tests.web.archive import Archive
from tests.web.server import Reply, Server, content
from tests.web.wordpress import WordPress, posts

PAGE = (Path(__file__).parents[2] / "docs" / "web.md").read_text("utf-8")
ALLOWED = {"NKCORPUS_FETCH_ALLOW_HOSTS": "127.0.0.1"}


def blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)


@pytest.fixture
def news(tmp_path: Path) -> dict[str, str]:
    """Serve what the page names; return the environment of a user of it, with what its names stand for."""
    (tmp_path / "bin").mkdir()
    program = tmp_path / "bin" / "nkcorpus"
    program.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m nkcorpus "$@"\n')
    program.chmod(0o755)
    environ = environment(tmp_path) | QUICK | ALLOWED
    return environ | {"PATH": f"{program.parent}{os.pathsep}{environ['PATH']}"}


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
        for script in blocks("bash"):
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
