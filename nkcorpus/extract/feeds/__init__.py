"""Feeds (RSS 0.9x, 1.0 and 2.0, Atom), WordPress exports and sitemaps. Parsers only: no files, no network."""

from __future__ import annotations

import io

from nkcorpus.errors import BadRecord
from nkcorpus.extract.feeds.document import extract_entry
from nkcorpus.extract.feeds.entry import Entry, read_entry
from nkcorpus.extract.feeds.paging import next_document
from nkcorpus.extract.feeds.sitemap import Sitemap, SitemapEntry, parse_sitemap
from nkcorpus.extract.feeds.split import Part, split_feed

__all__ = [
    "Entry",
    "Part",
    "Sitemap",
    "SitemapEntry",
    "extract_entry",
    "next_document",
    "parse_feed",
    "parse_sitemap",
    "read_entry",
    "split_feed",
]


def parse_feed(data: bytes, base: str | None = None) -> list[Entry]:
    """Return the entries of a feed or WordPress export in its order, without attachments, drafts and the like.

    `base` is the address that it was fetched from. Of a broken feed there are the entries before the fault.
    Raises BadRecord for what is no feed, ItemTooLarge.
    """
    entries: list[Entry] = []
    try:
        entries.extend(read_entry(part.payload, base) for part in split_feed(io.BytesIO(data)) if part.skip is None)
    except BadRecord:
        if not entries:
            raise
    return entries
