"""The postings of a term in a segment as bytes: columns one after the other, so that what is not needed is not read.

Document numbers (as gaps), how often each document has the term, and, one document after the other, the positions and
the forms in which it stands there. A column has the narrowest integers of this machine that hold its values.
"""

from __future__ import annotations

import struct
from array import array
from bisect import bisect_left
from collections import Counter
from collections.abc import Callable, Iterable, Sequence, Set
from functools import cached_property, lru_cache
from itertools import accumulate, chain, compress, repeat
from operator import sub
from typing import NamedTuple

from nkcorpus.index.ranking.snapshot import Forms
from nkcorpus.query.forms import PLACE_BITS, POSITION_BITS, POSITION_MASK

_HEADER = struct.Struct("=IIccc?")
"""How many documents and places, the type codes of gaps, counts and positions, and whether any form is not 0."""

NO_PLACE = (1 << PLACE_BITS) - 1
"""Stands for the place of a term in a field without places; no text has so many words that it is one."""

_LOOKUP = 6
"""Looking a document up takes so much longer than passing one over."""

Read = Callable[[int, int], bytes]
"""Returns so many bytes from an offset on."""


class TermPostings(NamedTuple):
    """All postings of a term side by side: document numbers, how often each has it, and all packed places."""

    field: str
    term: bytes
    numbers: Sequence[int]
    counts: Sequence[int]
    places: array[int]


def encoded(numbers: Sequence[int], counts: Sequence[int], places: array[int]) -> bytes:
    """Return the postings of a term as bytes; `numbers` ascend."""
    gaps = _narrow(list(map(sub, numbers, chain((0,), numbers))))
    often = _narrow(counts)
    positions = _narrow([place & POSITION_MASK for place in places])
    forms = bytes([place >> POSITION_BITS for place in places])
    has_forms = any(forms)
    codes = (column.typecode.encode() for column in (gaps, often, positions))
    header = _HEADER.pack(len(numbers), len(places), *codes, has_forms)
    return b"".join((header, gaps, often, positions, forms if has_forms else b""))


class SegmentPostings:
    """Reads the postings of a term. Positions and forms are read when they are first asked for."""

    def __init__(self, read: Read, offset: int) -> None:
        size, places, gap_code, count_code, position_code, has_forms = _HEADER.unpack(read(offset, _HEADER.size))
        gaps, counts = array(gap_code.decode()), array(count_code.decode())
        data = read(offset + _HEADER.size, size * (gaps.itemsize + counts.itemsize))
        gaps.frombytes(data[: size * gaps.itemsize])
        counts.frombytes(data[size * gaps.itemsize :])
        self.numbers: list[int] = list(accumulate(gaps))
        """Of the documents, deleted ones included, ascending."""
        self.counts: array[int] = counts
        """How often each has the term; 0 in a field without places."""
        self._read = read
        self._offset = offset + _HEADER.size + len(data)
        self._size = places
        self._code: str = position_code.decode()
        self.has_forms: bool = has_forms
        """Whether it stands anywhere in another form than 0."""

    @cached_property
    def positions(self) -> array[int]:
        """The positions in all documents, one after the other."""
        positions = array(self._code)
        positions.frombytes(self._read(self._offset, self._size * positions.itemsize))
        return positions

    @cached_property
    def forms(self) -> bytes:
        """The form at each position."""
        if not self.has_forms:
            return bytes(self._size)
        return self._read(self._offset + self._size * array(self._code).itemsize, self._size)

    def packed(self, index: int) -> bytes:
        """Return the packed places in the document that is at `index` in `numbers`, as 32-bit integers."""
        extent = slice(self._starts[index], self._starts[index + 1])
        pairs = zip(self.positions[extent], self.forms[extent], strict=True)
        return array("I", [position | form << POSITION_BITS for position, form in pairs]).tobytes()

    @cached_property
    def _starts(self) -> list[int]:
        return list(accumulate(self.counts, initial=0))


