"""`python -m tests.crash.roundtrips [--articles N] [--kills N]`: a whole corpus there and back, in every way.

Backups while an ingest writes, restore, export and import, merges both ways, and kills while taking in; after each the
corpus is checked, and its export hash compared. Prints counts in one line; exit code 1 where anything differs.
"""

from __future__ import annotations

import argparse
import random
import shutil
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path

from nkcorpus import Corpus
from nkcorpus.checking import check
from nkcorpus.store.records import RemovedRecord
from tests.wholes import captures, fill, open_store

REPOSITORY = Path(__file__).parents[2]


@dataclass
class Trials:
    """What was tried, and what went wrong."""

    folder: Path
    backups: int = 0
    kills: int = 0
    checks: int = 0
    equal: int = 0
    wrong: list[str] = field(default_factory=list)

    @property
    def cache(self) -> Path:
        return self.folder / "cache"

    def path(self, name: str) -> Path:
        return self.folder / f"{name}.db"

    def run(self, corpus: Path, *arguments: str | Path) -> subprocess.Popen[str]:
        """Start a command on a corpus."""
        command = [sys.executable, "-m", "nkcorpus", "-q", "-C", corpus, *arguments]
        env = {"PATH": "/usr/bin:/bin", "HOME": str(self.folder), "NKCORPUS_CACHE_DIR": str(self.cache)}
        return subprocess.Popen(
            [str(each) for each in command], cwd=REPOSITORY, text=True,
            env=env | {"PYTHONPATH": str(REPOSITORY)}, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
        )  # fmt: skip

    def do(self, corpus: Path, *arguments: str | Path) -> None:
        """Run a command to its end."""
        process = self.run(corpus, *arguments)
        _, err = process.communicate(timeout=600)
        if process.returncode or err:
            self.wrong.append(f"{arguments[0]}: exit code {process.returncode}: {err.strip()}")

    def hash_of(self, path: Path) -> str:
        """Check a corpus and return its export hash."""
        self.checks += 1
        with open_store(path) as store:
            self.wrong += [f"{path.name}: {problem}" for problem in check(store).problems]
            return store.export_hash()

    def same(self, what: str, one: Path, two: Path) -> None:
        """Compare two corpora."""
        if self.hash_of(one) == self.hash_of(two):
            self.equal += 1
        else:
            self.wrong.append(f"{what}: export hashes differ")


def back_up_while_writing(trials: Trials, articles: int) -> None:
    """Back up in a loop while an ingest adds so many articles; each backup is whole, the last one all of it."""
    late = trials.folder / "late.warc.gz"
    late.write_bytes(captures("late", articles, [3]))
    corpus = Path(shutil.copy(trials.path("a"), trials.path("written")))
    ingest = trials.run(corpus, "ingest", late)
    while ingest.poll() is None:
        trials.do(corpus, "backup", trials.path("backup"), "--force")
        trials.backups += 1
        trials.hash_of(trials.path("backup"))
    _, err = ingest.communicate()
    if ingest.returncode:
        trials.wrong.append(f"ingest: {err}")
    trials.do(corpus, "backup", trials.path("backup"), "--force")
    trials.same("backup", corpus, trials.path("backup"))
    trials.do(corpus, "restore", trials.path("a"), "--yes")
    trials.same("restore", corpus, trials.path("a"))
    trials.same("what was there before", Path(f"{corpus}.before-restore-1"), trials.path("backup"))


def export_and_import(trials: Trials) -> None:
    """Export and import, packed and not, twice."""
    for suffix in (".jsonl", ".jsonl.gz", ".jsonl.zst"):
        dump, copy = trials.folder / f"a{suffix}", trials.path(f"imported{suffix}")
        trials.do(trials.path("a"), "export", dump)
        trials.do(copy, "import", dump)
        trials.same("import", trials.path("a"), copy)
        trials.do(copy, "import", dump)
        trials.same("import again", trials.path("a"), copy)


def merge_both_ways(trials: Trials) -> None:
    """Merge two corpora that have articles in common into one another."""
    one, two = (Path(shutil.copy(trials.path(name), trials.path(f"{name}-merged"))) for name in "ab")
    trials.do(one, "merge", trials.path("b"))
    trials.do(two, "merge", trials.path("a"))
    trials.same("merge", one, two)
    before = trials.hash_of(one)
    trials.do(one, "merge", trials.path("b"), two)
    if trials.hash_of(one) != before:
        trials.wrong.append("merge again: the export hash is another one")
    trials.same("merge again", one, two)


