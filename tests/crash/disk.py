"""`python -m tests.crash.disk`: full disks, disks with errors and ones that become read-only, and what is left.

`--errors N`: EIO at the 1st to Nth changing call and at the 1st to Nth that reads, once and from there on; and at some
calls of every command after the first. `--full N`: ENOSPC at N random points of a session, in three ways: by the
library, on a file system of a random size, and by a limit on the size of files; and N times EROFS.

Each time the command ends as if nothing was or with a typed error, and after space has returned all is as before. The
last line has the counts; the exit code is 1 when an error was not typed, or anything was lost, corrupt or different.
"""

from __future__ import annotations

import argparse
import contextlib
import ctypes
import errno
import os
import random
import re
import resource
import sys
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.crash import session
from tests.crash.child import Ended
from tests.crash.faults import CHANGES, GROWING, MODIFYING, UNDISTURBED, Call, Fault, under_faults
from tests.crash.session import Place
from tests.crash.trials import Bench, bench, steps_done

_NEW_MOUNTS, _PRIVATE, _RECURSIVE, _REMOUNT = 0x20000, 1 << 18, 1 << 14, 1 << 5  # <sched.h>, <sys/mount.h>
_AMPLE = 64 << 20
_LEAST, _LARGEST, _WHOLE = 16 << 10, 512 << 10, 3 << 20
"""Bytes: too few for a corpus; about what the largest file of a session takes, and all of its files at once."""
_STEPS = len(session.steps(Path()))
_CALLS_OF_A_STEP = 80
_MESSAGE = "nkcorpus: "
_VARIES = re.compile("[0-9a-f]{32}|MAIN_[0-9a-z]+")


def main(arguments: list[str]) -> int:
    """Run the trials and print the counts."""
    parser = argparse.ArgumentParser(prog="tests.crash.disk", description=__doc__)
    parser.add_argument("--errors", type=int, default=50, metavar="N")
    parser.add_argument("--full", type=int, default=10, metavar="N")
    parser.add_argument("--sample", type=int, metavar="N", help="only N of these trials, chosen at random")
    parser.add_argument("--engine", choices=["whoosh", "tantivy"], default="whoosh")
    options = parser.parse_args(arguments)
    code = under_faults("tests.crash.disk", arguments)
    if code is not None:
        return code
    rng = random.Random(7)
    started = time.monotonic()
    with bench(options.engine) as trials:
        disk = _Disk(trials)
        chosen = [*_faults(rng, options.errors), *disk.full(rng, options.full)]
        for trial in rng.sample(chosen, options.sample) if options.sample else chosen:
            disk.run(trial)
        for message, count in disk.messages.most_common():
            print(f"{count} times {message}")
        print(
            f"{options.engine}: {trials.counts()}, {disk.messages.total()} errors, {time.monotonic() - started:.0f} s"
        )
        return 1 if trials.problems else 0


@dataclass(frozen=True, slots=True)
class _Trial:
    """A fault from the step after `unarmed` ones on; or a file system, or files, of at most so many bytes."""

    fault: Fault = UNDISTURBED
    unarmed: int = 0
    disk_size: int = 0
    file_size: int = 0

    def __str__(self) -> str:
        if self.disk_size or self.file_size:
            return f"a disk of {self.disk_size:,} bytes" if self.disk_size else f"files of {self.file_size:,} bytes"
        calls = "/".join(call.name.lower() for call in self.fault.calls[:2])
        once = " once" if self.fault.once else ""
        name = errno.errorcode[self.fault.error]
        return f"{name}{once} at call {self.fault.at} ({calls} ...) after {self.unarmed} steps"


def _faults(rng: random.Random, number: int) -> Iterator[_Trial]:
    """Yield errors at the first calls of a session, and at some calls of each later step."""
    for calls in (CHANGES, (Call.READ,)):
        for at in range(1, number + 1):
            for once in (True, False):
                yield _Trial(Fault("fail", at, calls, errno.EIO, once))
    for step in range(1, _STEPS):
        for calls, error in ((CHANGES, errno.EIO), ((Call.READ,), errno.EIO), (GROWING, errno.ENOSPC)):
            for at in rng.sample(range(1, _CALLS_OF_A_STEP), number // 10):
                yield _Trial(Fault("fail", at, calls, error, once=rng.random() < 0.5), step)


class _Disk:
    """Trials on a bench, and the messages that were seen, with how often."""

    def __init__(self, trials: Bench) -> None:
        self._trials = trials
        self.messages: Counter[str] = Counter()

    def full(self, rng: random.Random, number: int) -> Iterator[_Trial]:
        """Yield trials in which there is no space, or nothing can be written, from a random point on."""
        counts, _ = self._trials.measure()
        for calls, error in ((GROWING, errno.ENOSPC), (MODIFYING, errno.EROFS)):
            total = sum(counts[call] for call in calls)
            for at in rng.sample(range(1, total + 1), number):
                yield _Trial(Fault("fail", at, calls, error))
        for _ in range(number):
            yield _Trial(file_size=rng.randint(_LEAST, _LARGEST))
        if reason := _own_mounts():
            print(f"no small file systems: {reason}")
            return
        for _ in range(number):
            yield _Trial(disk_size=rng.randint(_LEAST, _WHOLE))

    def run(self, trial: _Trial) -> None:
        """Run a session under a fault, and look at what it says and leaves once the fault is gone."""
        with self._trials.place() as place, contextlib.ExitStack() as undone:
            if trial.disk_size:
                _mount(place.home, trial.disk_size)
                undone.callback(_call, "umount", os.fsencode(place.home))
                place.make()
            try:
                with _files_of(trial.file_size):
                    ended = self._trials.session(place, trial.fault, unarmed=trial.unarmed)
            except TimeoutError as problem:
                self._trials.tell([f"hung: {problem}"], str(trial))
                return
            if trial.disk_size:
                _mount(place.home, _AMPLE, _REMOUNT)
            self._look(ended, place, str(trial))
            self._trials.examine(place, steps_done(ended), str(trial))

    def _look(self, ended: Ended, place: Place, what: str) -> None:
        """Look at how a session ended: well, or with one line of a typed error."""
        if ended.code == 0 and not ended.stderr:
            return
        lines = ended.stderr.splitlines()
        if ended.code == 3 and len(lines) == 1 and lines[0].startswith(_MESSAGE) and "internal" not in lines[0]:
            self.messages[_VARIES.sub("*", lines[0].replace(str(place.home), "..."))] += 1
        else:
            self._trials.tell([f"untyped: exit code {ended.code}: {ended.stderr[-500:]}"], what)


@contextlib.contextmanager
def _files_of(size: int) -> Iterator[None]:
    """Hold processes that are started meanwhile to files of a size, for 0 of any."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size or soft, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def _own_mounts() -> str | None:
    """Give this process mounts of its own, which end with it; return why it cannot have any."""
    try:
        _call("unshare", _NEW_MOUNTS)
        _call("mount", None, b"/", None, _PRIVATE | _RECURSIVE, None)
    except OSError as error:
        return error.strerror
    return None


def _mount(folder: Path, size: int, flags: int = 0) -> None:
    """Mount an empty file system in memory, or with _REMOUNT change its size."""
    _call("mount", b"tmpfs", os.fsencode(folder), b"tmpfs", flags, f"size={size}".encode())


def _call(name: str, *arguments: bytes | int | None) -> None:
    """Call a function of the C library. Raises OSError."""
    library = ctypes.CDLL(None, use_errno=True)
    if getattr(library, name)(*arguments):
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()), name)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
