"""`ingest` of sites made with WordPress: every post by list, none twice, and what changed since."""

from __future__ import annotations

import re
import signal
import subprocess
import time
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.cli.support import PROGRAM, Outcome, Run, environment
from tests.web.server import Reply, Request
from tests.web.wordpress import WordPress, site

QUICK = {"NKCORPUS_FETCH_DELAY": "0", "NKCORPUS_FETCH_BACKOFF": "0.01"}
COUNT = 500


@pytest.fixture
def run(inside: Run) -> Run:
    """Run a command in this process: there are many, and the hosts are real."""
    return inside


@pytest.fixture
def wordpress() -> Iterator[WordPress]:
    with site(COUNT) as wordpress:
        yield wordpress


def ingest(run: Run, *arguments: str, env: Mapping[str, str] = QUICK) -> Outcome:
    return run("-C", "c.db", "ingest", *arguments, "--format", "json", env=env)


def articles(run: Run) -> list[Any]:
    return run("-C", "c.db", "list", "-n", "0", "--format", "jsonl").objects


def test_a_whole_site_is_taken_by_lists(run: Run, wordpress: WordPress) -> None:
    done = ingest(run, wordpress.home, "--all")
    assert (done.code, done.json["new"], done.json["failed"]) == (0, COUNT, 0)
    assert wordpress.server.paths[:2] == ["/robots.txt", "/english/"]
    assert len(wordpress.lists) == 5 == len(wordpress.server.paths) - 2
    assert wordpress.served == list(range(1, COUNT + 1))

    found = {article["title"]: article for article in articles(run)}
    first = found["Rice in Hyesan, report 1"]
    assert first["date"] == "2015-01-01T23:30:00Z"
    assert first["date_source"] == "meta"
    assert first["authors"] == ["Noh Invented"]
    assert first["url"] == first["origin"] == wordpress.server.url("/english/report-1/")
    shown = run("-C", "c.db", "show", first["id"], "--format", "json").json
    assert shown["text"].splitlines()[0] == "On day 1 a kilogram of rice cost 4001 won in Hyesan."
    assert shown["tags"] == ["rice"]
    assert shown["section"] == "Rumours & Law"
    assert "wp-json" in shown["retrieval"]["url"]
    assert shown["retrieval"]["status"] == 200

    before = len(wordpress.server.paths)
    again = ingest(run, wordpress.home, "--all")
    assert (again.code, again.json["new"], again.json["failed"]) == (0, 0, 0)
    (changes,) = wordpress.server.paths[before:]
    assert "orderby=modified" in changes


def test_an_interface_that_is_gone_is_looked_for_anew(run: Run, wordpress: WordPress) -> None:
    ingest(run, wordpress.home, "--newest", "12")
    wordpress.closed = True
    done = ingest(run, wordpress.home)
    assert (done.code, done.json["skipped"]) == (0, 12)
    assert "its WordPress interface is gone; looking anew" in done.err


def test_what_is_new_or_changed_is_taken_later(run: Run, wordpress: WordPress) -> None:
    kept, wordpress.posts = wordpress.posts[-2:], wordpress.posts[:-2]
    ingest(run, wordpress.home, "--all")
    wordpress.posts += kept
    wordpress.edit(
        7, "<p>On day 7 nobody sold rice in Hyesan, a trader corrects.</p>", datetime.fromisoformat("2020-01-01")
    )
    wordpress.lists.clear()
    wordpress.served.clear()
    later = ingest(run, wordpress.home, "--all")
    assert {name: later.json[name] for name in ("new", "updated", "unchanged")} == {
        "new": 2, "updated": 1, "unchanged": 0,
    }  # fmt: skip
    assert len(wordpress.lists) == 1


def test_a_killed_run_goes_on_where_it_stopped(tmp_path: Path, run: Run, wordpress: WordPress) -> None:
    slow = wordpress.server.routes["/english/wp-json/wp/v2/posts"]
    assert callable(slow)

    def answer(request: Request) -> Reply:
        reply = slow(request)
        return replace(reply, wait=20.0) if len(wordpress.lists) == 4 else reply

    wordpress.server.routes["/english/wp-json/wp/v2/posts"] = answer
    command = [*PROGRAM, "-C", "c.db", "ingest", wordpress.home, "--all"]
    with subprocess.Popen(
        command, env=environment(tmp_path) | QUICK, cwd=tmp_path, stderr=subprocess.DEVNULL
    ) as process:
        deadline = time.monotonic() + 50
        while len(wordpress.lists) < 4 and time.monotonic() < deadline:
            time.sleep(0.02)
        process.send_signal(signal.SIGKILL)
    assert len(articles(run)) == 300

    del wordpress.served[300:]
    wordpress.lists.clear()
    wordpress.lists += [""] * 4  # no more waiting
    done = ingest(run, wordpress.home, "--all")
    assert done.json["new"] == 200
    assert done.json["unchanged"] == 0
    assert wordpress.served == list(range(1, COUNT + 1))
    assert len({article["id"] for article in articles(run)}) == COUNT


