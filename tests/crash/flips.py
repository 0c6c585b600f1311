"""`python -m tests.crash.flips --corpus 500 [--seed N] [--repair]`: flip bits of a corpus file, one at a time.

A flip counts as found where the file is refused with a typed error or `check` reports a problem. Any other must have no
effect: all that a user can get out is as it was. With `--repair`, each that was found is repaired: then `check` is
clean, and every version is as it was, or the report names it as one that is in quarantine or lost.
"""

from __future__ import annotations

import argparse
import random
import shutil
import sys
import tempfile
import traceback
from collections import Counter
from collections.abc import Mapping
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import cast

from nkcorpus import Corpus
from nkcorpus.errors import CorpusError
from nkcorpus.model import Version
from nkcorpus.store.sqlite import SqliteStore
from tests.crash.examples import TOOL, everything, make_example, versions_of

FOUND, NO_EFFECT, MISSED, FAILED = "found", "no effect", "MISSED", "TRACEBACK"
WHOLE, PARTLY, REFUSED, WRONG = "repaired whole", "repaired with rows in quarantine", "REFUSED", "WRONG"


class Flips:
    """A corpus, and copies of it with one bit flipped."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / "corpus.db"
        self._cache = folder / "cache"
        make_example(self._path, self._cache, folder / "sources")
        self._content = self._path.read_bytes()
        self._before = everything(self._path)
        self._versions = cast("Mapping[tuple[str, int], Version]", self._before["versions"])
        self._copy = folder / "copy.db"

    @property
    def bits(self) -> int:
        """How many bits there are to flip."""
        return len(self._content) * 8

    def position_of(self, content: bytes) -> int:
        """Return where these bytes stand in the file."""
        return self._content.index(content)

    def flip(self, bit: int) -> tuple[str, str]:
        """Flip one bit; return what came of it, and a line about it."""
        flipped = bytearray(self._content)
        flipped[bit // 8] ^= 1 << bit % 8
        self._copy.write_bytes(flipped)
        for kept in self._copy.parent.glob("copy.db.*"):
            kept.unlink()
        shutil.rmtree(self._cache, ignore_errors=True)  # the index of the copy before
        try:
            with Corpus.open(self._copy, cache_dir=self._cache) as corpus:
                report = corpus.check()
        except CorpusError as error:
            return FOUND, f"{type(error).__name__}: {error}"
        except Exception:
            return FAILED, traceback.format_exc()
        if not report.is_clean:
            return FOUND, f"{report.problems[0].kind}: {report.problems[0].detail}"
        try:
            after = everything(self._copy)
        except Exception:
            return MISSED, traceback.format_exc()
        if difference := _difference(self._before, after):
            return MISSED, f"{difference} differ"
        return NO_EFFECT, ""

    def repair(self) -> tuple[str, str]:
        """Repair what was flipped last; return what came of it, and a line about it."""
        try:
            with Corpus.open(self._copy, cache_dir=self._cache) as corpus:
                report = corpus.repair(lambda report: True)
                assert report is not None
                found = corpus.check()
        except CorpusError as error:
            return REFUSED, f"{type(error).__name__}: {error}"
        except Exception:
            return FAILED, traceback.format_exc()
        if not found.is_clean:
            return WRONG, f"afterwards {found.problems[0]}"
        with closing(SqliteStore(self._copy, TOOL)) as store:
            ids = [current.article_id for current in store.current()]
            left = versions_of(store, ids)
        if false := [name for name, version in left.items() if version != _as_left(self._versions.get(name), version)]:
            return WRONG, f"{false[0]} is not as it was"
        named = {problem.what for problem in (*report.quarantined, *report.lost)}
        if missing := {f"{article}/{number}" for article, number in self._versions.keys() - left.keys()} - named:
            return WRONG, f"{missing} are gone and not named"
        return (PARTLY if named else WHOLE), "; ".join(sorted(named))


def _as_left(before: Version | None, left: Version) -> Version | None:
    """Return a version as it was but for whether its bytes are kept: damaged ones are in quarantine."""
    if before is not None and not left.info.has_payload:
        return replace(before, info=replace(before.info, has_payload=False))
    return before


def _difference(before: Mapping[str, object], after: Mapping[str, object]) -> str:
    return ", ".join(name for name in before if before[name] != after[name])


def run(flips: Flips, count: int, seed: int, *, repair: bool = False) -> tuple[Counter[str], list[str]]:
    """Flip `count` random bits; return how many came to what, and a line for each that must not be."""
    random_ = random.Random(seed)
    outcomes: Counter[str] = Counter()
    bad = []
    for _ in range(count):
        bit = random_.randrange(flips.bits)
        outcome, line = flips.flip(bit)
        outcomes[outcome] += 1
        if outcome in (MISSED, FAILED):
            bad.append(f"bit {bit}: {outcome}: {line}")
        if outcome == FOUND and repair:
            repaired, line_after = flips.repair()
            outcomes[repaired] += 1
            if repaired in (REFUSED, WRONG, FAILED):
                bad.append(f"bit {bit}: {line}: {repaired}: {line_after}")
    return outcomes, bad


def main() -> int:
    """Run as the command line says; exit code 1 when a flip was missed."""
    parser = argparse.ArgumentParser(description="Flip bits of a corpus file, one at a time.")
    parser.add_argument("--corpus", type=int, default=500, metavar="N")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--repair", action="store_true", help="Repair what is found.")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        flips = Flips(Path(folder))
        outcomes, bad = run(flips, given.corpus, given.seed, repair=given.repair)
        print(*bad, sep="\n", file=sys.stderr)
        names = (FOUND, NO_EFFECT, MISSED, FAILED, *((WHOLE, PARTLY, REFUSED, WRONG) if given.repair else ()))
        told = ", ".join(f"{outcomes[name]} {name}" for name in names)
        print(f"{given.corpus} bit flips in a corpus of {flips.bits // 8:,} bytes (seed {given.seed}): {told}")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
