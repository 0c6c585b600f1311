"""Original bytes in a cluster: a Zstandard frame for each article that has them, in parts where it is large."""

from __future__ import annotations

import base64
import binascii
import hashlib
from collections.abc import Iterable, Iterator

from nkcorpus.cluster import Cluster, Document, Write
from nkcorpus.errors import CorpusDamaged
from nkcorpus.store.opensearch.mappings import PAYLOADS
from nkcorpus.store.opensearch.states import ArticleState, damaged
from nkcorpus.store.payloads import decompress

_PART_BYTES = 6 << 20
"""Of a frame in one document, of which base64 makes 8 MB."""


def payload_writes(article: str, sha256: str, frame: bytes) -> Iterator[Write]:
    """Yield what stores a frame: the first part last, which is looked for."""
    starts = range(0, max(len(frame), 1), _PART_BYTES)
    for part, start in reversed(list(enumerate(starts))):
        text = base64.b64encode(frame[start : start + _PART_BYTES]).decode("ascii")
        source = {"article": article, "sha256": sha256, "part": part, "parts": len(starts), "bytes": text}
        yield Write.put(_id(article, sha256, part), source)


def payload_of(cluster: Cluster, article: str, sha256: str, size: int) -> bytes:
    """Return original bytes of an article, of which there are `size`. Raises CorpusDamaged where they are others."""
    return payload_from(cluster, cluster.get(PAYLOADS, payload_key(article, sha256)), article, sha256, size)


def payload_key(article: str, sha256: str) -> str:
    """Return the id of the document with the first part of a frame."""
    return _id(article, sha256, 0)


def payload_from(cluster: Cluster, first: Document | None, article: str, sha256: str, size: int) -> bytes:
    """Return original bytes as `payload_of` does, given the document with the first part."""
    from zstandard import ZstdError

    if first is None:
        raise _damaged(sha256, "it is missing")
    parts = [first, *_others(cluster, first, article, sha256)]
    try:
        frame = b"".join(base64.b64decode(part.source["bytes"], validate=True) for part in parts)
        payload = decompress(frame, size)
    except (ZstdError, KeyError, TypeError, binascii.Error) as error:
        raise _damaged(sha256, str(error)) from None
    if hashlib.sha256(payload).hexdigest() != sha256:
        raise _damaged(sha256, "its digest is another")
    return payload


def payload_documents(cluster: Cluster, articles: Iterable[ArticleState]) -> list[Document]:
    """Return the stored documents of all payloads of articles, without the bytes."""
    keys = [_id(each.id, entry.payload_sha256, 0) for each in articles for entry in each.entries if entry.has_payload]
    fields = ["article", "sha256", "parts"]
    firsts = cluster.get_many(PAYLOADS, list(dict.fromkeys(keys)), fields=fields)
    found = [document for document in firsts if document]
    rest = [
        _id(document.source["article"], document.source["sha256"], part)
        for document in found
        for part in range(1, document.source["parts"])
    ]
    return found + [document for document in cluster.get_many(PAYLOADS, rest, fields=fields) if document]


def _others(cluster: Cluster, first: Document, article: str, sha256: str) -> Iterable[Document]:
    parts = first.source.get("parts")
    if not isinstance(parts, int) or parts < 1:
        raise _damaged(sha256, "it has no parts")
    for part in range(1, parts):
        document = cluster.get(PAYLOADS, _id(article, sha256, part))
        if document is None:
            raise _damaged(sha256, f"part {part + 1} of {parts} is missing")
        yield document


def _id(article: str, sha256: str, part: int) -> str:
    return f"{article}.{sha256}.{part}" if part else f"{article}.{sha256}"


def _damaged(sha256: str, reason: str) -> CorpusDamaged:
    return damaged(f"the payload {sha256[:12]} is damaged ({reason})")