def test_posts_of_the_same_second_are_not_lost_between_runs(tmp_path: Path, run: Run, wordpress: WordPress) -> None:
    moment = datetime.fromisoformat("2016-01-01")
    wordpress.posts = [replace(post, date=moment, modified=moment) for post in wordpress.posts[:150]]
    answer = wordpress.server.routes["/english/wp-json/wp/v2/posts"]
    assert callable(answer)
    wordpress.server.routes["/english/wp-json/wp/v2/posts"] = lambda request: (
        Reply(404) if len(wordpress.lists) == 1 else answer(request)
    )
    first = ingest(run, wordpress.home, "--all")
    assert (first.code, first.json["new"], first.json["failed"]) == (1, 100, 1)
    wordpress.server.routes["/english/wp-json/wp/v2/posts"] = answer
    second = ingest(run, wordpress.home, "--all")
    assert (second.json["new"], second.json["unchanged"]) == (50, 0)


def test_without_all_the_newest_are_taken_and_the_rest_is_told(run: Run, wordpress: WordPress) -> None:
    done = ingest(run, wordpress.home)
    assert done.json["new"] == 100
    assert "400 older posts are left; --all takes them" in done.err
    assert wordpress.served[0] == COUNT
    assert len(wordpress.lists) == 1
    few = ingest(run, wordpress.home, "--newest", "3")
    assert few.json["unchanged"] == 3


def test_since_is_asked_of_the_server(run: Run, wordpress: WordPress) -> None:
    since = (wordpress.posts[-10].date - timedelta(days=1)).date().isoformat()  # in Korea that day has begun
    done = ingest(run, wordpress.home, "--all", "--since", since)
    assert done.json["new"] == 10
    assert "after=" in wordpress.lists[0]
    assert len(wordpress.served) <= 12


def test_until_is_asked_of_the_server(run: Run, wordpress: WordPress) -> None:
    until = wordpress.posts[100].date.date().isoformat()  # 08:30 in Korea is the evening before in UTC
    few = ingest(run, wordpress.home, "--newest", "5", "--until", until)
    assert (few.json["new"], few.json["skipped"]) == (5, 0)
    assert "97 older posts are left" in few.err
    assert {article["title"] for article in articles(run)} == {
        f"Rice in Hyesan, report {number}" for number in range(98, 103)
    }
    wordpress.served.clear()
    span = ingest(
        run, wordpress.home, "--all", "--since", wordpress.posts[80].date.date().isoformat(), "--until", until
    )
    assert (span.json["new"], span.json["unchanged"], span.json["skipped"]) == (16, 5, 0)
    assert len(wordpress.served) <= 24
    assert ingest(run, wordpress.home, "--all").json["new"] == COUNT - 21


def test_the_same_article_in_several_forms_has_no_version_for_each_run(run: Run, wordpress: WordPress) -> None:
    server = wordpress.server
    wordpress.posts = wordpress.posts[:4]

    def feed(word: str) -> bytes:
        items = "".join(
            f"<item><title>{post.title}</title><link>{server.url(wordpress.path(post))}</link>"
            f"<content:encoded><![CDATA[{post.body}<p>Seen {word} in the feed.</p>]]></content:encoded></item>"
            for post in wordpress.posts
        )
        space = "http://purl.org/rss/1.0/modules/content/"
        return f'<rss version="2.0" xmlns:content="{space}"><channel>{items}</channel></rss>'.encode()

    def take(address: str, *options: str) -> tuple[int, int, int]:
        time.sleep(1.0 - time.time() % 1)  # times of retrieval are to the second
        done = ingest(run, address, *options).json
        return done["new"], done["updated"], done["skipped"]

    server.routes["/feed"] = Reply(body=feed("first"))
    assert take(wordpress.home) == (4, 0, 0)
    assert take(server.url("/feed")) == (0, 0, 4), "a feed says less than the interface"
    assert take(server.url("/feed"), "--force") == (0, 4, 0)
    page = server.url(wordpress.path(wordpress.posts[0]))
    assert take(page)[1] == 1
    for address in (wordpress.home, server.url("/feed"), page):
        assert take(address) == (0, 0, 0)
    server.routes["/feed"] = Reply(body=feed("later"))
    assert take(server.url("/feed")) == (0, 4, 0)


