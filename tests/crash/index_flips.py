"""`python -m tests.crash.index_flips [--flips 300] [--engine whoosh|tantivy] [--seed N]`: an index damaged bit by bit.

For each flip a process of its own opens the damaged index, asks everything that an index can be asked, and must answer
as from the whole one, unless `Index.damage` names the file; then building it anew must mend it. Counts are printed.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import os
import random
import shutil
import sys
import tempfile
from collections import Counter
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Literal

from nkcorpus import Corpus
from nkcorpus.asking import SearchKeywords
from nkcorpus.index.engines import ENGINES, EngineName, is_installed
from nkcorpus.index.manifest import MANIFEST

ARTICLES = 60
SECONDS = 60.0
"""How long a process may take to answer."""
Outcome = Literal["rebuilt", "no effect", "wrong, found", "MISSED", "NOT MENDED", "CRASHED", "HUNG", "RAISED"]
GOOD: frozenset[Outcome] = frozenset({"rebuilt", "no effect", "wrong, found"})

QUERIES: tuple[tuple[str, SearchKeywords], ...] = (
    ("rice market", {}),
    ("trader border police", {"match": "all"}),
    ('"rice market"', {}),
    ("winter NEAR/5 border", {}),
    ("mark*", {}),
    ("tradr~1 OR /coal|corn/", {}),
    ("rice -market +trader", {"match": "any"}),
    ("title:lecture", {"sort": "newest"}),
    ("lectures", {"exact": True}),
    ("rice", {"sort": "oldest", "since": "2019", "until": "2021-06"}),
    ("rice", {"source": "Invented Post", "collapse": False, "facets": ("source", "author", "year")}),
    ("market", {"author": "Ara Fictional", "lang": "en"}),
    ("market", {"place": "Hyesan", "feedback": True}),
    ("보위성", {}),
    ("marcket lecutre", {"match": "all"}),
    ("tag:seen", {}),
)


@dataclass(frozen=True, slots=True)
class Bed:
    """A corpus whose index is whole, a copy of that index, and what is answered from it."""

    corpus: Path
    cache: Path
    index: Path
    whole: Path
    answers: list[frozenset[str]]
    """To each question from that index and from one built anew: the former ranks by counts of what was removed too."""

    def is_right(self, found: list[str]) -> bool:
        return all(one in right for one, right in zip(found, self.answers, strict=True))


def answers(corpus: Corpus) -> list[str]:
    """Return what a corpus answers to questions of all kinds, each as one line."""
    found = []
    for query, keywords in QUERIES:
        asked: SearchKeywords = {"limit": 0, **keywords}
        result = corpus.search(query, **asked)
        hits = [[hit.id, hit.score and round(hit.score, 9), hit.snippet.text] for hit in result]
        found.append(json.dumps([query, result.total, hits, repr(result.facets), result.suggestions, result.notes]))
    found.append(repr(corpus.kwic("rice market", lines=0).lines))
    found.append(repr(corpus.wording.acronyms()))
    found.append(repr([hit.id for hit in corpus.newest(limit=0)]))
    found.append(repr([hit.id for hit in corpus.similar(corpus.newest().hits[0].id)]))
    return found


def make(home: Path, engine: EngineName) -> Bed:
    """Make a corpus with an index of several segments, from which articles were removed."""
    random_ = random.Random(20260704)
    words = "rice market trader border winter police coal corn lecture phone river night 보위성 price".split()
    records: list[dict[str, str]] = []
    for number in range(ARTICLES):
        text = " ".join(random_.choices(words, k=40))
        body = f"HYESAN, North Korea. {text}. The Korean Foundry Bureau (KFB) said so {number % 7}."
        records.append(
            {
                "id": f"r{number}",
                "title": f"Lecture {number}" if number % 3 else f"Story {number}",
                "text": records[number - 1]["text"] if number % 20 == 19 else body,
                "date": f"20{18 + number % 5}-0{1 + number % 9}-11",
                "author": ["Ara Fictional", "Ben Invented"][number % 2],
                "source": ["Invented Post", "Made-up Times", "Nowhere News"][number % 3],
                "lang": "en",
            }
        )
    corpus_path, cache = home / "c.db", home / "cache"
    with Corpus.open(corpus_path, cache_dir=cache) as corpus:
        for begin, end in ((0, 30), (30, 50), (50, ARTICLES)):
            part = home / f"{begin}.jsonl"
            part.write_text("".join(json.dumps(record) + "\n" for record in records[begin:end]), "utf-8")
            corpus.ingest([part], engine=engine if not begin else None)
        corpus.remove([corpus.newest().hits[3].id])
        corpus.annotations.tag([corpus.newest().hits[5].id], add=["seen"])
        index, answered = Path(corpus.locations().index), answers(corpus)
        assert corpus._opened.index.damage() is None
        whole = home / "whole"
        shutil.copytree(index, whole)
        corpus.reindex()
        pairs = zip(answered, answers(corpus), strict=True)
    return Bed(corpus_path, cache, index, whole, [frozenset(pair) for pair in pairs])


def flips(bed: Bed, count: int, random_: random.Random) -> list[tuple[str, int]]:
    """Return files, each with the number of one of its bits: every file once, then as by their sizes."""
    sizes = {file.name: file.stat().st_size for file in sorted(bed.whole.iterdir()) if file.stat().st_size}
    names = list(sizes)
    random_.shuffle(names)
    names = (names + random_.choices(list(sizes), weights=list(sizes.values()), k=count))[:count]
    return [(name, random_.randrange(8 * sizes[name])) for name in names]


def flip(bed: Bed, name: str, bit: int) -> None:
    """Put the whole index back, with one bit of one file flipped."""
    shutil.rmtree(bed.index)
    shutil.copytree(bed.whole, bed.index)
    content = bytearray((bed.index / name).read_bytes())
    content[bit // 8] ^= 1 << bit % 8
    (bed.index / name).write_bytes(content)


def outcome(bed: Bed) -> tuple[Outcome, str]:
    """Ask the index as it is, in a process of its own, and judge what comes of it; also return details."""
    context = multiprocessing.get_context("fork")
    receiver, sender = context.Pipe(duplex=False)
    process = context.Process(target=_ask, args=(bed, sender))
    process.start()
    sender.close()
    try:
        found: tuple[Outcome, str] = receiver.recv() if receiver.poll(SECONDS) else ("HUNG", "")
    except EOFError:
        found = "CRASHED", ""
    if found[0] == "HUNG":
        process.kill()
    process.join()
    return found if process.exitcode == 0 or found[0] == "HUNG" else ("CRASHED", f"exit code {process.exitcode}")


def _ask(bed: Bed, sender: Connection) -> None:
    try:
        sender.send(judged(bed))
    except BaseException as error:  # a panic of Rust is no Exception
        sender.send(("RAISED", f"{type(error).__name__}: {error}"))


def judged(bed: Bed) -> tuple[Outcome, str]:
    """Ask the index as it is, and judge what comes of it; also return details."""
    with Corpus.open(bed.corpus, cache_dir=bed.cache) as corpus:
        damage = corpus._opened.index.damage()
        before = (bed.index / MANIFEST).stat().st_mtime_ns
        found = answers(corpus)
        if bed.is_right(found):
            is_same = (bed.index / MANIFEST).stat().st_mtime_ns == before
            return "no effect" if is_same else "rebuilt", damage or ""
        if damage is None:
            return "MISSED", _difference(found, bed)
        corpus.reindex()
        is_mended = bed.is_right(answers(corpus)) and corpus._opened.index.damage() is None
        return "wrong, found" if is_mended else "NOT MENDED", damage


def _difference(found: list[str], bed: Bed) -> str:
    wrong = ((one, right) for one, right in zip(found, bed.answers, strict=True) if one not in right)
    return next(f"{one[:300]} is not {' or '.join(right)[:300]}" for one, right in wrong)


def main() -> int:
    """Return 0 when all outcomes are good."""
    parser = argparse.ArgumentParser(prog="python -m tests.crash.index_flips")
    parser.add_argument("--flips", type=int, default=300)
    parser.add_argument("--engine", choices=ENGINES, default="whoosh")
    parser.add_argument("--seed", type=int, default=7)
    options = parser.parse_args()
    if not is_installed(options.engine):
        parser.error(f"{options.engine} is not installed")
    counts: Counter[Outcome] = Counter()
    with tempfile.TemporaryDirectory() as home:
        context = multiprocessing.get_context("spawn")  # tantivy's threads would not outlive the forks
        with context.Pool(1) as pool:
            bed = pool.apply(make, (Path(home), options.engine))
        for number, (name, bit) in enumerate(flips(bed, options.flips, random.Random(options.seed)), 1):
            flip(bed, name, bit)
            found, details = outcome(bed)
            counts[found] += 1
            if found != "no effect" and found != "rebuilt":
                print(f"{number}: {found}: {name}, bit {bit}: {details}", file=sys.stderr, flush=True)
    print(f"{options.flips} flips, {options.engine}: " + ", ".join(f"{n} {name}" for name, n in sorted(counts.items())))
    return 0 if set(counts) <= GOOD else 1


if __name__ == "__main__":
    os.environ.pop("NKCORPUS_CACHE_DIR", None)
    sys.exit(main())
