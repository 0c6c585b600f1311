"""What runs on the workers of a cluster. They get bytes: what is in them is read in guarded processes only."""

from __future__ import annotations

import pickle
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

from nkcorpus.errors import WorkersFailed
from nkcorpus.version import __version__
from nkcorpus.workers.base import Bounds
from nkcorpus.workers.guarded import Guarded

_IDLE_SECONDS = 60.0
"""After which a process that nothing is sent to is let go of."""


def run_chunk(version: str, function: bytes, chunk: bytes, items: int, bounds: Bounds) -> bytes:
    """Return what `Guarded.run` does, from a process of this worker.

    Raises WorkersFailed where this is not the version of nkcorpus that sends the chunk.
    """
    _require(version)
    with _GUARDS.one(bounds) as guarded:
        return guarded.run(function, chunk, items)


def run_call(version: str, call: bytes) -> bytes:
    """Return, pickled, what a pickled function and its arguments give. Others may work while it waits.

    Raises WorkersFailed as `run_chunk` does.
    """
    from distributed import secede

    _require(version)
    function, args = pickle.loads(call)  # noqa: S301 - the scheduler could run anything here
    secede()  # type: ignore[no-untyped-call]
    return pickle.dumps(function(*args))


def _require(version: str) -> None:
    if version != __version__:
        raise WorkersFailed(f"a Dask worker has nkcorpus {__version__}, not {version}; install the same everywhere")


class _Guards:
    """The guarded processes of this worker: as many as it has threads that run chunks."""

    def __init__(self, idle_seconds: float) -> None:
        self._idle_seconds = idle_seconds
        self._lock = threading.Lock()
        self._idle: list[tuple[float, Guarded]] = []
        self._is_watched = False

    @contextmanager
    def one(self, bounds: Bounds) -> Iterator[Guarded]:
        """Lend a process that has these bounds."""
        with self._lock:
            found = next((each for each in self._idle if each[1].bounds == bounds), None)
            if found:
                self._idle.remove(found)
        guarded = found[1] if found else Guarded(bounds)
        try:
            yield guarded
        finally:
            with self._lock:
                self._idle.append((time.monotonic(), guarded))
                if not self._is_watched:
                    self._is_watched = True
                    threading.Thread(target=self._watch, daemon=True).start()

    def _watch(self) -> None:
        """Let go of what is idle for long, until nothing is idle."""
        is_watched = True
        while is_watched:
            time.sleep(self._idle_seconds / 4)
            until = time.monotonic() - self._idle_seconds
            with self._lock:
                old = [each for each in self._idle if each[0] <= until]
                self._idle = [each for each in self._idle if each[0] > until]
                is_watched = self._is_watched = bool(self._idle)
            for _, guarded in old:
                guarded.stop()


_GUARDS = _Guards(_IDLE_SECONDS)
