"""Milliseconds a query: nkcorpus beside SQLite FTS5 on the same articles: `python -m benchmarks.latency [--count N]`.

Both are open and asked in one process, in turn, so that a busy machine slows both. FTS5 has the Porter tokenizer, title
and text as columns, and ranks by its bm25. Queries are made of words of the articles; each is asked several times, and
the median of each query's fastest counts. Both give the ten best; nkcorpus also reads their articles from the corpus.
"""

from __future__ import annotations

import argparse
import gc
import itertools
import random
import sqlite3
import statistics
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from benchmarks import generate
from nkcorpus import Corpus
from nkcorpus.config import COLLECT_EVERY

QUERIES = 20
TIMES = 5
TARGETS = {"one word": 1.5, "any of four": 2.0, "phrase": 4.0, "prefix": 3.0}
"""The ratio to FTS5 that each kind of query may take at most."""
TARGET_FILTERED = 2.0
"""The ratio of a query filtered by date to the same query without."""

Ask = Callable[[str], object]


def queries(stories: Sequence[generate.Story], seed: int = 1) -> Mapping[str, list[tuple[str, str]]]:
    """Return queries by kind, each as nkcorpus and as FTS5 write it; words are of all frequencies but the highest."""
    rng = random.Random(seed)
    texts = [" ".join(story.paragraphs).lower() for story in stories[:2000] if story.lang == "en"]
    plain = [[word for word in text.split() if word.isascii() and word.isalpha() and len(word) > 3] for text in texts]
    counts = Counter(itertools.chain.from_iterable(map(set, plain)))
    words = sorted(word for word, count in counts.items() if len(texts) // 200 < count < len(texts) // 3)
    pairs = [pair for text in texts[:300] for pair in itertools.pairwise(text.split()) if set(pair) <= set(words)]
    fours = [rng.sample(words, 4) for _ in range(QUERIES)]
    phrases = [f'"{" ".join(pair)}"' for pair in rng.sample(pairs, min(QUERIES, len(pairs)))]
    ones = rng.sample(words, QUERIES)
    return {
        "one word": [(word, word) for word in ones],
        "any of four": [(" ".join(four), " OR ".join(four)) for four in fours],
        "phrase": [(phrase, phrase) for phrase in phrases],
        "prefix": [(f"{word[:4]}*", f"{word[:4]}*") for word in ones],
    }


def full_text_table(path: Path, stories: Sequence[generate.Story]) -> sqlite3.Connection:
    """Return a database with the articles in a full-text table."""
    connection = sqlite3.connect(path)
    connection.execute("CREATE VIRTUAL TABLE article USING fts5 (title, text, tokenize = 'porter unicode61')")
    rows = ((story.title, "\n\n".join(story.paragraphs)) for story in stories)
    connection.executemany("INSERT INTO article (title, text) VALUES (?, ?)", rows)
    connection.execute("INSERT INTO article (article) VALUES ('optimize')")
    connection.commit()
    return connection


def milliseconds(asked: Sequence[tuple[Ask, str]]) -> list[float]:
    """Return the fastest time of each query, asked in turn."""
    best = [float("inf")] * len(asked)
    for _ in range(TIMES):
        for index, (ask, query) in enumerate(asked):
            started = time.perf_counter()
            ask(query)
            best[index] = min(best[index], time.perf_counter() - started)
    return [1000 * seconds for seconds in best]


def main() -> int:
    """Print a table, and which targets are missed."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--count", type=int, default=20_000, help="articles (default: 20,000)")
    count = parser.parse_args().count
    gc.set_threshold(COLLECT_EVERY)  # as the command does
    stories = list(generate.stories(count))
    with tempfile.TemporaryDirectory() as folder:
        generate.write(Path(folder, "articles"), count, "jsonl")
        table = full_text_table(Path(folder, "fts5.db"), stories)
        with Corpus.open(Path(folder, "corpus.db"), cache_dir=Path(folder, "cache")) as corpus:
            corpus.ingest([Path(folder, "articles")], jobs=2)
            missed = compare(corpus, table, queries(stories))
        table.close()
    return 1 if missed else 0


def compare(corpus: Corpus, table: sqlite3.Connection, kinds: Mapping[str, list[tuple[str, str]]]) -> list[str]:
    """Print the medians side by side and return the names of the kinds that miss their target."""
    ranked = "SELECT title, text FROM article WHERE article MATCH ? ORDER BY rank LIMIT 10"

    def ours(query: str) -> object:
        return corpus.search(query, match="any", collapse=False, snippets=False)

    def theirs(query: str) -> object:
        return table.execute(ranked, (query,)).fetchall()

    def filtered(query: str) -> object:
        return corpus.search(query, match="any", collapse=False, snippets=False, since="2015", until="2019")

    print("| query | nkcorpus ms | FTS5 ms | x | at most |\n|---|---|---|---|---|")
    missed = []
    for kind, pairs in kinds.items():
        times = milliseconds([entry for one, other in pairs for entry in ((ours, one), (theirs, other))])
        missed += _row(kind, statistics.median(times[::2]), statistics.median(times[1::2]), TARGETS[kind])
    ones = [query for query, _ in kinds["one word"]]
    times = milliseconds([entry for query in ones for entry in ((filtered, query), (ours, query))])
    with_dates, without = statistics.median(times[::2]), statistics.median(times[1::2])
    missed += _row("one word by date, beside without", with_dates, without, TARGET_FILTERED)
    return missed


def _row(name: str, mine: float, reference: float, target: float) -> list[str]:
    ratio = mine / reference
    print(f"| {name} | {mine:.2f} | {reference:.2f} | {ratio:.2f} | {target:g} |")
    return [name] if ratio > target else []


if __name__ == "__main__":
    sys.exit(main())
