"""One state of the index of a corpus in a cluster."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property
from typing import Any, cast

from nkcorpus.cluster.client import Cluster
from nkcorpus.dataclass import dataclass
from nkcorpus.errors import IndexDamaged
from nkcorpus.index import records
from nkcorpus.index.candidates.reader import EngineOrder, Line
from nkcorpus.index.facets import column_of
from nkcorpus.index.opensearch.clauses import OpenSearchClauses
from nkcorpus.index.opensearch.documents import record_of
from nkcorpus.index.opensearch.limits import Query
from nkcorpus.index.opensearch.mapping import CLUSTER, LIVE, RECORD
from nkcorpus.index.opensearch.matching import Hit, OpenSearchMatching
from nkcorpus.index.ranking.bm25f import FIELD_WEIGHTS
from nkcorpus.index.ranking.snapshot import Terms
from nkcorpus.query.ast import Pattern
from nkcorpus.results import FacetField

_ROUNDING = 1e-5
"""What scores of 32 bits may be off."""
_KEPT_COUNTS = 50_000
_LENGTHS = {field: f"{field}_length" for field in FIELD_WEIGHTS}
_STATISTICS: Query = {
    "query": {"term": {LIVE: True}},
    "size": 0,
    "track_total_hits": True,
    "aggs": {column: {"sum": {"field": column}} for column in _LENGTHS.values()},
}


@dataclass(frozen=True, slots=True)
class _Totals:
    """How many articles there are, and how many words their titles and texts have."""

    articles: int
    words: Mapping[str, int]


class Reader:
    """Fulfils candidates' Reader; `words` knows the terms. Not for concurrent use. Close it."""

    at_once = 1_000

    def __init__(self, cluster: Cluster, part: str, words: Terms) -> None:
        self.clauses = OpenSearchClauses()
        self.vocabulary = words.vocabulary
        self._words = words
        self._cluster = cluster
        self._part = part
        self._counts: dict[str, int] = {}
        self._totals: _Totals | None = None
        self._point = cluster.point_in_time(part)

    def close(self) -> None:
        """Let the cluster let go of the state."""
        self._point.close()

    def ask(self, bodies: Sequence[Mapping[str, Any]], *, dfs: bool = False) -> list[dict[str, Any]]:
        """Return the answers to searches, see `PointInTime`."""
        return self._point.search_many(bodies, dfs=dfs)

    def damaged(self, what: str) -> IndexDamaged:
        """Return the error that the index is not as it should be."""
        return IndexDamaged(f"{self._cluster.index_of(self._part)}: {what}")

    def look_up(self, queries: Iterable[Query]) -> None:
        """Ask how many documents match each of some queries, and for the totals, in one go; what is known is not."""
        wanted = {key: query for query in queries if (key := _key(query)) not in self._counts}
        if not wanted and self._totals:
            return
        bodies = [{"query": query, "size": 0, "track_total_hits": True} for query in wanted.values()]
        answers = self.ask([*bodies, *([] if self._totals else [_STATISTICS])])
        if self._totals is None:
            *answers, totals = answers
            words = {field: int(totals["aggregations"][column]["value"]) for field, column in _LENGTHS.items()}
            self._totals = _Totals(_total(totals), words)
        if len(self._counts) > _KEPT_COUNTS:
            self._counts.clear()
        self._counts.update(zip(wanted, map(_total, answers), strict=True))

    @property
    def count(self) -> int:
        """See Statistics."""
        return self._known_totals.articles

    @cached_property
    def mean_lengths(self) -> Mapping[str, float]:
        """See Reader."""
        totals = self._known_totals
        return {field: count / totals.articles if count else 1.0 for field, count in totals.words.items()}

    @cached_property
    def slack(self) -> float:
        """See Reader. Deleted documents count for the mean length until they are merged away: in each shard those of
        the copy that has the most of them are taken.
        """
        with self._cluster.errors():
            found = self._cluster.raw().indices.stats(
                index=self._cluster.index_of(self._part), metric="docs", params={"level": "shards"}
            )
        shards = (copies for index in dict(found)["indices"].values() for copies in index["shards"].values())
        deleted = sum(max(copy["docs"]["deleted"] for copy in copies) for copies in shards)
        return float((self.count + deleted) / max(self.count, 1) * (1 + _ROUNDING))

    def holders(self, term: str) -> int:
        """See Statistics."""
        return self.matches(holders_query(self.clauses, term))

    def matches(self, query: Query) -> int:
        """See Statistics."""
        key = _key(query)
        if key not in self._counts:
            self.look_up([query])
        return self._counts[key]

    def matching(
        self,
        query: Query,
        order: EngineOrder,
        expected: int,
        *,
        exact: bool = False,
        collapse: bool = False,
        facets: Iterable[FacetField] = (),
    ) -> OpenSearchMatching:
        """See Statistics."""
        return OpenSearchMatching(self, query, order, expected, exact=exact, collapse=collapse, facets=facets)

    def column(self, name: str, addresses: Sequence[Hit]) -> Sequence[int]:
        """See Reader."""
        if name == CLUSTER:
            return [int(hit.fields[name][0], 16) if name in hit.fields else 0 for hit in addresses]
        return [hit.fields[name][0] for hit in addresses]

    def lines(self, field: FacetField, addresses: Sequence[Hit]) -> Sequence[Line]:
        """See Reader."""
        column = column_of(field)
        return [tuple(hit.fields.get(column, ("",))) for hit in addresses]

    def values(self, line: Line) -> Iterable[str]:
        """See Reader."""
        return cast(tuple[str, ...], line)

    def records(self, addresses: Sequence[Hit]) -> HitRecords:
        """See Reader."""
        return HitRecords(self, addresses)

    def sources(self, hits: Sequence[Hit]) -> list[Mapping[str, str]]:
        """Return what the records of hits are read from."""
        missing = [hit.id for hit in hits if hit.source is None]
        found: dict[str, Mapping[str, str]] = {hit.id: hit.source for hit in hits if hit.source is not None}
        for start in range(0, len(missing), self.at_once):
            ids = missing[start : start + self.at_once]
            (answer,) = self.ask([{"query": {"ids": {"values": ids}}, "size": len(ids), "_source": [RECORD]}])
            found |= {hit["_id"]: hit["_source"] for hit in answer["hits"]["hits"]}
        try:
            return [found[hit.id] for hit in hits]
        except KeyError:
            raise self.damaged("an article that was found is gone") from None

    def fitting(self, pattern: Pattern) -> Iterable[str]:
        """See Terms."""
        return self._words.fitting(pattern)

    def terms_with_prefix(self, field: str, prefix: str) -> Iterable[str]:
        """See Terms."""
        return self._words.terms_with_prefix(field, prefix)

    def document_frequencies(self, field: str, terms: Sequence[str]) -> Sequence[int]:
        """See Terms."""
        queries = [self.clauses.terms(field, [term]) for term in terms]
        self.look_up(queries)
        return [self._counts[_key(query)] for query in queries]

    @property
    def _known_totals(self) -> _Totals:
        if self._totals is None:
            self.look_up([])
        return cast(_Totals, self._totals)


class HitRecords:
    """Fulfils Records."""

    def __init__(self, reader: Reader, hits: Sequence[Hit]) -> None:
        self._reader = reader
        self._hits = hits

    @cached_property
    def _records(self) -> list[bytes]:
        return list(map(record_of, self._reader.sources(self._hits)))

    def ids(self) -> list[str]:
        """See Records."""
        return [hit.id for hit in self._hits]

    def fields(self, field: str) -> list[bytes]:
        """See Records."""
        return records.fields_of(((record, 0) for record in self._records), field)


def holders_query(clauses: OpenSearchClauses, term: str) -> Query:
    """Return what finds the articles that hold a term in title or text."""
    return clauses.some(clauses.terms(field, [term]) for field in FIELD_WEIGHTS)


def _key(query: Query) -> str:
    return json.dumps(query, separators=(",", ":"))


def _total(answer: Mapping[str, Any]) -> int:
    return int(answer["hits"]["total"]["value"])
