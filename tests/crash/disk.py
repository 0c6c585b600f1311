"""`python -m tests.crash.disk`: full disks, disks with errors and ones that become read-only, and what is left.

`--errors N`: EIO at the 1st to Nth changing call and at the 1st to Nth that reads, once and from there on; and at some
calls of every command after the first. `--full N`: ENOSPC at N random points of a session, in three ways: by the
library, on a file system of a random size, and by a limit on the size of files; and N times EROFS.

Each time the command ends as if nothing was or with a typed error, and after space has returned all is as before. The
last line has the counts; the exit code is 1 when an error was not typed, or anything was lost, corrupt or different.
"""

from __future__ import annotations

import argparse
import ctypes
import errno
import os
import random
import resource
import sys
import time
from collections import Counter
from pathlib import Path

from tests.crash.child import Ended
from tests.crash.faults import CHANGES, GROWING, MODIFYING, Call, Fault, under_faults
from tests.crash.session import Place
from tests.crash.trials import Bench, bench, steps_done

_NEW_MOUNTS, _PRIVATE, _RECURSIVE, _REMOUNT = 0x20000, 1 << 18, 1 << 14, 1 << 5  # <sched.h>, <sys/mount.h>
_AMPLE = 64 << 20
_LEAST, _LARGEST, _WHOLE = 16 << 10, 512 << 10, 3 << 20
"""Bytes: too few for a corpus; about what the largest file of a session takes, and all of its files at once."""
_MESSAGE = "nkcorpus: "


def main(arguments: list[str]) -> int:
    """Run the trials and print the counts."""
    parser = argparse.ArgumentParser(prog="tests.crash.disk", description=__doc__)
    parser.add_argument("--errors", type=int, default=50, metavar="N")
    parser.add_argument("--full", type=int, default=10, metavar="N")
    parser.add_argument("--engine", choices=["whoosh", "tantivy"], default="whoosh")
    options = parser.parse_args(arguments)
    code = under_faults("tests.crash.disk", arguments)
    if code is not None:
        return code
    rng = random.Random(7)
    started = time.monotonic()
    with bench(options.engine) as trials:
        disk = _Disk(trials)
        counts, _ = trials.measure()
        for calls in (CHANGES, (Call.READ,)):
            for number in range(1, options.errors + 1):
                for once in (True, False):
                    disk.fails(Fault("fail", number, calls, errno.EIO, once))
        disk.fails_in_later_steps(rng, max(1, options.errors // 10))
        for calls, error in ((GROWING, errno.ENOSPC), (MODIFYING, errno.EROFS)):
            total = sum(counts[call] for call in calls)
            for _ in range(options.full):
                disk.fails(Fault("fail", rng.randint(1, total), calls, error))
        disk.reaches_limits(rng, options.full)
        disk.fills_file_systems(rng, options.full)
        for message, count in disk.messages.most_common():
            print(f"{count} times {message}")
        print(f"{options.engine}: {trials.counts()}, {disk.errors} errors, {time.monotonic() - started:.0f} s")
        return 1 if trials.problems else 0


class _Disk:
    """Trials on a bench, and the messages that were seen, with how often."""

    def __init__(self, trials: Bench) -> None:
        self._trials = trials
        self.messages: Counter[str] = Counter()

    @property
    def errors(self) -> int:
        """How many commands ended with an error."""
        return self.messages.total()

    def fails(self, fault: Fault, unarmed: int = 0) -> None:
        """Let calls fail during a session, from the step after `unarmed` ones on."""
        once = "once " if fault.once else ""
        calls = "/".join(call.name.lower() for call in fault.calls[:2])
        what = f"{errno.errorcode[fault.error]} {once}at call {fault.at} ({calls} ...) after {unarmed} steps"
        with self._trials.place() as place:
            try:
                ended = self._trials.session(place, fault, unarmed=unarmed)
            except TimeoutError as problem:
                self._trials.tell([f"hung: {problem}"], what)
                return
            self._look(ended, place, what)
            self._trials.examine(place, steps_done(ended), what)

    def fails_in_later_steps(self, rng: random.Random, number: int) -> None:
        """Let calls of each step but the first fail: what changes, what reads, what takes space."""
        for step in range(1, len(self._trials.expected.states) - 1):
            counts, _ = self._trials.measure(step)
            for calls, error in ((CHANGES, errno.EIO), ((Call.READ,), errno.EIO), (GROWING, errno.ENOSPC)):
                total = min(100, sum(counts[call] for call in calls))  # the first hundred are of this step
                for at in rng.sample(range(1, total + 1), min(number, total)):
                    self.fails(Fault("fail", at, calls, error, once=rng.random() < 0.5), step)

    def fills_file_systems(self, rng: random.Random, number: int) -> None:
        """Run sessions on file systems that are too small for them."""
        if reason := _own_mounts():
            print(f"no small file systems: {reason}")
            return
        for _ in range(number):
            size = rng.randint(_LEAST, _WHOLE)
            what = f"a disk of {size:,} bytes"
            with self._trials.place() as place:
                _mount(place.home, size)
                try:
                    place.make()
                    ended = self._trials.session(place)
                    _mount(place.home, _AMPLE, _REMOUNT)
                    self._look(ended, place, what)
                    self._trials.examine(place, steps_done(ended), what)
                finally:
                    _call("umount", os.fsencode(place.home))

    def reaches_limits(self, rng: random.Random, number: int) -> None:
        """Run sessions whose files may not grow as large as they would."""
        soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
        for _ in range(number):
            size = rng.randint(_LEAST, _LARGEST)
            what = f"files of at most {size:,} bytes"
            with self._trials.place() as place:
                resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
                try:
                    ended = self._trials.session(place)
                finally:
                    resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
                self._look(ended, place, what)
                self._trials.examine(place, steps_done(ended), what)

    def _look(self, ended: Ended, place: Place, what: str) -> None:
        """Look at how a session ended: well, or with one line of a typed error."""
        if ended.code == 0 and not ended.stderr:
            return
        lines = ended.stderr.splitlines()
        if ended.code == 3 and len(lines) == 1 and lines[0].startswith(_MESSAGE) and "internal" not in lines[0]:
            self.messages[lines[0].replace(str(place.home), "").strip()] += 1
        else:
            self._trials.tell([f"untyped: exit code {ended.code}: {ended.stderr[-500:]}"], what)


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
