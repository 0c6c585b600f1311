"""Files of feeds, WordPress exports and sitemaps."""

from __future__ import annotations

from collections.abc import Iterator

from nkcorpus.errors import BadRecord
from nkcorpus.extract.feeds import split_feed
from nkcorpus.extract.feeds.sitemap import read_sitemap
from nkcorpus.model import SourceItem, SourceSkip
from nkcorpus.sources.stream import Input, Outcome


def read_feed(source: Input) -> Iterator[Outcome]:
    """Yield an item for each entry: a feed that has this entry alone, in UTF-8. Entries are numbered from 1.

    Raises BadRecord for what is no feed, ItemTooLarge for a monstrous entry.
    """
    number = 0
    for number, part in enumerate(split_feed(source.stream), start=1):
        if part.skip:
            yield SourceSkip(source.origin, part.skip)
        else:
            yield SourceItem(source.origin, source.name, "entry", part.payload, record=number, charset="utf-8")
    if number == 0:
        yield SourceSkip(source.origin, "a feed without entries")


def skip_sitemap(source: Input) -> Iterator[Outcome]:
    """Yield why a sitemap brings no article. Raises BadRecord for what is no sitemap, ItemTooLarge."""
    sitemap = read_sitemap(source.stream)
    if not sitemap.entries:
        raise BadRecord("a sitemap without an address")
    count = f"{len(sitemap.entries):,}" if sitemap.is_whole else f"more than {len(sitemap.entries):,}"
    what = "other sitemaps" if sitemap.is_index else "pages"
    yield SourceSkip(
        source.origin,
        f"a sitemap: {count} addresses of {what}, no articles; 'nkcorpus ingest URL' with its address follows it",
    )
