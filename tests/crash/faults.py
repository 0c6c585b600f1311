"""Faults of the file system, made by a library that is preloaded into the process: see `faults.c`.

A harness starts itself again under it (`under_faults`), imports and warms up all that a trial needs, and then runs
each trial in a child of its own (`tests.crash.child`), which arms the library first: that counts calls from there on.
"""

from __future__ import annotations

import ctypes
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import IntEnum
from pathlib import Path

SOURCE = Path(__file__).with_name("faults.c")
_LIBRARY = "NKCORPUS_TEST_FAULTS"
_FOREVER = 1 << 60


class Call(IntEnum):
    """Kinds of calls, as in the source."""

    WRITE = 0
    TRUNCATE = 1
    SYNC = 2
    RENAME = 3
    UNLINK = 4
    OPEN = 5
    CREATE = 6
    MKDIR = 7
    READ = 8


CHANGES: tuple[Call, ...] = tuple(call for call in Call if call is not Call.READ)
GROWING: tuple[Call, ...] = (Call.WRITE, Call.CREATE, Call.MKDIR)
"""What a full disk refuses."""
MODIFYING: tuple[Call, ...] = tuple(call for call in CHANGES if call is not Call.SYNC)
"""What a read-only file system refuses."""


@dataclass(frozen=True, slots=True)
class Fault:
    """What happens at the call `at`, counted from 1 among `calls`: `kill`, `tear` (half of a write, then a kill) or
    `fail` with `error`, from there on or only `once`. `none` only counts.
    """

    mode: str = "none"
    at: int = 1
    calls: Sequence[Call] = CHANGES
    error: int = 0
    once: bool = False

    def numbers(self) -> tuple[int, int, int, int, int]:
        """Return mode, kinds, at, until, error as the library takes them."""
        kinds = sum(1 << call for call in self.calls)
        modes = ("none", "kill", "tear", "fail")
        return modes.index(self.mode), kinds, self.at, self.at if self.once else _FOREVER, self.error


UNDISTURBED = Fault()


def lacking() -> str | None:
    """Return why there can be no faults here, None where there can."""
    if sys.platform != "linux":
        return "preloading is done on Linux"
    return None if shutil.which("cc") else "there is no C compiler"


def build(folder: Path) -> Path:
    """Compile the library into a folder and return it."""
    library = folder / "faults.so"
    subprocess.run(["cc", "-shared", "-fPIC", "-O2", "-o", str(library), str(SOURCE), "-ldl", "-pthread"], check=True)
    return library


def environment(library: Path, folders: Sequence[Path] = (), fault: Fault = UNDISTURBED) -> dict[str, str]:
    """Return the variables under which a process has the library, armed where `folders` (or files) are given."""
    variables = {"LD_PRELOAD": str(library), _LIBRARY: str(library)}
    if folders:
        names = ("MODE", "KINDS", "AT", "UNTIL", "ERRNO")
        numbers = zip(names, fault.numbers(), strict=True)
        variables |= {f"FAULTS_{name}": str(number) for name, number in numbers}
        variables["FAULTS_FOLDERS"] = _joined(folders)
    return variables


def under_faults(module: str, arguments: Sequence[str]) -> int | None:
    """Run a module in a process that has the library, and return its exit code; None in that process itself."""
    if _LIBRARY in os.environ:
        return None
    if reason := lacking():
        print(f"not run: {reason}", file=sys.stderr)
        return 2
    with tempfile.TemporaryDirectory() as folder:
        variables: Mapping[str, str] = {**os.environ, **environment(build(Path(folder)))}
        return subprocess.run([sys.executable, "-m", module, *arguments], env=variables, check=False).returncode


class Library:
    """The library in this process."""

    def __init__(self) -> None:
        self._library = ctypes.CDLL(os.environ[_LIBRARY])
        number = ctypes.c_long
        self._library.faults_arm.argtypes = [
            *(ctypes.c_char_p, ctypes.c_int, ctypes.c_uint, number, number, ctypes.c_int, ctypes.c_char_p)
        ]
        self._library.faults_count.restype = number

    def arm(self, folders: Sequence[Path], fault: Fault, log: Path | None = None) -> None:
        """Count calls on files in folders from now on, and let the fault happen. `log` gets all that was changed."""
        path = os.fsencode(log) if log else None
        self._library.faults_arm(_joined(folders).encode(), *fault.numbers(), path)

    def counts(self) -> dict[Call, int]:
        """Return how many calls of each kind there were."""
        return {call: self._library.faults_count(int(call)) for call in Call}

    def mark(self, text: str) -> None:
        """Put a line into the log."""
        self._library.faults_mark(text.encode())


def _joined(folders: Sequence[Path]) -> str:
    return "\n".join(os.path.realpath(folder) for folder in folders)
