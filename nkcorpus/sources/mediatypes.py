"""What an input is called in a web archive: media types and addresses (RFC 8089).

Media types: RFC 2046 (text, message), 4180 (CSV), 7763 (Markdown), 8259 (JSON), 8118 (PDF), 4287 (Atom); those of RSS
and Word are as the feeds' readers and IANA's register have them.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType
from urllib.parse import quote, unquote, urlsplit

from nkcorpus.model import Kind

MEDIA_TYPES: Mapping[Kind, str] = MappingProxyType(
    {
        "text": "text/plain",
        "markdown": "text/markdown",
        "html": "text/html",
        "record": "application/json",
        "row": "text/csv",
        "entry": "application/rss+xml",
        "mail": "message/rfc822",
        "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        "pdf": "application/pdf",
    }
)
"""A `row` is a table of one row, with its header; an `entry` is a feed of one entry, here of RSS 0.9x or 2.0."""

_FEEDS: Mapping[bytes, str] = MappingProxyType({b"feed": "application/atom+xml", b"rdf": "application/rdf+xml"})
"""The other feeds, by the name of the root element in lower case."""
_ROOT = re.compile(rb"<(?:\w+:)?(\w+)[\s>]")
_KINDS: Mapping[str, Kind] = MappingProxyType(
    {name: kind for kind, name in MEDIA_TYPES.items()} | dict.fromkeys(_FEEDS.values(), "entry")
)
_CHARSET = re.compile(r"""charset=["']?([\w.:+-]{2,40})""", re.IGNORECASE)


def content_type(kind: Kind, charset: str | None, payload: bytes) -> str:
    """Return the Content-Type of an input's bytes."""
    media_type = MEDIA_TYPES[kind]
    if kind == "entry" and (root := _ROOT.search(payload)):
        media_type = _FEEDS.get(root[1].lower(), media_type)
    return f"{media_type}; charset={charset}" if charset else media_type


def kind_of(content_type: str) -> Kind | None:
    """Return what bytes of a Content-Type are, None for what is not taken."""
    return _KINDS.get(content_type.partition(";")[0].strip().lower())


def charset_of(content_type: str) -> str | None:
    """Return the charset that a Content-Type names."""
    match = _CHARSET.search(content_type)
    return match[1] if match else None


def file_address(name: str, record: int | None) -> str:
    """Return a `file:` address of a file name, or of one record in it, without a folder or a host."""
    encoded = quote(name.encode("utf-8", "surrogateescape"), safe="")
    return f"file:///{encoded}" + (f"?record={record}" if record is not None else "")


def file_name(address: str) -> str | None:
    """Return the base name in a `file:` address, "" where there is none; None for any other address."""
    try:
        parts = urlsplit(address)
    except ValueError:
        return None
    return unquote(parts.path).rpartition("/")[2] if parts.scheme == "file" else None
