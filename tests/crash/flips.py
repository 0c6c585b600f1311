"""`python -m tests.crash.flips --corpus 500 [--seed N] [--repair]`: flip bits of a corpus file, one at a time.

A flip counts as found where the file is refused with a typed error or `check` reports a problem. Any other must have no
effect: all that a user can get out is as it was. With `--repair`, each that was found is repaired; then the file is whole,
and every version that is left in it is as it was, or it is one that the quarantine or the losses name.
"""

from __future__ import annotations

import argparse
import random
import sys
import tempfile
import traceback
from collections import Counter
from collections.abc import Mapping
from pathlib import Path

from nkcorpus import Corpus
from nkcorpus.errors import CorpusError
from tests.crash.examples import everything, make_example

FOUND, NO_EFFECT, MISSED, FAILED = "found", "no effect", "MISSED", "TRACEBACK"


class Flips:
    """A corpus, and copies of it with one bit flipped."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / "corpus.db"
        self._cache = folder / "cache"
        make_example(self._path, self._cache, folder / "sources")
        self._content = self._path.read_bytes()
        self._before = everything(self._path)
        self._copy = folder / "copy.db"

    @property
    def bits(self) -> int:
        """How many bits there are to flip."""
        return len(self._content) * 8

    def flip(self, bit: int) -> tuple[str, str]:
        """Flip one bit; return what came of it, and a line about it."""
        flipped = bytearray(self._content)
        flipped[bit // 8] ^= 1 << bit % 8
        self._copy.write_bytes(flipped)
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


def _difference(before: Mapping[str, object], after: Mapping[str, object]) -> str:
    return ", ".join(name for name in before if before[name] != after[name])


def run(flips: Flips, count: int, seed: int) -> tuple[Counter[str], list[str]]:
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
    return outcomes, bad


def main() -> int:
    """Run as the command line says; exit code 1 when a flip was missed."""
    parser = argparse.ArgumentParser(description="Flip bits of a corpus file, one at a time.")
    parser.add_argument("--corpus", type=int, default=500, metavar="N")
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        flips = Flips(Path(folder))
        outcomes, bad = run(flips, given.corpus, given.seed)
        print(*bad, sep="\n", file=sys.stderr)
        told = ", ".join(f"{outcomes[name]} {name}" for name in (FOUND, NO_EFFECT, MISSED, FAILED))
        print(f"{given.corpus} bit flips in a corpus of {flips.bits // 8:,} bytes (seed {given.seed}): {told}")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
