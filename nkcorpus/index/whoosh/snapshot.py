"""One committed state of a Whoosh index: its postings and columns over all segments, without deleted documents.

Documents have numbers that run through all segments.
"""

from __future__ import annotations

from array import array
from collections import Counter
from collections.abc import Mapping, Sequence
from functools import cached_property

from nkcorpus.index.labels import Labels
from nkcorpus.index.manifest import VouchedFiles
from nkcorpus.index.ranking.bm25f import FIELD_WEIGHTS, Scores, half_frequencies
from nkcorpus.index.ranking.snapshot import Forms, Unit
from nkcorpus.index.vocabulary import Vocabulary
from nkcorpus.index.whoosh.postings import Postings
from nkcorpus.index.whoosh.recent import RecentPostings
from nkcorpus.index.whoosh.segments import INTEGER_COLUMNS, read_segments
from nkcorpus.query.ast import Pattern


class Snapshot:
    """A reader over an open index. Not for concurrent use."""

    def __init__(self, files: VouchedFiles, vocabulary: Vocabulary, labels: Labels) -> None:
        self.vocabulary = vocabulary
        self.labels = labels
        self.position, self._segments = read_segments(files)
        """The change up to which the index was filled."""
        self._columns: dict[str, array[int]] = {}
        self._deleted = frozenset(one.base + number for one in self._segments for number in one.deleted)
        self.postings = RecentPostings(self._postings)
        """Return the postings of a term of a field."""

    def close(self) -> None:
        """Let go of the files."""
        for segment in self._segments:
            segment.close()

    @cached_property
    def live(self) -> list[int]:
        """The numbers of all articles."""
        everything = range(self._size)
        return [number for number in everything if number not in self._deleted] if self._deleted else [*everything]

    @cached_property
    def count(self) -> int:
        """The number of articles."""
        return self._size - len(self._deleted)

    @property
    def _size(self) -> int:
        return sum(segment.size for segment in self._segments)

    def documents(self, article_id: str) -> list[int]:
        """Return the numbers of the documents with an id."""
        return sorted(self.postings("id", article_id).documents)

    def ids_with_prefix(self, prefix: str) -> list[int]:
        """Return the numbers of the articles whose id starts with `prefix`."""
        return [
            number
            for segment in self._segments
            for term in segment.terms("id", prefix.encode())
            for number in self.documents(term.decode())
        ]

    def terms_with_prefix(self, field: str, prefix: str) -> list[str]:
        """Return the terms of a field that start with `prefix`, in no order; none of a deleted document alone."""
        found = {term for segment in self._segments for term in segment.terms(field, prefix.encode())}
        return [term.decode("utf-8", "replace") for term in found]

    def frequencies(self, field: str, term: str, forms: Forms = None) -> dict[int, float]:
        """Return how often each document holds a term in a field, those that do not left out.

        With `forms`, only words of these forms of the term count.
        """
        return self.postings(field, term).frequencies(forms)

    def frequencies_of_any(self, field: str, terms: Mapping[str, Forms]) -> dict[int, float]:
        """Return how often each document holds any of some terms in a field, each in the forms that count."""
        if len(terms) == 1:
            return next(self.frequencies(field, term, forms) for term, forms in terms.items())
        counter = Counter[int]()
        for term, forms in terms.items():
            counter.update(self.postings(field, term).occurrences(forms))
        found: dict[int, float] = dict(counter)
        return {n: often for n, often in found.items() if n not in self._deleted} if self._deleted else found

    def _postings(self, field: str, term: str) -> Postings:
        key = term.encode("utf-8", "replace")
        found = ((segment.base, segment.postings(field, key)) for segment in self._segments)
        return Postings([(base, postings) for base, postings in found if postings], self._deleted)

    def fitting(self, pattern: Pattern) -> list[str]:
        """Return all terms of a pattern's field, sorted."""
        found = {term for segment in self._segments for term in segment.terms(pattern.field or "")}
        return sorted(term.decode("utf-8", "replace") for term in found)

    def document_frequencies(self, field: str, terms: Sequence[str]) -> list[int]:
        """Return how many documents hold each of some terms in a field, those deleted since included."""
        return [self.document_frequency(field, term) for term in terms]

    def document_frequency(self, field: str, term: str) -> int:
        """Return how many documents hold a term in a field, those deleted since included."""
        key = term.encode("utf-8", "replace")
        return sum(segment.document_frequency(field, key) for segment in self._segments)

    def article_frequency(self, field: str, term: str) -> int:
        """Return how many articles hold a term in a field."""
        return len(self.postings(field, term).documents)

    def holding(self, unit: Unit, found: Mapping[str, Scores]) -> int:
        """Return how many articles hold a unit, given those that do by field."""
        largest, *others = sorted(found.values(), key=len, reverse=True)
        if len(others) > 1:
            return len(set(largest).union(*others))
        return len(largest) + sum(number not in largest for other in others for number in other)

    def holders(self, term: str) -> int:
        """Return how many articles hold a term in title or text."""
        return len({number for field in FIELD_WEIGHTS for number in self.frequencies(field, term)})

    def column(self, name: str) -> array[int]:
        """Return an integer column, by document number."""
        if name not in self._columns:
            values = self._columns[name] = array(INTEGER_COLUMNS[name][0])
            for segment in self._segments:
                values.extend(segment.column(name))
        return self._columns[name]

    @cached_property
    def half_frequencies(self) -> dict[str, list[float]]:
        """The half frequencies of title and text, by document number."""
        live = self.live if self._deleted else None
        halves = {}
        for field in FIELD_WEIGHTS:
            lengths = self.column(f"{field}_length")
            total = sum(lengths) if live is None else sum(lengths[number] for number in live)
            halves[field] = half_frequencies(field, lengths, total / self.count if total and self.count else 1.0)
        return halves

    def article_id(self, number: int) -> str:
        """Return the id of the article with a document number."""
        segment = next(one for one in reversed(self._segments) if number >= one.base)
        return segment.article_id(number - segment.base)
