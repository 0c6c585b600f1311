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
_TLS = _ROOT / "tests" / "web" / "tls"


class DaskCluster:
    """The cluster, as a context manager. Logs lie in `folder`. With `tls`, all sides show certificates."""

    def __init__(self, folder: Path, *, tls: bool = False) -> None:
        self.workers: list[subprocess.Popen[bytes]] = []
        self.settings = _tls_settings() if tls else {}
        """Of a client, as variables of the environment."""
        self._folder = folder
        self._file = folder / "scheduler.json"

    def __enter__(self) -> Self:
        options = ("--port", "0", "--idle-timeout", _LONGEST)
        protocol = ("--protocol", "tls") if self.settings else ()
        self.scheduler = self._start("scheduler", "--scheduler-file", str(self._file), *options, *protocol)
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
        return self.address.replace("tcp:", "dask:").replace("tls:", "dasks:")

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
                env=os.environ | paths | self.settings,
                start_new_session=True,
            )


def _tls_settings() -> dict[str, str]:
    """Return where each side has its certificate and key, and what it trusts, as Dask reads it from the environment."""
    files = {"CA_FILE": _TLS / "peers.pem"}
    for side in ("SCHEDULER", "WORKER", "CLIENT"):
        files |= {f"{side}__CERT": _TLS / "peer.pem", f"{side}__KEY": _TLS / "peer.pem"}
    return {f"DASK_DISTRIBUTED__COMM__TLS__{name}": str(file) for name, file in files.items()}
