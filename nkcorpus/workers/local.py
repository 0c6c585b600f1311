"""Work in processes of this machine.

A pool of processes starts only when there is enough to do. An item that takes too long, takes too much memory
or kills its process costs that item alone: its chunk is run again one by one, and the item in question
comes back as ItemOutOfBounds. A pool that a dying worker breaks for all is replaced.
"""

from __future__ import annotations

import gc
import itertools
import multiprocessing
import signal
import sys
import threading
import time
from collections import deque
from collections.abc import Callable, Generator, Iterable, Sequence
from concurrent.futures import Future, wait
from concurrent.futures import TimeoutError as FutureTimeout
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

from nkcorpus.errors import ItemOutOfBounds, WorkersFailed
from nkcorpus.workers.base import USUAL, Bounds, Workers, bound_process, deadly, in_chunks

if TYPE_CHECKING:
    from pebble import ProcessPool

T = TypeVar("T")
R = TypeVar("R")

_MOST_BROKEN = 2
"""Pools in a row that may break without a single result."""
_SECONDS_TO_BEGIN = 60.0
"""What the first task in turn may take until a worker has it; workers take some seconds to start."""
_SECONDS_FOR_LOCK = 10.0
"""After which a worker takes it that whoever has the lock of the pool's pipe is dead."""
_SECONDS_TO_STOP = 10.0


def map_ordered(
    function: Callable[[T], R],
    items: Iterable[T],
    *,
    jobs: int = 1,
    cost: Callable[[T], int] = lambda item: 1,
    worth_a_pool: int = 1,
    chunk_cost: int = 1,
    bounds: Bounds = USUAL,
) -> Generator[tuple[T, R | ItemOutOfBounds], None, None]:
    """Yield each item with `function(item)`, in order, whatever `jobs` is.

    `cost` estimates the work in an item; the pool starts when the items seen so far cost `worth_a_pool`,
    and each task sent to it holds items of about `chunk_cost`. `function` must be importable by name, and
    must not raise: errors are values to it. Raises WorkersFailed when no worker process can be kept alive.
    """
    if jobs <= 1:
        yield from ((item, function(item)) for item in items)
        return
    iterator = iter(items)
    first: list[T] = []
    seen = 0
    for item in iterator:
        first.append(item)
        seen += cost(item)
        if seen >= worth_a_pool:
            break
    else:
        yield from ((item, function(item)) for item in first)
        return
    workers: _Pool[T, R] = _Pool(function, jobs, bounds)
    yield from workers.map_chunks(in_chunks(itertools.chain(first, iterator), cost, chunk_cost))


@dataclass(frozen=True, slots=True)
class LocalExecutor:
    """Works with so many processes; with one, in the very process that asks."""

    jobs: int = 1

    @property
    def elsewhere(self) -> None:
        """See Executor."""
        return None

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
        """See Executor."""
        return map_ordered(
            function,
            items,
            jobs=self.jobs,
            cost=cost,
            worth_a_pool=worth_a_pool,
            chunk_cost=chunk_cost,
            bounds=bounds,
        )

    def map_each(
        self, function: Callable[[T], R], items: Iterable[T], is_work: Callable[[T], bool] = lambda item: True
    ) -> Generator[tuple[T, R | ItemOutOfBounds], None, None]:
        """See Executor."""
        return ((item, function(item)) for item in items)


ALONE = LocalExecutor()


class _PoolBroken(Exception):
    """The pool will do nothing more: a worker died with a lock, or in the middle of a message to it."""


