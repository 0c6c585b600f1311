"""SIGKILL at any moment: the corpus opens, what was reported is there, and the next run ends in the same state."""

from __future__ import annotations

import contextlib
import os
import random
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import pytest

from nkcorpus import Corpus, CorpusMissing
from tests.crash.generate import KNOWN_WORD, write_articles

ARTICLES = 2000
KILLS = 6
PAGES = 240
REPOSITORY = Path(__file__).parents[2]

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="needs SIGKILL and process groups")


@dataclass(frozen=True, slots=True)
class Undisturbed:
    """What a run that nobody disturbed took and left. `first_write` and `seconds` are times since its start."""

    sources: Path
    first_write: float
    seconds: float
    export_hash: str


def _start(corpus: Path, cache: Path, *sources: Path, jobs: int = 1) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "tests.crash.driver", str(corpus), str(cache), str(jobs), *map(str, sources)],
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True, cwd=REPOSITORY, start_new_session=True,
    )  # fmt: skip


def _kill(process: subprocess.Popen[str]) -> int:
    """Kill the whole group, and return the number of inputs that were reported as stored."""
    if process.poll() is None:
        os.killpg(process.pid, signal.SIGKILL)
    out, _ = process.communicate(timeout=30)
    return max((int(line.split()[0]) for line in out.splitlines()), default=0)


def _count(corpus: Path, cache: Path) -> int:
    """Return the number of articles of a corpus that may not exist yet."""
    if not corpus.exists() or not corpus.stat().st_size:
        return 0
    with Corpus.open(corpus, cache_dir=cache) as opened, contextlib.suppress(CorpusMissing):
        return opened.stats().articles
    return 0  # killed while it was made


def _check_file(corpus: Path) -> None:
    with closing(sqlite3.connect(corpus)) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        assert connection.execute("PRAGMA foreign_key_check").fetchall() == []


def _finish(corpus: Path, cache: Path, undisturbed: Undisturbed) -> None:
    """Ingest to the end and compare with the undisturbed run."""
    with Corpus.open(corpus, cache_dir=cache) as opened:
        report = opened.ingest([undisturbed.sources])
        assert report.new + report.unchanged == ARTICLES
        assert not report.failures
        assert opened.export_hash() == undisturbed.export_hash
        assert opened.search(KNOWN_WORD, limit=0).total == 1
        assert opened.search("trader", limit=0, collapse=False).total > ARTICLES / 2
    _check_file(corpus)
    assert not [path.name for path in corpus.parent.glob(f"{corpus.name}-*")]


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> Undisturbed:
    home = tmp_path_factory.mktemp("undisturbed")
    sources = home / "sources"
    write_articles(sources, ARTICLES)
    corpus = home / "c.db"
    started = time.monotonic()
    process = _start(corpus, home / "cache", sources)
    while not corpus.exists():
        assert process.poll() is None
        time.sleep(0.002)
    first_write = time.monotonic() - started
    assert process.wait(60) == 0
    seconds = time.monotonic() - started
    assert _kill(process) == ARTICLES
    with Corpus.open(corpus, cache_dir=home / "cache") as opened:
        assert opened.stats().articles == ARTICLES
        return Undisturbed(sources, first_write, seconds, opened.export_hash())


def test_the_state_does_not_depend_on_the_number_of_processes(tmp_path: Path, undisturbed: Undisturbed) -> None:
    with Corpus.open(tmp_path / "c.db", cache_dir=tmp_path / "cache") as corpus:
        corpus.ingest([undisturbed.sources], jobs=2)
        assert corpus.export_hash() == undisturbed.export_hash


@pytest.mark.parametrize("number", range(KILLS))
def test_kill_during_ingest(tmp_path: Path, undisturbed: Undisturbed, number: int) -> None:
    corpus, cache = tmp_path / "c.db", tmp_path / "cache"
    # Spread over the run from the creation of the file on, each at a random place in its part.
    part = (undisturbed.seconds - undisturbed.first_write) / KILLS
    moment = undisturbed.first_write + (number + random.Random(number).random()) * part
    started = time.monotonic()
    process = _start(corpus, cache, undisturbed.sources, jobs=1 + number % 2)
    time.sleep(max(0.0, started + moment - time.monotonic()))
    reported = _kill(process)
    assert _count(corpus, cache) >= reported
    if reported:
        with Corpus.open(corpus, cache_dir=cache) as opened:
            assert opened.search("trader", limit=0, collapse=False).total > 0
            assert opened.newest(limit=1).total == opened.stats().articles
    _finish(corpus, cache, undisturbed)


