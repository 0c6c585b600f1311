"""Whether articles carry the cluster of near duplicates that they belong to."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence

from nkcorpus.cluster.client import Cluster
from nkcorpus.cluster.documents import Document
from nkcorpus.dedupe import components, is_near, profile
from nkcorpus.errors import CorpusDamaged
from nkcorpus.results import Problem
from nkcorpus.store.base import Finding
from nkcorpus.store.opensearch.articles import LIVE
from nkcorpus.store.opensearch.batches import batches
from nkcorpus.store.opensearch.counts import clusters
from nkcorpus.store.opensearch.hits import Fields, fields_of
from nkcorpus.store.opensearch.mappings import ARTICLES
from nkcorpus.store.opensearch.states import ArticleState, Source
from nkcorpus.store.opensearch.unions import Unions

CLUSTERS = "near duplicates"
_BATCH = 200
_FIELDS = ["id", "text_digest", "bands", "cluster"]


def check_groups(cluster: Cluster) -> Iterator[Finding]:
    """Yield whether texts are in one cluster exactly when a chain of near duplicates joins them, and are joined so for
    those who write. Memory grows with the largest cluster only.
    """
    unions = Unions(cluster)
    texts = fields_of(cluster, ARTICLES, {"query": LIVE, "sort": ["text_digest", "id"]}, _FIELDS)
    for some in batches((text for text in texts if "text_digest" in text), _BATCH):
        yield from _check_labels(unions, some)
        yield from _check_apart(cluster, some)
    for label, articles in clusters(cluster):
        yield from _check_together(cluster, label, articles)


def wrong_labels(cluster: Cluster) -> set[str]:
    """Return the clusters that are not as they must be."""
    return {problem.what for finding in check_groups(cluster) for problem in finding.problems}


def _check_labels(unions: Unions, texts: Sequence[Fields]) -> Iterator[Finding]:
    """Yield whether texts carry the name of the set that they are joined to."""
    roots = unions.roots(_one(text, "text_digest") for text in texts)
    for text in texts:
        label, root = _one(text, "cluster"), roots[_one(text, "text_digest")]
        detail = f"the article {_one(text, 'id')} is in it, and its text is joined to {root}"
        yield Finding(CLUSTERS, problems=(Problem(CLUSTERS, label, detail),) if label != root else ())


def _check_apart(cluster: Cluster, texts: Sequence[Fields]) -> Iterator[Finding]:
    """Yield the near duplicates of texts that are in another cluster."""
    by_band: defaultdict[int, list[Fields]] = defaultdict(list)
    for text in texts:
        for band in text.get("bands", ()):
            by_band[band].append(text)
    if not by_band:
        return
    body: Source = {"query": {"terms": {"bands": sorted(by_band)}}, "sort": ["id"]}
    for other in fields_of(cluster, ARTICLES, body, _FIELDS):
        met = {_one(text, "text_digest"): text for band in other["bands"] for text in by_band.get(band, ())}
        for text in met.values():
            # Each pair is met from both sides: the lesser digest tells.
            if _one(text, "cluster") != _one(other, "cluster") and _one(text, "text_digest") < _one(
                other, "text_digest"
            ):
                one, two = _text(cluster, text), _text(cluster, other)
                if one is not None and two is not None and is_near(profile(one), profile(two)):
                    label, another = _one(text, "cluster"), _one(other, "cluster")
                    detail = f"the article {_one(text, 'id')} in it is a near duplicate of {_one(other, 'id')}"
                    yield Finding(CLUSTERS, 0, (Problem(CLUSTERS, label, detail), Problem(CLUSTERS, another, detail)))


def _check_together(cluster: Cluster, label: str, articles: Sequence[str]) -> Iterator[Finding]:
    """Yield whether the texts of a cluster are joined by near duplicates, and give it its name."""
    texts: dict[str, str] = {}
    for some in batches(articles, _BATCH):
        for stored in cluster.get_many(ARTICLES, some):
            state = _state(stored)
            if state is None:  # what it holds together cannot be told
                return
            if state.text_digest and state.cluster == label:
                texts[state.text_digest] = state.newest.document.text
    is_whole = not texts or (min(texts) == label and (len(texts) == 1 or len(components(texts)) == 1))
    detail = "its texts are no near duplicates of each other, or it has another's name"
    yield Finding(CLUSTERS, 0, () if is_whole else (Problem(CLUSTERS, label, detail),))


def _text(cluster: Cluster, found: Fields) -> str | None:
    """Return the text of an article, None where it has another one by now."""
    state = _state(cluster.get(ARTICLES, _one(found, "id")))
    if state is None or state.text_digest != _one(found, "text_digest"):
        return None
    return state.newest.document.text


def _state(stored: Document | None) -> ArticleState | None:
    """Return an article, None where there is none or it cannot be read, which is told of itself."""
    try:
        return ArticleState.of(stored.source) if stored else None
    except CorpusDamaged:
        return None


def _one(fields: Fields, name: str) -> str:
    """Return the value of a field, an empty text where there is none."""
    values = fields.get(name)
    return str(values[0]) if values else ""
