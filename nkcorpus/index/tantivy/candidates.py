"""Some articles of an index as a snapshot: numbered from 0, with words from their records."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from functools import cached_property, lru_cache
from typing import Protocol

from nkcorpus.index.ranking.bm25f import FIELD_WEIGHTS, Scores, half_frequencies
from nkcorpus.index.ranking.snapshot import Forms, Frequencies, Unit, summed
from nkcorpus.index.records import RecordPostings, alone, frequencies_of_any
from nkcorpus.index.tantivy.reader import Address, Reader
from nkcorpus.index.tantivy.schema import RECORD
from nkcorpus.index.vocabulary import Vocabulary
from nkcorpus.query.ast import Pattern

_KEPT_TERMS = 32
_TOGETHER = 4
"""So many terms are quicker counted by one pass than one by one."""


class Holdings(Protocol):
    """How many articles of the whole index hold something."""

    def holding(self, unit: Unit) -> int:
        """Return how many hold a unit."""

    def holders(self, term: str) -> int:
        """Return how many hold a term in title or text."""


class Candidates:
    """Fulfils Snapshot. Without `holdings` a unit is held by no article but these.

    `earlier` are the first of them: they have columns, but are no longer searched.
    """

    def __init__(
        self,
        reader: Reader,
        addresses: list[Address],
        holdings: Holdings | None = None,
        earlier: Candidates | None = None,
    ) -> None:
        self._reader = reader
        self._addresses = addresses
        self._holdings = holdings
        self._earlier = earlier
        self._start = len(earlier._addresses) if earlier else 0
        self._fields: dict[str, list[bytes]] = {}
        self._columns: dict[str, Sequence[int]] = {}
        self.postings = lru_cache(_KEPT_TERMS)(self._postings)
        """See Snapshot."""

    @property
    def vocabulary(self) -> Vocabulary:
        """See Terms."""
        return self._reader.vocabulary

    @property
    def count(self) -> int:
        """See Snapshot."""
        return self._reader.count

    @property
    def live(self) -> Collection[int]:
        """See Snapshot."""
        return range(self._start, len(self._addresses))

    @cached_property
    def half_frequencies(self) -> Mapping[str, Sequence[float]]:
        """See Snapshot."""
        means = self._reader.mean_lengths
        return {field: half_frequencies(field, self.column(f"{field}_length"), means[field]) for field in FIELD_WEIGHTS}

    def frequencies(self, field: str, term: str, forms: Forms = None) -> Frequencies:
        """See Snapshot."""
        return self.postings(field, term).frequencies(forms)

    def frequencies_of_any(self, field: str, terms: Mapping[str, Forms]) -> Frequencies:
        """See Snapshot."""
        if len(terms) < _TOGETHER:
            return summed(self.frequencies(field, term, forms) for term, forms in terms.items())
        return frequencies_of_any(self._field(field), terms)

    def column(self, name: str) -> Sequence[int]:
        """See Snapshot."""
        if name not in self._columns:
            known = self._earlier.column(name) if self._earlier else []
            self._columns[name] = [*known, *self._reader.column(name, self._addresses[self._start :])]
        return self._columns[name]

    def documents(self, article_id: str) -> list[int]:
        """See Snapshot."""
        return [number for number in self.live if self.article_id(number) == article_id]

    def ids_with_prefix(self, prefix: str) -> list[int]:
        """See Snapshot."""
        return [number for number in self.live if self.article_id(number).startswith(prefix)]

    def article_id(self, number: int) -> str:
        """Return the id of an article."""
        return self._reader.records.article_id(self.column(RECORD)[number])

    def fitting(self, pattern: Pattern) -> list[str]:
        """See Terms."""
        return self._reader.fitting(pattern)

    def terms_with_prefix(self, field: str, prefix: str) -> list[str]:
        """See Terms."""
        return self._reader.terms_with_prefix(field, prefix)

    def document_frequencies(self, field: str, terms: Sequence[str]) -> list[int]:
        """See Terms."""
        return self._reader.document_frequencies(field, terms)

    def holding(self, unit: Unit, found: Mapping[str, Scores]) -> int:
        """See Snapshot."""
        if self._holdings is None:
            return len(set().union(*found.values()))
        return self._holdings.holding(unit)

    def holders(self, term: str) -> int:
        """See Snapshot."""
        if self._holdings is None:
            return len({number for field in FIELD_WEIGHTS for number in self.frequencies(field, term)})
        return self._holdings.holders(term)

    def _postings(self, field: str, term: str) -> RecordPostings:
        return RecordPostings(self._field(field), term)

    def _field(self, field: str) -> list[bytes]:
        """Return what a field of each article holds, by number; nothing of those that are not searched."""
        if field not in self._fields:
            if field == "id":
                found = [alone(self.article_id(number)) for number in self.live]
            else:
                found = self._reader.records.fields(self.column(RECORD)[self._start :], field)
            self._fields[field] = [b""] * self._start + found
        return self._fields[field]
