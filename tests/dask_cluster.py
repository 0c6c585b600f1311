"""A real Dask cluster on the loopback: a scheduler and workers, each a process of its own.

with DaskCluster(folder) as cluster:
    cluster.add_worker()
    ... cluster.name ...
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Self

_SECONDS_TO_START = 60.0
_SECONDS_TO_STOP = 10.0
_LONGEST = "3600s"
"""After which a scheduler ends that nobody stopped; its workers end soon after."""
_ROOT = Path(__file__).parent.parent


class DaskCluster:
    """The cluster, as a context manager. Logs lie in `folder`."""

    def __init__(self, folder: Path) -> None:
        self.workers: list[subprocess.Popen[bytes]] = []
        self._folder = folder
        self._file = folder / "scheduler.json"

    def __enter__(self) -> Self:
        options = ("--port", "0", "--idle-timeout", _LONGEST)
        self.scheduler = self._start("scheduler", "--scheduler-file", str(self._file), *options)
        until = time.monotonic() + _SECONDS_TO_START
        self.address = ""
        while not self.address:
            assert self.scheduler.poll() is None and time.monotonic() < until, "the scheduler does not start"
            time.sleep(0.05)
            with suppress(OSError, ValueError):
                self.address = json.loads(self._file.read_text())["address"]
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        for group in (self.workers, [self.scheduler]):  # workers tell the scheduler that they go
            for process in group:
                process.terminate()
            for process in group:
                try:
                    process.wait(_SECONDS_TO_STOP)
                except subprocess.TimeoutExpired:
                    process.kill()
                    process.wait()

    @property
    def name(self) -> str:
        """What `--executor` takes."""
        return self.address.replace("tcp:", "dask:")

    def add_worker(self, *, nanny: bool = False) -> subprocess.Popen[bytes]:
        """Start a worker with one thread; with a `nanny`, which is usual, it is a daemon of that process."""
        options = (
            "--nanny" if nanny else "--no-nanny",
            "--nthreads",
            "1",
            "--memory-limit",
            "0",
            "--death-timeout",
            "60",
        )
        worker = self._start("worker", "--scheduler-file", str(self._file), *options)
        self.workers.append(worker)
        return worker

    def kill(self, worker: subprocess.Popen[bytes]) -> None:
        """Kill a worker with all that belongs to it."""
        os.killpg(worker.pid, signal.SIGKILL)
        worker.wait()
        self.workers.remove(worker)

    def _start(self, part: str, *options: str) -> subprocess.Popen[bytes]:
        paths = {"PYTHONPATH": str(_ROOT), "DASK_TEMPORARY_DIRECTORY": str(self._folder)}
        command = (sys.executable, "-m", f"distributed.cli.dask_{part}", *options, "--host", "127.0.0.1")
        with (self._folder / f"{part}-{len(self.workers)}.log").open("ab") as log:
            return subprocess.Popen(
                (*command, "--no-dashboard"),
                stdout=log,
                stderr=log,
                cwd=self._folder,
                env=os.environ | paths,
                start_new_session=True,
            )
