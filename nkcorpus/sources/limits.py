"""How much of each kind of input is taken. Sizes in bytes unless said otherwise; 1 MB is 10**6 bytes."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

MEGABYTE = 1_000_000

TEXT_BYTES = 64 * MEGABYTE
HTML_BYTES = 32 * MEGABYTE
JSON_BYTES = 512 * MEGABYTE
"""A whole `.json` file, which is streamed."""

RECORD_BYTES = 64 * MEGABYTE
"""One JSON object, one JSON line, one row of a table; in characters where the file has to be decoded."""

HEAD_BYTES = 1 * MEGABYTE
"""The beginning of a file by which its encoding and kind are told."""

JSON_CHUNK = 65_536
"""Characters read at once from a JSON file."""

WHOLE_FILE_BYTES: Mapping[str, int] = MappingProxyType(
    {"text": TEXT_BYTES, "markdown": TEXT_BYTES, "html": HTML_BYTES, "json": JSON_BYTES}
)
"""Limit by format; formats that are read record by record have none."""


def megabytes(size: int) -> str:
    """Return a size in bytes for people."""
    return f"{size / MEGABYTE:,.0f} MB" if size >= MEGABYTE else f"{size:,} bytes"
