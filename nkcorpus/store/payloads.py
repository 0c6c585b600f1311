"""Original bytes, compressed with Zstandard (RFC 8878)."""

from __future__ import annotations

import threading
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from zstandard import ZstdCompressor

MOST_BYTES = 1 << 28
"""Four times the largest record that is taken in."""
_LEVEL = 3


def compress(payload: bytes) -> bytes:
    """Return `payload` as one Zstandard frame."""
    return _compressor(threading.get_ident()).compress(payload)


@lru_cache(maxsize=16)
def _compressor(thread: int) -> ZstdCompressor:
    """Return the compressor of a thread: making one takes as long as it needs for an article of text."""
    import zstandard

    return zstandard.ZstdCompressor(level=_LEVEL)


def size_of(frame: bytes) -> int:
    """Return how many bytes `compress` was given."""
    import zstandard

    return zstandard.frame_content_size(frame)


def decompress(frame: bytes, size: int) -> bytes:
    """Return the `size` bytes that `compress` was given. Raises zstandard.ZstdError for a damaged frame, and for one
    that unpacks to another size or to more than `MOST_BYTES`, before it is unpacked.
    """
    import zstandard

    told = zstandard.frame_content_size(frame)
    if told != size or size > MOST_BYTES:
        raise zstandard.ZstdError(f"it says that it unpacks to {told:,} bytes, its row {size:,}")
    return zstandard.ZstdDecompressor().decompress(frame, max_output_size=size)
