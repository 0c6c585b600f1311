"""Clusters of articles with (nearly) the same text, and how alike their members are."""

from __future__ import annotations

from nkcorpus.dedupe import jaccard, shingles
from nkcorpus.identity import text_digest
from nkcorpus.model import Article
from nkcorpus.results import Duplicate, DuplicateCluster, Duplicates
from nkcorpus.store import Store


def find_duplicates(store: Store, limit: int) -> Duplicates:
    """Return the clusters, the largest first, `limit` at most; 0 means all."""
    found = store.clusters()
    clusters = []
    for cluster, ids in found[:limit] if limit else found:
        first, *others = sorted(store.articles(ids), key=_by_date)
        digest, compared = text_digest(first.text), shingles(first.text)
        members = [Duplicate(first, None, 1.0)]
        for other in others:
            if text_digest(other.text) == digest:
                members.append(Duplicate(other, "exact", 1.0))
            else:
                members.append(Duplicate(other, "near", jaccard(compared, shingles(other.text))))
        clusters.append(DuplicateCluster(cluster, tuple(members)))
    return Duplicates(len(found), tuple(clusters))


def _by_date(article: Article) -> tuple[bool, str, str]:
    date = article.document.date
    return date is None, date.value if date else "", article.id
