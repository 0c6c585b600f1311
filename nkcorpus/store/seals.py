"""Digests by which damage to what is stored, and changes from outside nkcorpus, are found: the same in every store."""

from __future__ import annotations

import json
import zlib
from collections.abc import Mapping, Sequence

VERSION_SEALED = (
    "article", "number", "file_name", "record", "kind", "charset", "extract_sha256", "content_sha256",
    "payload_sha256", "retrieved_at", "ingested_at", "run", "retrieval_url", "retrieval_answered", "retrieval_status",
    "retrieval_headers",
)  # fmt: skip
"""What of a version `row_sha256` is over. `content_sha256` covers the rest but the clean text and its number of words,
which follow from it."""


def sha256_of(*values: object) -> str:
    """Return the SHA-256 of a row: of a JSON array of its values in UTF-8 without white space."""
    import hashlib  # what reads only need not wait for it

    return hashlib.sha256(_canonical(values)).hexdigest()


def crc32_of(*values: object) -> int:
    """Return the CRC-32 of a row: of a JSON array of its values in UTF-8 without white space."""
    return zlib.crc32(_canonical(values))


def version_seal(row: Mapping[str, object]) -> str:
    """Return the `row_sha256` of a version, given by the names of VERSION_SEALED."""
    return sha256_of(*(row[name] for name in VERSION_SEALED))


def _canonical(values: Sequence[object]) -> bytes:
    return _ARRAY.encode(values).encode("utf-8", "surrogatepass")


def _bytes(value: object) -> str:
    """Return bytes, which no sealed value is unless it is damaged, as something that JSON has."""
    if not isinstance(value, bytes):
        raise TypeError(f"{type(value).__name__} is no value that is stored")
    return f"bytes {value.hex()}"


_ARRAY = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), default=_bytes)
"""Made once: that takes longer than to use it."""
