"""`python -m tests.cluster.together [--articles 20000] [--processes 4] [--address opensearch://HOST:PORT]`.

Processes of the real command line ingest the same articles into one corpus of a cluster at once. At the end each
article is in once, with one version, `check` finds nothing, and the export hash is that of a file that one process
made. Counts are printed; exit 1 if anything is otherwise.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import secrets
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

from benchmarks import generate
from nkcorpus import Corpus
from tests.cluster.fixtures import drop
from tests.cluster.nodes import Nodes

_SECONDS = 3_000.0


@contextlib.contextmanager
def cluster_at(address: str | None) -> Iterator[str]:
    """Yield `opensearch://HOST:PORT`: the one that is given, or a node of its own."""
    if address:
        yield address.rstrip("/")
        return
    with Nodes() as nodes:
        yield f"opensearch://{nodes.hosts}"


def ingest_at_once(address: str, source: Path, processes: int) -> list[dict[str, int]]:
    """Ingest the source in so many processes, and return their reports. Raises CalledProcessError."""
    command = [
        sys.executable,
        "-m",
        "nkcorpus",
        "-C",
        address,
        "ingest",
        "--jobs",
        "1",
        "--format",
        "json",
        str(source),
    ]
    running = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(processes)]
    reports = []
    for process in running:
        output, _ = process.communicate(timeout=_SECONDS)
        if process.returncode:
            raise subprocess.CalledProcessError(process.returncode, command)
        reports.append(json.loads(output))
    return reports


def groups(corpus: Corpus) -> set[frozenset[str]]:
    """Return the ids of each cluster of near duplicates."""
    return {frozenset(member.article.id for member in cluster.members) for cluster in corpus.duplicates().clusters}


def run(articles: int, processes: int, cluster: str, folder: Path) -> list[str]:
    """Run the trial, print its counts, and return what was wrong."""
    generate.write(folder / "news", articles, "jsonl")
    source = folder / "news" / "articles.jsonl"
    with Corpus.open(folder / "whole.db") as corpus:
        corpus.ingest([source])
        expected, single = corpus.export_hash(), corpus.stats()
        clusters = groups(corpus)
    address = f"{cluster}/together-{secrets.token_hex(4)}"
    started = time.monotonic()
    try:
        reports = ingest_at_once(address, source, processes)
        seconds = time.monotonic() - started
        with Corpus.open(address) as corpus:
            found, stored, problems = corpus.export_hash(), corpus.stats(), corpus.check().problems
            indexed, same = corpus.newest(limit=1).total, groups(corpus) == clusters
    finally:
        drop(address)
    new = sum(report["new"] for report in reports)
    wrong = [f"{problem.kind} {problem.what}: {problem.detail}" for problem in problems]
    if found != expected:
        wrong.append("the export hash is another one")
    if new != single.articles:
        wrong.append(f"{new:,} were told to be new")
    if not same:
        wrong.append("near duplicates are grouped in another way")
    told = " + ".join(f"{report['new']:,}" for report in reports)
    print(
        f"{processes} processes, {articles:,} articles each: {stored.articles:,} stored of {single.articles:,}"
        f" ({told} new), {stored.versions:,} versions, {indexed:,} indexed, in {seconds:.0f} s; {len(wrong)} wrong"
    )
    return wrong


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the trial as the command line says."""
    parser = argparse.ArgumentParser(prog="python -m tests.cluster.together", description=__doc__)
    parser.add_argument("--articles", type=int, default=20_000)
    parser.add_argument("--processes", type=int, default=4)
    parser.add_argument("--address", metavar="opensearch://HOST:PORT", help="a cluster to use [a node of its own]")
    asked = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as folder, cluster_at(asked.address) as cluster:
        wrong = run(asked.articles, asked.processes, cluster, Path(folder))
    for line in wrong[:20]:
        print(line, file=sys.stderr)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
