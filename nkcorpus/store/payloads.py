"""Original bytes, compressed with Zstandard (RFC 8878)."""

from __future__ import annotations

_LEVEL = 3


def compress(payload: bytes) -> bytes:
    """Return `payload` as one Zstandard frame."""
    import zstandard

    return zstandard.ZstdCompressor(level=_LEVEL).compress(payload)


def decompress(frame: bytes, size: int) -> bytes:
    """Return the `size` bytes that `compress` was given. Raises zstandard.ZstdError for a damaged frame."""
    import zstandard

    return zstandard.ZstdDecompressor().decompress(frame, max_output_size=size)
