"""Readers that go on at once: one runs at a time, the others wait outside, for hosts or for their results."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable, Generator, Iterable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from typing import Generic, TypeVar

T = TypeVar("T")

_SECONDS_TO_STOP = 5.0


class Stopped(BaseException):
    """Nobody wants what the reader reads any more. No Exception, which a reader might take for a failure to tell."""


@dataclass(slots=True)
class _Lane(Generic[T]):
    items: Generator[T, None, None]
    before: Callable[[], None]
    dealt_with: threading.Semaphore = field(default_factory=lambda: threading.Semaphore(0))


@dataclass(frozen=True, slots=True)
class _End:
    error: BaseException | None


class Lanes:
    """Runs iterators in threads that take turns with the thread that asks, so that nothing of ours runs twice at once
    and whatever they share needs no locks. A turn ends at `outside` only. For one run.
    """

    def __init__(self, most: int) -> None:
        """At most so many have begun and not ended."""
        self._most = most
        self._turn = threading.Lock()
        self._is_stopping = False
        self._thread = threading.local()

    def check(self) -> None:
        """Raise Stopped in a thread of these that nobody waits for any more."""
        if self._is_stopping and getattr(self._thread, "is_ours", False):
            raise Stopped

    @contextmanager
    def outside(self) -> Iterator[None]:
        """Wait in it, in a thread of these: others have their turns meanwhile. Raises Stopped."""
        self._turn.release()
        try:
            yield
        finally:
            self._turn.acquire()
            self.check()

    def run(self, readers: Iterable[tuple[Generator[T, None, None], Callable[[], None]]]) -> Generator[T, None, None]:
        """Yield what readers yield, as it comes. Each goes on when what it yielded has been dealt with; what stands
        beside it is called right before that, and when it ends. Raises what they raise.
        """
        waiting = iter(readers)
        events: queue.SimpleQueue[tuple[_Lane[T], T | _End]] = queue.SimpleQueue()
        running: dict[int, tuple[threading.Thread, _Lane[T]]] = {}
        self._turn.acquire()
        try:
            while True:
                while len(running) < self._most and (reader := next(waiting, None)):
                    lane = _Lane(*reader)
                    thread = threading.Thread(target=self._read, args=(lane, events), daemon=True)
                    running[id(lane)] = thread, lane
                    thread.start()
                if not running:
                    return
                lane, event = self._next(events)
                lane.before()
                if not isinstance(event, _End):
                    yield event
                    lane.dealt_with.release()
                    continue
                running.pop(id(lane))[0].join()
                if event.error:
                    raise event.error
        finally:
            self._is_stopping = True
            self._turn.release()
            for thread, lane in running.values():
                lane.dealt_with.release()
                thread.join(_SECONDS_TO_STOP / len(running))

    def _next(self, events: queue.SimpleQueue[tuple[_Lane[T], T | _End]]) -> tuple[_Lane[T], T | _End]:
        self._turn.release()
        try:
            return events.get()
        finally:
            self._turn.acquire()

    def _read(self, lane: _Lane[T], events: queue.SimpleQueue[tuple[_Lane[T], T | _End]]) -> None:
        error: BaseException | None = None
        self._thread.is_ours = True
        with self._turn:
            try:
                if not self._is_stopping:
                    self._hand_over(lane, events)
            except Stopped:
                pass
            except BaseException as raised:
                error = raised
        events.put((lane, _End(error)))

    def _hand_over(self, lane: _Lane[T], events: queue.SimpleQueue[tuple[_Lane[T], T | _End]]) -> None:
        with closing(lane.items):
            for item in lane.items:
                events.put((lane, item))
                with self.outside():
                    lane.dealt_with.acquire()
