"""Whether the index of a corpus in a cluster has each article as it was changed last."""

from __future__ import annotations

from collections.abc import Iterator

from nkcorpus.cluster.client import Cluster
from nkcorpus.results import Problem
from nkcorpus.store.base import Finding
from nkcorpus.store.opensearch.articles import LIVE
from nkcorpus.store.opensearch.hits import fields_of
from nkcorpus.store.opensearch.ledger import Ledger
from nkcorpus.store.opensearch.mappings import ARTICLES
from nkcorpus.store.opensearch.states import Source

INDEX = "index"
_PART = "search"
"""The alias of the index, of which each document of an article is `live` and has its `id` and `seq`."""
_INDEXED: Source = {"term": {"live": True}}

Numbers = Iterator[tuple[str, int]]


def check_indexed(cluster: Cluster) -> Iterator[Finding]:
    """Yield each article of which the index has another state, or none, or that it has and the corpus has not. What
    is changed meanwhile is passed over. Memory does not grow with the number of articles.
    """
    if not cluster.exists(_PART):  # whoever opens the corpus for searching builds it
        return
    cluster.refresh(ARTICLES, _PART)
    settled = Ledger(cluster).position()
    stored, indexed = _numbers(cluster, ARTICLES, LIVE), _numbers(cluster, _PART, _INDEXED)
    one, other = next(stored, None), next(indexed, None)
    while one or other:
        article = min(each[0] for each in (one, other) if each)
        due = one[1] if one and one[0] == article else None
        held = other[1] if other and other[0] == article else None
        if due == held or max(due or 0, held or 0) > settled or _agree_now(cluster, article, settled):
            yield Finding(INDEX)
        else:
            detail = f"the index has it {_as_of(held)}, the corpus {_as_of(due)}; 'nkcorpus reindex' builds it anew"
            yield Finding(INDEX, problems=(Problem(INDEX, article, detail),))
        one = next(stored, None) if due is not None else one
        other = next(indexed, None) if held is not None else other


def _numbers(cluster: Cluster, part: str, query: Source) -> Numbers:
    """Yield the articles of a part by id, with their latest changes."""
    for fields in fields_of(cluster, part, {"query": query, "sort": ["id"]}, ["id", "seq"]):
        yield str(fields["id"][0]), int(fields.get("seq", [0])[0])


def _as_of(seq: int | None) -> str:
    return "not at all" if seq is None else f"as of change {seq}"


def _agree_now(cluster: Cluster, article: str, settled: int) -> bool:
    """Tell whether an article that was read twice, while others write, is in the index as it is, or changes again."""
    cluster.refresh(ARTICLES, _PART)
    only: Source = {"term": {"id": article}}
    due = next(_numbers(cluster, ARTICLES, {"bool": {"filter": [LIVE, only]}}), None)
    held = next(_numbers(cluster, _PART, {"bool": {"filter": [_INDEXED, only]}}), None)
    return due == held or any(each is not None and each[1] > settled for each in (due, held))
