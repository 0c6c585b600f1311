"""Some articles of an index as a snapshot: numbered from 0, with words from their records."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from functools import cached_property, lru_cache
from typing import Generic, Protocol, TypeVar

from nkcorpus.index.candidates.reader import Reader
from nkcorpus.index.ranking.bm25f import FIELD_WEIGHTS, Scores, half_frequencies
from nkcorpus.index.ranking.snapshot import Forms, Frequencies, Unit, summed
from nkcorpus.index.records import RecordPostings, alone, frequencies_of_any
from nkcorpus.index.vocabulary import Vocabulary
from nkcorpus.query.ast import Pattern

Q = TypeVar("Q")
A = TypeVar("A")

_KEPT_TERMS = 32
_TOGETHER = 4
"""So many terms are quicker counted by one pass than one by one."""


class Holdings(Protocol):
    """How many articles of the whole index hold something."""

    def holding(self, unit: Unit) -> int:
        """Return how many hold a unit."""

    def holders(self, term: str) -> int:
        """Return how many hold a term in title or text."""


class Columns(Generic[Q, A]):
    """The integers of articles, to which more are added."""

    def __init__(self, reader: Reader[Q, A]) -> None:
        self._reader = reader
        self.addresses: list[A] = []
        self._known: dict[str, list[int]] = {}

    def add(self, addresses: Iterable[A]) -> None:
        """Add articles; they are numbered on."""
        self.addresses.extend(addresses)

    def column(self, name: str) -> Sequence[int]:
        """See Snapshot."""
        known = self._known.setdefault(name, [])
        if len(known) < len(self.addresses):
            known.extend(self._reader.column(name, self.addresses[len(known) :]))
        return known


class Candidates(Generic[Q, A]):
    """Fulfils Snapshot. Without `holdings` a unit is held by no article but these."""

    def __init__(self, reader: Reader[Q, A], addresses: Sequence[A], holdings: Holdings | None = None) -> None:
        self._reader = reader
        self._holdings = holdings
        self._columns = Columns(reader)
        self._columns.add(addresses)
        self._records = reader.records(addresses)
        self._fields: dict[str, list[bytes]] = {}
        self.postings = lru_cache(_KEPT_TERMS)(self._postings)
        """See Snapshot."""
        self.column = self._columns.column
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
        return range(len(self._columns.addresses))

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

    def documents(self, article_id: str) -> list[int]:
        """See Snapshot."""
        return [number for number, found in enumerate(self._ids) if found == article_id]

    def ids_with_prefix(self, prefix: str) -> list[int]:
        """See Snapshot."""
        return [number for number, found in enumerate(self._ids) if found.startswith(prefix)]

    def fitting(self, pattern: Pattern) -> Iterable[str]:
        """See Terms."""
        return self._reader.fitting(pattern)

    def terms_with_prefix(self, field: str, prefix: str) -> Iterable[str]:
        """See Terms."""
        return self._reader.terms_with_prefix(field, prefix)

    def document_frequencies(self, field: str, terms: Sequence[str]) -> Sequence[int]:
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

    @cached_property
    def _ids(self) -> list[str]:
        return self._records.ids()

    def _postings(self, field: str, term: str) -> RecordPostings:
        return RecordPostings(self._field(field), term)

    def _field(self, field: str) -> list[bytes]:
        """Return what a field of each article holds."""
        if field not in self._fields:
            self._fields[field] = list(map(alone, self._ids)) if field == "id" else self._records.fields(field)
        return self._fields[field]
