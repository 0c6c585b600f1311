"""What makes two inputs the same article, and digests that prove what a version said."""

from __future__ import annotations

import dataclasses
import hashlib
import json
import re
import string
import unicodedata
from urllib.parse import quote, urlsplit, urlunsplit

from nkcorpus.model import ID_LENGTH, Document

# Parameters that only tell where a reader came from, as documented by their makers (Google Analytics and Ads,
# Meta, Microsoft Advertising, Mailchimp, HubSpot, Matomo, Yandex, X). Anything else may select content.
_TRACKING = frozenset(
    "fbclid gclid gclsrc dclid gbraid wbraid msclkid mc_cid mc_eid _hsenc _hsmi __hstc __hssc yclid twclid"
    " igshid _ga _gl pk_campaign pk_kwd mtm_campaign mtm_kwd mtm_source mtm_medium".split()
)
_LATER_FIELDS = ("place", "updated", "section", "counterpart", "evidence")
"""Fields of a document that digests leave out where they are empty, so that those made before them stay the same."""
_DEFAULT_PORTS = {"http": 80, "https": 443}
_ESCAPE = re.compile("%([0-9A-Fa-f]{2})")
_UNRESERVED = frozenset(string.ascii_letters + string.digits + "-._~")


def canonical_url(url: str) -> str | None:
    """Return the form of an http(s) address under which its article is known, None for any other text.

    Scheme and host in lower case, no default port, fragment, user or tracking parameter; percent escapes
    normalised (RFC 3986, 6.2.2). http and https, with and without "www.", stay apart: they may differ.
    """
    try:
        parts = urlsplit(url.strip())
        port = parts.port
    except ValueError:
        return None
    host = (parts.hostname or "").rstrip(".")
    if parts.scheme.lower() not in _DEFAULT_PORTS or not host:
        return None
    scheme = parts.scheme.lower()
    if ":" in host:
        host = f"[{host}]"
    netloc = host if port in (None, _DEFAULT_PORTS[scheme]) else f"{host}:{port}"
    path = _escaped(parts.path, "/:@!$&'()*+,;=~%")
    query = "&".join(part for part in parts.query.split("&") if part and not _is_tracking(part))
    return urlunsplit((scheme, netloc, path or "/", _escaped(query, "/:@!$&'()*+,;=~%?[]"), ""))


def _escaped(text: str, safe: str) -> str:
    return quote(_ESCAPE.sub(_normal_escape, text), safe=safe, errors="replace")


def _is_tracking(parameter: str) -> bool:
    name = parameter.partition("=")[0].lower()
    return name in _TRACKING or name.startswith("utm_")


def _normal_escape(escape: re.Match[str]) -> str:
    char = chr(int(escape[1], 16))
    return char if char in _UNRESERVED else escape[0].upper()


def host_of(url: str | None) -> str | None:
    """Return the host of an address in lower case without "www.", None where there is none."""
    try:
        host = urlsplit(url).hostname if url else None
    except ValueError:
        return None
    return host.removeprefix("www.") if host else None


def article_id(document: Document, file_name: str) -> str:
    """Return the 32 hex digits under which an article is known.

    They digest the first of these that the input gives: the canonical URL; the input file's base name and
    the record's own id; title, date and white-space-normalised raw text.
    """
    if document.url and (known := url_id(document.url)):
        return known
    if document.external_id:
        return _digest("record", file_name, document.external_id)
    date = document.date.value if document.date else ""
    return _digest("text", document.title or "", date, " ".join(document.raw_text.split()))


def url_id(url: str) -> str | None:
    """Return the id of the article at an address, None for what is none."""
    canonical = canonical_url(url)
    return _digest("url", canonical) if canonical else None


def text_digest(text: str) -> str | None:
    """Return what two articles with equal text share: white space and Unicode composition aside.

    16 hex digits; None for a text without any word, which equals nothing.
    """
    words = " ".join(unicodedata.normalize("NFC", text).split())
    if not words:
        return None
    return hashlib.sha256(words.encode("utf-8", "surrogatepass")).hexdigest()[:16]


def extract_digest(document: Document) -> str:
    """Return the SHA-256 of what an extractor took from an input, before any cleaning.

    Two inputs of one article with the same digest are the same version, whatever link led to it.
    """
    fields = _fields(document)
    del fields["extractor"]
    fields.pop("evidence", None)  # the same content found elsewhere in the page is the same content
    fields["url"] = canonical_url(document.url or "") or document.url
    return _sha256(fields)


def content_digest(document: Document, origin: str, payload_sha256: str) -> str:
    """Return the SHA-256 over the canonical form of a version's content and provenance.

    The canonical form is JSON with sorted keys, no white space, in UTF-8 (after RFC 8785); times of ingest
    and retrieval are no part of it.
    """
    return _sha256({"document": _fields(document), "origin": origin, "payload_sha256": payload_sha256})


def _fields(document: Document) -> dict[str, object]:
    fields: dict[str, object] = {name: getattr(document, name) for name in Document.__slots__}
    fields["date"] = dataclasses.astuple(document.date) if document.date else None
    fields["updated"] = dataclasses.astuple(document.updated) if document.updated else None
    for name in _LATER_FIELDS:
        if not fields[name]:
            del fields[name]
    fields["removed"] = [(span.start, span.end, span.kind, span.rule) for span in document.removed]
    fields["repairs"] = [(fix.start, fix.end, fix.text, fix.rule) for fix in document.repairs]
    return fields


def _digest(*parts: str) -> str:
    return hashlib.sha256("\0".join(parts).encode("utf-8", "surrogatepass")).hexdigest()[:ID_LENGTH]


def _sha256(value: object) -> str:
    canonical = json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(canonical.encode("utf-8", "surrogatepass")).hexdigest()
