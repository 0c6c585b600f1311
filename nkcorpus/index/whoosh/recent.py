"""The postings of the terms that were last asked for."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable

from nkcorpus.index.whoosh.postings import Postings

KEPT = 200_000
"""Postings that are kept at hand: some 10 to 20 MB."""
_FEWEST = 32
"""Terms that are kept, however many postings they have: a query looks at each of its words more than once."""
_OF_A_TERM = 20
"""So many postings take the memory that a term takes besides its own."""


class RecentPostings:
    """Reads the postings of a term of a field, and keeps them as long as there is room."""

    def __init__(self, read: Callable[[str, str], Postings], most: int = KEPT) -> None:
        self._read = read
        self._most = most
        self._size = 0
        self._kept: OrderedDict[tuple[str, str], Postings] = OrderedDict()

    def __call__(self, field: str, term: str) -> Postings:
        """Return the postings of a term of a field."""
        key = field, term
        known = self._kept.get(key)
        if known is not None:
            self._kept.move_to_end(key)
            return known
        found = self._kept[key] = self._read(field, term)
        self._size += len(found) + _OF_A_TERM
        while self._size > self._most and len(self._kept) > _FEWEST:
            _, oldest = self._kept.popitem(last=False)
            self._size -= len(oldest) + _OF_A_TERM
        return found

    @property
    def size(self) -> int:
        """The number of postings kept, with what terms take besides."""
        return self._size
