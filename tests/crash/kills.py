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

from tests.crash.faults import CHANGES, Call, Fault, under_faults
from tests.crash.trials import Bench, bench, steps_done

_MODES = {"kill": CHANGES, "tear": (Call.WRITE,)}


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
        counts, seconds = trials.measure()
        print(
            "calls of an undisturbed session: " + ", ".join(f"{counts[call]} {call.name.lower()}" for call in CHANGES)
        )
        for mode, calls in _MODES.items():
            total = sum(counts[call] for call in calls)
            first, rest = range(1, min(options.calls, total) + 1), range(options.calls + 1, total + 1)
            for number in [*first, *sorted(rng.sample(rest, min(options.sample // len(_MODES), len(rest))))]:
                _killed_at_call(trials, Fault(mode, number, calls))
        for number in range(options.random):
            _killed_at(trials, (number + rng.random()) / options.random * seconds)
        print(f"{options.engine}: {trials.counts()}, {time.monotonic() - started:.0f} s")
        return 1 if trials.problems else 0


def _killed_at_call(trials: Bench, fault: Fault) -> None:
    with trials.place() as place:
        what = f"{fault.mode} at call {fault.at}"
        ended = trials.session(place, fault)
        if not ended.is_killed:
            trials.tell([f"different: ended with {ended.code}: {ended.stderr[-300:]}"], what)
        trials.examine(place, steps_done(ended), what)


def _killed_at(trials: Bench, seconds: float) -> None:
    with trials.place() as place:
        ended = trials.session(place, kill_after=seconds)
        trials.examine(place, steps_done(ended), f"kill after {seconds:.3f} s")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
