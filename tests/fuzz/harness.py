"""One target in a process of its own: feeds it, and keeps a ledger that outlives the process.

The ledger is a file in memory that the parent reads: how far the run is, and the input that is being tried, so that
whatever ends the process has a name.
"""

from __future__ import annotations

import hashlib
import importlib.util
import mmap
import os
import resource
import struct
import sys
import tempfile
import time
import traceback
import warnings
from contextlib import ExitStack
from pathlib import Path
from typing import Literal

from .mutation import Mutator
from .target import Target, load

Engine = Literal["atheris", "plain"]

SECONDS = 10.0
"""Of the processor, which one input may take: other work on the machine is no fault."""
PATIENCE = 60.0
"""Seconds that it may take in all: one that waits takes no processor."""
MEMORY = 500 * 10**6
"""What the process may take at its peak."""
_ADDRESS_SPACE = 8 * 2**30  # so that a monstrous request is an error here and not the end of the machine
_SAME_FAULT = 3  # inputs kept for one fault
_HEAD = struct.Struct("=QQddddQQ")
_SIZE = 8 << 20
_STATUS = Path("/proc/self/status")


def has_atheris() -> bool:
    """Tell whether atheris is installed, which has wheels for Linux."""
    return importlib.util.find_spec("atheris") is not None


class Ledger:
    """What a run has come to: inputs, faults, when the current one began (0 between two) by the clock and by the
    processor's time, that time of all inputs and of the slowest one, in seconds, peak bytes, and the current input.
    """

    def __init__(self, path: Path, *, create: bool = False) -> None:
        if create:
            path.write_bytes(bytes(_HEAD.size))
            os.truncate(path, _SIZE)
        with path.open("r+b") as file:
            self._map = mmap.mmap(file.fileno(), _SIZE)
        (
            self.inputs,
            self.faults,
            self.began,
            self.began_at,
            self.seconds,
            self.slowest,
            self.peak,
            self._length,
        ) = _HEAD.unpack_from(self._map)

    @property
    def current(self) -> bytes:
        """The input that was tried last."""
        return self._map[_HEAD.size : _HEAD.size + self._length]

    def begin(self, data: bytes) -> None:
        """Note that an input is tried."""
        self._length = min(len(data), _SIZE - _HEAD.size)
        self._map[_HEAD.size : _HEAD.size + self._length] = data[: self._length]
        self.began, self.began_at = time.monotonic(), time.process_time()
        self.write()

    def end(self) -> float:
        """Note that it is done, and return its seconds."""
        took: float = time.process_time() - self.began_at
        self.inputs += 1
        self.began = 0.0
        self.seconds += took
        self.slowest = max(self.slowest, took)
        self.write()
        return took

    def write(self) -> None:
        """Write the numbers."""
        _HEAD.pack_into(
            self._map,
            0,
            self.inputs,
            self.faults,
            self.began,
            self.began_at,
            self.seconds,
            self.slowest,
            self.peak,
            self._length,
        )


def keep(folder: Path, target: str, what: str, data: bytes, told: str) -> Path:
    """Write an input that broke a promise, and beside it how; return its path."""
    path = folder / target / f"{what}-{hashlib.sha256(data).hexdigest()[:12]}"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    path.with_name(f"{path.name}.txt").write_text(told, "utf-8", "backslashreplace")
    return path


class Trial:
    """Tries inputs on a target until there were enough."""

    def __init__(self, target: Target, ledger: Ledger, inputs: int, seconds: float, folder: Path) -> None:
        self._target = target
        self._ledger = ledger
        self._inputs = inputs
        self._seconds = seconds
        self._until = float("inf")
        self._folder = folder
        self._faults: dict[str, int] = {}

    def __call__(self, data: bytes) -> None:
        """Try one input. Ends the process when all are done or the time is up."""
        ledger = self._ledger
        ledger.begin(data)
        if not ledger.inputs:
            self._until = ledger.began + self._seconds
        try:
            self._target.run(data)
        except KeyboardInterrupt:
            raise
        except BaseException as error:  # a panic of native code is no Exception
            self._fault(type(error).__name__, _place(error), data, traceback.format_exc())
        took = ledger.end()
        if took > SECONDS:
            self._fault("slow", "", data, f"{took:.1f} s")
        peak = _peak()
        if peak > MEMORY >= ledger.peak:
            self._fault("memory", "", data, f"{peak:,} bytes")
        ledger.peak = max(ledger.peak, peak)
        ledger.write()
        if ledger.inputs >= self._inputs or time.monotonic() > self._until:
            os._exit(0)  # a fuzzer has no end of its own that would not run more inputs

    def _fault(self, what: str, place: str, data: bytes, told: str) -> None:
        self._ledger.faults += 1
        self._ledger.write()
        seen = self._faults[what + place] = self._faults.get(what + place, 0) + 1
        if seen <= _SAME_FAULT:
            keep(self._folder, self._target.name, what, data, told)


def _peak() -> int:
    """Return the most bytes that this process has had in memory; what is counted of children has the parent's in it."""
    status = _STATUS.read_text()
    at = status.index("VmHWM:")
    return int(status[at + 6 : status.index("kB", at)]) * 1024


def _place(error: BaseException) -> str:
    frames = traceback.extract_tb(error.__traceback__)
    return "; ".join(f"{frame.filename}:{frame.lineno}" for frame in frames[-3:])


def main(name: str, ledger_path: str, inputs: str, seconds: str, seed: str, engine: Engine, folder: str) -> None:
    """Run a target in this process, which ends with it. What it writes goes to the folder for temporary files."""
    resource.setrlimit(resource.RLIMIT_AS, (_ADDRESS_SPACE, _ADDRESS_SPACE))
    ledger = Ledger(Path(ledger_path))
    with ExitStack() as stack:  # left open: much is imported when it is first used
        if engine == "atheris":
            import atheris

            stack.enter_context(atheris.instrument_imports(include=["nkcorpus"], enable_loader_override=False))
        target = load(name)
        warnings.simplefilter("error")
        trial = Trial(target, ledger, int(inputs), float(seconds), Path(folder))
        seeds = [seed[: target.longest] for seed in target.seeds()]
        for content in seeds:
            target.run(content)  # what is imported and compiled at first use is no input's time
        if engine == "plain":
            mutator = Mutator(seeds, target.words, target.longest, int(seed))
            while True:
                trial(mutator.next())
        corpus = Path(tempfile.mkdtemp())
        for number, content in enumerate(seeds):
            (corpus / str(number)).write_bytes(content)
        words = corpus.with_suffix(".words")
        quoted = ("".join(rf"\x{byte:02x}" for byte in word) for word in target.words if word)
        words.write_text("".join(f'"{word}"\n' for word in quoted))
        limits = [
            f"-max_len={target.longest}",
            f"-seed={seed}",
            f"-artifact_prefix={corpus}/",
            "-timeout=3600",
            "-rss_limit_mb=0",
            "-len_control=0",
            "-verbosity=0",
        ]
        dictionary = [f"-dict={words}"] if target.words else []
        atheris.Setup(["fuzz", *limits, *dictionary, str(corpus)], trial)
        atheris.Fuzz()


if __name__ == "__main__":
    main(*sys.argv[1:])  # type: ignore[arg-type]
