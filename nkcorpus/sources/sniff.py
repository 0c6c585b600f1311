"""What kind of input this is, by its name or its first bytes."""

from __future__ import annotations

import json
import re
from pathlib import PurePosixPath

from nkcorpus.errors import NotText
from nkcorpus.extract.charset import bom_charset, detect_charset
from nkcorpus.model import Format

_FORMATS: dict[str, Format] = {
    ".txt": "text",
    ".text": "text",
    ".md": "markdown",
    ".markdown": "markdown",
    ".html": "html",
    ".htm": "html",
    ".xhtml": "html",
    ".json": "json",
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
    ".csv": "csv",
    ".tsv": "csv",
    ".xml": "feed",
    ".rss": "feed",
    ".atom": "feed",
    ".rdf": "feed",
    ".warc": "warc",
    ".zip": "zip",
    ".tar": "tar",
    ".gz": "gz",
    ".tgz": "gz",
    ".bz2": "bz2",
    ".tbz2": "bz2",
    ".xz": "xz",
    ".txz": "xz",
    ".zst": "zst",
    ".tzst": "zst",
}
_SIGNATURES: tuple[tuple[int, bytes, Format], ...] = (
    (0, b"PK\3\4", "zip"),
    (0, b"PK\5\6", "zip"),  # an empty archive
    (0, b"\x1f\x8b\x08", "gz"),
    (0, b"BZh", "bz2"),
    (0, b"\xfd7zXZ\0", "xz"),
    (0, b"\x28\xb5\x2f\xfd", "zst"),
    (257, b"ustar", "tar"),
    (0, b"WARC/", "warc"),
)
SNIFFED_BYTES = 65_536
"""The beginning of a page or record of known encoding by which its kind is told."""

_MARK_BEFORE = 100  # bytes before which XML begins, white space and all
_PAGE_HEAD = 4096  # code points
_PAGE = re.compile(r"<(?:!doctype\s+html|html|head|body|title|meta|article|main|div|p|h1)\b", re.IGNORECASE)
_ROOT = re.compile(
    r"(?:\s|<\?.*?\?>|<!--.*?-->|<!DOCTYPE[^>\[]*(?:\[.*?\]\s*)?>)*<(?:[\w.-]+:)?([a-z]+)(?=[\s/>])",
    re.IGNORECASE | re.DOTALL,
)
_ROOTS: dict[str, Format] = {
    "rss": "feed",
    "rdf": "feed",
    "feed": "feed",
    "urlset": "sitemap",
    "sitemapindex": "sitemap",
}
_OBJECT = re.compile(r'\{\s*["}]')
_LIST = re.compile(r"\[\s*(?:\{|\]\s*$)")


def format_of_name(name: str) -> Format | None:
    """Return the format that a file name's extension tells, None for one that is not known."""
    return _FORMATS.get(PurePosixPath(name).suffix.lower())


def format_of_mark(head: bytes) -> Format | None:
    """Return the format that tells itself by a mark in the first bytes, None for one that does not."""
    for place, mark, format_ in _SIGNATURES:
        if head.startswith(mark, place):
            return format_
    if b"<" not in head[:_MARK_BEFORE]:
        return None
    root = _ROOT.match(_ascii_part(head))
    return _ROOTS.get(root[1].lower()) if root else None


def sniff(head: bytes, *, complete: bool) -> Format:
    """Return the format of input that begins with `head`: JSON, JSON lines, HTML, else text.

    `complete` tells that `head` is all of it.
    """
    text = _head_text(head, complete).lstrip("\ufeff").lstrip()
    if _OBJECT.match(text):
        return "jsonl" if _is_lines(text) else "json"
    if _LIST.match(text):
        return "json"
    if text.startswith("<") and _PAGE.search(text[:_PAGE_HEAD]):
        return "html"
    return "text"


def record_charset(head: bytes, *, complete: bool) -> str:
    """Return the encoding of JSON or a table that begins with `head`. Raises NotText."""
    if not bom_charset(head):
        # JSON and header lines begin with two ASCII characters, which shows in the NULs (RFC 4627, section 3).
        guess = json.detect_encoding(head)
        if "16" in guess or "32" in guess:
            return guess
    return detect_charset(head, complete=complete, stray_nul=True)


def _ascii_part(head: bytes) -> str:
    """Return the head of XML with its ASCII characters right, whatever else there is; this takes no time."""
    head = head.removeprefix(b"\xef\xbb\xbf")
    if head.startswith((b"\xff\xfe", b"\xfe\xff")) or b"\0" in head[:4]:
        return head.replace(b"\0", b"").decode("latin-1").lstrip("\xff\xfe")
    return head.decode("latin-1")


def _head_text(head: bytes, complete: bool) -> str:
    try:
        return head.decode(record_charset(head, complete=complete), "replace")
    except NotText:
        return ""


def _is_lines(text: str) -> bool:
    """Tell text whose first line is a whole JSON object and that goes on with another object."""
    first, _, rest = text.partition("\n")
    if not rest.lstrip().startswith("{"):
        return False
    try:
        return isinstance(json.loads(first, strict=False, parse_int=str), dict)
    except (ValueError, RecursionError):
        return False
