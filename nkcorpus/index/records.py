r"""What an article's fields hold, word by word, for engines that tell only that they match.

A record is the article's id, where each field begins and the last one ends, and the fields. In a field each position is
a line feed and, but for a stop word, a key of the term and a byte of 0x80 and the word's form. The key of a term has a
last byte above 0x7F that no other term has at that place, so that counting its occurrences is a search for bytes: for a
last letter from `a` to `z` the byte 0x80 to 0x99, which no UTF-8 has after an ASCII letter, else 0xFF after it, which
no UTF-8 has at all.
"""

from __future__ import annotations

import re
import struct
from collections.abc import Iterable, Mapping, Sequence, Set
from functools import cached_property
from itertools import accumulate
from mmap import mmap
from typing import NamedTuple

from nkcorpus.index.fields import STOP, WHOLE, WORDED, in_form, token
from nkcorpus.index.ranking.snapshot import Forms, Frequencies
from nkcorpus.query import analysis
from nkcorpus.query.analysis import Analyzer
from nkcorpus.query.forms import form_of

_FIELDS = (*WORDED, *WHOLE[1:])
_HEADER = struct.Struct(f"<16s{len(_FIELDS) + 1}I")
_ENDS = struct.Struct("<2I")
_ENDS_AT = 16
_NUMBER = {field: number for number, field in enumerate(_FIELDS)}
_FORM = 0x80
_CACHE_LIMIT = 400_000


def key(term: str) -> bytes:
    """Return the bytes that stand for a term in a record: the line feed and the key."""
    data = token(term).replace("\n", "\x1f").encode()
    last = data[-1] - 97 if data else -1
    if 0 <= last < 26 and data.isascii():
        return b"\n" + data[:-1] + bytes((0x80 + last,))
    return b"\n" + data + b"\xff"


class Words(NamedTuple):
    """Words as the index takes them, with a space after each, in their forms too, and as a record has them."""

    spaced: str
    formed: str
    record: bytes


_NO_WORDS = Words("", "", b"")


class WordCache(dict[str, Words]):
    """Turns text into words; what a surface gives is worked out once, up to a bound on memory."""

    def __init__(self, analyzer: Analyzer) -> None:
        super().__init__()
        self._analyzer = analyzer

    def words(self, text: str) -> Words:
        """Return the words of a text."""
        if not text:
            return _NO_WORDS
        found = list(map(self.__getitem__, analysis.split(text)))
        if not found:
            return Words("", "", b"")
        spaced, formed, record = zip(*found, strict=True)
        return Words("".join(spaced), "".join(formed), b"".join(record))

    def __missing__(self, surface: str) -> Words:
        spaced, formed, record = [], [], []
        for term, word in self._analyzer.positions(surface):
            if not term:
                spaced.append(f"{STOP} ")
                record.append(b"\n")
                continue
            form = form_of(word, term)
            spaced.append(f"{token(term)} ")
            formed.append(f"{in_form(term, form)} ")
            record.append(key(term) + bytes((_FORM | form,)))
        if len(self) >= _CACHE_LIMIT:
            self.clear()
        self[surface] = words = Words("".join(spaced), "".join(formed), b"".join(record))
        return words


def encoded(article_id: str, worded: Mapping[str, bytes], whole: Mapping[str, Iterable[str]]) -> bytes:
    """Return the record of an article, given its words as records have them, and its terms that are values."""
    parts = [worded[field] for field in WORDED]
    parts += [b"".join(map(alone, whole[field])) for field in WHOLE[1:]]
    ends = accumulate(map(len, parts), initial=_HEADER.size)
    return _HEADER.pack(bytes.fromhex(article_id), *ends) + b"".join(parts)


def article_id(data: bytes | mmap, at: int = 0) -> str:
    """Return the id of the article whose record begins at a place of `data`."""
    return data[at : at + _ENDS_AT].hex()


def fields_of(places: Iterable[tuple[bytes | mmap, int]], field: str) -> list[bytes]:
    """Return what a field holds, for each of the records that begin at a place of some data."""
    unpack, at = _ENDS.unpack_from, _ENDS_AT + 4 * _NUMBER[field]
    found = []
    for data, place in places:
        begin, end = unpack(data, place + at)
        found.append(data[place + begin : place + end])
    return found


def _one_of(forms: Iterable[int]) -> bytes:
    return b"[" + re.escape(bytes(sorted(_FORM | form for form in forms))) + b"]"


def alone(term: str) -> bytes:
    """Return a field as a record has it that holds one term."""
    return key(term) + bytes((_FORM,))


def frequencies_of_any(fields: Sequence[bytes], terms: Mapping[str, Forms]) -> Frequencies:
    """Return how often any of some terms stands in each field in a form that counts, by the field's number."""
    keys = [(key(term), terms[term]) for term in sorted(terms)]
    expressions = (re.escape(found) + (b"" if forms is None else _one_of(forms)) for found, forms in keys)
    found = re.compile(b"|".join(expressions)).findall
    counts = ((number, len(found(field))) for number, field in enumerate(fields))
    return {number: count for number, count in counts if count}


class RecordPostings:
    """Where one term stands in one field of some articles, numbered from 0."""

    def __init__(self, fields: Sequence[bytes], term: str) -> None:
        self._fields = fields
        self._key = key(term)
        self._known: dict[int, list[int]] = {}

    @cached_property
    def _counts(self) -> Frequencies:
        key = self._key
        return {number: found for number, field in enumerate(self._fields) if (found := field.count(key))}

    @property
    def documents(self) -> Set[int]:
        """See Postings."""
        return self._counts.keys()

    def frequencies(self, forms: Forms = None) -> Frequencies:
        """See Postings."""
        if forms is None:
            return dict(self._counts)
        keys = [self._key + bytes((_FORM | form,)) for form in forms]
        counts = ((number, sum(map(self._fields[number].count, keys))) for number in self._counts)
        return {number: count for number, count in counts if count}

    def counts_in(self, wanted: Set[int], form: int) -> Frequencies:
        """See Postings."""
        key = self._key + bytes((_FORM | form,))
        counts = ((number, self._fields[number].count(key)) for number in wanted & self.documents)
        return {number: count for number, count in counts if count}

    def positions_in(self, wanted: Set[int], forms: Forms = None) -> dict[int, list[int]]:
        """See Postings."""
        if forms is None:
            return {number: self._all_positions(number) for number in wanted & self.documents}
        marks = frozenset(_FORM | form for form in forms)
        positions = ((number, self._positions(self._fields[number], marks)) for number in wanted & self.documents)
        return {number: found for number, found in positions if found}

    def _all_positions(self, number: int) -> list[int]:
        if number not in self._known:
            self._known[number] = self._positions(self._fields[number], None)
        return self._known[number]

    def _positions(self, field: bytes, marks: frozenset[int] | None) -> list[int]:
        key, size = self._key, len(self._key)
        found = []
        position = last = 0
        at = field.find(key)
        while at >= 0:
            position += field.count(b"\n", last, at)
            last = at
            if marks is None or field[at + size] in marks:
                found.append(position)
            at = field.find(key, at + size)
        return found
