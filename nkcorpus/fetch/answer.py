"""What a fetch gives, and what it takes to ask again only for what has changed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from email.message import Message
from types import MappingProxyType

import httpx

KEPT_HEADERS = (
    "age",
    "cache-control",
    "content-disposition",
    "content-encoding",
    "content-language",
    "content-length",
    "content-location",
    "content-type",
    "date",
    "etag",
    "expires",
    "last-modified",
    "link",
    "memento-datetime",
    "server",
    "vary",
    "x-robots-tag",
    "x-wp-total",
    "x-wp-totalpages",
)
"""The headers of an answer that matter later, in lower case. `link` and `x-wp-*` page through lists of the WordPress
REST interface, `memento-datetime` (RFC 7089) is the time of a capture."""
_LONGEST_HEADER = 4096


@dataclass(frozen=True, slots=True)
class Validators:
    """What tells whether the content of `url` has changed: its ETag and Last-Modified as they were answered.

    They are sent only to `url`, which after a redirect is not the address asked.
    """

    url: str
    etag: str | None = None
    last_modified: str | None = None

    @property
    def headers(self) -> dict[str, str]:
        """The request headers that ask for changed content only (RFC 9110, section 13.1)."""
        pairs = {"If-None-Match": self.etag, "If-Modified-Since": self.last_modified}
        return {name: value for name, value in pairs.items() if value and value.isascii() and value.isprintable()}


@dataclass(frozen=True, slots=True)
class Fetched:
    """The answer to a request that succeeded, or that found the content unchanged.

    `url_asked` and `url` (the one that answered, after redirects) are without credentials. `body` is decompressed, and
    empty when `not_modified`. `headers` has those of KEPT_HEADERS that came, in lower case. `retrieved_at` is
    when the answer had come, UTC, ISO 8601 with seconds and offset. `has_moved` tells that what was asked for is
    at `url` for good (301, 308; RFC 9110, section 15.4).
    """

    url_asked: str
    url: str
    status: int
    headers: Mapping[str, str]
    body: bytes = field(repr=False)
    retrieved_at: str
    has_moved: bool = False

    @property
    def not_modified(self) -> bool:
        """Whether the content is what the validators stand for (304)."""
        return self.status == httpx.codes.NOT_MODIFIED

    @property
    def validators(self) -> Validators | None:
        """What to give to the next `get` of the same address; None where the host gave neither."""
        etag, last_modified = self.headers.get("etag"), self.headers.get("last-modified")
        return Validators(self.url, etag, last_modified) if etag or last_modified else None

    @property
    def media_type(self) -> str | None:
        """What Content-Type says, such as `text/html`; None where it says nothing valid."""
        return self._content_type().get_content_type() if "/" in self.headers.get("content-type", "") else None

    @property
    def charset(self) -> str | None:
        """The charset that Content-Type names, in lower case; nobody has checked that there is such a charset."""
        return self._content_type().get_content_charset()

    def _content_type(self) -> Message:
        message = Message()
        message["content-type"] = self.headers.get("content-type", "")
        return message


def kept_headers(headers: httpx.Headers) -> Mapping[str, str]:
    """Return the headers that matter, each cut to 4,096 code points."""
    kept = {name: headers[name][:_LONGEST_HEADER] for name in KEPT_HEADERS if name in headers}
    return MappingProxyType(kept)
