"""Removing articles from a corpus in a cluster for good."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from nkcorpus.cluster import Cluster, Document, Write
from nkcorpus.dates import utc_now
from nkcorpus.store.opensearch.batches import batches
from nkcorpus.store.opensearch.changes import ArticleChanges, Revised
from nkcorpus.store.opensearch.mappings import ARTICLES, PAYLOADS, VERSIONS
from nkcorpus.store.opensearch.payloads import payload_documents
from nkcorpus.store.opensearch.states import ArticleState

_BATCH = 100


def remove(cluster: Cluster, changes: ArticleChanges, ids: Iterable[str]) -> int:
    """Delete articles with their versions and payloads, leave tombstones, and return how many.

    What is deleted leaves the disk when the cluster merges its segments.
    """
    return sum(_remove(cluster, changes, batch) for batch in batches(dict.fromkeys(ids), _BATCH))


def _remove(cluster: Cluster, changes: ArticleChanges, ids: Sequence[str]) -> int:
    stored = cluster.get_many(ARTICLES, ids)
    states = [ArticleState.of(document.source) for document in stored if document]
    # Read before the tombstones are written: what is stored again after them is another document then, and stays.
    payloads, versions = payload_documents(cluster, states), _version_documents(cluster, states)

    def revise(article: str, state: ArticleState | None) -> Revised | None:
        return Revised(state.tombstone(utc_now())) if state and state.is_live else None

    changed = changes.change(ids, revise)
    gone = set(changed)
    for part, documents in ((PAYLOADS, payloads), (VERSIONS, versions)):
        cluster.write(part, [Write.delete(each.id, each) for each in documents if each.source["article"] in gone])
    return len(changed)


def _version_documents(cluster: Cluster, states: Iterable[ArticleState]) -> list[Document]:
    keys = [f"{state.id}.{entry.content_sha256}" for state in states for entry in state.entries[:-1]]
    found = cluster.get_many(VERSIONS, list(dict.fromkeys(keys)), fields=["article"])
    return [document for document in found if document]
