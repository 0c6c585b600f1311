"""Work on the workers of a Dask cluster: the same chunks, bounds and results as with processes of this machine.

The scheduler gives chunks of a worker that dies to others. What goes to workers is pickled bytes, of which chunks are
read in guarded processes only, so that no content can harm a worker. Needs the package `distributed`.
"""

from __future__ import annotations

import contextlib
import hashlib
import logging
import pickle
import threading
import time
import uuid
import warnings
from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator
from contextlib import ExitStack
from types import TracebackType
from typing import Any, Self, TypeVar

import dask.config
from distributed import CancelledError, Client, Future, KilledWorker, wait
from distributed.comm.core import CommClosedError
from distributed.versions import VersionMismatchWarning

from nkcorpus.errors import ItemOutOfBounds, WorkersFailed
from nkcorpus.version import __version__
from nkcorpus.workers.base import USUAL, Bounds, WorkerGone, Workers, deadly, in_chunks
from nkcorpus.workers.lanes import Lanes
from nkcorpus.workers.remote import run_call, run_chunk

T = TypeVar("T")
R = TypeVar("R")

_CHUNKS_A_THREAD = 3
_MOST_BYTES = 64 << 20
"""Bytes of chunks that are under way at a time."""
_MOST_READERS = 32
"""Hosts that are read at a time."""
_LOOK_SECONDS = 1.0
"""Between two looks at which workers there are."""
_PATIENCE = 60.0
"""Seconds without any worker before giving up."""
_LOGGERS = ("distributed", "distributed.client")
_SETTINGS = {"distributed.admin.large-graph-warning-threshold": "1 GB"}  # chunks are as large as the inputs in them


class DaskExecutor:
    """Works with all workers of a scheduler; it is a context, which connects. `patience` are the seconds that may pass
    without any worker. `notify` gets lines for the user.
    """

    def __init__(
        self, address: str, notify: Callable[[str], None] = lambda message: None, *, patience: float = _PATIENCE
    ) -> None:
        """`address` is that of the scheduler, as Dask writes it."""
        self._address = address
        self._notify = notify
        self._patience = patience
        self._lanes = Lanes(_MOST_READERS)
        self._lock = threading.Lock()
        self._workers: dict[str, int] = {}
        self._looked = self._seen = 0.0
        self._functions: dict[bytes, Future[bytes]] = {}

    def __enter__(self) -> Self:
        with ExitStack() as stack:
            stack.enter_context(_silent())
            stack.enter_context(dask.config.set(_SETTINGS))
            self._client = stack.enter_context(self._connected())
            self._seen = time.monotonic()
            self.look()
            self._stack = stack.pop_all()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._functions.clear()
        self._stack.close()

    @property
    def elsewhere(self) -> DaskExecutor:
        """See Executor."""
        return self

    def map_ordered(
        self,
        function: Callable[[T], R],
        items: Iterable[T],
        *,
        cost: Callable[[T], int] = lambda item: 1,
        worth_a_pool: int = 1,
        chunk_cost: int = 1,
        bounds: Bounds = USUAL,
    ) -> Generator[tuple[T, R | ItemOutOfBounds], None, None]:
        """See Executor. All goes to the workers, however little it is."""
        workers: _ClusterWorkers[T, R] = _ClusterWorkers(self, function, bounds)
        yield from workers.map_chunks(in_chunks(items, cost, chunk_cost))

    def map_each(
        self, function: Callable[[T], R], items: Iterable[T], is_work: Callable[[T], bool] = lambda item: True
    ) -> Generator[tuple[T, R | ItemOutOfBounds], None, None]:
        """See Executor. For a reader that runs `together` with others."""
        for item in items:
            if not is_work(item):
                yield item, function(item)
                continue
            with self.outside():
                future = self.submit_chunk(function, pickle.dumps([item]), 1, USUAL)
                outcome: list[R] | ItemOutOfBounds = self.outcome(future)
            yield item, outcome if isinstance(outcome, ItemOutOfBounds) else outcome[0]

    def call(self, key: str, function: Callable[..., R], *args: Any) -> R:
        """See Elsewhere."""
        worker = self.worker_of(key)
        # Another worker would ask the host at once; whoever asked for this knows when it may be asked again.
        future = self._submitted(run_call, __version__, pickle.dumps((function, args)), workers=[worker])
        try:
            blob = self._result(future, worker)
        except KilledWorker:
            raise WorkerGone from None
        value: R = pickle.loads(blob)  # noqa: S301 - of a worker, which the user trusts
        return value

    def outside(self) -> contextlib.AbstractContextManager[None]:
        """See Elsewhere."""
        return self._lanes.outside()

    def together(
        self, readers: Iterable[tuple[Generator[T, None, None], Callable[[], None]]]
    ) -> Generator[T, None, None]:
        """See Elsewhere."""
        return self._lanes.run(readers)

    def submit_chunk(self, function: Callable[[T], R], chunk: bytes, items: int, bounds: Bounds) -> Future[bytes]:
        """Send a pickled chunk of so many items to the workers."""
        return self._submitted(run_chunk, __version__, self._sent(function), chunk, items, bounds)

    def outcome(self, future: Future[bytes]) -> list[Any] | ItemOutOfBounds:
        """Return what came of a chunk; wait for it. Raises WorkersFailed, and what the function raised."""
        try:
            value = pickle.loads(self._result(future))  # noqa: S301 - of a worker, which the user trusts
        except KilledWorker:
            return deadly()
        if isinstance(value, list | ItemOutOfBounds):
            return value
        raise value

    def look(self) -> dict[str, int]:
        """Return the threads of each worker there is, as of a second ago.

        Raises WorkersFailed when there was none for long, or the scheduler is gone.
        """
        with self._lock:
            now = time.monotonic()
            if now - self._looked < _LOOK_SECONDS:
                return self._workers
            had_workers = bool(self._workers) or not self._looked
            try:
                self._workers = dict(self._client.nthreads())
            except (OSError, RuntimeError, CancelledError) as error:
                raise self._lost() from error
            self._looked = now
            if self._workers:
                self._seen = now
            elif now - self._seen > self._patience:
                raise WorkersFailed(
                    f"{self._address}: no Dask worker for {self._patience:g} s; start one with"
                    f" 'dask worker {self._address}', then run the same again"
                )
            elif had_workers:
                self._notify(f"{self._address}: no Dask worker there; waiting {self._patience:g} s for one")
            return self._workers

    def _connected(self) -> Client:
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore", VersionMismatchWarning)
                return Client(self._address, set_as_default=False, name="nkcorpus")  # type: ignore[no-untyped-call]
        except (OSError, ValueError, TypeError, RuntimeError, ImportError) as error:
            raise WorkersFailed(
                f"{self._address}: no Dask scheduler that can be worked with ({_told(error)}); start one with"
                " 'dask scheduler', or leave --executor away"
            ) from None

    def _sent(self, function: Callable[..., Any]) -> Future[bytes]:
        """Have the workers get a function once. It comes as a task, so that it is made again where it gets lost."""
        pickled = pickle.dumps(function)
        digest = hashlib.sha256(pickled).digest()
        if digest not in self._functions:
            self._functions[digest] = self._submitted(bytes, pickled)
        return self._functions[digest]

    def _submitted(self, function: Callable[..., R], *args: object, workers: list[str] | None = None) -> Future[R]:
        try:
            future: Future[R] = self._client.submit(
                function, *args, key=f"nkcorpus-{uuid.uuid4()}", workers=workers, pure=False
            )
        except (OSError, RuntimeError) as error:
            raise self._lost() from error
        return future

    def worker_of(self, key: str) -> str:
        """Return the worker that a key is for: the same one as long as it is there. Raises WorkersFailed."""
        while not (workers := self.look()):
            self._lanes.check()
            time.sleep(_LOOK_SECONDS)
        return max(workers, key=lambda worker: hashlib.sha256(f"{key} {worker}".encode()).digest())

    def _result(self, future: Future[bytes], worker: str | None = None) -> bytes:
        """Return the result of a task; wait for it, and for a `worker` no longer than it is there.

        Raises WorkerGone, KilledWorker, WorkersFailed.
        """
        while True:
            self._lanes.check()
            try:
                with self._client.as_current():
                    wait(future, timeout=_LOOK_SECONDS)  # type: ignore[no-untyped-call]
                return future.result(timeout=self._patience)
            except TimeoutError:
                workers = self.look()
                if worker is not None and worker not in workers:
                    raise WorkerGone from None
            except (KilledWorker, WorkersFailed):
                raise
            except (CancelledError, CommClosedError) as error:
                raise self._lost() from error
            except Exception as error:
                raise WorkersFailed(
                    f"{self._address}: nkcorpus {__version__} cannot run there ({_told(error)}); install the same for"
                    " the scheduler and all workers"
                ) from error

    def _lost(self) -> WorkersFailed:
        return WorkersFailed(
            f"{self._address}: the Dask scheduler is gone; what was stored stays stored, run the same again"
        )


