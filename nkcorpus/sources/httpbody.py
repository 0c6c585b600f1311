"""The body of an HTTP answer as it was recorded: transfer and content encoding undone, within a bound."""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterable, Mapping

from nkcorpus.errors import ItemTooLarge, UnreadableItem
from nkcorpus.sources.limits import megabytes

KEPT_HEADERS = ("content-type", "content-language", "last-modified", "etag", "date", "link", "location", "x-robots-tag")
"""The headers of an answer that matter for what it says, when it said it, and whether it may have changed."""

_CHUNK_SIZE = re.compile(rb"[ \t]*([0-9a-fA-F]{1,8})[ \t]*(?:;[^\r\n]{0,4096})?\r?\n")
_CHARSET = re.compile(r"""charset\s*=\s*["']?([\w.:+-]{2,40})""", re.IGNORECASE)
_LATIN = re.compile(r"(?:us-)?ascii|iso-?8859-1|latin-?1", re.IGNORECASE)
_GZIP_MARK = b"\x1f\x8b"
_ZSTD_MARK = b"\x28\xb5\x2f\xfd"


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
    body that is not encoded as they say is taken as it is. Raises ItemTooLarge beyond `limit` bytes, UnreadableItem
    for a damaged or an unknown encoding.
    """
    body = _without_chunks(raw) if "chunked" in headers.get("transfer-encoding", "").lower() else raw
    for encoding in reversed(headers.get("content-encoding", "").lower().split(",")):
        body = _decoded(body, encoding.strip(), limit)
        if len(body) > limit:
            raise ItemTooLarge(f"unpacks to more than the limit of {megabytes(limit)} for one page")
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


def _decoded(body: bytes, encoding: str, limit: int) -> bytes:
    try:
        match encoding:
            case "" | "identity" | "none":
                return body
            case "gzip" | "x-gzip":
                return _inflated(body, 31, limit) if body.startswith(_GZIP_MARK) else body
            case "deflate":
                return _deflated(body, limit)
            case "br":
                return _from_brotli(body, limit)
            case "zstd":
                return _from_zstd(body, limit) if body.startswith(_ZSTD_MARK) else body
    except zlib.error as error:
        raise UnreadableItem(f"its {encoding} encoding is damaged: {error}") from None
    raise UnreadableItem(f"its content encoding {encoding!r} is not known")


def _inflated(body: bytes, wbits: int, limit: int) -> bytes:
    """Return all members of gzip data, or deflated data; what is left of a damaged end."""
    parts: list[bytes] = []
    size = 0
    while body and size <= limit:
        decoder = zlib.decompressobj(wbits)
        try:
            part = decoder.decompress(body, limit + 1 - size)
        except zlib.error:
            if not parts:
                raise
            break
        parts.append(part)
        size += len(part)
        body = decoder.unused_data
    return b"".join(parts)


def _deflated(body: bytes, limit: int) -> bytes:
    # RFC 9110 means zlib's format (RFC 1950), some servers send the bare one (RFC 1951).
    for wbits in (15, -15):
        try:
            return _inflated(body, wbits, limit)
        except zlib.error:
            continue
    return body


def _from_brotli(body: bytes, limit: int) -> bytes:
    import brotli

    decoder = brotli.Decompressor()
    parts: list[bytes] = []
    size = 0
    try:
        part = decoder.process(body, output_buffer_limit=limit + 1)
        while part and size <= limit:
            parts.append(part)
            size += len(part)
            part = decoder.process(b"", output_buffer_limit=limit + 1) if not decoder.can_accept_more_data() else b""
    except brotli.error as error:
        if body.lstrip()[:1] == b"<":
            return body
        raise UnreadableItem(f"its br encoding is damaged: {error}") from None
    return b"".join(parts)


def _from_zstd(body: bytes, limit: int) -> bytes:
    import zstandard

    try:
        with zstandard.ZstdDecompressor().stream_reader(body, read_across_frames=True) as reader:
            return reader.read(limit + 1)
    except zstandard.ZstdError as error:
        raise UnreadableItem(f"its zstd encoding is damaged: {error}") from None
