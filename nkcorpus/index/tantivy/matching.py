"""What tantivy finds for a query."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from functools import partial
from typing import TYPE_CHECKING

import tantivy

from nkcorpus.index.candidates.reader import EngineOrder, Line
from nkcorpus.index.facets import column_of
from nkcorpus.index.tantivy.schema import KIND, TWIN
from nkcorpus.results import FacetField

if TYPE_CHECKING:
    from nkcorpus.index.tantivy.reader import Hit, Reader

Query = tantivy.Query


class TantivyMatching:
    """Fulfils Matching; so many of the first are fetched at once."""

    def __init__(self, reader: Reader, query: Query, order: EngineOrder, expected: int) -> None:
        self._reader = reader
        self._query = query
        self._fetch: Callable[[int], tuple[int, list[Hit]]] = partial(reader.best, query)
        if order != "score":
            self._fetch = partial(reader.sorted_by, query, order, ascending=order == "oldest")
        self.count, self._known = self._fetch(expected)

    def first(self, number: int) -> list[Hit]:
        """See Matching."""
        if number > len(self._known):
            _, self._known = self._fetch(number)
        return self._known

    def twins(self) -> Mapping[int, int]:
        """See Matching."""
        if not self._reader.document_frequency(KIND, TWIN):
            return {}
        found = self._reader.tally(self._in_any_cluster, "cluster")
        return {cluster: count for cluster, count in found.items() if count > 1}

    def within(self, clusters: Collection[int]) -> TantivyMatching:
        """See Matching."""
        return TantivyMatching(self._reader, self._in_any_cluster, "seq", sum(self.twins().values()))

    def tally(self, field: FacetField) -> Mapping[Line, int]:
        """See Matching."""
        return dict(self._reader.tally(self._query, column_of(field)).items())

    @property
    def _in_any_cluster(self) -> Query:
        among = self._reader.clauses.const(Query.term_query(self._reader.schema, KIND, TWIN, "basic"), 0.0)
        return self._reader.clauses.every([among, self._query])
