"""Counts over the articles of a corpus in a cluster, made where they are stored."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from typing import Any

from nkcorpus.cluster import Cluster
from nkcorpus.results import CorpusStats
from nkcorpus.store.opensearch import lists
from nkcorpus.store.opensearch.articles import LIVE
from nkcorpus.store.opensearch.batches import batches
from nkcorpus.store.opensearch.hits import fields_of
from nkcorpus.store.opensearch.mappings import ARTICLES
from nkcorpus.store.opensearch.runs import FAILURE
from nkcorpus.store.opensearch.states import cut_of

_PAGE = 10_000
_PART = 20_000
"""Articles whose clusters are counted by one request."""
_MOST_TERMS = 60_000


def stats(cluster: Cluster) -> CorpusStats:
    """Return counts over the live articles."""
    sums = {"query": LIVE, "size": 0, "track_total_hits": True}
    sums["aggs"] = {name: {"sum": {"field": name}} for name in ("number", "words")}
    answer = cluster.search(ARTICLES, sums)
    cuts = Counter[str]()
    for term, count in _values(cluster, "cuts"):
        rule, each = cut_of(term)
        cuts[rule] += each * count
    return CorpusStats(
        articles=int(answer["hits"]["total"]["value"]),
        versions=int(answer["aggregations"]["number"]["value"]),
        words=int(answer["aggregations"]["words"]["value"]),
        removed=cluster.count(ARTICLES, {"exists": {"field": "removed_at"}}),
        failures=cluster.count(lists.PART, {"term": {"kind": FAILURE}}),
        sources=tuple(sorted(_values(cluster, "source"), key=lambda item: (-item[1], item[0]))),
        years=tuple(sorted(_values(cluster, "year"))),
        cuts=tuple(sorted(cuts.items(), key=lambda item: (-item[1], item[0]))),
    )


def clusters(cluster: Cluster) -> list[tuple[str, tuple[str, ...]]]:
    """Return each cluster of two or more live articles, the largest first: its id, and its articles' ids ascending."""
    parts = 1 + cluster.count(ARTICLES, LIVE) // _PART
    labels = [label for part in range(parts) for label in _labels(cluster, part, parts)]
    members: defaultdict[str, list[str]] = defaultdict(list)
    for some in batches(labels, _MOST_TERMS):
        body = {"query": {"terms": {"cluster": some}}, "sort": ["id"]}
        for fields in fields_of(cluster, ARTICLES, body, ["id", "cluster"]):
            members[fields["cluster"][0]].append(fields["id"][0])
    found = [(label, tuple(ids)) for label, ids in members.items() if len(ids) > 1]
    return sorted(found, key=lambda item: (-len(item[1]), item[0]))


def _labels(cluster: Cluster, part: int, parts: int) -> Iterator[str]:
    """Yield the clusters of two or more articles in one part of all clusters."""
    terms = {
        "field": "cluster",
        "min_doc_count": 2,
        "size": _MOST_TERMS,
        "include": {"partition": part, "num_partitions": parts},
    }
    answer = cluster.search(ARTICLES, {"query": LIVE, "size": 0, "aggs": {"clusters": {"terms": terms}}})
    yield from (bucket["key"] for bucket in answer["aggregations"]["clusters"]["buckets"])


def _values(cluster: Cluster, field: str) -> Iterator[tuple[str, int]]:
    """Yield each value that a field has in a live article, and in how many."""
    composite: dict[str, Any] = {"size": _PAGE, "sources": [{"value": {"terms": {"field": field}}}]}
    while True:
        body = {"query": LIVE, "size": 0, "aggs": {"values": {"composite": composite}}}
        found = cluster.search(ARTICLES, body)["aggregations"]["values"]
        yield from ((bucket["key"]["value"], bucket["doc_count"]) for bucket in found["buckets"])
        if "after_key" not in found:
            return
        composite["after"] = found["after_key"]
