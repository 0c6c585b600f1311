"""`python -m tests.crash.crowd [--ingests 8] [--searches 1000] [--engine whoosh|tantivy]`: all at once on one corpus.

Processes of the real command line ingest sources of their own and one that all share; others search, tag, remove, build
the index anew and copy the file. At the end every article is in, none twice, the file is sound and has the export hash
of a corpus that one process after the other made. Counts are printed.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import os
import queue
import re
import sqlite3
import subprocess
import sys
import tempfile
import time
import traceback
from collections import Counter
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, field
from multiprocessing.synchronize import Event
from pathlib import Path
from typing import Any

from nkcorpus import Corpus
from nkcorpus.index.engines import ENGINES, is_installed

WORD = "quicksilver"
"""It is in every article that is taken in while others search."""
EARLIER, REMOVED = 40, 12
SEARCHERS = 4
SEARCHES_AN_OPENING = 10
BY_COMMAND = 20
"""One of so many searches is a command of its own."""
SECONDS = 900.0


@dataclass(slots=True)
class Told:
    """What the processes did, and what went wrong."""

    done: Counter[str] = field(default_factory=Counter)
    errors: list[str] = field(default_factory=list)
    waits: int = 0


@dataclass(frozen=True, slots=True)
class Place:
    """Where all is: the corpus, the cache, and the sources, one folder for each ingest and one that all share."""

    home: Path
    corpus: Path
    cache: Path

    def sources(self, number: int) -> list[str]:
        return [str(self.home / f"own-{number}.jsonl"), str(self.home / "shared.jsonl")]


def write_sources(place: Place, ingests: int, articles: int) -> int:
    """Write the sources; return how many articles with WORD they have in all."""

    def write(name: str, count: int, word: str) -> None:
        records = (
            {
                "id": f"{name}-{number}",
                "title": f"{name} {number}",
                "text": f"{word} {name} number {number} came in at the market in Hyesan, a trader said.",
            }
            for number in range(count)
        )
        lines = "".join(json.dumps(record) + "\n" for record in records)
        (place.home / f"{name}.jsonl").write_text(lines, "utf-8")

    write("earlier", EARLIER, "cinnabar")
    write("shared", articles, WORD)
    for number in range(ingests):
        write(f"own-{number}", articles, WORD)
    return articles * (ingests + 1)


def command(place: Place, *arguments: str) -> subprocess.Popen[str]:
    """Start the real program."""
    environ = {**os.environ, "NKCORPUS_CACHE_DIR": str(place.cache)}
    return subprocess.Popen(
        [sys.executable, "-m", "nkcorpus", "-C", str(place.corpus), *arguments],
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environ,
        cwd=Path(__file__).parents[2],
    )  # fmt: skip


def finished(process: subprocess.Popen[str], name: str, told: Told, codes: tuple[int, ...] = (0,)) -> str:
    """Wait for a command; return its stdout."""
    out, err = process.communicate(timeout=SECONDS)
    told.waits += len(re.findall("waiting for", err))
    told.done[name] += 1
    if process.returncode not in codes or "Traceback" in err or "damaged" in err:
        told.errors.append(f"{name}: exit code {process.returncode}: {err[-2000:]}")
    return out


def search(place: Place, count: int, told: Told, stop: Event) -> None:
    """Search so often: what was found once is found from then on, and each article once."""
    most = 0
    for begin in range(0, count, SEARCHES_AN_OPENING):
        with Corpus.open(place.corpus, cache_dir=place.cache, notify=lambda note: _note(note, told)) as corpus:
            for number in range(begin, min(count, begin + SEARCHES_AN_OPENING)):
                if number % BY_COMMAND == 0:
                    out = finished(command(place, "search", WORD, "-n0", "--no-collapse", "--format", "ids"),
                                   "searches by command", told, (0, 1))  # fmt: skip
                    ids = out.split()
                else:
                    found = corpus.search(WORD, limit=0, collapse=False, sort="newest" if number % 2 else "relevance")
                    ids = [hit.id for hit in found]
                    if found.total != len(ids):
                        told.errors.append(f"a total of {found.total} with {len(ids)} hits")
                if len(set(ids)) != len(ids) or len(ids) < most:
                    told.errors.append(f"{len(ids)} hits of {len(set(ids))} articles after {most}")
                most = max(most, len(ids))
                told.done["searches"] += 1


def _note(note: str, told: Told) -> None:
    told.waits += "waiting for" in note
    if "damaged" in note:
        told.errors.append(note)


def remove(place: Place, count: int, told: Told, stop: Event) -> None:
    """Remove what was there before, article by article: it is found no more."""
    for number in range(count):
        with Corpus.open(place.corpus, cache_dir=place.cache, notify=lambda note: _note(note, told)) as corpus:
            (found,) = corpus.search(f'title:"earlier {number}"', match="all", limit=1, collapse=False).hits
            corpus.remove([found.id])
            if any(hit.id == found.id for hit in corpus.search("cinnabar", limit=0, collapse=False)):
                told.errors.append(f"{found.id} is found after it was removed")
        told.done["removals"] += 1


def tag(place: Place, count: int, told: Told, stop: Event) -> None:
    """Tag articles until all others are done."""
    while not stop.is_set():
        out = finished(command(place, "search", "cinnabar", "-n1", "--no-collapse", "--format", "ids"), "", told, (0,))
        finished(command(place, "tag", out.strip(), f"+seen-{told.done['tags']}"), "tags", told, (0, 2))  # 2: removed
        time.sleep(1)


def rebuild(place: Place, count: int, told: Told, stop: Event) -> None:
    """Build the index anew so often."""
    for _ in range(count):
        finished(command(place, "reindex"), "reindexes", told)


def copy(place: Place, count: int, told: Told, stop: Event) -> None:
    """Copy the file while it is written, until all others are done; each copy is sound."""
    target = place.home / "copy.db"
    while not stop.is_set():
        target.unlink(missing_ok=True)
        with (
            closing(sqlite3.connect(f"file:{place.corpus}?mode=ro", uri=True, timeout=60)) as source,
            closing(sqlite3.connect(target)) as copied,
        ):
            source.backup(copied)
            sound(copied, told)
        told.done["copies"] += 1
        time.sleep(0.2)


def sound(connection: sqlite3.Connection, told: Told) -> None:
    """Look whether a file is as SQLite wants it."""
    if connection.execute("PRAGMA integrity_check").fetchall() != [("ok",)]:
        told.errors.append("integrity_check reports errors")
    if connection.execute("PRAGMA foreign_key_check").fetchall():
        told.errors.append("foreign_key_check reports errors")


Work = Callable[[Place, int, Told, Event], None]


def _work(work: Work, place: Place, count: int, results: Any, stop: Event) -> None:
    told = Told()
    try:
        work(place, count, told, stop)
    except BaseException:
        told.errors.append(f"{work.__name__}: {traceback.format_exc()}")
    results.put(told)


def crowd(
    home: Path, ingests: int, searches: int, articles: int, engine: str, searchers: int = SEARCHERS
) -> tuple[Told, int]:
    """Let all work at once; return what they did and how many articles are to be found."""
    place = Place(home, home / "crowd.db", home / "cache")
    expected = write_sources(place, ingests, articles)
    told = Told()
    finished(command(place, "ingest", str(home / "earlier.jsonl"), "--engine", engine), "", told)
    context = multiprocessing.get_context("spawn")
    results, stop = context.Queue(), context.Event()
    each = -(-searches // searchers)
    parts: list[tuple[Work, int]] = [(search, min(each, searches - n * each)) for n in range(searchers)]
    parts += [(remove, REMOVED), (rebuild, 1 + (searches > 100))]
    until_stopped: list[tuple[Work, int]] = [(tag, 0), (copy, 0)]
    workers = [
        context.Process(target=_work, args=(work, place, count, results, stop)) for work, count in parts + until_stopped
    ]
    for worker in workers:
        worker.start()
    started = [command(place, "ingest", "--jobs", "1", *place.sources(number)) for number in range(ingests)]
    for process in started:
        finished(process, "ingests", told)
    try:
        for number in range(len(workers)):
            if number == len(parts):
                stop.set()
            one = results.get(timeout=SECONDS)
            told.done.update(one.done)
            told.errors += one.errors
            told.waits += one.waits
    except queue.Empty:
        told.errors.append(f"a process is not done after {SECONDS:g} s")
    stop.set()
    for worker in workers:
        worker.join(10)
        worker.kill()
    del told.done[""]
    _judge(place, ingests, expected, told)
    return told, expected


def _judge(place: Place, ingests: int, expected: int, told: Told) -> None:
    with Corpus.open(place.corpus, cache_dir=place.cache) as corpus:
        found = corpus.search(WORD, limit=0, collapse=False)
        titles = Counter(hit.article.document.title for hit in found)
        told.done["articles"] = len(titles)
        told.done["articles twice"] = sum(count - 1 for count in titles.values())
        if (
            len(titles) != expected
            or found.total != expected
            or corpus.stats().articles != expected + EARLIER - REMOVED
        ):
            told.errors.append(f"{len(titles)} articles in {found.total} hits, {corpus.stats().articles} in all")
        if corpus._opened.index.damage():
            told.errors.append("the index is damaged")
        export_hash = corpus.export_hash()
    if left := [file.name for file in place.home.iterdir() if file.name.startswith("crowd.db-")]:
        told.errors.append(f"side files are left: {left}")
    with closing(sqlite3.connect(place.corpus)) as connection:
        sound(connection, told)
    with Corpus.open(place.home / "serial.db", cache_dir=place.home / "cache-2") as corpus:
        corpus.ingest([place.home / "earlier.jsonl"])
        corpus.remove(
            [hit.id for hit in corpus.search("cinnabar", limit=0, collapse=False) if _is_removed(hit.article)]
        )
        for number in range(ingests):
            corpus.ingest(place.sources(number))
        if corpus.export_hash() != export_hash:
            told.errors.append("the export hash is not that of a serial run")


def _is_removed(article: Any) -> bool:
    return int(article.document.title.split()[1]) < REMOVED


def main() -> int:
    """Return 0 when all went well."""
    parser = argparse.ArgumentParser(prog="python -m tests.crash.crowd")
    parser.add_argument("--ingests", type=int, default=8)
    parser.add_argument("--searches", type=int, default=1000)
    parser.add_argument("--articles", type=int, default=100, help="of each source")
    parser.add_argument("--engine", choices=[engine for engine in ENGINES if is_installed(engine)], default="whoosh")
    options = parser.parse_args()
    began = time.monotonic()
    with tempfile.TemporaryDirectory() as home:
        told, expected = crowd(Path(home), options.ingests, options.searches, options.articles, options.engine)
    for error in told.errors:
        print(error, file=sys.stderr)
    done = ", ".join(f"{count:,} {name}" for name, count in sorted(told.done.items()))
    print(
        f"{options.engine}: {done} of {expected:,}, {told.waits} waits told, {len(told.errors)} errors,"
        f" {time.monotonic() - began:.0f} s"
    )
    return 1 if told.errors else 0


if __name__ == "__main__":
    sys.exit(main())
