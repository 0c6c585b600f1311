"""`python -m tests.crash.power`: power cuts at any moment of an ingest with re-index, and what is left.

Once a session of commands is run, and once a writer that commits article by article and reports each; all that they do
to files is written down. From that, what a cut at `--trials N` random moments of each would leave is made
(`tests.crash.powercut` tells how): what was not synced is lost, or there in part. What was reported as stored must be
there. The last line has the counts; the exit code is 1 when anything was lost, corrupt, or different after a rerun.
"""

from __future__ import annotations

import argparse
import random
import shutil
import sys
import time
from functools import partial

from nkcorpus.store.sqlite import SqliteStore
from tests.crash import child
from tests.crash.faults import UNDISTURBED, under_faults
from tests.crash.powercut import Entry, FileSystem, read_log
from tests.crash.session import Place, damage
from tests.crash.trials import Bench, bench
from tests.store.builders import TOOL, create, prepared

ARTICLES = 40


def main(arguments: list[str]) -> int:
    """Run the trials and print the counts."""
    parser = argparse.ArgumentParser(prog="tests.crash.power", description=__doc__)
    parser.add_argument("--trials", type=int, default=300, metavar="N")
    parser.add_argument("--engine", choices=["whoosh", "tantivy"], default="whoosh")
    options = parser.parse_args(arguments)
    code = under_faults("tests.crash.power", arguments)
    if code is not None:
        return code
    rng = random.Random(7)
    started = time.monotonic()
    with bench(options.engine) as trials:
        with trials.place() as place:
            entries = _logged(trials, trials.session(place, UNDISTURBED, log=trials.folder / "log"))
            for _ in range(options.trials):
                done, what = _cut(entries, place, rng)
                trials.examine(place, done, what)
        with trials.place() as place:
            entries = _logged(trials, child.run(lambda say: _commit_often(trials, place)))
            for _ in range(options.trials):
                done, what = _cut(entries, place, rng)
                trials.count(partial(_missing, place, done), what)
        print(f"{options.engine}: {trials.counts()}, {time.monotonic() - started:.0f} s")
        return 1 if trials.problems else 0


def _logged(trials: Bench, ended: child.Ended) -> list[Entry]:
    if ended.code:
        raise RuntimeError(f"what nobody disturbed failed: {ended.stderr}")
    log = trials.folder / "log"
    entries = read_log(log)
    log.unlink()
    return entries


def _cut(entries: list[Entry], place: Place, rng: random.Random) -> tuple[int, str]:
    """Leave what a cut at a random moment does; return what was reported before it as done, and what it is called."""
    end = rng.randint(1, len(entries))
    files = FileSystem(place.folders)
    for entry in entries[:end]:
        files.apply(entry)
    for folder in place.folders:
        shutil.rmtree(folder)
    files.cut(rng)
    done = max((int(entry.path) for entry in entries[:end] if entry.call is None), default=0)
    return done, f"a cut after entry {end} of {len(entries)}"


def _commit_often(trials: Bench, place: Place) -> int:
    """Store articles one by one, and mark each once its commit has returned."""
    trials.library.arm(place.folders, UNDISTURBED, trials.folder / "log")
    store = create(place.corpus)
    with store.writing([]) as writer:
        for number in range(1, ARTICLES + 1):
            writer.add(prepared(f"Rice of field {number}. " * 100))
            writer.commit()
            trials.library.mark(str(number))
    store.close()
    return 0


def _missing(place: Place, done: int) -> list[str]:
    """Return what is wrong with what `_commit_often` left after so many articles."""
    if not done:
        return []
    if not place.corpus.exists():
        return ["lost: the corpus file"]
    store = SqliteStore(place.corpus, TOOL)
    articles = store.stats().articles
    store.close()
    problems = damage(place)
    return (
        problems if done <= articles <= ARTICLES else [*problems, f"lost: {done} were reported, {articles} are there"]
    )


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
