"""Ctrl-C: exit 130, one line, and what was stored stays stored."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from pathlib import Path

import pytest

from tests.cli.support import PROGRAM, environment, run_program

# Some 25 KB of HTML a page, so that worker processes start and are at work for seconds.
PARAGRAPH = "<p>The lecture in Hoeryong, a trader said, was about phones, rice, and the price of both in autumn.</p>"
PAGES = 400


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of many web pages."""
    folder = tmp_path_factory.mktemp("pages")
    for number in range(PAGES):
        body = PARAGRAPH * 250
        (folder / f"{number:04}.html").write_text(
            f"<html><head><title>Page {number}</title></head><body><article><h1>Page {number}</h1>"
            f"<p>This is the page with the number {number}.</p>{body}</article></body></html>"
        )
    return folder


def _stored(corpus: Path) -> int:
    """Return the number of articles that another process has committed so far."""
    try:
        outcome = run_program(corpus.parent, "-C", corpus, "stats", "--format", "json")
    except AssertionError:
        return 0
    return int(outcome.json["articles"]) if outcome.code == 0 else 0


def _alive(group: int) -> list[str]:
    """Return the processes of a group that still run; a zombie waits only for its parent."""
    found = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            state, _, process_group = stat.read_text().rpartition(")")[2].split()[:3]
        except OSError:
            continue
        if int(process_group) == group and state != "Z":
            found.append(stat.parent.name)
    return found


@pytest.mark.parametrize("jobs", ["1", "2"])
@pytest.mark.parametrize("to_group", [True, False], ids=["terminal", "kill"])
def test_interrupted_ingest(tmp_path: Path, pages: Path, jobs: str, to_group: bool) -> None:
    corpus = tmp_path / "c.db"
    process = subprocess.Popen(
        [*PROGRAM, "-C", "c.db", "ingest", pages, "--jobs", jobs],
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        cwd=tmp_path, env=environment(tmp_path), start_new_session=True,
    )  # fmt: skip
    deadline = time.monotonic() + 30
    before = 0
    while not before and process.poll() is None and time.monotonic() < deadline:
        before = _stored(corpus)
    assert process.poll() is None, "the ingest was done before anybody could interrupt it"
    if to_group:
        os.killpg(process.pid, signal.SIGINT)
    else:
        process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=30)
    assert (process.returncode, out) == (130, "")
    assert [line for line in err.splitlines() if line] == ["nkcorpus: interrupted; what was stored stays stored"]
    deadline = time.monotonic() + 10
    while _alive(process.pid) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not _alive(process.pid)
    assert before <= _stored(corpus) < PAGES


def test_interrupt_while_the_workers_start(tmp_path: Path, pages: Path) -> None:
    for delay in (0.3, 0.45, 0.6, 0.8):
        corpus = tmp_path / f"{delay}.db"
        process = subprocess.Popen(
            [*PROGRAM, "-C", corpus, "ingest", pages, "--jobs", "2"],
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
            cwd=tmp_path, env=environment(tmp_path), start_new_session=True,
        )  # fmt: skip
        while not corpus.exists() and process.poll() is None:
            time.sleep(0.005)
        time.sleep(delay - 0.3)
        os.killpg(process.pid, signal.SIGINT)
        _, err = process.communicate(timeout=30)
        # CPython remembers a KeyboardInterrupt within exec() and ends by the signal, which a shell shows as 130.
        assert process.returncode in (130, -signal.SIGINT)
        # A worker that finds its pool gone while it still starts may print a traceback of multiprocessing's own.
        assert err.count("nkcorpus: interrupted; what was stored stays stored\n") == 1