def _when(condition: Callable[[], bool], process: subprocess.Popen[str]) -> bool:
    """Wait until `condition` holds; tell whether the process still ran then."""
    while process.poll() is None:
        if condition():
            return True
    return False


def test_kill_during_creation(tmp_path: Path, undisturbed: Undisturbed) -> None:
    for number in range(3):
        corpus = tmp_path / f"{number}.db"
        process = _start(corpus, tmp_path / "cache", undisturbed.sources)
        assert _when(corpus.exists, process)
        time.sleep(number * 0.002)
        reported = _kill(process)
        assert _count(corpus, tmp_path / "cache") >= reported
    _finish(corpus, tmp_path / "cache", undisturbed)


def test_an_empty_file_is_what_a_killed_creation_may_leave(tmp_path: Path, undisturbed: Undisturbed) -> None:
    (tmp_path / "c.db").touch()
    _finish(tmp_path / "c.db", tmp_path / "cache", undisturbed)


@pytest.mark.parametrize("delay", [0.0, 0.15])
def test_kill_during_index_sync(tmp_path: Path, undisturbed: Undisturbed, delay: float) -> None:
    corpus, cache = tmp_path / "c.db", tmp_path / "cache"
    shutil.copy(undisturbed.sources.parent / "c.db", corpus)
    # The copy has no index yet, so all that this run has to do is to make one.
    process = _start(corpus, cache, undisturbed.sources / "00000.txt")
    if _when(lambda: any(path.is_file() for path in cache.rglob("*")), process):
        time.sleep(delay)
    _kill(process)
    with Corpus.open(corpus, cache_dir=cache) as opened:
        assert opened.search(KNOWN_WORD, limit=0).total == 1
        assert opened.newest(limit=1).total == ARTICLES
    _finish(corpus, cache, undisturbed)


def test_kill_in_the_middle_of_a_write_to_the_file_itself(tmp_path: Path, undisturbed: Undisturbed) -> None:
    """Leaving WAL mode and creating the file write to it with a rollback journal: a kill there leaves one behind."""
    corpus = tmp_path / "c.db"
    shutil.copy(undisturbed.sources.parent / "c.db", corpus)
    script = (
        "import os, sqlite3, sys\n"
        "connection = sqlite3.connect(sys.argv[1], isolation_level=None)\n"
        "connection.execute('PRAGMA cache_size = 2')\n"
        "connection.execute('BEGIN')\n"
        "connection.execute(\"UPDATE version SET text = text || 'torn'\")\n"
        "os._exit(9)\n"
    )
    assert subprocess.run([sys.executable, "-c", script, str(corpus)], check=False).returncode == 9
    assert (tmp_path / "c.db-journal").stat().st_size
    with Corpus.open(corpus, cache_dir=tmp_path / "cache") as opened:
        assert opened.search(KNOWN_WORD, limit=0).total == 1
    _finish(corpus, tmp_path / "cache", undisturbed)


def test_kill_of_a_worker_process(tmp_path: Path, undisturbed: Undisturbed) -> None:
    """A worker that dies costs at most the input that it had; running again takes that too."""
    corpus, cache = tmp_path / "c.db", tmp_path / "cache"
    pages = tmp_path / "pages"
    pages.mkdir()
    paragraphs = "<p>The lecture in Hoeryong was about rice, phones and the price of both, a trader said.</p>" * 100
    padding = f"<!-- {'x' * 18_000} -->"  # a pool starts for some MB of pages
    for number in range(PAGES):
        (pages / f"{number}.html").write_text(
            f"<html><body>{padding}<article><h1>No {number}</h1>{paragraphs}</article></body>"
        )
    process = _start(corpus, cache, pages, jobs=2)
    assert process.stdout is not None
    assert process.stdout.readline(), "nothing was stored"
    victim = next(iter(_workers(process.pid)))
    os.kill(victim, signal.SIGKILL)
    process.communicate(timeout=60)
    assert process.returncode == 0
    assert _count(corpus, cache) >= PAGES - 1
    with Corpus.open(corpus, cache_dir=cache) as opened:
        assert opened.ingest([pages]).unchanged >= PAGES - 1
        assert opened.stats().articles == PAGES
        assert opened.stats().failures == 0


def _workers(parent: int) -> list[int]:
    """Return the pool's processes: children of `parent` that multiprocessing spawned for work."""
    found = []
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            fields = (entry / "stat").read_text().rpartition(")")[2].split()
            command = (entry / "cmdline").read_bytes()
        except OSError:
            continue
        if int(fields[1]) == parent and b"spawn_main" in command:
            found.append(int(entry.name))
    return found
