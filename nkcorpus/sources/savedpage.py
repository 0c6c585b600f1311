"""Pages saved by browsers as HTML: where they came from."""

from __future__ import annotations

import re

from nkcorpus.extract.fields import web_address

_HEAD = 16_384  # bytes
_SAVED_FROM = re.compile(rb"<!--\s*saved from url=\(\d{1,6}\)(\S{1,4000}?)\s*-->")


def address_saved_from(payload: bytes) -> str | None:
    """Return the address in the comment that Chrome, Edge and Internet Explorer write at the head of a page which they
    save ("Mark of the Web"), None where there is none.
    """
    match = _SAVED_FROM.search(payload[:_HEAD])
    return web_address(match[1].decode("utf-8", "replace")) if match else None
