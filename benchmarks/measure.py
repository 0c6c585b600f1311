"""What a command takes in a fresh process, and the median over several runs."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Collection, Mapping, Sequence
from dataclasses import astuple, dataclass
from pathlib import Path
from statistics import median

_LAUNCHER = Path(__file__).resolve().with_name("launcher.py")


@dataclass(frozen=True, slots=True)
class Usage:
    """Wall and CPU seconds (user and system, all processes), and the peak resident memory of the largest process
    in MB (10^6 bytes).
    """

    wall: float
    cpu: float
    peak_mb: float


def measure(command: Sequence[str], environment: Mapping[str, str], codes: Collection[int] = (0,)) -> Usage:
    """Run `command` in a fresh process, `environment` added to this one's, and return what it took.

    Raises RuntimeError with its stderr when its exit code is not among `codes`.
    """
    done = subprocess.run(
        [sys.executable, "-I", "-S", str(_LAUNCHER), *command],
        capture_output=True,
        env={**os.environ, **environment},
        text=True,
        check=True,
    )
    code, wall, cpu, peak = json.loads(done.stdout)
    if code not in codes:
        raise RuntimeError(f"exit code {code} of {' '.join(command)}\n{done.stderr}")
    return Usage(wall, cpu, peak / 1e6)


def middle(runs: Sequence[Usage]) -> Usage:
    """Return the median of each figure on its own."""
    return Usage(*(median(column) for column in zip(*map(astuple, runs), strict=True)))
