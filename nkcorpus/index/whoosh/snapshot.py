"""One committed state of a Whoosh index: its postings and columns over all segments, without deleted documents.

Documents have numbers that run through all segments. The document that holds the position is none of them.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterator
from functools import cached_property, lru_cache
from typing import Any, Literal

from whoosh.codec.whoosh3 import W3LeafMatcher
from whoosh.reading import TermNotFound

from nkcorpus.index.whoosh.labels import Labels
from nkcorpus.index.whoosh.vocabulary import Vocabulary
from nkcorpus.model import Position
from nkcorpus.query.forms import POSITION_BITS, POSITION_MASK

META = "_meta"
"""The id of the document that holds the position."""

Forms = frozenset[int] | None
"""Forms of a term that are wanted; None for all."""


_KEPT_TERMS = 12
"""Terms whose places are kept at hand: the names of one thing have most of their words in common."""


class Snapshot:
    """A reader over an open index. Not for concurrent use."""

    def __init__(self, index: Any, vocabulary: Vocabulary, labels: Labels) -> None:
        self.vocabulary = vocabulary
        self.labels = labels
        self._reader = index.reader()
        self._segments: list[tuple[Any, int, frozenset[int]]] = [
            (leaf, base, frozenset(leaf.segment().deleted_docs()) if leaf.has_deletions() else frozenset())
            for leaf, base in self._reader.leaf_readers()
        ]
        self._columns: dict[str, array[int]] = {}
        self.occurrences = lru_cache(_KEPT_TERMS)(self._occurrences)
        """Return the packed places of a term of a field in each document that holds it; not to be changed."""

    def close(self) -> None:
        """Let go of the files."""
        self._reader.close()

    def position(self) -> Position | None:
        """Return the change up to which the index was filled."""
        for leaf, base, deleted in self._segments:
            for number in _drain(leaf, "id", META)[0]:
                if number not in deleted:
                    return Position(*self._reader.stored_fields(base + number)["position"])
        return None

    @cached_property
    def live(self) -> list[int]:
        """The numbers of all articles."""
        hidden = set(self.documents(META))
        return [
            base + number
            for leaf, base, deleted in self._segments
            for number in range(leaf.doc_count_all())
            if number not in deleted and base + number not in hidden
        ]

    @property
    def count(self) -> int:
        """The number of articles."""
        return int(self._reader.doc_count()) - 1

    def documents(self, article_id: str) -> list[int]:
        """Return the numbers of the documents with an id."""
        return list(self.frequencies("id", article_id))

    def ids_with_prefix(self, prefix: str) -> list[int]:
        """Return the numbers of the articles whose id starts with `prefix`."""
        return [
            number
            for leaf, _, _ in self._segments
            for term in leaf.expand_prefix("id", prefix.encode())
            if term != META.encode()
            for number in self.documents(term.decode())
        ]

    def terms_with_prefix(self, field: str, prefix: str) -> list[str]:
        """Return the terms of a field that start with `prefix`, in no order; none of a deleted document alone."""
        found = {term for leaf, _, _ in self._segments for term in leaf.expand_prefix(field, prefix.encode())}
        return [term.decode("utf-8", "replace") for term in found]

    def frequencies(self, field: str, term: str, forms: Forms = None) -> dict[int, float]:
        """Return how often each document holds a term in a field, those that do not left out.

        With `forms`, only words of these forms of the term count.
        """
        if forms is not None:
            counts = ((n, len(self.positions(packed, forms))) for n, packed in self.occurrences(field, term).items())
            return {number: float(count) for number, count in counts if count}
        found: dict[int, float] = {}
        for leaf, base, deleted in self._segments:
            numbers, weights = _drain(leaf, field, term)
            if base or deleted:
                found.update(
                    (base + number, weight)
                    for number, weight in zip(numbers, weights, strict=True)
                    if number not in deleted
                )
            else:
                found.update(zip(numbers, weights, strict=True))
        return found

    def _occurrences(self, field: str, term: str) -> dict[int, bytes]:
        return {
            base + number: value
            for leaf, base, deleted in self._segments
            for number, value in zip(*_drain(leaf, field, term, "value"), strict=True)
            if number not in deleted
        }

    def places(self, field: str, term: str, wanted: frozenset[int]) -> dict[int, array[int]]:
        """Return the places of a term in those of the `wanted` documents that hold it."""
        return {
            base + number: array("I", packed)
            for leaf, base, _ in self._segments
            for number, packed in _pick(leaf, field, term, {number - base for number in wanted})
        }

    @staticmethod
    def positions(packed: bytes | array[int], forms: Forms = None) -> list[int]:
        """Return the positions of packed places, ascending; with `forms` only those of words of these forms."""
        places = array("I", packed) if isinstance(packed, bytes) else packed
        if forms is None:
            return [place & POSITION_MASK for place in places]
        return [place & POSITION_MASK for place in places if place >> POSITION_BITS in forms]

    def terms(self, field: str) -> list[str]:
        """Return all terms of a field."""
        found: set[bytes] = set()
        for leaf, _, _ in self._segments:
            found.update(leaf.lexicon(field))
        found.discard(META.encode())
        return sorted(term.decode("utf-8", "replace") for term in found)

    def document_frequency(self, field: str, term: str) -> int:
        """Return how many documents hold a term in a field, those deleted since included."""
        return sum(leaf.doc_frequency(field, term.encode("utf-8", "replace")) for leaf, _, _ in self._segments)

    def column(self, name: str) -> array[int]:
        """Return an integer column, by document number."""
        if name not in self._columns:
            parts = iter(self._column_parts(name))
            values = next(parts)
            for part in parts:
                values.extend(part)
            self._columns[name] = values
        return self._columns[name]

    @cached_property
    def average_lengths(self) -> dict[str, float]:
        """The mean number of words of title and text; 1 where there are none."""
        live = self.live if any(deleted for _, _, deleted in self._segments) else None
        means = {}
        for field in ("title", "text"):
            lengths = self.column(f"{field}_length")
            total = sum(lengths) if live is None else sum(lengths[number] for number in live)
            means[field] = total / self.count if total and self.count else 1.0
        return means

    def article_id(self, number: int) -> str:
        """Return the id of the article with a document number."""
        for leaf, base, _ in reversed(self._segments):
            if number >= base:
                value: bytes = leaf.column_reader("article", translate=False)[number - base]
                return value.hex()
        raise IndexError(number)

    def _column_parts(self, name: str) -> Iterator[array[int]]:
        for leaf, _, _ in self._segments:
            if leaf.has_column(name):
                yield leaf.column_reader(name, translate=False).load()
            else:
                column = leaf.schema[name].column_type
                yield array(column._typecode, [column.default_value()] * leaf.doc_count_all())


def _drain(
    leaf: Any, field: str, term: str, load: Literal["weight", "value"] = "weight"
) -> tuple[list[int], list[Any]]:
    """Return all postings of a term in a segment, deleted documents included: numbers, and weights or values.

    Whole blocks are taken at a time: a call for each posting costs ten times as much.
    """
    numbers: list[int] = []
    loads: list[Any] = []
    try:
        matcher = leaf.postings(field, term.encode("utf-8", "replace"))
    except TermNotFound:
        return numbers, loads
    matcher = getattr(matcher, "child", matcher)  # unwrapped from the filter for deleted documents
    get = getattr(matcher, load)
    if isinstance(matcher, W3LeafMatcher):
        while matcher.is_active():
            matcher.id(), get()  # each reads its part of the block
            numbers.extend(matcher._ids)
            loads.extend(matcher._weights if load == "weight" else matcher._values)
            matcher._next_block()
    else:
        while matcher.is_active():
            numbers.append(matcher.id())
            loads.append(get())
            matcher.next()
    return numbers, loads


def _pick(leaf: Any, field: str, term: str, wanted: set[int]) -> Iterator[tuple[int, bytes]]:
    """Yield the wanted postings of a term in a segment; blocks without any are passed over unread."""
    try:
        matcher = leaf.postings(field, term.encode("utf-8", "replace"))
    except TermNotFound:
        return
    matcher = getattr(matcher, "child", matcher)
    if not isinstance(matcher, W3LeafMatcher):
        while matcher.is_active():
            if matcher.id() in wanted:
                yield matcher.id(), matcher.value()
            matcher.next()
        return
    while matcher.is_active():
        matcher.id()
        if not wanted.isdisjoint(matcher._ids):
            matcher.value()
            yield from (pair for pair in zip(matcher._ids, matcher._values, strict=True) if pair[0] in wanted)
        matcher._next_block()
