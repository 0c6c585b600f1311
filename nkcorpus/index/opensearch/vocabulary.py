"""The words of a corpus in a cluster, which are asked for and never read as a whole."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from itertools import islice
from typing import Any

from nkcorpus.cluster.client import Cluster
from nkcorpus.errors import ClusterRefused
from nkcorpus.index.fields import plain
from nkcorpus.index.opensearch.generations import Generation
from nkcorpus.index.opensearch.mapping import LIVE, PROSE
from nkcorpus.index.opensearch.patterns import query_of
from nkcorpus.query.ast import Fuzzy, Pattern

MOST_WORDS = 200_000
"""Words that are read for a pattern at most. Of so many only the commonest are searched in any case."""
_PAGE = 10_000  # index.max_result_window


class ClusterVocabulary:
    """Fulfils Vocabulary; has the terms of names too."""

    def __init__(self, cluster: Cluster, generation: Generation) -> None:
        self._cluster = cluster
        self._generation = generation

    def fitting(self, pattern: Pattern) -> Iterator[str]:
        """See Vocabulary."""
        return self._fitting(pattern, PROSE)

    def near(self, word: str, slips: int) -> Sequence[str]:
        """See Vocabulary."""
        return list(self.fitting(Fuzzy(word, slips)))

    def known(self, words: Collection[str]) -> Collection[str]:
        """See Vocabulary."""
        return set(self._words(PROSE, {"terms": {"word": sorted(map(plain, words))}}))

    def with_key(self, key: str) -> Sequence[str]:
        """See Vocabulary."""
        return list(self._words(PROSE, {"term": {"key": plain(key)}}))

    def family_sizes(self, stems: Collection[str]) -> Mapping[str, int]:
        """See Vocabulary."""
        wanted = sorted(set(map(plain, stems)))
        sizes: dict[str, int] = {}
        for start in range(0, len(wanted), _PAGE):
            part = wanted[start : start + _PAGE]
            body = {
                "size": 0,
                "query": {"bool": {"filter": [{"term": {"field": PROSE}}, {"terms": {"stem": part}}]}},
                "aggs": {"families": {"terms": {"field": "stem", "size": len(part)}}},
            }
            found = self._cluster.search(self._generation.words, body)["aggregations"]["families"]["buckets"]
            sizes |= {bucket["key"]: bucket["doc_count"] for bucket in found}
        return {stem: sizes.get(plain(stem), 0) for stem in stems}

    def names_fitting(self, pattern: Pattern) -> Iterator[str]:
        """Return terms of a pattern's field, which is one of names, or `id`, `lang`: see Terms."""
        if pattern.field != "id":
            return self._fitting(pattern, pattern.field or "")
        return self._values(self._generation.search, "id", [{"term": {LIVE: True}}, query_of(pattern, "id")])

    def names_with_prefix(self, field: str, prefix: str) -> list[str]:
        """Return the terms of a field that start with `prefix`, sorted."""
        return list(self._words(field, {"prefix": {"word": plain(prefix)}}))

    def _fitting(self, pattern: Pattern, field: str) -> Iterator[str]:
        try:
            yield from self._words(field, query_of(pattern, "word"))
        except ClusterRefused:  # an expression that Lucene cannot make an automaton of
            yield from self._words(field, {"match_all": {}})

    def _words(self, field: str, query: Mapping[str, Any]) -> Iterator[str]:
        return self._values(self._generation.words, "word", [{"term": {"field": field}}, query])

    def _values(self, part: str, keyword: str, filters: list[Mapping[str, Any]]) -> Iterator[str]:
        return islice(self._all_values(part, keyword, filters), MOST_WORDS)

    def _all_values(self, part: str, keyword: str, filters: list[Mapping[str, Any]]) -> Iterator[str]:
        """Yield the values of a keyword field, sorted, of what passes filters; no document has the same value."""
        body: dict[str, Any] = {
            "size": _PAGE,
            "query": {"bool": {"filter": filters}},
            "sort": [keyword],
            "stored_fields": "_none_",
            "track_total_hits": False,
        }
        while True:
            hits = self._cluster.search(part, body)["hits"]["hits"]
            yield from (hit["sort"][0] for hit in hits)
            if len(hits) < _PAGE:
                return
            body["search_after"] = hits[-1]["sort"]