class _Pool(Workers[T, R]):
    """A pool of worker processes and what was given to it, in order. A pool that breaks is replaced."""

    def __init__(self, function: Callable[[T], R], jobs: int, bounds: Bounds) -> None:
        self._function = function
        self._jobs = jobs
        self._bounds = bounds
        self._pending: deque[tuple[list[T], Future[list[R]]]] = deque()
        self._broken = 0
        self._pool = self._started()

    @property
    def waiting(self) -> int:
        """See Workers."""
        return len(self._pending)

    @property
    def is_full(self) -> bool:
        """See Workers."""
        return self.waiting > self._jobs * 3

    def give(self, chunk: list[T]) -> None:
        """See Workers."""
        while True:
            try:
                self._pending.append((chunk, self._scheduled(chunk)))
            except _PoolBroken:
                self._renew()
            else:
                return

    def close(self) -> None:
        """See Workers."""
        self._pool.close()  # type: ignore[no-untyped-call]
        self._pool.join()

    def stop(self) -> None:
        """End the workers at once, without a word about messages to them that are cut off."""
        self._pending.clear()
        hook = sys.unraisablehook
        sys.unraisablehook = lambda unraisable: None  # CPython 3.13 complains of the buffer of such a message
        try:
            self._pool.stop()  # type: ignore[no-untyped-call]
            # A pool that is broken may wait for itself.
            joining = threading.Thread(target=self._pool.join, daemon=True)
            joining.start()
            joining.join(_SECONDS_TO_STOP)
            gc.collect()
        finally:
            sys.unraisablehook = hook

    def first(self) -> tuple[list[T], list[R] | ItemOutOfBounds]:
        """See Workers."""
        while True:
            chunk, future = self._pending[0]
            try:
                outcome = self._outcome(future)
            except _PoolBroken:
                self._renew()
            else:
                self._pending.popleft()
                return chunk, outcome

    def alone(self, item: T) -> list[R] | ItemOutOfBounds:
        """See Workers."""
        while True:
            try:
                return self._outcome(self._scheduled([item]))
            except _PoolBroken:
                self._renew()

    def _outcome(self, future: Future[list[R]]) -> list[R] | ItemOutOfBounds:
        from concurrent.futures.process import BrokenProcessPool

        from pebble import ProcessExpired

        try:
            result = self._result(future)
        except BrokenProcessPool:
            raise _PoolBroken from None
        except FutureTimeout:
            return self._bounds.too_long()
        except MemoryError:
            return self._bounds.too_much()
        except ProcessExpired:
            return deadly()
        self._broken = 0
        return result

    def _result(self, future: Future[list[R]]) -> list[R]:
        """Return the result of a task that is the first in turn. Raises what became of it, and _PoolBroken."""
        until = time.monotonic() + _SECONDS_TO_BEGIN
        while True:
            wait((future,), timeout=1.0)
            if future.done():
                return future.result()
            if not self._pool.active or (not future.running() and time.monotonic() > until):
                raise _PoolBroken

    def _scheduled(self, chunk: list[T]) -> Future[list[R]]:
        limit = self._bounds.seconds_for(len(chunk))
        try:
            scheduled: Future[list[R]] = self._pool.schedule(_run_chunk, args=(self._function, chunk), timeout=limit)
        except RuntimeError:  # the pool's word for being broken
            raise _PoolBroken from None
        return scheduled

    def _renew(self) -> None:
        """Give all that is pending to new workers. Raises WorkersFailed when one pool after the other breaks."""
        self._broken += 1
        if self._broken > _MOST_BROKEN:
            raise WorkersFailed("the worker processes die as they start; free some memory, or try --jobs 1")
        chunks = [chunk for chunk, _ in self._pending]
        self.stop()
        self._pool = self._started()
        for chunk in chunks:
            self.give(chunk)

    def _started(self) -> ProcessPool:
        """Start a pool with SIGINT blocked, which its threads and processes inherit: Ctrl-C is for this process alone.

        A worker that is still importing when Ctrl-C reaches the whole terminal would print a traceback.
        """
        from pebble import ProcessPool

        # Not a plain fork: the pool's own threads run in the parent by the time a worker is replaced.
        context = multiprocessing.get_context("spawn")
        memory = self._bounds.memory
        pool = ProcessPool(max_workers=self._jobs, context=context, initializer=_start_worker, initargs=(memory,))
        if not hasattr(signal, "pthread_sigmask"):
            return pool
        from multiprocessing import resource_tracker

        resource_tracker.ensure_running()  # it unblocks SIGINT when it starts, so it has to run before
        before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
        try:
            assert pool.active  # asking starts it
        finally:
            signal.pthread_sigmask(signal.SIG_SETMASK, before)
        return pool


def _run_chunk(function: Callable[[T], R], chunk: Sequence[T]) -> list[R]:
    return [function(item) for item in chunk]


def _start_worker(memory: int) -> None:
    from pebble import CONSTS

    CONSTS.channel_lock_timeout = _SECONDS_FOR_LOCK
    bound_process(memory)
