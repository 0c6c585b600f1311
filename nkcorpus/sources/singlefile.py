"""Pages saved with SingleFile: one HTML file with its pictures, styles and fonts in it.

Source: the comment that https://github.com/gildas-lormeau/SingleFile writes after `<html>`.
"""

from __future__ import annotations

import re

from nkcorpus.extract.dates import parse_date
from nkcorpus.extract.fields import web_address

HEAD_BYTES = 16_384
_COMMENT = re.compile(
    rb"<!--\s*Page saved with SingleFile[^\n]{0,100}\n"
    rb"\s*url:\s*(?P<url>[^\s]+)[^\n]{0,100}\n"
    rb"\s*saved date:\s*(?P<date>[^\n]{8,80})"
)
_TIME = re.compile(r"\w{3} (\w{3}) (\d{2}) (\d{4}) (\d{2}:\d{2}:\d{2}) GMT([+-]\d{4})")
_DATA = re.compile(rb"data:[a-zA-Z0-9.+/-]{1,80}(?:;[a-zA-Z0-9=.-]{1,40}){0,4};base64,[A-Za-z0-9+/=%]{100,}+")


def saved_page(payload: bytes) -> tuple[str | None, str | None] | None:
    """Return the address and the time (ISO 8601) that SingleFile's comment tells; None for any other page."""
    match = _COMMENT.search(payload[:HEAD_BYTES])
    if match is None:
        return None
    written = match["date"].decode("latin-1").strip()
    time = _TIME.match(written)
    date = parse_date(f"{time[2]} {time[1]} {time[3]} {time[4]} {time[5]}" if time else written, "meta")
    return web_address(match["url"].decode("utf-8", "replace")), date.value if date else None


def without_resources(payload: bytes) -> bytes:
    """Return a page without what is embedded in it as base64: no article, and often nearly all of its bytes."""
    return _DATA.sub(b"data:,", payload)
