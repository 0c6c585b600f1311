"""What killed writers leave beside articles: older versions and bytes that no article refers to."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from nkcorpus.cluster.client import Cluster
from nkcorpus.cluster.documents import Document, Write
from nkcorpus.errors import CorpusDamaged
from nkcorpus.store.opensearch.batches import batches
from nkcorpus.store.opensearch.beside import body_key
from nkcorpus.store.opensearch.ledger import Ledger
from nkcorpus.store.opensearch.mappings import ARTICLES, PAYLOADS, VERSIONS
from nkcorpus.store.opensearch.payloads import payload_key
from nkcorpus.store.opensearch.states import ArticleState, Source

LEFT = "leftovers"
_ALL: Source = {"match_all": {}}
_BATCH = 1_000
_SORTS: dict[str, list[str]] = {VERSIONS: ["article", "key"], PAYLOADS: ["article", "sha256", "part"]}


def leftovers(cluster: Cluster, part: str) -> Iterator[Document]:
    """Yield the documents of `versions` or `payloads` that no article refers to at this moment. A writer that is at
    work may be about to write the article. Memory does not grow with their number.
    """
    cluster.refresh(part)
    for stored in batches(cluster.pages(part, _ALL, _SORTS[part], fields=_SORTS[part], size=_BATCH), _BATCH):
        used = _used(cluster, [each.source["article"] for each in stored])
        yield from (each for each in stored if not used & _names(each))


def clear_leftovers(cluster: Cluster) -> int:
    """Delete what no article refers to, and return how much that was: nothing while others write."""
    done = 0
    for part in _SORTS:
        for some in batches(leftovers(cluster, part), _BATCH):
            # Who writes has an open range before the first document: what was seen without one is nobody's any more.
            if Ledger(cluster).open_ranges():
                return done
            used = _used(cluster, [each.source["article"] for each in some])
            unused = [each for each in some if not used & _names(each)]
            done += cluster.write(part, [Write.delete(each.id, each) for each in unused]).count("done")
    return done


def _used(cluster: Cluster, articles: Sequence[str]) -> set[str]:
    """Return the ids of all that these articles refer to; of one that cannot be read, which may refer to anything, its
    own id.
    """
    ids = list(dict.fromkeys(articles))
    used: set[str] = set()
    for stored in cluster.get_many(ARTICLES, ids, fields=["id", "seq", "versions"]):
        if stored is None:
            continue
        state: ArticleState | None
        try:
            state = ArticleState.of(stored.source)
        except CorpusDamaged:
            state = None
        if state is None or state.id != stored.id:
            used.add(stored.id)
            continue
        for entry in state.entries:
            used.add(body_key(state, entry))
            if entry.has_payload:
                used.add(payload_key(state.id, entry.payload_sha256))
    return used


def _names(document: Document) -> set[str]:
    """Return the ids by any of which an article may refer to a document."""
    article, sha256 = document.source["article"], document.source.get("sha256")
    return {article, document.id, *([payload_key(article, sha256)] if sha256 else ())}
