"""What an engine finds, looked up by place and by what it is ordered by."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Sequence
from typing import Generic, TypeVar

from nkcorpus.index.candidates.reader import Matching

A = TypeVar("A")

_GROWTH = 4
"""So many times the hits are fetched when more are needed."""


class Hits(Generic[A]):
    """The hits of a query in their order."""

    def __init__(self, matching: Matching[A]) -> None:
        self._matching = matching
        self.count = matching.count

    def addresses(self, start: int, end: int) -> list[A]:
        """Return the addresses of those numbered from `start` up to `end`, which is left out."""
        return [address for _, address in self._matching.first(end)[start:end]]

    def at(self, number: int) -> float:
        """Return what the hit of a number, from 0, was ordered by."""
        return self._matching.first(number + 1)[number][0]

    def upto(self, end: float, key: Callable[[float], float], known: int) -> int:
        """Return how many come before `end` or there, given the key of their order; `known` are looked at first."""
        while True:
            hits: Sequence[tuple[float, A]] = self._matching.first(known)
            found = bisect_right(hits, end, key=lambda hit: key(hit[0]))
            if found < len(hits) or found == self.count:
                return found
            known = min(self.count, found * _GROWTH)