class Postings:
    """The postings of a term over all segments; numbers run through them, and deleted documents have none."""

    def __init__(self, parts: Sequence[tuple[int, SegmentPostings]], deleted: frozenset[int]) -> None:
        """Take the first number of each segment beside its postings, and the numbers of all deleted documents."""
        self._parts = [part for _, part in parts]
        self._deleted = deleted
        shifted = ([base + number for number in part.numbers] if base else part.numbers for base, part in parts)
        self._numbers = next(shifted) if len(parts) == 1 else list(chain.from_iterable(shifted))

    def __len__(self) -> int:
        """Return the number of postings, those of deleted documents included."""
        return len(self._numbers)

    def frequencies(self, forms: Forms = None) -> dict[int, float]:
        """Return how often each document that has the term has it, with `forms` only words of these forms."""
        if forms is not None:
            found: dict[int, float] = dict(Counter(self.occurrences(forms)))
            return {n: often for n, often in found.items() if n not in self._deleted} if self._deleted else found
        counts: Iterable[float] = self._counts
        if not any(part.counts[0] for part in self._parts):
            counts = repeat(1, len(self._numbers))
        pairs = zip(self._numbers, counts, strict=True)
        if not self._deleted:
            return dict(pairs)
        return {number: count for number, count in pairs if number not in self._deleted}

    def occurrences(self, forms: Forms = None) -> Iterable[int]:
        """Return each document, deleted ones too, as often as it has the term; with `forms`, words of these forms."""
        if not any(part.counts[0] for part in self._parts):
            return self._numbers
        numbers = chain.from_iterable(map(repeat, self._numbers, self._counts))
        return numbers if forms is None else compress(numbers, self._forms.translate(_selecting(forms)))

    @cached_property
    def documents(self) -> Set[int]:
        """The documents that have the term."""
        return set(self._numbers) - self._deleted if self._deleted else set(self._numbers)

    def counts_in(self, wanted: Set[int], form: int) -> dict[int, float]:
        """Return how often those of the wanted documents that have the term in one form have it so."""
        if not any(part.has_forms for part in self._parts):
            counts = self._counts
            return {} if form else {number: counts[at] for number, at in self._places(wanted)}
        starts, count = self._starts, self._forms.count
        found = ((number, count(form, starts[at], starts[at + 1])) for number, at in self._places(wanted))
        return {number: often for number, often in found if often}

    def positions_in(self, wanted: Set[int], forms: Forms = None) -> dict[int, Sequence[int]]:
        """Return the positions in those of the wanted documents that have the term, ascending.

        With `forms`, only the positions of words of these forms, in documents that have any.
        """
        starts, positions = self._starts, self._positions
        if forms is None:
            return {number: positions[starts[at] : starts[at + 1]] for number, at in self._places(wanted)}
        inflected = self._forms
        in_form = {
            number: [positions[i] for i in range(starts[at], starts[at + 1]) if inflected[i] in forms]
            for number, at in self._places(wanted)
        }
        return {number: found for number, found in in_form.items() if found}

    def _places(self, wanted: Set[int]) -> list[tuple[int, int]]:
        """Return those of the wanted documents that have the term, each with its place among those that do."""
        numbers = self._numbers
        wanted = wanted - self._deleted if self._deleted else wanted
        if len(numbers) < len(wanted) * _LOOKUP:
            return [(number, at) for at, number in enumerate(numbers) if number in wanted]
        last = len(numbers) - 1
        places = ((number, min(bisect_left(numbers, number), last)) for number in wanted)
        return [(number, at) for number, at in places if numbers[at] == number]

    @cached_property
    def _counts(self) -> Sequence[int]:
        if len(self._parts) == 1:
            return self._parts[0].counts
        return list(chain.from_iterable(part.counts for part in self._parts))

    @cached_property
    def _starts(self) -> Sequence[int]:
        return list(accumulate(self._counts, initial=0))

    @cached_property
    def _positions(self) -> array[int]:
        if len(self._parts) == 1:
            return self._parts[0].positions
        return array("I", chain.from_iterable(part.positions for part in self._parts))

    @cached_property
    def _forms(self) -> bytes:
        return b"".join(part.forms for part in self._parts)


@lru_cache(256)
def _selecting(forms: frozenset[int]) -> bytes:
    """Return what makes of each form in `forms` a 1, and of each other one a 0."""
    return bytes(form in forms for form in range(256))


def _narrow(values: Iterable[int]) -> array[int]:
    for code in "BH":
        try:
            return array(code, values)
        except OverflowError:
            continue
    return array("I", values)
