"""The body of an HTTP answer as it was recorded: transfer and content encoding undone, within a bound."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from types import MappingProxyType

from nkcorpus.errors import BadEncoding, ItemTooLarge
from nkcorpus.httpcoding import decoded
from nkcorpus.sources.limits import megabytes

KEPT_HEADERS = ("content-type", "content-language", "last-modified", "etag", "date", "link", "location", "x-robots-tag")
"""The headers of an answer that matter for what it says, when it said it, and whether it may have changed."""

_CHUNK_SIZE = re.compile(rb"[ \t]*([0-9a-fA-F]{1,8})[ \t]*(?:;[^\r\n]{0,4096})?\r?\n")
_CHARSET = re.compile(r"""charset\s*=\s*["']?([\w.:+-]{2,40})""", re.IGNORECASE)
_LATIN = re.compile(r"(?:us-)?ascii|iso-?8859-1|latin-?1", re.IGNORECASE)
_MARKS: Mapping[str, bytes] = MappingProxyType(
    {"gzip": b"\x1f\x8b", "x-gzip": b"\x1f\x8b", "zstd": b"\x28\xb5\x2f\xfd"}
)
"""What data of an encoding begin with; the other encodings have no mark."""

_MARKUP = re.compile(rb"(?:\xef\xbb\xbf)?\s*+<")
_PIECE = 16_384


def kept_headers(headers: Iterable[tuple[str, str]]) -> tuple[tuple[str, str], ...]:
    """Return the headers of an answer that matter, names in lower case, each once (RFC 9110, section 5.3)."""
    found: dict[str, str] = {}
    for name, value in headers:
        lower = name.lower()
        if lower in KEPT_HEADERS:
            found[lower] = f"{found[lower]}, {value.strip()}" if lower in found else value.strip()
    return tuple(found.items())


def declared_charset(content_type: str) -> str | None:
    """Return the charset of a Content-Type, None where it says none or what servers add unasked."""
    match = _CHARSET.search(content_type)
    return match[1] if match and not _LATIN.fullmatch(match[1]) else None


def decoded_body(raw: bytes, headers: Mapping[str, str], limit: int) -> bytes:
    """Return what was sent: `raw` without its chunks (RFC 9112, section 7.1) and content encodings (RFC 9110, 8.4).

    `headers` are by names in lower case. Recorders often keep the headers of what they have decoded already, so a
    body that is not encoded as they say is taken as it is; and they may stop in the middle of an answer, so what came
    of it is taken. Raises ItemTooLarge beyond `limit` bytes, BadEncoding for a damaged or an unknown encoding.
    """
    body = _without_chunks(raw) if "chunked" in headers.get("transfer-encoding", "").lower() else raw
    for encoding in reversed(headers.get("content-encoding", "").lower().split(",")):
        body = _without_encoding(body, encoding.strip(), limit)
    return body


def _without_chunks(raw: bytes) -> bytes:
    parts: list[bytes] = []
    position = 0
    while match := _CHUNK_SIZE.match(raw, position):
        size = int(match[1], 16)
        if size == 0:
            return b"".join(parts)
        parts.append(raw[match.end() : match.end() + size])
        position = match.end() + size
        position += 2 if raw[position : position + 2] == b"\r\n" else raw[position : position + 1] == b"\n"
    if not parts:
        return raw
    return b"".join(parts) if position >= len(raw) else raw


def _without_encoding(body: bytes, encoding: str, limit: int) -> bytes:
    mark = _MARKS.get(encoding)
    if encoding == "none" or (mark and not body.startswith(mark)):
        return body
    parts: list[bytes] = []
    size = 0
    try:
        for part in decoded(_pieces(body), encoding):
            parts.append(part)
            size += len(part)
            if size > limit:
                raise ItemTooLarge(f"unpacks to more than the limit of {megabytes(limit)} for one page")
    except BadEncoding as error:
        if not error.is_cut_off:
            if error.is_known and mark is None and _MARKUP.match(body):
                return body
            raise
    return b"".join(parts)


def _pieces(body: bytes) -> Iterator[bytes]:
    return (body[start : start + _PIECE] for start in range(0, len(body), _PIECE))
