"""Reading payloads with where they came from, one at a time."""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Iterator

from nkcorpus.errors import CorpusDamaged
from nkcorpus.store.base import StoredPayload
from nkcorpus.store.payloads import decompress
from nkcorpus.store.sqlite.rows import NOT_KEPT, retrieval_of

_SELECT = (
    "SELECT v.article, v.number, v.kind, v.charset, v.file_name, v.record, v.url, v.external_id, v.ingested_at,"
    " v.retrieved_at, v.retrieval_url, v.retrieval_answered, v.retrieval_status, v.retrieval_headers,"
    " p.sha256, p.encoding, p.size, p.bytes FROM version v JOIN payload p ON p.sha256 = v.payload_sha256 WHERE "
)


def payloads_where(connection: sqlite3.Connection, condition: str, *values: object) -> Iterator[StoredPayload]:
    """Yield the payloads of the versions `v` that fulfil an SQL condition. Raises CorpusDamaged."""
    for row in connection.execute(_SELECT + condition, values):
        article, number, kind, charset, name, record, url, external_id, ingested_at, *rest = row
        *retrieved, sha256, encoding, size, frame = rest
        payload = None if encoding == NOT_KEPT else unpacked(sha256, frame, size)
        yield StoredPayload(
            article, number, kind, charset, name, record, url, external_id, ingested_at,
            retrieval_of(*retrieved), sha256, payload,
        )  # fmt: skip


def unpacked(sha256: str, frame: bytes, size: int) -> bytes:
    """Return the original bytes of a stored frame. Raises CorpusDamaged where they are others."""
    from zstandard import ZstdError

    try:
        payload = decompress(frame, size)
    except ZstdError as error:
        raise _damaged(sha256, str(error)) from None
    if hashlib.sha256(payload).hexdigest() != sha256:
        raise _damaged(sha256, "its digest is another")
    return payload


def _damaged(sha256: str, reason: str) -> CorpusDamaged:
    return CorpusDamaged(f"the payload {sha256[:12]} is damaged ({reason}); 'nkcorpus repair' puts it into quarantine")
