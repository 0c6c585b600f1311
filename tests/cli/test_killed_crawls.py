"""SIGKILL at any moment of a crawl: what was stored is not fetched again, and nothing is lost or stored twice."""

from __future__ import annotations

import random
import subprocess
import time
from collections.abc import Sequence
from pathlib import Path

from tests.cli.support import PROGRAM, Run, environment
from tests.web.server import Server, content
from tests.web.sites import QUICK, articles, feed, stories
from tests.web.wordpress import site

KILLS = 3


def killed(home: Path, *command: str, log: Sequence[object], wanted: int, after: float) -> None:
    """Run a command and kill it some seconds `after` a log has as many entries as are wanted, or it is done."""
    arguments = [*PROGRAM, "-C", "c.db", *command]
    with subprocess.Popen(
        arguments, env=environment(home) | QUICK, cwd=home, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    ) as process:
        deadline = time.monotonic() + 50
        while len(log) < wanted and process.poll() is None and time.monotonic() < deadline:
            time.sleep(0.001)
        time.sleep(after)
        process.kill()


def test_a_wordpress_site(inside: Run, tmp_path: Path) -> None:
    chance = random.Random(20260704)
    with site(500) as wordpress:
        stored: set[str] = set()
        for number in range(KILLS):
            wordpress.served.clear()
            wanted = len(wordpress.lists) + 1 + number % 2
            killed(
                tmp_path, "ingest", wordpress.home, "--all",
                log=wordpress.lists, wanted=wanted, after=chance.uniform(0.0, 0.15),
            )  # fmt: skip
            assert not stored & {f"Rice in Hyesan, report {post}" for post in wordpress.served}, number
            stored = set(articles(inside))
        assert 0 < len(stored) < 500
        wordpress.served.clear()
        done = inside("-C", "c.db", "ingest", wordpress.home, "--all", "--format", "json", env=QUICK).json
        assert done["new"] == 500 - len(stored)
        assert (done["updated"], done["unchanged"], done["failed"]) == (0, 0, 0)
        assert len(wordpress.served) == 500 - len(stored)
        found = inside("-C", "c.db", "list", "-n", "0", "--format", "jsonl").objects
        assert {article["title"] for article in found} == {post.title for post in wordpress.posts}
        assert len(found) == 500


def test_the_update_of_a_feed(inside: Run, server: Server, tmp_path: Path) -> None:
    chance = random.Random(20260705)
    paths = stories(server, 40)
    server.routes["/feed"] = content(feed(server, paths, full=False), type_="application/rss+xml", etag='"1"')
    (tmp_path / "note.txt").write_text("Salt in Wonsan\n\nSalt was dear in Wonsan last week, a trader said.\n")
    assert inside("-C", "c.db", "ingest", "note.txt").code == 0
    assert inside("-C", "c.db", "follow", "add", server.url("/feed"), "--name", "border").code == 0
    stored: set[str] = set()
    for number in range(KILLS):
        before = len(server.paths)
        wanted = before + chance.randint(4, 9)
        killed(tmp_path, "update", log=server.requests, wanted=wanted, after=chance.uniform(0, 0.01))
        assert not stored & {server.url(path) for path in server.paths[before:]}, number
        stored = {article["url"] for article in articles(inside).values() if article["url"]}
    assert 0 < len(stored) < 40
    before = len(server.paths)
    outcome = inside("-C", "c.db", "update", "--format", "json", env=QUICK)
    assert outcome.code == 0
    (source,) = outcome.json["sources"]
    assert (source["new"], source["failed"]) == (40 - len(stored), 0)
    asked = [path for path in server.paths[before:] if path != "/robots.txt"]
    assert sorted(asked) == sorted(["/feed", *(path for path in paths if server.url(path) not in stored)])
    found = inside("-C", "c.db", "list", "-n", "0", "--format", "jsonl").objects
    assert len(found) == 41 == len({article["id"] for article in found})
    quiet = inside("-C", "c.db", "update", env=QUICK)
    assert (quiet.code, quiet.err) == (1, "")
    assert server.requests[-1].headers["if-none-match"] == '"1"'
