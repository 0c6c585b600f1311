"""The CPU time that a call takes, for bounds that tell linear from quadratic."""

from __future__ import annotations

import time
from collections.abc import Callable

_TIMES = 3
"""A collection of garbage falls into one of these, not into all."""


def seconds(call: Callable[[], object], times: int = _TIMES) -> float:
    """Return the CPU time of the best of some runs."""
    best = float("inf")
    for _ in range(times):
        started = time.process_time()
        call()
        best = min(best, time.process_time() - started)
    return best
