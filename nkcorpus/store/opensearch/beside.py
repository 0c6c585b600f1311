"""What is kept beside the documents of articles: what older versions say, and original bytes. Many are read at once."""

from __future__ import annotations

from collections.abc import Sequence

from nkcorpus.cluster.client import Cluster
from nkcorpus.cluster.documents import Document
from nkcorpus.codec import BadValue
from nkcorpus.model import ID_LENGTH
from nkcorpus.store.opensearch.mappings import PAYLOADS, VERSIONS
from nkcorpus.store.opensearch.payloads import payload_from, payload_key
from nkcorpus.store.opensearch.states import ArticleState, VersionBody, VersionEntry, body_from, damaged


class Beside:
    """What is kept beside some articles, all in memory."""

    def __init__(self, cluster: Cluster, articles: Sequence[ArticleState]) -> None:
        self._cluster = cluster
        older = [body_key(each, entry) for each in articles for entry in each.entries[:-1]]
        frames = [
            payload_key(each.id, entry.payload_sha256)
            for each in articles
            for entry in each.entries
            if entry.has_payload
        ]
        self._bodies = self._found(VERSIONS, older)
        self._frames = self._found(PAYLOADS, frames)

    def body(self, article: ArticleState, entry: VersionEntry) -> VersionBody:
        """Return what a version says. Raises CorpusDamaged where that is not stored."""
        if entry.number == len(article.entries):
            return article.newest
        return body_in(self._bodies.get(body_key(article, entry)), article, entry)

    def payload(self, article: ArticleState, entry: VersionEntry) -> bytes | None:
        """Return the original bytes of a version, None where they were not kept. Raises CorpusDamaged."""
        if not entry.has_payload:
            return None
        sha256 = entry.payload_sha256
        first = self._frames.get(payload_key(article.id, sha256))
        return payload_from(self._cluster, first, article.id, sha256, entry.payload_size)

    def _found(self, part: str, ids: Sequence[str]) -> dict[str, Document]:
        stored = self._cluster.get_many(part, list(dict.fromkeys(ids)))
        return {document.id: document for document in stored if document}


def body_key(article: ArticleState, entry: VersionEntry) -> str:
    """Return the id of the document with what an older version says."""
    return f"{article.id}.{entry.content_sha256}"


def body_in(stored: Document | None, article: ArticleState, entry: VersionEntry) -> VersionBody:
    """Return what an older version says, given that document. Raises CorpusDamaged."""
    where = f"version {entry.number} of the article {article.id[:ID_LENGTH]}"
    if stored is None:
        raise damaged(f"{where} is missing")
    try:
        return body_from(stored.source.get("body"))
    except BadValue as error:
        raise damaged(f"{where} cannot be read ({error})") from None
