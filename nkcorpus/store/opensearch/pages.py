"""Articles by the addresses at which their pages are: which they are, and whether the pages are still there."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from nkcorpus.cluster.client import Cluster
from nkcorpus.dates import utc_now
from nkcorpus.identity import url_id
from nkcorpus.model import Retrieval
from nkcorpus.store.opensearch import journal
from nkcorpus.store.opensearch.articles import LIVE
from nkcorpus.store.opensearch.batches import batches
from nkcorpus.store.opensearch.changes import ArticleChanges, Revised
from nkcorpus.store.opensearch.hits import fields_of
from nkcorpus.store.opensearch.mappings import ARTICLES
from nkcorpus.store.opensearch.states import ArticleState, Source

_BATCH = 1_000
_PARTS = ("entry", "record")
"""A feed and a list of posts are no page of the articles that they gave; pages and documents are."""


@dataclass(frozen=True, slots=True)
class Mark:
    """That the page at an address is gone, as a host told by this status, or is there. `holds` tells at the commit
    whether that is so.
    """

    url: str
    is_gone: bool
    status: int | None = None
    holds: Callable[[], bool] = lambda: True


class Pages:
    """The pages of the articles of a corpus."""

    def __init__(self, cluster: Cluster, changes: ArticleChanges) -> None:
        self._cluster = cluster
        self._changes = changes

    def mark(self, marks: Sequence[Mark]) -> None:
        """Mark articles whose pages are gone, and take the marks from those whose pages are there, in this order."""
        for batch in batches(marks, _BATCH):
            self._mark(batch)

    def _mark(self, marks: Sequence[Mark]) -> None:
        articles = self._articles_of(mark.url for mark in marks)
        filters: list[Source] = [LIVE]
        if not any(mark.is_gone for mark in marks):
            filters.append({"exists": {"field": "gone_at"}})
        ids = sorted({article for found in articles.values() for article in found})
        should = [{"terms": {"id": ids}}, {"terms": {"urls": list(articles)}}]
        query = {"bool": {"filter": filters, "should": should, "minimum_should_match": 1}}
        found = fields_of(self._cluster, ARTICLES, {"query": query, "sort": ["id"]}, ["id"])

        def revise(article: str, state: ArticleState | None) -> Revised | None:
            if state is None or not state.is_live:
                return None
            after = state
            for mark in marks:
                if article in articles[mark.url] or _is_at(state, mark.url):
                    after = _marked(after, mark)
            return None if after == state else Revised(after, is_seen=False)

        self._changes.change([fields["id"][0] for fields in found], revise)

    def captured(self, captures: Mapping[str, Retrieval]) -> dict[str, str]:
        """Return, under the keys of captures, the articles that have a version of them."""
        found: dict[tuple[str, str], str] = {}
        for batch in batches(dict.fromkeys(retrieval.url for retrieval in captures.values()), _BATCH):
            query = {"terms": {"urls": batch}}
            for stored in self._cluster.pages(ARTICLES, query, ["id"], fields=["id", "seq", "versions"]):
                state = ArticleState.of(stored.source)
                for entry in state.entries:
                    if entry.retrieval:
                        found[entry.retrieval.url, entry.retrieval.retrieved_at] = state.id
        keys = {key: (retrieval.url, retrieval.retrieved_at) for key, retrieval in captures.items()}
        return {key: found[capture] for key, capture in keys.items() if capture in found}

    def _articles_of(self, urls: Iterable[str]) -> dict[str, set[str]]:
        """Return by address the articles that it stands for, or led to."""
        wanted = list(dict.fromkeys(urls))
        entries = self._cluster.get_many(journal.PART, [journal.key_of(url) for url in wanted], fields=["article_id"])
        led_to = (entry.source.get("article_id") if entry else None for entry in entries)
        return {
            url: {article for article in (url_id(url), other) if article}
            for url, other in zip(wanted, led_to, strict=True)
        }


def _is_at(state: ArticleState, url: str) -> bool:
    newest = state.entries[-1]
    retrieval = newest.retrieval
    return newest.kind not in _PARTS and retrieval is not None and url in (retrieval.url, retrieval.answered)


def _marked(state: ArticleState, mark: Mark) -> ArticleState:
    if mark.is_gone:
        return replace(state, gone_at=state.gone_at or utc_now(), gone_status=mark.status)
    return replace(state, gone_at=None, gone_status=None)
