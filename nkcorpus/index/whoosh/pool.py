"""Gathering postings by term before they are written: in memory up to a bound, then in sorted runs on disk.

Takes the place of Whoosh's own pool, which sorts, pickles and merges every posting by itself.
"""

from __future__ import annotations

import heapq
import pickle
import tempfile
from array import array
from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby
from operator import itemgetter
from typing import IO, Any

from nkcorpus.index.whoosh.postings import TermPostings

Posting = tuple[str, bytes, int, float, bytes]
"""Field, term, document number, weight, packed places: what Whoosh hands over."""
_Run = Iterator[tuple[str, bytes, bytes]]


class PostingPool:
    """Postings of ascending document numbers, kept as `number, frequency, places...` in one array a term.

    At most `limit` bytes of them stay in memory.
    """

    def __init__(self, limit: int) -> None:
        self.fieldnames: set[str] = set()
        self._limit = limit // 4
        self._size = 0
        self._terms: dict[str, dict[bytes, array[int]]] = {}
        self._runs: list[IO[bytes]] = []

    def add_places(self, field: str, number: int, found: Mapping[str, Sequence[int]]) -> None:
        """Add the terms of one field of one document."""
        terms = self._of_field(field)
        size = 0
        for term, places in found.items():
            key = term.encode("utf-8", "replace")
            entry = terms.get(key)
            if entry is None:
                entry = terms[key] = array("I")
                size += 40  # the dictionary's slot, the key and the array itself, in units of four bytes
            entry.extend((number, len(places), *places))
            size += 2 + len(places)
        self._grow(size)

    def add(self, posting: Posting) -> None:
        """Add one posting, as Whoosh hands it over when it merges segments."""
        field, term, number, _, packed = posting
        entry = self._of_field(field).setdefault(term, array("I"))
        entry.append(number)
        entry.append(len(packed) // 4)
        entry.frombytes(packed)
        self._grow(2 + len(packed) // 4)

    def iter_postings(self) -> Iterator[TermPostings]:
        """Yield all postings, term by term, sorted by field and term, documents ascending."""
        runs = [_read(file) for file in self._runs]
        for (field, term), parts in groupby(heapq.merge(*runs, self._sorted(), key=_KEY), key=_KEY):
            entry = array("I")
            for _, _, part in parts:
                entry.frombytes(part)
            numbers, counts, places = array("I"), array("I"), array("I")
            start = 0
            while start < len(entry):
                number, frequency = entry[start : start + 2]
                end = start + 2 + frequency
                numbers.append(number)
                counts.append(frequency)
                places += entry[start + 2 : end]
                start = end
            yield TermPostings(field, term, numbers, counts, places)

    def cleanup(self) -> None:
        """Delete the runs."""
        for file in self._runs:
            file.close()
        self._runs.clear()

    def _of_field(self, field: str) -> dict[bytes, array[int]]:
        terms = self._terms.get(field)
        if terms is None:
            terms = self._terms[field] = {}
            self.fieldnames.add(field)
        return terms

    def _grow(self, size: int) -> None:
        self._size += size
        if self._size > self._limit:
            file = tempfile.TemporaryFile()  # noqa: SIM115 - closed by cleanup
            self._runs.append(file)
            for item in self._sorted():
                pickle.dump(item, file, pickle.HIGHEST_PROTOCOL)
            self._terms.clear()
            self._size = 0

    def _sorted(self) -> _Run:
        for field in sorted(self._terms):
            terms = self._terms[field]
            for term in sorted(terms):
                yield field, term, terms[term].tobytes()


_KEY: Any = itemgetter(0, 1)


def _read(file: IO[bytes]) -> _Run:
    file.seek(0)
    while True:
        try:
            yield pickle.load(file)  # noqa: S301 - written by this process a moment ago, in a nameless file
        except EOFError:
            return