def kill_while_taking_in(trials: Trials, kills: int) -> None:
    """Kill imports and merges at random moments; what they leave is whole, and another run completes it."""
    rng = random.Random(7)
    seconds = {}
    for command, other in (("import", trials.folder / "a.jsonl"), ("merge", trials.path("b"))):
        started = time.monotonic()
        shutil.copy(trials.path("a"), trials.path("undisturbed"))
        target = trials.path("undisturbed") if command == "merge" else trials.path("undisturbed-import")
        trials.do(target, command, other)
        seconds[command] = time.monotonic() - started
    for number in range(kills):
        command, other = (("import", trials.folder / "a.jsonl"), ("merge", trials.path("b")))[number % 2]
        target = trials.path("killed")
        target.unlink(missing_ok=True)
        if command == "merge":
            shutil.copy(trials.path("a"), target)
        process = trials.run(target, command, other)
        time.sleep(rng.uniform(0.2, seconds[command]))
        process.kill()
        process.communicate()
        trials.kills += 1
        if target.exists() and target.stat().st_size:
            trials.hash_of(target)
        trials.do(target, command, other)
        trials.same(f"{command} after a kill", target, trials.path("undisturbed" if command == "merge" else "a"))


def kill_while_restoring(trials: Trials, kills: int) -> None:
    """Kill restores at random moments; there is the one corpus or the other."""
    rng = random.Random(8)
    started = time.monotonic()
    shutil.copy(trials.path("a"), trials.path("restored"))
    trials.do(trials.path("restored"), "restore", trials.path("b"), "--yes")
    seconds = time.monotonic() - started
    hashes = {trials.hash_of(trials.path(name)) for name in "ab"}
    for _ in range(kills):
        target = Path(shutil.copy(trials.path("a"), trials.path("killed-restore")))
        process = trials.run(target, "restore", trials.path("b"), "--yes")
        time.sleep(rng.uniform(0.2, seconds))
        process.kill()
        process.communicate()
        trials.kills += 1
        if trials.hash_of(target) not in hashes:
            trials.wrong.append("restore after a kill: neither the one corpus nor the other")
        trials.do(target, "restore", trials.path("b"), "--yes")
        trials.same("restore after a kill", target, trials.path("b"))


def prepared(folder: Path, articles: int) -> Trials:
    """Make two corpora, one of so many articles, one of half as many, that have most of these in common."""
    trials = Trials(folder)
    for name, count, site in (("a", articles, "river"), ("b", articles // 2, "coast")):
        fill(trials.path(name), trials.cache, folder / "inputs", count, site)
        shutil.rmtree(folder / "inputs")  # for the other from files of the same names: these are content
    for day in (11, 15, 20):
        (folder / f"{day}.warc.gz").write_bytes(captures("shared", max(articles // 5, 4), [day]))
    for name, days in (("a", (20, 11)), ("b", (20, 15))):
        with Corpus.open(trials.path(name), cache_dir=trials.cache) as corpus:
            for day in days:
                corpus.ingest([folder / f"{day}.warc.gz"])
    for name in "ab":  # what was removed here and not there stays different: that is meant
        with open_store(trials.path(name)) as store, open_store(trials.path("b" if name == "a" else "a")) as other:
            gone = {record.article_id for record in other.records() if isinstance(record, RemovedRecord)}
            store.remove(sorted(gone & {each.article_id for each in store.current()}))
    return trials


def run(folder: Path, articles: int, kills: int) -> Trials:
    """Try everything with a corpus of so many articles."""
    trials = prepared(folder, articles)
    back_up_while_writing(trials, articles)
    export_and_import(trials)
    merge_both_ways(trials)
    kill_while_taking_in(trials, kills)
    kill_while_restoring(trials, kills // 2)
    return trials


def main() -> int:
    """Run from the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--articles", type=int, default=2000)
    parser.add_argument("--kills", type=int, default=20)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        trials = run(Path(folder), options.articles, options.kills)
        with open_store(trials.path("a")) as store:
            stats = store.stats()
    for line in trials.wrong:
        print(line, file=sys.stderr)
    print(
        f"{stats.articles} articles, {stats.versions} versions: {trials.backups} backups while writing,"
        f" {trials.kills} kills, {trials.checks} corpora checked,"
        f" {trials.equal} pairs of equal hashes, {len(trials.wrong)} wrong"
    )
    return 1 if trials.wrong else 0


if __name__ == "__main__":
    sys.exit(main())
