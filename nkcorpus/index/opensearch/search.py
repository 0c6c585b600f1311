"""Answering a query from a cluster in few requests: what compiling it asks for is gathered, and asked for at once."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence

from nkcorpus.index.base import Matches, SearchOptions
from nkcorpus.index.candidates.reader import EngineOrder, Line
from nkcorpus.index.candidates.search import Search
from nkcorpus.index.opensearch.limits import Query
from nkcorpus.index.opensearch.matching import Hit
from nkcorpus.index.opensearch.reader import Reader, holders_query
from nkcorpus.index.ranking.bm25f import FIELD_WEIGHTS
from nkcorpus.query import ast
from nkcorpus.results import FacetField


def answer(reader: Reader, query: ast.Query, options: SearchOptions) -> Matches:
    """Return one page of what `query` finds."""
    gathered = _Gathered(reader)
    first = Search(reader, query, options, gathered)
    first.compiled()
    reader.look_up(gathered.queries)
    return Search(reader, query, options, expander=first.expander).answer()


class _Gathered:
    """Fulfils Statistics with guesses, and keeps what it was asked."""

    count = 1

    def __init__(self, reader: Reader) -> None:
        self._clauses = reader.clauses
        self.queries: list[Query] = []

    def holders(self, term: str) -> int:
        """See Statistics. In which field a term stands is asked when snippets are chosen."""
        self.queries += (self._clauses.terms(field, [term]) for field in FIELD_WEIGHTS)
        return self.matches(holders_query(self._clauses, term))

    def matches(self, query: Query) -> int:
        """See Statistics."""
        self.queries.append(query)
        return 0

    def matching(
        self,
        query: Query,
        order: EngineOrder,
        expected: int,
        *,
        exact: bool = False,
        collapse: bool = False,
        facets: Iterable[FacetField] = (),
    ) -> _Nothing:
        """See Statistics."""
        return _Nothing()


class _Nothing:
    """Fulfils Matching: no document does."""

    count = 0

    def first(self, number: int) -> Sequence[tuple[float, Hit]]:
        """See Matching."""
        return ()

    def twins(self) -> Mapping[int, int]:
        """See Matching."""
        return {}

    def within(self, clusters: Collection[int]) -> _Nothing:
        """See Matching."""
        return self

    def tally(self, field: FacetField) -> Mapping[Line, int]:
        """See Matching."""
        return {}
