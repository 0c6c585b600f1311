"""What an engine gives to ranking: postings and columns of articles that have numbers."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence, Set
from typing import Protocol

from nkcorpus.index.ranking.bm25f import Scores
from nkcorpus.index.vocabulary import Vocabulary
from nkcorpus.query.ast import Dated, Leaf, Near, Pattern, Synonyms

Forms = frozenset[int] | None
"""Forms of a term that are wanted, see `query.forms`; None for all."""
Frequencies = dict[int, float]
"""How often each document holds something; those that do not are left out."""
Unit = Leaf | Near | Dated | Synonyms
"""What is scored as one word."""


class Postings(Protocol):
    """Where one term stands in one field."""

    @property
    def documents(self) -> Set[int]:
        """The documents that have the term."""

    def frequencies(self, forms: Forms = None) -> Frequencies:
        """Return how often each document has the term, with `forms` only words of these forms."""

    def counts_in(self, wanted: Set[int], form: int) -> Frequencies:
        """Return how often those of the wanted documents that have the term in one form have it so."""

    def positions_in(self, wanted: Set[int], forms: Forms = None) -> Mapping[int, Sequence[int]]:
        """Return the ascending positions in those of the wanted documents that have the term, see `frequencies`."""


def summed(parts: Iterable[Frequencies]) -> Frequencies:
    """Return frequencies added up; the first of them is used up."""
    found: Frequencies = {}
    for part in parts:
        if not found:
            found = part
            continue
        for number, frequency in part.items():
            found[number] = found.get(number, 0.0) + frequency
    return found


class Terms(Protocol):
    """The terms of an index."""

    @property
    def vocabulary(self) -> Vocabulary:
        """The words of title, text, notes and what was cut."""

    def fitting(self, pattern: Pattern) -> Iterable[str]:
        """Return terms of a pattern's field, one of names, sorted, among which are all that the pattern stands for."""

    def terms_with_prefix(self, field: str, prefix: str) -> Iterable[str]:
        """Return the terms of a field that start with `prefix`, in no order."""

    def document_frequencies(self, field: str, terms: Sequence[str]) -> Sequence[int]:
        """Return how many documents hold each of some terms in a field, those deleted since included."""


class Snapshot(Terms, Protocol):
    """A set of numbered articles, all of an index or some, in one committed state."""

    @property
    def count(self) -> int:
        """The number of articles of the index."""

    @property
    def live(self) -> Collection[int]:
        """The numbers of the articles."""

    @property
    def half_frequencies(self) -> Mapping[str, Sequence[float]]:
        """The half frequencies of title and text (see `bm25f`), by number."""

    def postings(self, field: str, term: str) -> Postings:
        """Return where a term of a field stands."""

    def frequencies(self, field: str, term: str, forms: Forms = None) -> Frequencies:
        """Return how often each article holds a term in a field, with `forms` only words of these forms."""

    def frequencies_of_any(self, field: str, terms: Mapping[str, Forms]) -> Frequencies:
        """Return how often each article holds any of some terms in a field, each in the forms that count."""

    def column(self, name: str) -> Sequence[int]:
        """Return an integer of each article, by number."""

    def documents(self, article_id: str) -> Iterable[int]:
        """Return the number of the article with an id, if there is one."""

    def ids_with_prefix(self, prefix: str) -> Iterable[int]:
        """Return the numbers of the articles whose id starts with `prefix`."""

    def holding(self, unit: Unit, found: Mapping[str, Scores]) -> int:
        """Return how many articles of the index hold a unit; `found` are those of the snapshot that do, by field."""

    def holders(self, term: str) -> int:
        """Return how many articles of the index hold a term in title or text."""
