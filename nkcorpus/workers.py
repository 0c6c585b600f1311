"""The one seam for parallel work: map a function over items, results in order, each item bounded.

A pool of processes starts only when there is enough to do. An item that takes too long, takes too much memory
or kills its process costs that item alone: its chunk is run again one by one, and the item in question
comes back as ItemOutOfBounds.
"""

from __future__ import annotations

import gc
import itertools
import multiprocessing
import signal
import sys
from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from concurrent.futures import Future
from concurrent.futures import TimeoutError as FutureTimeout
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

from nkcorpus.config import COLLECT_EVERY
from nkcorpus.errors import ItemOutOfBounds, WorkersFailed

if TYPE_CHECKING:
    from pebble import ProcessPool

T = TypeVar("T")
R = TypeVar("R")


@dataclass(frozen=True, slots=True)
class Bounds:
    """What one item may take: `seconds` of wall time and `memory` bytes beyond what a worker starts with.

    Both hold in worker processes only; in one's own process nothing can be stopped.
    """

    seconds: float = 30.0
    memory: int = 1 << 30


def map_ordered(
    function: Callable[[T], R],
    items: Iterable[T],
    *,
    jobs: int = 1,
    cost: Callable[[T], int] = lambda item: 1,
    worth_a_pool: int = 1,
    chunk_cost: int = 1,
    bounds: Bounds = Bounds(),
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
    yield from _map_in_pool(function, itertools.chain(first, iterator), jobs, cost, chunk_cost, bounds)


def _map_in_pool(
    function: Callable[[T], R],
    items: Iterable[T],
    jobs: int,
    cost: Callable[[T], int],
    chunk_cost: int,
    bounds: Bounds,
) -> Iterator[tuple[T, R | ItemOutOfBounds]]:
    from pebble import ProcessPool

    # Not a plain fork: the pool's own threads run in the parent by the time a worker is replaced.
    context = multiprocessing.get_context("spawn")
    pool = ProcessPool(max_workers=jobs, context=context, initializer=_start_worker, initargs=(bounds.memory,))
    pending: deque[tuple[list[T], Future[list[R]]]] = deque()
    try:
        _start(pool)
        for chunk in _chunks(items, cost, chunk_cost):
            limit = bounds.seconds * (1 + len(chunk) / 8)
            pending.append((chunk, pool.schedule(_run_chunk, args=(function, chunk), timeout=limit)))
            if len(pending) > jobs * 3:
                yield from _results(pool, function, *pending.popleft(), bounds)
        while pending:
            yield from _results(pool, function, *pending.popleft(), bounds)
    except BaseException:
        pending.clear()
        _stop(pool)
        raise
    pool.close()  # type: ignore[no-untyped-call]
    pool.join()


def _start(pool: ProcessPool) -> None:
    """Start the pool with SIGINT blocked, which its threads and processes inherit: Ctrl-C is for this process alone.

    A worker that is still importing when Ctrl-C reaches the whole terminal would print a traceback.
    """
    if not hasattr(signal, "pthread_sigmask"):
        return
    from multiprocessing import resource_tracker

    resource_tracker.ensure_running()  # it unblocks SIGINT when it starts, so it has to run before
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        assert pool.active  # asking starts it
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _stop(pool: ProcessPool) -> None:
    """End the workers at once, without a word about messages to them that are cut off."""
    hook = sys.unraisablehook
    sys.unraisablehook = lambda unraisable: None  # CPython 3.13 complains of the buffer of such a message
    try:
        pool.stop()  # type: ignore[no-untyped-call]
        pool.join()
        gc.collect()
    finally:
        sys.unraisablehook = hook


def _results(
    pool: ProcessPool,
    function: Callable[[T], R],
    chunk: list[T],
    future: Future[list[R]],
    bounds: Bounds,
) -> Iterator[tuple[T, R | ItemOutOfBounds]]:
    outcome = _outcome(future, bounds)
    if not isinstance(outcome, ItemOutOfBounds):
        yield from zip(chunk, outcome, strict=True)
        return
    if len(chunk) == 1:
        yield chunk[0], outcome
        return
    for item in chunk:
        single = pool.schedule(_run_chunk, args=(function, [item]), timeout=bounds.seconds)
        alone = _outcome(single, bounds)
        yield item, alone if isinstance(alone, ItemOutOfBounds) else alone[0]


def _outcome(future: Future[list[R]], bounds: Bounds) -> list[R] | ItemOutOfBounds:
    from concurrent.futures.process import BrokenProcessPool

    from pebble import ProcessExpired

    try:
        return future.result()
    except BrokenProcessPool:
        raise WorkersFailed("the worker processes die as they start; free some memory, or try --jobs 1") from None
    except FutureTimeout:
        return ItemOutOfBounds(f"took longer than {bounds.seconds:g} s; it was left out")
    except MemoryError:
        return ItemOutOfBounds(f"took more than {bounds.memory >> 20} MB of memory; it was left out")
    except ProcessExpired:
        return ItemOutOfBounds("ended the process that read it; it was left out")


def _chunks(items: Iterable[T], cost: Callable[[T], int], chunk_cost: int) -> Iterator[list[T]]:
    chunk: list[T] = []
    total = 0
    for item in items:
        chunk.append(item)
        total += cost(item)
        if total >= chunk_cost:
            yield chunk
            chunk, total = [], 0
    if chunk:
        yield chunk


def _run_chunk(function: Callable[[T], R], chunk: Sequence[T]) -> list[R]:
    return [function(item) for item in chunk]


def _start_worker(memory: int) -> None:
    """Bound this process' address space to what it has now plus `memory` bytes, where the system can."""
    gc.set_threshold(COLLECT_EVERY)
    try:
        import resource
        from pathlib import Path

        pages = int(Path("/proc/self/statm").read_text().split()[0])
        resource.setrlimit(resource.RLIMIT_AS, (pages * resource.getpagesize() + memory, resource.RLIM_INFINITY))
    except (ImportError, OSError, ValueError):
        return