class _ClusterWorkers(Workers[T, R]):
    """All workers of a cluster, and the chunks that they were given, in order."""

    def __init__(self, executor: DaskExecutor, function: Callable[[T], R], bounds: Bounds) -> None:
        self._executor = executor
        self._function = function
        self._bounds = bounds
        self._pending: deque[tuple[list[T], int, Future[bytes]]] = deque()
        self._bytes = 0

    @property
    def waiting(self) -> int:
        """See Workers."""
        return len(self._pending)

    @property
    def is_full(self) -> bool:
        """See Workers."""
        if not self._pending:
            return False
        threads = sum(self._executor.look().values())
        return self._bytes > _MOST_BYTES or self.waiting > max(threads, 1) * _CHUNKS_A_THREAD

    def give(self, chunk: list[T]) -> None:
        """See Workers."""
        pickled = pickle.dumps(chunk)
        future = self._executor.submit_chunk(self._function, pickled, len(chunk), self._bounds)
        self._pending.append((chunk, len(pickled), future))
        self._bytes += len(pickled)

    def first(self) -> tuple[list[T], list[R] | ItemOutOfBounds]:
        """See Workers."""
        chunk, size, future = self._pending.popleft()
        self._bytes -= size
        return chunk, self._executor.outcome(future)

    def alone(self, item: T) -> list[R] | ItemOutOfBounds:
        """See Workers."""
        future = self._executor.submit_chunk(self._function, pickle.dumps([item]), 1, self._bounds)
        return self._executor.outcome(future)

    def close(self) -> None:
        """See Workers."""

    def stop(self) -> None:
        """See Workers. The scheduler forgets what nobody waits for."""
        self._pending.clear()


@contextlib.contextmanager
def _silent() -> Iterator[None]:
    """Keep Dask from writing to the terminal of the user, who is told by errors."""
    loggers = [logging.getLogger(name) for name in _LOGGERS]
    levels = [logger.level for logger in loggers]
    for logger in loggers:
        logger.setLevel(logging.CRITICAL + 1)
    try:
        yield
    finally:
        for logger, level in zip(loggers, levels, strict=True):
            logger.setLevel(level)


def _told(error: BaseException) -> str:
    """Return what an error says, in few words."""
    lines = str(error).strip().splitlines() or [type(error).__name__]
    return lines[0][:200].rstrip(".:")