def test_a_category_stands_for_its_posts(run: Run, wordpress: WordPress) -> None:
    done = ingest(run, wordpress.server.url("/english/category/markets/"), "--all")
    assert done.json["new"] == COUNT // 2
    assert len(wordpress.lists) == 3


def test_an_article_of_the_site_is_that_article(run: Run, wordpress: WordPress) -> None:
    done = ingest(run, wordpress.server.url("/english/report-7/"))
    assert done.json["new"] == 1
    assert not wordpress.lists
    assert wordpress.server.paths == ["/robots.txt", "/english/report-7/"]


def test_a_site_that_does_not_name_its_interface(run: Run, wordpress: WordPress) -> None:
    wordpress.names_api = False
    listed = ingest(run, wordpress.home)
    assert listed.json["new"] == 12
    assert not wordpress.lists
    told = ingest(run, wordpress.home, "--as", "wordpress", "--newest", "20")
    assert told.json["new"] == 8
    assert told.json["unchanged"] == 12 or told.json["updated"] == 12


def test_a_closed_interface_leaves_what_the_page_lists(run: Run, wordpress: WordPress) -> None:
    wordpress.closed = True
    done = ingest(run, wordpress.home)
    assert done.json["new"] == 12
    assert "its WordPress interface cannot be used: the host answers 401 Unauthorized" in done.err
    forced = ingest(run, wordpress.home, "--as", "wordpress")
    assert (forced.code, forced.json["failed"]) == (1, 1)


def test_protected_posts_are_skipped(run: Run, wordpress: WordPress) -> None:
    wordpress.posts = [replace(post, protected=post.id == 2) for post in wordpress.posts[:3]]
    done = ingest(run, wordpress.home)
    assert (done.json["new"], done.json["skipped"]) == (2, 1)
    assert "protected by a password" in done.err


def test_an_interface_that_robots_may_not_use(run: Run, wordpress: WordPress) -> None:
    wordpress.server.robots("User-agent: *", "Disallow: /english/wp-json/")
    done = ingest(run, wordpress.home)
    assert (done.code, done.json["new"]) == (0, 12)
    assert not wordpress.lists
    assert "cannot be used: the robots.txt of 127.0.0.1 disallows it" in done.err


def test_an_interface_that_gives_the_same_list_for_ever(run: Run, wordpress: WordPress) -> None:
    answer = wordpress.server.routes["/english/wp-json/wp/v2/posts"]
    assert callable(answer)
    wordpress.server.routes["/english/wp-json/wp/v2/posts"] = lambda request: answer(
        replace(request, path=re.sub(r"([?&]page)=\d+", r"\1=1", request.path))
    )
    done = ingest(run, wordpress.home, "--all")
    assert (done.code, done.json["new"], done.json["failed"]) == (1, 100, 1)
    assert len(wordpress.lists) == 2
    wordpress.server.routes["/english/wp-json/wp/v2/posts"] = answer
    assert ingest(run, wordpress.home, "--all").json["new"] == COUNT - 100


def test_an_interface_that_is_down_is_not_looked_for_elsewhere(run: Run, wordpress: WordPress) -> None:
    ingest(run, wordpress.home, "--newest", "2")
    before = len(wordpress.server.paths)
    wordpress.server.routes["/english/wp-json/wp/v2/posts"] = Reply(503)
    done = ingest(run, wordpress.home, env=QUICK | {"NKCORPUS_FETCH_RETRIES": "0"})
    assert (done.code, done.json["failures"][0]["origin"]) == (1, wordpress.home)
    assert len(wordpress.server.paths) - before == 1


@pytest.mark.parametrize(
    "body", [b"<html>Blocked</html>", b'{"code":1}', b"[1, 2]", b"[" * 100_000, b"[" + b"1," * 600_000, b""]
)
def test_an_interface_that_answers_nonsense(run: Run, wordpress: WordPress, body: bytes) -> None:
    wordpress.server.routes["/english/wp-json/wp/v2/posts"] = Reply(body=body)
    done = ingest(run, wordpress.home, "--as", "wordpress")
    assert done.code == 1
    assert "no list of posts in JSON" in done.err or "values" in done.err
