"""Runs all targets, each in processes of its own, and tells what came of it.

A target that hangs or dies is started again; the input that it hung or died of is kept like every other one.
"""

from __future__ import annotations

import argparse
import math
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

from .harness import MEMORY, PATIENCE, SECONDS, Engine, Ledger, has_atheris, keep
from .target import all_targets, load

STARTS = 20
"""Times that a target is started at most."""
WARM_UP = 300.0
"""Seconds that a process may take before its first input: imports, seeds."""
_POLL = 0.2


@dataclass
class Result:
    """What came of a target: inputs, faults, seconds by the clock, processor time of all inputs and of the slowest, and
    bytes at the peak.
    """

    inputs: int = 0
    faults: int = 0
    seconds: float = 0.0
    busy: float = 0.0
    slowest: float = 0.0
    peak: int = 0
    ended: list[str] = field(default_factory=list)

    def add(self, ledger: Ledger, seconds: float) -> None:
        """Add what a process did."""
        self.inputs += ledger.inputs
        self.faults += ledger.faults
        self.seconds += seconds
        self.busy += ledger.seconds
        self.slowest = max(self.slowest, ledger.slowest)
        self.peak = max(self.peak, ledger.peak)

    def line(self, name: str) -> str:
        """Return it in one line."""
        rate = self.inputs / self.busy if self.busy else 0.0
        return (
            f"{name:24} {self.inputs:>9,} inputs {self.seconds:>8.1f} s, of the processor {self.busy:>8.1f} s "
            f"({rate:>7,.0f}/s), slowest {self.slowest:>6.3f} s, peak {self.peak / 1e6:>4.0f} MB, faults {self.faults}"
            + "".join(f" ({reason})" for reason in self.ended)
        )


def shares(inputs: int, only: str | None) -> dict[str, int]:
    """Return the inputs of each target, by weight; all for the only one."""
    if only is not None:
        return {only: inputs}
    weights = {name: target.weight for name, target in all_targets().items()}
    whole = sum(weights.values())
    return {name: math.ceil(inputs * weight / whole) for name, weight in weights.items()}


def run(name: str, inputs: int, seconds: float, seed: int, engine: Engine, folder: Path) -> Result:
    """Give a target `inputs` inputs, or as many as it takes in `seconds`."""
    result = Result()
    for start in range(STARTS):
        if result.inputs >= inputs or result.seconds > seconds:
            break
        with tempfile.TemporaryDirectory() as scratch:
            began = time.monotonic()
            path = Path(scratch, "ledger")
            Ledger(path, create=True)
            arguments = (name, path, inputs - result.inputs, seconds - result.seconds, seed + start, engine, folder)
            log = Path(scratch, "log")
            with log.open("wb") as out:
                process = subprocess.Popen(
                    [sys.executable, "-m", "tests.fuzz.harness", *map(str, arguments)],
                    env={**os.environ, "TMPDIR": scratch, "NKCORPUS_CACHE_DIR": f"{scratch}/cache"},
                    stdin=subprocess.DEVNULL,
                    stdout=out,
                    stderr=subprocess.STDOUT,
                )
                ended = _watch(process, path)
            ledger = Ledger(path)
            if ended:
                told = f"{ended}\n{log.read_text('utf-8', 'replace')[-5_000:]}"
                ledger.faults += 1
                result.ended.append(f"{ended}; see {keep(folder, name, ended, ledger.current, told)}")
            result.add(ledger, time.monotonic() - began)
            if not ledger.inputs:
                break
    return result


def _watch(process: subprocess.Popen[bytes], path: Path) -> str | None:
    """Wait for a process; return how it ended where it should not have, and end it when an input takes too long."""
    started = time.monotonic()
    while True:
        try:
            code = process.wait(_POLL)
        except subprocess.TimeoutExpired:
            ledger = Ledger(path)
            now = time.monotonic()
            if ledger.began:
                hangs = now - ledger.began > PATIENCE or _processor_time(process.pid) - ledger.began_at > SECONDS
            else:
                hangs = not ledger.inputs and now - started > WARM_UP
            if hangs:
                process.kill()
                process.wait()
                return "hang" if ledger.began else "no-start"
        else:
            return None if code == 0 else f"died-{abs(code)}"


def _processor_time(process: int) -> float:
    """Return the seconds of processor time that a process has taken."""
    numbers = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    return (int(numbers[11]) + int(numbers[12])) / os.sysconf("SC_CLK_TCK")


def replay(name: str, file: Path) -> None:
    """Run one input, which raises what it raised."""
    load(name).run(file.read_bytes())


def main() -> int:
    """Run what the command line asks for; return 1 when anything was found."""
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__)
    parser.add_argument("--inputs", type=int, default=1_000_000, help="over all targets (1,000,000)")
    parser.add_argument("--target", metavar="NAME", help="this one alone")
    parser.add_argument("--seconds", type=float, default=float("inf"), help="at most, for each target")
    parser.add_argument("--jobs", type=int, default=2, help="targets at once (2)")
    parser.add_argument("--seed", type=int, default=1, help="of the random generators (1)")
    parser.add_argument(
        "--engine",
        choices=("atheris", "plain"),
        default="atheris" if has_atheris() else "plain",
        help="what makes the inputs: atheris goes by coverage, plain changes seeds and nothing more",
    )
    parser.add_argument(
        "--findings", type=Path, default=Path(tempfile.gettempdir(), "nkcorpus-fuzz"), help="folder for what is found"
    )
    parser.add_argument("--replay", type=Path, metavar="FILE", help="run this input of --target and nothing else")
    parser.add_argument("--list", action="store_true", help="name the targets and nothing else")
    options = parser.parse_args()
    if options.list:
        print("\n".join(all_targets()))
        return 0
    if options.replay:
        replay(options.target, options.replay)
        return 0
    plan = shares(options.inputs, options.target)
    total = Result()
    began = time.monotonic()
    with ThreadPoolExecutor(options.jobs) as pool:
        running = {
            name: pool.submit(run, name, count, options.seconds, options.seed, options.engine, options.findings)
            for name, count in plan.items()
        }
        for name, future in running.items():
            result = future.result()
            print(result.line(name), flush=True)
            total.inputs += result.inputs
            total.faults += result.faults
            total.busy += result.busy
            total.slowest = max(total.slowest, result.slowest)
            total.peak = max(total.peak, result.peak)
    total.seconds = time.monotonic() - began
    print(total.line(f"{len(plan)} targets, {options.engine}"))
    print(f"bounds: {SECONDS:.0f} s an input, {MEMORY / 1e6:.0f} MB a process")
    for line in _commands(options.findings, plan) if total.faults else ():
        print(line)
    return 1 if total.faults else 0


def _commands(folder: Path, names: dict[str, int]) -> Iterator[str]:
    for name in names:
        for file in sorted((folder / name).glob("*[!.txt]")):
            yield f"python -m tests.fuzz --target {name} --replay {file}"


if __name__ == "__main__":
    sys.exit(main())
