"""Running the command line on hostile input, and what it took."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.cli.support import environment

# What the system counts for a process has the memory of the one that started it in it; this has not.
_MEASURED = """
import sys
from pathlib import Path
from nkcorpus.cli import run
code = run(sys.argv[1:])
lines = Path("/proc/self/status").read_text().splitlines()
Path("peak").write_text(next(line.split()[1] for line in lines if line.startswith("VmHWM")))
sys.exit(code)
"""


@dataclass(frozen=True, slots=True)
class Taken:
    """What a command left, and the seconds of processor time and bytes of memory at most that it took."""

    code: int
    out: str
    errors: list[str]
    seconds: float
    memory: int

    @property
    def report(self) -> Any:
        return json.loads(self.out)


def run_bounded(folder: Path, *arguments: str) -> Taken:
    """Run one command to its end."""
    with (folder / "out").open("wb") as out, (folder / "err").open("wb") as err:
        process = subprocess.Popen(
            [sys.executable, "-c", _MEASURED, *arguments],
            cwd=folder,
            env=environment(folder),
            stdout=out,
            stderr=err,
            stdin=subprocess.DEVNULL,
        )
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    errors = (folder / "err").read_text("utf-8")
    assert "Traceback" not in errors, errors
    return Taken(
        process.returncode,
        (folder / "out").read_text("utf-8"),
        errors.splitlines(),
        usage.ru_utime + usage.ru_stime,
        int((folder / "peak").read_text("utf-8")) * 1024,
    )
