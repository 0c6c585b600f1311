"""What all executors share: bounds, chunks, and what becomes of a chunk with an item that is out of bounds."""

from __future__ import annotations

import gc
from abc import ABC, abstractmethod
from collections.abc import Callable, Generator, Iterable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any, Generic, Protocol, TypeVar

from nkcorpus.config import COLLECT_EVERY
from nkcorpus.errors import ItemOutOfBounds

T = TypeVar("T")
R = TypeVar("R")


@dataclass(frozen=True, slots=True)
class Bounds:
    """What one item may take: `seconds` of wall time and `memory` bytes beyond what a worker starts with.

    Both hold in worker processes only; in one's own process nothing can be stopped.
    """

    seconds: float = 30.0
    memory: int = 1 << 30

    def seconds_for(self, items: int) -> float:
        """Return how long a chunk may take before its items are run again one by one."""
        return self.seconds * (1 + items / 8) if items > 1 else self.seconds

    def too_long(self) -> ItemOutOfBounds:
        """Return the error of an item that took too long."""
        return ItemOutOfBounds(f"took longer than {self.seconds:g} s; it was left out")

    def too_much(self) -> ItemOutOfBounds:
        """Return the error of an item that took too much memory."""
        return ItemOutOfBounds(f"took more than {self.memory >> 20} MB of memory; it was left out")


USUAL = Bounds()


def deadly() -> ItemOutOfBounds:
    """Return the error of an item that killed the process which read it."""
    return ItemOutOfBounds("ended the process that read it; it was left out")


class WorkerGone(Exception):
    """The worker that was to do something is there no more; nobody knows how far it got."""


class Elsewhere(Protocol):
    """Workers that also send requests: readers of several hosts then go on at once, each waiting for its own."""

    def call(self, key: str, function: Callable[..., R], *args: Any) -> R:
        """Return `function(*args)`, from the one worker that for now is that of `key`; both must be picklable.

        Raises WorkerGone, and WorkersFailed when there is none.
        """

    def outside(self) -> AbstractContextManager[None]:
        """Return what a reader waits in; while it does, others go on."""

    def together(
        self, readers: Iterable[tuple[Generator[T, None, None], Callable[[], None]]]
    ) -> Generator[T, None, None]:
        """Yield what readers yield, as it comes. One goes on when what it yielded has been dealt with; what comes with
        it is called before that. Only one runs at a time, but for what it does `outside`.
        """


class Executor(Protocol):
    """Does work on items. `function` must be importable by name and must not raise: errors are values to it."""

    @property
    def elsewhere(self) -> Elsewhere | None:
        """The workers that send requests, None where this process does."""

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
        """Yield each item with `function(item)`, in order.

        `cost` estimates the work in an item; from items that cost `worth_a_pool` on it is worth it to start processes,
        and each task sent to one holds items of about `chunk_cost`. Raises WorkersFailed.
        """

    def map_each(
        self, function: Callable[[T], R], items: Iterable[T], is_work: Callable[[T], bool] = lambda item: True
    ) -> Generator[tuple[T, R | ItemOutOfBounds], None, None]:
        """Yield each item with `function(item)` before the next one is asked for. What is no work is not worth a way.

        Raises WorkersFailed.
        """


class Workers(ABC, Generic[T, R]):
    """Workers and what was given to them, in order."""

    @property
    @abstractmethod
    def waiting(self) -> int:
        """How many chunks were given and not taken."""

    @property
    @abstractmethod
    def is_full(self) -> bool:
        """Whether enough was given to keep all of them busy."""

    @abstractmethod
    def give(self, chunk: list[T]) -> None:
        """Have the items of a chunk dealt with."""

    @abstractmethod
    def first(self) -> tuple[list[T], list[R] | ItemOutOfBounds]:
        """Return the chunk that was given first, with what came of it; wait for that."""

    @abstractmethod
    def alone(self, item: T) -> list[R] | ItemOutOfBounds:
        """Return what comes of a single item; wait for that."""

    @abstractmethod
    def close(self) -> None:
        """Let go of workers that have nothing left to do."""

    @abstractmethod
    def stop(self) -> None:
        """Let go of workers at once."""

    def map_chunks(self, chunks: Iterable[list[T]]) -> Iterator[tuple[T, R | ItemOutOfBounds]]:
        """Yield the items of all chunks, in order, with their results, and let go of the workers."""
        try:
            for chunk in chunks:
                self.give(chunk)
                while self.is_full:
                    yield from self._take()
            while self.waiting:
                yield from self._take()
        except BaseException:
            self.stop()
            raise
        self.close()

    def _take(self) -> Iterator[tuple[T, R | ItemOutOfBounds]]:
        chunk, outcome = self.first()
        if not isinstance(outcome, ItemOutOfBounds):
            yield from zip(chunk, outcome, strict=True)
        elif len(chunk) == 1:
            yield chunk[0], outcome
        else:
            for item in chunk:
                alone = self.alone(item)
                yield item, alone if isinstance(alone, ItemOutOfBounds) else alone[0]


def in_chunks(items: Iterable[T], cost: Callable[[T], int], chunk_cost: int) -> Iterator[list[T]]:
    """Yield items in lists that cost about `chunk_cost`."""
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


def bound_process(memory: int) -> None:
    """Bound this process' address space to what it has now plus `memory` bytes, where the system can."""
    gc.set_threshold(COLLECT_EVERY)
    try:
        import resource
        from pathlib import Path

        pages = int(Path("/proc/self/statm").read_text().split()[0])
        resource.setrlimit(resource.RLIMIT_AS, (pages * resource.getpagesize() + memory, resource.RLIM_INFINITY))
    except (ImportError, OSError, ValueError):
        return
