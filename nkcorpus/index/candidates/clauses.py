"""Queries of an engine, made of terms and of each other."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Protocol, TypeVar

from nkcorpus.index.fields import FORMED
from nkcorpus.index.ranking.terms import Slots

Q = TypeVar("Q")


class Clauses(Protocol[Q]):
    """Makes queries of an engine. Those whose name does not begin with `scored` may score anything."""

    @property
    def most_scored(self) -> int:
        """Of more terms that stand for one word each article is taken to score the most that it can."""

    def nothing(self) -> Q:
        """Return what finds nothing."""

    def everything(self) -> Q:
        """Return what finds every article, scored 0."""

    def terms(self, field: str, terms: Sequence[str]) -> Q:
        """Return what finds any of some terms, one at least, in a field."""

    def in_forms(self, field: str, term: str, forms: frozenset[int]) -> Q:
        """Return what finds a term in some of its forms in a field of FORMED."""

    def row(self, field: str, slots: Slots) -> tuple[Q, bool]:
        """Return what finds several slots side by side in a field, and whether it finds nothing else."""

    def near(self, field: str, parts: Sequence[Sequence[Slots]], distance: int) -> tuple[Q, bool]:
        """Return what finds all parts near each other in a field (see `ast.Near`), and whether it finds nothing else.

        Of each part one alternative must stand there.
        """

    def between(self, column: str, least: int, most: int) -> Q:
        """Return what finds the articles with an integer from `least` to `most` in a column."""

    def with_id(self, prefix: str) -> Q:
        """Return what finds the articles whose id begins with some hex digits."""

    def scored_term(self, field: str, term: str, idf: float) -> Q:
        """Return what finds a term in title or text, scored at least as `bm25f` does."""

    def scored_row(self, field: str, slots: Slots, idf: float) -> Q:
        """Return what finds what `row` does in title or text, scored at least as `bm25f` does."""

    def const(self, query: Q, score: float) -> Q:
        """Return what finds what `query` does, all with the same score."""

    def boosted(self, query: Q, factor: float) -> Q:
        """Return what finds what `query` does, scored so many times as high."""

    def every(self, queries: Iterable[Q]) -> Q:
        """Return what finds what all queries do, with the sum of their scores."""

    def some(self, queries: Iterable[Q]) -> Q:
        """Return what finds what any query does, with the sum of the scores of those that do."""

    def highest(self, queries: Sequence[Q]) -> Q:
        """Return what finds what any query does, with the highest score of those that do."""

    def also(self, query: Q, other: Q) -> Q:
        """Return what finds what `query` does, with the scores of `other` added where that finds it too."""

    def without(self, query: Q, others: Iterable[Q]) -> Q:
        """Return what finds what `query` does and none of the others."""

    def bounded(self, query: Q) -> tuple[Q, bool]:
        """Return a query that the engine takes, however large `query` is, and whether it finds nothing more than that.

        It finds at least what `query` does, and scores it at least as high.
        """


def side_by_side(clauses: Clauses[Q], field: str, slots: Slots) -> tuple[Q, bool]:
    """Return what finds slots in a field, and whether it finds nothing else."""
    if len(slots) > 1:
        return clauses.row(field, slots)
    terms = slots[0].terms
    in_some_forms = [(term, forms) for term, forms in terms.items() if forms is not None]
    if not in_some_forms or field not in FORMED:
        return (clauses.terms(field, list(terms)) if terms else clauses.nothing()), not in_some_forms
    plain = [term for term, forms in terms.items() if forms is None]
    queries = [clauses.in_forms(field, term, forms) for term, forms in in_some_forms if forms]
    if plain:
        queries.append(clauses.terms(field, plain))
    return (clauses.some(queries) if queries else clauses.nothing()), True
