"""`python -m tests.cluster.lost [--articles 4000]`: nodes of three are lost while nkcorpus ingests and searches.

While one command ingests, each node is stopped in turn and started again when the cluster is whole; searches run all
the time, each a command of its own. At the end every article is in, none twice, `check` finds nothing, and the export
hash is that of a corpus in a file. Counts are printed; exit 1 if anything is otherwise.
"""

from __future__ import annotations

import argparse
import contextlib
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Sequence
from pathlib import Path

from benchmarks import generate
from nkcorpus import Corpus
from nkcorpus.errors import CorpusError
from tests.cluster.nodes import Nodes

_NAME = "lost"
_SETTLED = 5.0
"""Seconds for which a cluster that is whole again is left alone before the next node is stopped."""
_SECONDS = 1_200.0
_POLL = 0.2


def nkcorpus(corpus: str, *arguments: str) -> subprocess.Popen[str]:
    """Start a command of nkcorpus."""
    command = [sys.executable, "-m", "nkcorpus", "-C", corpus, *arguments]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def searched(corpus: str, is_over: threading.Event, failures: list[str]) -> int:
    """Search until it is over; return how often."""
    times = 0
    while not is_over.is_set():
        process = nkcorpus(corpus, "search", "market traders", "--format", "ids")
        output, errors = process.communicate(timeout=_SECONDS)
        times += 1
        if process.returncode not in (0, 1):
            failures.append(errors.strip())
        elif process.returncode == 0 and not output:
            failures.append("a search without hits ended with 0")
    return times


def lose_each(nodes: Nodes, is_over: threading.Event) -> int:
    """Stop and start one node after the other until it is over; return how many."""
    lost = 0
    while not is_over.wait(_SETTLED):
        number = lost % 3 + 1
        nodes.stop(number)
        lost += 1
        is_over.wait(_SETTLED)
        nodes.start(number)
        nodes.wait("green", 3)
    return lost


def wait_for_articles(address: str, ingest: subprocess.Popen[str]) -> None:
    """Wait until a corpus has articles, or its ingest ends."""
    while ingest.poll() is None:
        with contextlib.suppress(CorpusError), Corpus.open(address) as corpus:
            if corpus.stats().articles:
                return
        time.sleep(_POLL)


def run(articles: int, folder: Path) -> list[str]:
    """Run the trial, print its counts, and return what was wrong."""
    generate.write(folder / "news", articles, "jsonl")
    source = folder / "news" / "articles.jsonl"
    with Corpus.open(folder / "whole.db") as corpus:
        corpus.ingest([source])
        expected, count = corpus.export_hash(), corpus.stats().articles
    wrong: list[str] = []
    with Nodes(3) as nodes:
        address = f"opensearch://{nodes.hosts}/{_NAME}"
        is_over = threading.Event()
        counts: dict[str, int] = {}
        threads = [
            threading.Thread(target=lambda: counts.update(searches=searched(address, is_over, wrong))),
            threading.Thread(target=lambda: counts.update(lost=lose_each(nodes, is_over))),
        ]
        started = time.monotonic()
        ingest = nkcorpus(address, "ingest", "--jobs", "1", str(source))
        wait_for_articles(address, ingest)
        for thread in threads:
            thread.start()
        _, errors = ingest.communicate(timeout=_SECONDS)
        seconds = time.monotonic() - started
        is_over.set()
        for thread in threads:
            thread.join()
        nodes.wait("green", 3)
        if ingest.returncode:
            wrong.append(f"ingest ended with {ingest.returncode}: {errors.strip()}")
        with Corpus.open(address) as corpus:
            found, problems = corpus.export_hash(), corpus.check().problems
            stored = corpus.stats().articles
            indexed = corpus.newest(limit=1).total
    wrong += [f"{problem.kind} {problem.what}: {problem.detail}" for problem in problems]
    if found != expected:
        wrong.append("the export hash is another one")
    print(
        f"{articles:,} articles, {stored:,} of {count:,} stored, {indexed:,} indexed; {counts['lost']} nodes lost in"
        f" {seconds:.0f} s; {counts['searches']} searches; {len(wrong)} wrong"
    )
    return wrong


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the trial as the command line says."""
    parser = argparse.ArgumentParser(prog="python -m tests.cluster.lost", description=__doc__)
    parser.add_argument("--articles", type=int, default=4_000)
    asked = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as folder:
        wrong = run(asked.articles, Path(folder))
    for line in wrong[:20]:
        print(line, file=sys.stderr)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
