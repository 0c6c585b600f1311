"""Gathering postings by term before they are written: in memory up to a bound, then in sorted runs on disk.

Takes the place of Whoosh's own pool, which sorts, pickles and merges every posting by itself.
"""

from __future__ import annotations

import heapq
import pickle
import sys
import tempfile
from array import array
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import groupby
from operator import itemgetter
from typing import IO, Any

from nkcorpus.errors import IndexNotWritable
from nkcorpus.index.whoosh.chunk import ChunkPostings
from nkcorpus.index.whoosh.postings import NO_PLACE, TermPostings
from nkcorpus.query.forms import PLACE_BITS

Posting = tuple[str, bytes, int, float, bytes]
"""Field, term, document number, weight, packed places: what Whoosh hands over."""
_Run = Iterator[tuple[str, bytes, bytes]]

_TERM_SIZE = 160
"""Bytes that a term takes beside its postings: the slot of the dictionary, the key, the array itself."""


class PostingPool:
    """Postings of ascending document numbers, one array a term of what ChunkPostings have.

    At most `limit` bytes of them stay in memory.
    """

    def __init__(self, limit: int) -> None:
        self.fieldnames: set[str] = set()
        self._limit = limit
        self._size = 0
        self._terms: dict[str, dict[bytes, array[int]]] = {}
        self._runs: list[IO[bytes]] = []

    def add_chunk(self, postings: ChunkPostings) -> None:
        """Add the postings of some documents. Raises IndexNotWritable."""
        for field, found in postings.items():
            terms = self._of_field(field)
            size = 0
            for term, places in found.items():
                entry = terms.get(term)
                if entry is None:
                    entry = terms[term] = array("Q")
                    size += _TERM_SIZE
                entry.frombytes(places)
                size += len(places)
            self._grow(size)

    def add(self, posting: Posting) -> None:
        """Add one posting, as Whoosh hands it over when it merges segments."""
        field, term, number, _, packed = posting
        above = number << PLACE_BITS
        places = [above | place for place in array("I", packed)] or [above | NO_PLACE]
        self._of_field(field).setdefault(term, array("Q")).extend(places)
        self._grow(8 * len(places))

    def iter_postings(self) -> Iterator[TermPostings]:
        """Yield all postings, term by term, sorted by field and term, documents ascending."""
        runs = [_read(file) for file in self._runs]
        for (field, term), parts in groupby(heapq.merge(*runs, self._sorted(), key=_KEY), key=_KEY):
            yield TermPostings(field, term, *_columns(b"".join([part for _, _, part in parts])))

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
            try:
                self._spill()
            except OSError as error:
                raise IndexNotWritable(
                    f"{tempfile.gettempdir()}: the index's postings cannot be written ({error.strerror}); free some"
                    " space or set TMPDIR to another folder"
                ) from error

    def _spill(self) -> None:
        file = tempfile.TemporaryFile()  # noqa: SIM115 - closed by cleanup
        self._runs.append(file)
        for item in self._sorted():
            pickle.dump(item, file, pickle.HIGHEST_PROTOCOL)
        file.flush()
        self._terms.clear()
        self._size = 0

    def _sorted(self) -> _Run:
        for field in sorted(self._terms):
            terms = self._terms[field]
            for term in sorted(terms):
                yield field, term, terms[term].tobytes()


_KEY: Any = itemgetter(0, 1)


def _columns(entry: bytes) -> tuple[Sequence[int], Sequence[int], array[int]]:
    """Return the numbers of the documents, how often each has the term, and all places."""
    halves = array("I", entry)
    low = 0 if sys.byteorder == "little" else 1
    places, numbers = halves[low::2], halves[1 - low :: 2]
    counts = Counter(numbers)
    if NO_PLACE in places:
        counts.subtract([number for number, place in zip(numbers, places, strict=True) if place == NO_PLACE])
        places = array("I", [place for place in places if place != NO_PLACE])
    return list(counts), list(counts.values()), places


def _read(file: IO[bytes]) -> _Run:
    file.seek(0)
    while True:
        try:
            yield pickle.load(file)  # noqa: S301 - written by this process a moment ago, in a nameless file
        except EOFError:
            return
