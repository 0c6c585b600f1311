"""Feeds that go on in other documents (RFC 5005, section 3)."""

from __future__ import annotations

import io
from urllib.parse import urljoin

from nkcorpus.extract.feeds.xml import XmlEvents, name_of
from nkcorpus.extract.fields import web_address


def next_document(data: bytes, base: str) -> str | None:
    """Return where the older entries of the feed that was fetched from `base` are: `rel=next` before its first entry.

    Raises BadRecord, ItemTooLarge.
    """
    for event, element in XmlEvents(io.BytesIO(data)):
        name = name_of(element)
        if name in ("item", "entry"):
            return None
        if event == "end" and name == "link" and element.get("rel") == "next":
            try:
                return web_address(urljoin(base, element.get("href", "")))
            except ValueError:
                return None
    return None
