"""What OpenSearch finds for a query, a page at a time."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from nkcorpus.dataclass import dataclass
from nkcorpus.index.candidates.reader import EngineOrder, Line
from nkcorpus.index.facets import column_of
from nkcorpus.index.fields import COLUMNS
from nkcorpus.index.opensearch.limits import MOST_TERMS, Query
from nkcorpus.index.opensearch.mapping import CLUSTER, RECORD
from nkcorpus.results import FacetField

if TYPE_CHECKING:
    from nkcorpus.index.opensearch.reader import Reader

_MOST_HITS = 10_000
"""A page, as `index.max_result_window` is by default."""
_MOST_RECORDS = 1_000
"""Hits of a page that come with their records; those of larger pages are asked for as they are looked at."""
_MOST_KEPT = 10_000
"""Of so many hits, the first, records are kept."""
_MOST_VALUES = 5_000
"""Values of a field that come with the first page; of nine fields all are within `search.max_buckets`, 65,535."""
_SORTS: Mapping[EngineOrder, list[dict[str, str]]] = {
    "score": [{"_score": "desc"}, {"seq": "desc"}],
    "seq": [{"seq": "desc"}],
    "newest": [{"newest": "desc"}, {"seq": "desc"}],
    "oldest": [{"oldest": "asc"}, {"seq": "desc"}],
}
"""`seq` tells any two articles apart."""


@dataclass(frozen=True, slots=True)
class Hit:
    """A document that was found: its columns and labels, and, if it came along, what its record is read from."""

    id: str
    fields: Mapping[str, Sequence[Any]]
    source: Mapping[str, str] | None


class OpenSearchMatching:
    """Fulfils Matching: the first page, the count and what is counted come in one request."""

    def __init__(
        self,
        reader: Reader,
        query: Query,
        order: EngineOrder,
        expected: int,
        *,
        exact: bool,
        collapse: bool,
        facets: Iterable[FacetField],
    ) -> None:
        self._reader = reader
        self._query = query
        self._facets = tuple(facets)
        columns = [column_of(field) for field in self._facets]
        self._body = {
            "query": query,
            "sort": _SORTS[order],
            "docvalue_fields": [*COLUMNS, CLUSTER, *dict.fromkeys(columns)],
            "_source": False,
            "track_total_hits": False,
        }
        counted = [*([CLUSTER] if collapse else []), *columns] if exact else []
        first, counts = reader.ask(
            [
                {**self._body, "size": min(expected, _MOST_RECORDS), "_source": [RECORD]},
                {
                    "query": query,
                    "size": 0,
                    "track_total_hits": True,
                    "aggs": {name: _values(name) for name in counted},
                },
            ],
            dfs=order == "score",
        )
        self.count = int(counts["hits"]["total"]["value"])
        self._counts: Mapping[str, Any] = counts.get("aggregations", {})
        self._known: list[tuple[float, Hit]] = []
        self._after: list[Any] = []
        self._dfs = order == "score"
        self._add(first)

    def first(self, number: int) -> Sequence[tuple[float, Hit]]:
        """See Matching."""
        while len(self._known) < min(number, self.count):
            size = min(number - len(self._known), _MOST_HITS)
            more: dict[str, Any] = {"search_after": self._after} if self._after else {}
            before = len(self._known)
            if size <= _MOST_RECORDS and before < _MOST_KEPT:
                more["_source"] = [RECORD]
            self._add(*self._reader.ask([{**self._body, **more, "size": size}], dfs=self._dfs))
            if len(self._known) == before:
                raise self._reader.damaged("fewer articles were found than were counted")
        return self._known

    def twins(self) -> Mapping[int, int]:
        """See Matching."""
        return {int(cluster, 16): count for cluster, count in self._tally(CLUSTER, 2).items() if count > 1}

    def within(self, clusters: Collection[int]) -> OpenSearchMatching:
        """See Matching."""
        among: Query = {"exists": {"field": CLUSTER}}
        if len(clusters) <= MOST_TERMS:
            among = {"terms": {CLUSTER: [f"{cluster:016x}" for cluster in sorted(clusters)]}}
        clauses = self._reader.clauses
        query = clauses.every([clauses.const(among, 0.0), clauses.const(self._query, 0.0)])
        return OpenSearchMatching(
            self._reader, query, "seq", _MOST_RECORDS, exact=False, collapse=False, facets=self._facets
        )

    def tally(self, field: FacetField) -> Mapping[Line, int]:
        """See Matching."""
        return {(value,): count for value, count in self._tally(column_of(field), 1).items()}

    def _add(self, answer: Mapping[str, Any]) -> None:
        for hit in answer["hits"]["hits"]:
            self._after = hit["sort"]
            self._known.append((self._after[0], Hit(hit["_id"], hit.get("fields", {}), hit.get("_source"))))

    def _tally(self, column: str, least: int) -> Mapping[str, int]:
        """Return how many matches have each value of a column, those that fewer than `least` have left out or not."""
        found = self._counts.get(column)
        if found is None:
            found = self._reader.ask([{"query": self._query, "size": 0, "aggs": {column: _values(column)}}])
            found = found[0]["aggregations"][column]
        if not found["sum_other_doc_count"]:
            return {bucket["key"]: bucket["doc_count"] for bucket in found["buckets"]}
        return {value: count for value, count in self._all_values(column) if count >= least}

    def _all_values(self, column: str) -> Iterable[tuple[str, int]]:
        """Yield all values of a column with their counts, a page at a time."""
        pages: dict[str, Any] = {"size": _MOST_HITS, "sources": [{column: {"terms": {"field": column}}}]}
        while True:
            body = {"query": self._query, "size": 0, "aggs": {column: {"composite": pages}}}
            (answer,) = self._reader.ask([body])
            found = answer["aggregations"][column]
            for bucket in found["buckets"]:
                yield bucket["key"][column], bucket["doc_count"]
            if len(found["buckets"]) < _MOST_HITS:
                return
            pages["after"] = found["after_key"]


def _values(column: str) -> dict[str, Any]:
    return {"terms": {"field": column, "size": _MOST_VALUES, "min_doc_count": 2 if column == CLUSTER else 1}}
