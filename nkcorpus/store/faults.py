"""What can be wrong with a version, or with its bytes, in any store."""

from __future__ import annotations

import hashlib
import io

from nkcorpus.identity import content_digest
from nkcorpus.model import Document

CONTENT = "content digests"
PROVENANCE = "provenance digests"
SPANS = "spans"
TEXT = "clean texts"
PAYLOADS = "payload digests"
_CHUNK = 1 << 20


def content_faults(
    document: Document, *, origin: str, payload_sha256: str, content_sha256: str, text: str, words: int
) -> dict[str, str]:
    """Return details by kind of what is wrong with a version. `text` and `words` are those that are stored beside it.

    Raises CorpusDamaged, TypeError, ValueError, AttributeError for values that no writer of ours writes.
    """
    details: dict[str, str] = {}
    if content_digest(document, origin, payload_sha256) != content_sha256:
        details[CONTENT] = "is not what content_sha256 says"
    if fault := _span_fault(document):
        details[SPANS] = fault
    elif document.text != text:
        details[TEXT] = "is not the raw text without its cuts"
    elif len(text.split()) != words:
        details[TEXT] = f"has {len(text.split())} words, not {words}"
    return details


def _span_fault(document: Document) -> str | None:
    end = 0
    edits = [(span.start, span.end) for span in document.removed]
    edits += [(repair.start, repair.end) for repair in document.repairs]
    for start, stop in sorted(edits):
        if not end <= start <= stop <= len(document.raw_text):
            return f"[{start}, {stop}) is outside the raw text or overlaps another"
        end = stop
    return None


def unpacked_digest(frame: bytes) -> tuple[str, int] | None:
    """Return SHA-256 and size of what a Zstandard frame unpacks to, never in memory whole; None for a damaged one."""
    import zstandard

    digest, size = hashlib.sha256(), 0
    try:
        with zstandard.ZstdDecompressor().stream_reader(io.BytesIO(frame)) as reader:
            while chunk := reader.read(_CHUNK):
                digest.update(chunk)
                size += len(chunk)
    except (zstandard.ZstdError, MemoryError):
        return None
    return digest.hexdigest(), size
