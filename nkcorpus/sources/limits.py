"""How much of each kind of input is taken. Sizes in bytes unless said otherwise; 1 MB is 10**6 bytes."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

MEGABYTE = 1_000_000

TEXT_BYTES = 24 * MEGABYTE
"""What the longest text of one article takes as UTF-8."""

HTML_BYTES = 32 * MEGABYTE
JSON_BYTES = 512 * MEGABYTE
"""A whole `.json` file, which is streamed."""

RECORD_BYTES = 64 * MEGABYTE
"""One JSON object, one JSON line, one row of a table; in characters where the file has to be decoded."""

HEAD_BYTES = 1 * MEGABYTE
"""The beginning of a file by which its encoding and kind are told."""

JSON_CHUNK = 65_536
"""Characters read at once from a JSON file."""

SIGNATURE_BYTES = 16_384
"""The beginning of a file by which archives, feeds and other kinds with a mark of their own are told."""

MESSAGE_BYTES = 64 * MEGABYTE
"""One mail with its attachments, or a page saved as one."""

OFFICE_BYTES = 64 * MEGABYTE
"""One document of a word processor, or PDF file, with its pictures."""

ROW_GROUP_BYTES = 512 * MEGABYTE
"""What the rows of a Parquet file that are read together unpack to."""

ARCHIVE_DEPTH = 3
"""Archives within archives; a compressed tar archive is one."""

ARCHIVE_MEMBERS = 100_000
"""Of all archives in one input together."""

ARCHIVE_BYTES = 64_000 * MEGABYTE
"""What all compressed data of one input may unpack to."""

RATIO = 100
"""How many times its size compressed data may unpack to: pages and tables come to 5 to 50."""

RATIO_SLACK = 4 * MEGABYTE
"""What one compressed stream may unpack to whatever its size."""

TOTAL_SLACK = 128 * MEGABYTE
"""What all compressed data of one input may unpack to whatever its size."""

DIRECTORY_BYTES = 32 * MEGABYTE
"""The directory of a ZIP archive."""

TAR_HEADER_BYTES = 1 * MEGABYTE
"""A header in a tar archive with its extensions."""

WARC_HEADER_BYTES = 1 * MEGABYTE
"""The headers of a record in a WARC file, with blank lines before them."""

XZ_MEMORY = 160 * MEGABYTE
"""What the .xz decoder may take; that of the highest preset takes 65 MB."""

WINDOW_BYTES = 1 << 27
"""The window of a .zst file; zstd itself refuses more unless asked."""

SPOOL_IN_MEMORY = 8 * MEGABYTE
SPOOL_BYTES = 4_000 * MEGABYTE
"""A ZIP archive within another archive or on standard input, which has to be copied to disk to be read."""

WHOLE_FILE_BYTES: Mapping[str, int] = MappingProxyType(
    {
        "text": TEXT_BYTES,
        "markdown": TEXT_BYTES,
        "html": HTML_BYTES,
        "json": JSON_BYTES,
        "eml": MESSAGE_BYTES,
        "mhtml": MESSAGE_BYTES,
        "docx": OFFICE_BYTES,
        "pdf": OFFICE_BYTES,
    }
)
"""Limit by format; formats that are read record by record have none."""


def megabytes(size: int) -> str:
    """Return a size in bytes for people."""
    return f"{size / MEGABYTE:,.0f} MB" if size >= MEGABYTE else f"{size:,} bytes"
