"""Feeds on the web: entries that hold the article are taken as they are, summaries lead to the pages."""

from __future__ import annotations

import io
from collections.abc import Iterator

from nkcorpus.dates import interval
from nkcorpus.errors import BadRecord, FetchError, ItemTooLarge
from nkcorpus.extract.dates import parse_date
from nkcorpus.extract.feeds import Entry, next_document, parse_feed, read_entry, split_feed
from nkcorpus.fetch.answer import Fetched
from nkcorpus.model import SourceItem
from nkcorpus.sources.stream import Outcome
from nkcorpus.sources.web.pages import crawl_newest, retrieval_of
from nkcorpus.sources.web.paging import Paging
from nkcorpus.sources.web.visit import Visit, failure, shown_address, skip
from nkcorpus.sources.webreading import WebReading

_MOST_ENTRIES = 20_000
_BETTER = "in the corpus already, from its page or the site's interface"
_CUT_OFF = ("…", "[…]", "...", "[...]", "&hellip;", "[&hellip;]", "&#8230;", "[&#8230;]")


def read_feed(visit: Visit, fetched: Fetched) -> Iterator[Outcome]:
    """Yield the articles of a feed: those that it holds, then the pages of those that it only announces; if all is
    wanted, those of the documents in which it goes on too.
    """
    retrieval = retrieval_of(fetched)
    paging = Paging(visit, "older entries")
    is_whole = True
    while True:
        after = paging.next(*_next(fetched))
        announced: list[str] = []
        try:
            yield from _entries(visit, fetched, announced)
        except (BadRecord, ItemTooLarge) as error:
            yield failure(fetched.url_asked, error)
            is_whole = False
        is_whole = (yield from crawl_newest(visit, announced)) and is_whole
        if after is None:
            break
        try:
            fetched = visit.get(after)
        except FetchError as error:
            yield failure(after, error)
            is_whole = False
            break
        visit.settle(after)
    if is_whole:
        paging.done()
        visit.taken_whole(retrieval)


def _next(fetched: Fetched) -> tuple[str | None, list[str]]:
    """Return where a feed goes on, and the addresses of the entries before."""
    try:
        after = next_document(fetched.body, fetched.url)
        entries = parse_feed(fetched.body, fetched.url) if after else []
    except (BadRecord, ItemTooLarge):
        return None, []  # which is told when its entries are read
    return after, [entry.url[0] for entry in entries if entry.url]


def _entries(visit: Visit, fetched: Fetched, announced: list[str]) -> Iterator[Outcome]:
    """Yield the articles that a feed holds, and add to `announced` the addresses of the others.

    Raises BadRecord, ItemTooLarge.
    """
    for number, part in enumerate(split_feed(io.BytesIO(fetched.body)), start=1):
        if number > _MOST_ENTRIES:
            raise ItemTooLarge(f"a feed of more than {_MOST_ENTRIES:,} entries; the rest was left")
        if part.skip:
            yield skip(fetched.url, part.skip)
            continue
        entry = read_entry(part.payload, fetched.url)
        if not _is_wanted(entry, visit.reading):
            continue
        url = entry.url[0] if entry.url else None
        if url and _is_announcement(entry):
            announced.append(url)
            continue
        if url and visit.has_otherwise(url):
            yield skip(url, _BETTER)
            continue
        yield SourceItem(
            origin=shown_address(url or fetched.url),
            name="",
            kind="entry",
            payload=part.payload,
            charset="utf-8",
            url=fetched.url,
            retrieval=retrieval_of(fetched),
        )


def is_older(text: str | None, since: int | None) -> bool:
    """Tell whether what was published or last changed at a time, as it is written, is older than what is wanted."""
    if since is None or not text:
        return False
    date = parse_date(text, "feed")
    return date is not None and interval(date.value)[1] < since


def is_newer(text: str | None, until: int | None) -> bool:
    """Tell whether what was published at a time, as it is written, is newer than what is wanted."""
    if until is None or not text:
        return False
    date = parse_date(text, "feed")
    return date is not None and interval(date.value)[0] > until


def _is_wanted(entry: Entry, reading: WebReading) -> bool:
    published = entry.published[0] if entry.published else None
    changed = entry.updated[0] if entry.updated else None
    return not is_older(published or changed, reading.since) and not is_newer(published, reading.until)


def _is_announcement(entry: Entry) -> bool:
    if entry.is_summary or entry.text is None:
        return True
    return entry.text[0].rstrip().removesuffix("</p>").rstrip().endswith(_CUT_OFF)
