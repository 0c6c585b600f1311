"""What kind of input this is, by its name or its first bytes."""

from __future__ import annotations

import json
import re

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
    ".mbox": "mbox",
    ".eml": "eml",
    ".mht": "mhtml",
    ".mhtml": "mhtml",
    ".epub": "epub",
    ".docx": "docx",
    ".pdf": "pdf",
    ".parquet": "parquet",
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
    (257, b"ustar\0", "tar"),  # POSIX; the letters alone may stand in a text
    (257, b"ustar  \0", "tar"),  # GNU
    (0, b"WARC/", "warc"),
    (0, b"%PDF-", "pdf"),
    (0, b"PAR1", "parquet"),
)
SNIFFED_BYTES = 65_536
"""The beginning of a page or record of known encoding by which its kind is told."""

_MARK_BEFORE = 100  # bytes before which XML begins, white space and all
_PAGE_HEAD = 4096  # code points
_PAGE = re.compile(r"<(?:!doctype\s+html|html|head|body|title|meta|article|main|div|p|h1)\b", re.IGNORECASE)
_ROOT = re.compile(
    # Atomic and possessive, or many comments would take time without end.
    r"(?>\s+|<\?.*?\?>|<!--.*?-->|<!DOCTYPE[^>\[]*(?:\[.*?\]\s*)?>)*+<(?:[\w.-]{1,40}:)?([a-z]{1,40})(?=[\s/>])",
    re.IGNORECASE | re.DOTALL,
)
_ROOTS: dict[str, Format] = {
    "rss": "feed",
    "rdf": "feed",
    "feed": "feed",
    "urlset": "sitemap",
    "sitemapindex": "sitemap",
}
_DOCTYPE = re.compile(r"\s*<!doctype\s+html\b", re.IGNORECASE)
_MBOX = re.compile(rb"From [^\n]{1,1000}\n")
_HEADER = re.compile(rb"(?m)^([A-Za-z][A-Za-z0-9-]{1,60}):")
_OBJECT = re.compile(r'\{\s*["}]')
_LIST = re.compile(r"\[\s*(?:\{|\]\s*$)")


def format_of_name(name: str) -> Format | None:
    """Return the format that a file name's extension tells, None for one that is not known."""
    base = name.rstrip("/").rpartition("/")[2]
    stem, dot, extension = base.rpartition(".")
    return _FORMATS.get(f".{extension.lower()}") if dot and stem else None


def format_of_mark(head: bytes) -> Format | None:
    """Return the format that tells itself by a mark in the first bytes, None for one that does not."""
    for place, mark, format_ in _SIGNATURES:
        if head.startswith(mark, place):
            return _zip_format(head) if format_ == "zip" else format_
    if b"<" not in head[:_MARK_BEFORE]:
        return None
    root = _ROOT.match(_ascii_part(head))
    return _ROOTS.get(root[1].lower()) if root else None


def is_certain(head: bytes) -> bool:
    """Tell whether these first bytes are those of a page or of mail, whatever the file is called.

    Programs keep pages under addresses such as `index.php?id=3`, and mail under numbers.
    """
    text = _ascii_part(head)
    root = _ROOT.match(text)
    return bool(_DOCTYPE.match(text) or (root and root[1].lower() == "html") or _mail_format(head))


def sniff(head: bytes, *, complete: bool) -> Format:
    """Return the format of input that begins with `head`: JSON, JSON lines, HTML, else text.

    `complete` tells that `head` is all of it.
    """
    if mail := _mail_format(head):
        return mail
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


def _zip_format(head: bytes) -> Format:
    """Tell books and documents from other ZIP archives, by their first members."""
    if head.startswith(b"mimetypeapplication/epub+zip", 30):
        return "epub"
    return "docx" if b"[Content_Types].xml" in head and b"word/" in head else "zip"


def _mail_format(head: bytes) -> Format | None:
    """Tell a mailbox, a page saved as a message, and a message, by their first lines."""
    begin = _MBOX.match(head)
    lines = head[begin.end() if begin else 0 :]
    block = re.split(rb"\r?\n\r?\n", lines, maxsplit=1)[0]
    names = {match[1].lower() for match in _HEADER.finditer(block)}
    if not (names & {b"from", b"mime-version"} and names & {b"date", b"subject", b"received", b"message-id"}):
        return None
    if begin:
        return "mbox"
    is_page = b"snapshot-content-location" in names or re.search(rb"(?i)content-type:\s*multipart/related", block)
    return "mhtml" if is_page and not names & {b"received", b"message-id", b"to"} else "eml"


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
