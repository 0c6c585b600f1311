"""Sitemaps (https://www.sitemaps.org/protocol.html) with the news extension: addresses, no articles."""

from __future__ import annotations

import io
from dataclasses import dataclass
from typing import BinaryIO

from nkcorpus.errors import BadRecord
from nkcorpus.extract.feeds.xml import XmlEvents, name_of, text_of
from nkcorpus.extract.fields import web_address

MOST_ENTRIES = 50_000
"""What the protocol allows in one sitemap."""


@dataclass(frozen=True, slots=True)
class SitemapEntry:
    """An address; when it was last changed, published, and its title, as they are written."""

    url: str
    modified: str | None = None
    published: str | None = None
    title: str | None = None


@dataclass(frozen=True, slots=True)
class Sitemap:
    """The addresses of a sitemap: of pages, or for an index of other sitemaps. Only http and https count.

    `is_whole` is False for one with more entries than the protocol allows; the first are here.
    """

    is_index: bool
    entries: tuple[SitemapEntry, ...]
    is_whole: bool = True


def parse_sitemap(data: bytes) -> Sitemap:
    """Return what a sitemap holds. Raises BadRecord for what is none."""
    return read_sitemap(io.BytesIO(data))


def read_sitemap(stream: BinaryIO) -> Sitemap:
    """Return what a sitemap in a stream holds. Raises BadRecord for what is none, ItemTooLarge."""
    entries: list[SitemapEntry] = []
    root = None
    events = XmlEvents(stream)
    for event, element in events:
        if root is None:
            root = element
            if name_of(root) not in ("urlset", "sitemapindex"):
                raise BadRecord(f"no sitemap: it begins with <{name_of(root)}>")
        elif event == "end" and element.getparent() is root:
            # Pictures and videos of a page have a `loc`, `title` and `publication_date` too: <image:loc>.
            own = {name_of(child): text_of(child) for child in element}
            news = {name_of(part): text_of(part) for child in element if name_of(child) == "news" for part in child}
            if url := web_address(own.get("loc")):
                entries.append(SitemapEntry(url, own.get("lastmod"), news.get("publication_date"), news.get("title")))
            element.clear()
            while element.getprevious() is not None:
                del root[0]
            events.part_done()
            if len(entries) == MOST_ENTRIES:
                return Sitemap(name_of(root) == "sitemapindex", tuple(entries), is_whole=False)
    if root is None:
        raise BadRecord("no sitemap: there is no XML in it")
    return Sitemap(name_of(root) == "sitemapindex", tuple(entries))
