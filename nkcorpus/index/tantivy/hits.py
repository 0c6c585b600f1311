"""What tantivy finds, fetched as far as it is looked at."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable

from nkcorpus.index.tantivy.reader import Address, Hit

_GROWTH = 4
"""So many times the hits are fetched when more are needed."""


class Hits:
    """The hits of a query in their order. `fetch` returns how many there are, and so many of the first."""

    def __init__(self, fetch: Callable[[int], tuple[int, list[Hit]]], expected: int) -> None:
        self._fetch = fetch
        self.count, self._known = fetch(expected)

    def addresses(self, number: int) -> list[Address]:
        """Return the addresses of the first `number`."""
        return [address for _, address in self._first(number)]

    def at(self, number: int) -> float:
        """Return what the hit of a number, from 0, was ordered by."""
        return self._first(number + 1)[number][0]

    def upto(self, end: float, key: Callable[[float], float]) -> int:
        """Return how many come before `end` or there, given the key of their order."""
        while True:
            found = bisect_right(self._known, end, key=lambda hit: key(hit[0]))
            if found < len(self._known) or found == self.count:
                return found
            self._first(min(self.count, found * _GROWTH))

    def _first(self, number: int) -> list[Hit]:
        if number > len(self._known):
            _, self._known = self._fetch(number)
        return self._known[:number]
