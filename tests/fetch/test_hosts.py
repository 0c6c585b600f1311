"""What one run leaves for the next about hosts, and runs at the same time for each other."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nkcorpus.errors import DisallowedByRobots, HostDeferred, HttpStatus
from nkcorpus.fetch.client import Fetcher
from nkcorpus.fetch.hosts import LONGEST_HOLD, ROBOTS_TTL, HostFiles, HostState
from nkcorpus.fetch.pace import Pace
from nkcorpus.fetch.policy import FetchPolicy
from tests.fetch.conftest import HASTY, usual_trust
from tests.web.server import Reply, Server

Run = Callable[..., Fetcher]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "hosts"


@pytest.fixture
def run(folder: Path) -> Iterator[Run]:
    """Make the fetcher of a run of its own."""
    with ExitStack() as stack:

        def make(**policy: Any) -> Fetcher:
            made = Fetcher(FetchPolicy(**{**HASTY, **policy}), ssl_context=usual_trust(), hosts=HostFiles(folder))
            return stack.enter_context(made)

        yield make


def test_the_next_run_keeps_the_gap(server: Server, run: Run) -> None:
    server.routes["/"] = Reply(body=b"page")
    for _ in range(3):
        run(delay=0.3).get(server.url())
    assert server.paths == ["/robots.txt", "/", "/", "/"]
    assert min(server.gaps) >= 0.3


def test_the_next_run_keeps_the_crawl_delay(server: Server, run: Run) -> None:
    server.robots("User-agent: *", "Crawl-delay: 0.4")
    server.routes["/"] = Reply(body=b"page")
    run().get(server.url())
    run(obey_robots=False).get(server.url())
    assert min(server.gaps) >= 0.4


def test_runs_at_the_same_time_take_turns(server: Server, run: Run) -> None:
    paths = [f"/{number}" for number in range(6)]
    server.routes.update(dict.fromkeys(paths, Reply(body=b"page", wait=0.05)))
    fetchers = [run(delay=0.1), run(delay=0.1)]
    threads = [threading.Thread(target=fetchers[n % 2].get, args=(server.url(path),)) for n, path in enumerate(paths)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(set(server.paths)) == sorted([*paths, "/robots.txt"])
    assert server.most_at_once == 1
    assert min(server.gaps) >= 0.1


def test_processes_at_the_same_time_take_turns(server: Server, folder: Path) -> None:
    paths = [f"/{number}" for number in range(6)]
    server.routes.update(dict.fromkeys(paths, Reply(body=b"page", wait=0.05)))
    script = (
        "import sys; from pathlib import Path; from nkcorpus.fetch.client import Fetcher;"
        "from nkcorpus.fetch.hosts import HostFiles; from nkcorpus.fetch.policy import FetchPolicy\n"
        "policy = FetchPolicy(delay=0.2, allow_hosts=frozenset({'127.0.0.1'}))\n"
        "with Fetcher(policy, hosts=HostFiles(Path(sys.argv[1]))) as fetcher:\n"
        "    for url in sys.argv[2:]: fetcher.get(url)\n"
    )
    urls = [server.url(path) for path in paths]
    commands = [[sys.executable, "-c", script, str(folder), *urls[start::2]] for start in (0, 1)]
    processes = [subprocess.Popen(command) for command in commands]
    assert [process.wait(60) for process in processes] == [0, 0]
    assert sorted(set(server.paths)) == sorted([*paths, "/robots.txt"])
    assert server.most_at_once == 1
    assert min(server.gaps) >= 0.2


def test_a_host_that_another_run_keeps_busy(server: Server, run: Run) -> None:
    server.routes |= {"/slow": Reply(body=b"slow", wait=2.0), "/": Reply(body=b"page")}
    first = threading.Thread(target=run(obey_robots=False).get, args=(server.url("/slow"),))
    first.start()
    while not server.requests:
        time.sleep(0.01)
    with pytest.raises(HostDeferred, match="another nkcorpus has been asking 127"):
        run(obey_robots=False, max_wait=0.2).get(server.url())
    first.join()
    assert server.paths == ["/slow"]


def test_what_a_host_wants_holds_for_the_next_run(server: Server, run: Run) -> None:
    server.routes["/"] = Reply(503, headers={"Retry-After": "3600"})
    with pytest.raises(HttpStatus):
        run().get(server.url())
    for path in ("/", "/other"):
        with pytest.raises(HostDeferred, match="left alone") as caught:
            run().get(server.url(path))
        assert caught.value.retry_after == pytest.approx(3600, abs=60)
    assert server.paths == ["/robots.txt", "/"]


def test_a_month_is_no_longer_than_a_day_for_the_next_run(server: Server, run: Run) -> None:
    server.routes["/"] = Reply(429, headers={"Retry-After": "99999999"})
    with pytest.raises(HttpStatus):
        run().get(server.url())
    with pytest.raises(HostDeferred) as caught:
        run().get(server.url())
    assert caught.value.retry_after == pytest.approx(LONGEST_HOLD, abs=60)


def test_failures_of_our_own_hold_for_no_other_run(server: Server, run: Run) -> None:
    server.routes["/robots.txt"] = [Reply(500), Reply(404)]
    server.routes["/"] = Reply(body=b"page")
    with pytest.raises(HostDeferred):
        run(retries=0).get(server.url())
    assert run().get(server.url()).body == b"page"


def test_rules_that_disallow_are_asked_for_anew(server: Server, run: Run) -> None:
    server.robots("User-agent: *", "Disallow: /private")
    with pytest.raises(DisallowedByRobots):
        run().get(server.url("/private"))
    with pytest.raises(DisallowedByRobots):
        run().get(server.url("/private"))
    server.robots("User-agent: *", "Allow: /")
    server.routes["/private"] = Reply(body=b"page")
    assert run().get(server.url("/private")).body == b"page"
    assert server.paths == ["/robots.txt", "/robots.txt", "/robots.txt", "/private"]


def test_rules_are_kept_for_a_day(server: Server, run: Run, folder: Path) -> None:
    server.robots("User-agent: *", "Disallow: /x", f"Sitemap: {server.url('/map.xml')}")
    assert run().sitemaps(server.url()) == run().sitemaps(server.url()) == (server.url("/map.xml"),)
    assert server.paths == ["/robots.txt"]
    (kept,) = folder.glob("*.robots")
    os.utime(kept, (time.time() - ROBOTS_TTL - 1,) * 2)
    run().sitemaps(server.url())
    assert server.paths == ["/robots.txt"] * 2


@pytest.mark.parametrize("damage", [b"", b"{", b"[1]", b'{"ended": "x"}', b"\xff\xfe", b"\0" * 5000])
def test_damaged_files_are_as_good_as_none(server: Server, run: Run, folder: Path, damage: bytes) -> None:
    server.routes["/"] = Reply(body=b"page")
    run().get(server.url())
    for file in folder.iterdir():
        file.write_bytes(damage)
    assert run().get(server.url()).body == b"page"


def test_a_folder_that_cannot_be_written(server: Server, run: Run, folder: Path) -> None:
    server.routes["/"] = Reply(body=b"page")
    fetcher = run()
    folder.rmdir()
    folder.write_bytes(b"")
    assert fetcher.get(server.url()).body == b"page"


def test_what_is_out_of_date_is_deleted(folder: Path) -> None:
    folder.mkdir()
    for name, age in {"old.state": 8, "new.state": 6, "old.robots": 2, "new.robots": 0}.items():
        (folder / name).touch()
        os.utime(folder / name, (time.time() - age * 86_400,) * 2)
    HostFiles(folder)
    assert sorted(file.name for file in folder.iterdir()) == ["new.robots", "new.state"]


@given(st.builds(HostState, *[st.floats() | st.floats(-10, 2**34)] * 3))
def test_any_state_ends(tmp_path_factory: pytest.TempPathFactory, state: HostState) -> None:
    files = HostFiles(tmp_path_factory.getbasetemp() / "any")
    files.keep_state("news.example", state)
    kept = files.state("news.example")
    assert kept in (state, HostState())
    pace = Pace("news.example", FetchPolicy(delay=0.0, max_wait=0.0), files)
    with suppress(HostDeferred), pace.turn("http://news.example/") as waited:
        assert waited < 5
