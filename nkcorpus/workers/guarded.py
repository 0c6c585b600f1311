"""A process of one's own for what comes from outside: it can be stopped, and takes nobody along when it dies."""

from __future__ import annotations

import multiprocessing
import pickle
import signal
import threading
from collections.abc import Callable, Sequence
from multiprocessing.connection import Connection
from typing import Any

from nkcorpus.errors import WorkersFailed
from nkcorpus.workers.base import Bounds, bound_process, deadly

_SECONDS_TO_BEGIN = 60.0
"""What a process may take to start and to load what the function needs."""
_TRIES_TO_BEGIN = 3
_BEGUN = b""
_ONE_AT_A_TIME = threading.Lock()
"""Held to start or end a process: starting one may take note of the end of another, which then nobody else can."""


class Guarded:
    """Runs chunks in a process that it starts anew when a chunk breaks it. For one thread at a time."""

    def __init__(self, bounds: Bounds) -> None:
        self.bounds = bounds
        self._process: multiprocessing.process.BaseProcess | None = None
        self._connection: Connection | None = None
        self._known = b""

    def run(self, function: bytes, chunk: bytes, items: int) -> bytes:
        """Return, pickled, the list of what a pickled function makes of a pickled chunk of so many items.

        In its place it may be an ItemOutOfBounds, or whatever else the function raised.
        """
        for _ in range(_TRIES_TO_BEGIN):
            try:
                answer = self._begun(function, chunk)
            except (OSError, EOFError):
                self.stop()
                continue
            try:
                return answer or self._received(self.bounds.seconds_for(items))
            except TimeoutError:
                self.stop()
                return pickle.dumps(self.bounds.too_long())
            except (OSError, EOFError):
                self.stop()
                return pickle.dumps(deadly())
        failed = WorkersFailed("the processes of a worker die as they start; free some memory on its machine")
        return pickle.dumps(failed)

    def stop(self) -> None:
        """End the process."""
        if self._process is not None and self._connection is not None:
            with _ONE_AT_A_TIME:
                self._process.kill()
                self._process.join()
                self._process.close()
            self._connection.close()
        self._process = self._connection = None
        self._known = b""

    def _begun(self, function: bytes, chunk: bytes) -> bytes:
        """Have the process begin with a chunk. Returns nothing, or what stands in the way.

        Raises OSError and EOFError where it died of it.
        """
        if self._connection is None:
            self._start()
        assert self._connection is not None
        self._connection.send_bytes(b"" if function == self._known else function)
        self._known = function
        self._connection.send_bytes(chunk)
        return self._received(_SECONDS_TO_BEGIN)

    def _received(self, seconds: float) -> bytes:
        assert self._connection is not None
        if not self._connection.poll(seconds):
            raise TimeoutError
        return self._connection.recv_bytes()

    def _start(self) -> None:
        # A Dask worker is a daemon of its nanny, and daemons may have no children; ours end with the worker.
        if multiprocessing.current_process().daemon:
            multiprocessing.current_process().daemon = False
        context = multiprocessing.get_context("spawn")
        self._connection, theirs = context.Pipe()
        self._process = context.Process(target=_serve, args=(theirs, self.bounds.memory), daemon=True)
        with _ONE_AT_A_TIME:
            self._process.start()
        theirs.close()


def _serve(connection: Connection, memory: int) -> None:
    """Run chunks until nobody is left who sends any."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    bound_process(memory)
    function: Callable[[Any], Any] | None = None
    try:
        while True:
            if given := connection.recv_bytes():
                function = None
            chunk = connection.recv_bytes()
            try:
                function = pickle.loads(given) if given else function  # noqa: S301 - of the process that started this
                items = pickle.loads(chunk)  # noqa: S301
            except Exception as error:
                connection.send_bytes(pickle.dumps(error))
                continue
            assert function is not None
            connection.send_bytes(_BEGUN)
            connection.send_bytes(_outcome(function, items, memory))
    except (EOFError, OSError):
        return


def _outcome(function: Callable[[Any], Any], items: Sequence[Any], memory: int) -> bytes:
    try:
        return pickle.dumps([function(item) for item in items])
    except MemoryError:
        outcome: Exception = Bounds(memory=memory).too_much()
    except Exception as error:
        outcome = error
    return pickle.dumps(outcome)
