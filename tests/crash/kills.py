"""`python -m tests.crash.kills`: SIGKILL during an ingest with re-index, and what is left.

`--calls N`: a kill before each of the first N writes, renames, syncs and other calls that change files, and one in the
middle of each that is a write. `--sample N`: the same at N of the calls after these. `--random N`: kills at random
moments. The last line has the counts; the exit code is 1 when anything was lost, corrupt, or different after a rerun.
"""

from __future__ import annotations

import argparse
import random
import sys
import time

from tests.crash.faults import Call, Fault, under_faults
from tests.crash.trials import Bench, bench, steps_done

_MODES = ("kill", "tear")


def main(arguments: list[str]) -> int:
    """Run the trials and print the counts."""
    parser = argparse.ArgumentParser(prog="tests.crash.kills", description=__doc__)
    parser.add_argument("--calls", type=int, default=300, metavar="N")
    parser.add_argument("--sample", type=int, default=100, metavar="N")
    parser.add_argument("--random", type=int, default=200, metavar="N")
    parser.add_argument("--engine", choices=["whoosh", "tantivy"], default="whoosh")
    options = parser.parse_args(arguments)
    code = under_faults("tests.crash.kills", arguments)
    if code is not None:
        return code
    rng = random.Random(7)
    started = time.monotonic()
    with bench(options.engine) as trials:
        seconds, counts = _measured(trials)
        print("calls of an undisturbed session: " + ", ".join(f"{n} {kind.lower()}" for kind, n in counts.items()))
        total = sum(counts.values())
        for number in range(1, min(options.calls, total) + 1):
            for mode in _MODES:
                _killed_at_call(trials, number, mode)
        rest = range(options.calls + 1, total + 1)
        for number in sorted(rng.sample(rest, min(options.sample, len(rest)))):
            _killed_at_call(trials, number, rng.choice(_MODES))
        for number in range(options.random):
            _killed_at(trials, (number + rng.random()) / options.random * seconds)
        print(f"{options.engine}: {trials.counts()}, {time.monotonic() - started:.0f} s")
        return 1 if trials.problems else 0


def _measured(trials: Bench) -> tuple[float, dict[str, int]]:
    """Run a session that nobody disturbs; return how long it takes and its changing calls."""
    with trials.place() as place:
        started = time.monotonic()
        ended = trials.session(place)
        seconds = time.monotonic() - started
        if ended.code:
            raise RuntimeError(f"an undisturbed session failed: {ended.stderr}")
        trials.examine(place, steps_done(ended), "undisturbed")
    counts = {name: int(count) for name, _, count in (part.partition("=") for part in ended.said[-1].split())}
    del counts[Call.READ.name]
    return seconds, counts


def _killed_at_call(trials: Bench, number: int, mode: str) -> None:
    with trials.place() as place:
        ended = trials.session(place, Fault(mode, number))
        if not ended.is_killed:
            trials.tell([f"different: ended with {ended.code}: {ended.stderr[-300:]}"], f"{mode} at call {number}")
        trials.examine(place, steps_done(ended), f"{mode} at call {number}")


def _killed_at(trials: Bench, seconds: float) -> None:
    with trials.place() as place:
        ended = trials.session(place, kill_after=seconds)
        trials.examine(place, steps_done(ended), f"kill after {seconds:.3f} s")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
