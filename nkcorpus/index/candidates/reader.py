"""What an engine gives that finds candidates: queries, what they find, and the records of what is found."""

from __future__ import annotations

from collections.abc import Collection, Hashable, Iterable, Mapping, Sequence
from typing import Literal, Protocol, TypeVar

from nkcorpus.index.candidates.clauses import Clauses
from nkcorpus.index.ranking.snapshot import Terms
from nkcorpus.results import FacetField

Q = TypeVar("Q")
A = TypeVar("A")
A_co = TypeVar("A_co", covariant=True)
Q_contra = TypeVar("Q_contra", contravariant=True)

EngineOrder = Literal["score", "seq", "newest", "oldest"]
"""The order in which an engine finds: the highest score first, or by a column, `oldest` ascending."""
Line = Hashable
"""What stands for an article's values of a field that articles are counted by."""


class Matching(Protocol[A_co]):
    """What an engine finds for a query, in an order, fetched as far as it is looked at."""

    @property
    def count(self) -> int:
        """How many documents match."""

    def first(self, number: int) -> Sequence[tuple[float, A_co]]:
        """Return the first `number` with what they are ordered by, or more of them."""

    def twins(self) -> Mapping[int, int]:
        """Return the clusters that have several matches, with their number."""

    def within(self, clusters: Collection[int]) -> Matching[A_co]:
        """Return those matches that are in some clusters, or in any, in an order of their own."""

    def tally(self, field: FacetField) -> Mapping[Line, int]:
        """Return how many matches have each value of a field."""


class Records(Protocol):
    """What is known word by word of some articles."""

    def ids(self) -> list[str]:
        """Return the id of each."""

    def fields(self, field: str) -> list[bytes]:
        """Return what a field of each holds, as `records` has it."""


class Statistics(Protocol[Q_contra, A_co]):
    """What is asked of an index to compile a query."""

    @property
    def count(self) -> int:
        """The number of articles."""

    def holders(self, term: str) -> int:
        """Return how many articles hold a term in title or text."""

    def matches(self, query: Q_contra) -> int:
        """Return how many documents match."""

    def matching(
        self,
        query: Q_contra,
        order: EngineOrder,
        expected: int,
        *,
        exact: bool = False,
        collapse: bool = False,
        facets: Iterable[FacetField] = (),
    ) -> Matching[A_co]:
        """Return what matches, of which so many of the first are likely to be looked at.

        `facets` are what matches may be counted by. Where the query is `exact`, their tallies are likely to be asked
        for, to `collapse` twins too.
        """


class Reader(Terms, Statistics[Q, A], Protocol[Q, A]):
    """One state of an index."""

    @property
    def clauses(self) -> Clauses[Q]:
        """What makes its queries."""

    @property
    def mean_lengths(self) -> Mapping[str, float]:
        """How many words title and text have on average; 1 where they have none."""

    @property
    def slack(self) -> float:
        """How many times as high our score of an article may be as the engine's at most, rounding included."""

    @property
    def breaks_ties(self) -> bool:
        """Whether what has the same value in the column of an order comes as in `ranking.order`."""

    @property
    def at_once(self) -> int:
        """Of how many articles records are read at a time at most."""

    def column(self, name: str, addresses: Sequence[A]) -> Sequence[int]:
        """Return an integer of each document; 0 where it has none."""

    def lines(self, field: FacetField, addresses: Sequence[A]) -> Sequence[Line]:
        """Return the line of each document by which it is counted."""

    def values(self, line: Line) -> Iterable[str]:
        """Return the values that a line stands for; one that is empty for none."""

    def records(self, addresses: Sequence[A]) -> Records:
        """Return the records of documents."""
