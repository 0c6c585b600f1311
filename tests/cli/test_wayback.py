"""`ingest --wayback`: captures of pages that are gone."""

from __future__ import annotations

import signal
import subprocess
import time
from pathlib import Path

import pytest

from tests.cli.support import PROGRAM, Run, environment
from tests.web.archive import Archive
from tests.web.server import Reply, Server
from tests.web.sites import QUICK, articles, ingest, page

RICE = "http://gone.example/news/rice"


@pytest.fixture
def run(inside: Run) -> Run:
    """Run a command in this process: there are many, and the hosts are real."""
    return inside


@pytest.fixture
def archive(server: Server) -> Archive:
    archive = Archive(server)
    archive.keep("20190613093000", RICE, page("Rice in Hyesan"))
    archive.keep("20200101000000", RICE, page("Rice in Musan"))
    archive.keep("20190701000000", "http://gone.example/news/corn", page("Corn in Musan"))
    return archive


def test_captures_stand_for_the_pages_that_are_gone(run: Run, server: Server, archive: Archive) -> None:
    wayback = ("http://gone.example/*", "--wayback", "2019..2020-06", "--archive", server.url("").rstrip("/"))
    done = ingest(run, *wayback)
    assert (done.code, done.json["new"]) == (0, 2)
    assert "from=2019&to=202006" in server.paths[1]
    article = articles(run)["Rice in Musan"]
    assert article["url"] == RICE
    assert article["origin"].endswith("/web/20200101000000id_/http://gone.example/news/rice")
    shown = run("-C", "c.db", "show", article["id"], "--format", "json").json
    assert shown["retrieved_at"] == "2020-01-01T00:00:00Z"
    assert shown["retrieval"]["url"] == RICE

    again = ingest(run, *wayback)
    assert (again.json["new"], again.json["skipped"]) == (0, 2)
    whole = ingest(run, *wayback, "--all")
    assert (whole.json["new"], whole.json["updated"]) == (0, 1)


def test_the_address_of_a_capture_stands_for_the_page_that_was(run: Run, server: Server, archive: Archive) -> None:
    seen = f"{server.url('/web/20190613093000')}/http://gone.example/news/rice"
    done = ingest(run, seen, "--archive", server.url("/"))
    assert done.json["new"] == 1
    (article,) = articles(run).values()
    assert (article["title"], article["url"]) == ("Rice in Hyesan", RICE)
    shown = run("-C", "c.db", "show", article["id"], "--format", "json").json
    assert shown["retrieved_at"] == "2019-06-13T09:30:00Z"


def test_an_archive_without_captures_or_without_sense(run: Run, server: Server) -> None:
    wayback = ("http://gone.example/x", "--wayback", "2019..", "--archive", server.url("/a"))
    server.routes["/a/cdx/search/cdx"] = Reply(body=b"[]")
    done = ingest(run, *wayback)
    assert done.code == 0
    assert "the archive has no captures of it from that time" in done.err
    server.routes["/a/cdx/search/cdx"] = Reply(body=b"<html>")
    assert ingest(run, *wayback).code == 1
    for refused in (
        ("2019",),
        ("2020..2019",),
        ("2019..", "--archive", "archive.example"),
        ("..", "--archive", "ftp://x"),
    ):
        assert run("-C", "c.db", "ingest", "http://x.example/", "--wayback", *refused).code == 2


def test_a_capture_is_fetched_once(run: Run, server: Server, archive: Archive) -> None:
    lost = archive.keep("20190702000000", "http://gone.example/news/salt", Reply(404))
    empty = archive.keep("20190703000000", "http://gone.example/news/tea", Reply(body=b"<html></html>"))
    wayback = ("http://gone.example/*", "--wayback", "..", "--all", "--archive", server.url("").rstrip("/"))
    assert ingest(run, *wayback, "--until", "2019").json["new"] == 0
    first = ingest(run, *wayback)
    assert (first.code, first.json["new"], first.json["updated"], first.json["failed"]) == (0, 2, 1, 0)
    assert archive.fetched.count(lost) == archive.fetched.count(empty) == 1
    before = len(archive.fetched)
    again = ingest(run, *wayback)
    assert (again.code, again.json["skipped"]) == (0, 5)
    assert "skipped 5: a capture that was fetched before; captures do not change" in again.err
    assert len(archive.fetched) == before
    later = archive.keep("20210101000000", "http://gone.example/news/tea", page("Tea in Wonsan"))
    assert ingest(run, *wayback).json["new"] == 1
    assert archive.fetched[before:] == [later]
    assert ingest(run, *wayback, "--force").json["unchanged"] == 4


def test_captures_of_which_a_kill_left_some_are_not_fetched_again(run: Run, server: Server, tmp_path: Path) -> None:
    archive = Archive(server)
    kept = [archive.keep("20190613093000", f"{RICE}-{number}", page(f"Rice {number}")) for number in range(30)]
    held = server.routes[kept[20]]
    server.routes[kept[20]] = Reply(wait=30.0)
    wayback = (f"{RICE}*", "--wayback", "2019..", "--all", "--archive", server.url("").rstrip("/"))
    command = [*PROGRAM, "-C", "c.db", "ingest", *wayback]
    with subprocess.Popen(
        command, env=environment(tmp_path) | QUICK, cwd=tmp_path, stderr=subprocess.DEVNULL
    ) as process:
        deadline = time.monotonic() + 50
        while kept[20] not in server.paths and time.monotonic() < deadline:
            time.sleep(0.02)
        process.send_signal(signal.SIGKILL)
    assert len(articles(run)) == 20
    server.routes[kept[20]] = held
    done = ingest(run, *wayback)
    assert (done.json["new"], done.json["skipped"], done.json["failed"]) == (10, 20, 0)
    assert [archive.fetched.count(path) for path in kept] == [1] * 20 + [2] + [1] * 9
