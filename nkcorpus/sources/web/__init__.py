"""Addresses as sources: feeds, sitemaps, WordPress sites, lists of articles, articles, and captures of any of them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence

from nkcorpus.errors import BadRecord, DisallowedByRobots, FetchError, HttpStatus, ItemError, ItemTooLarge
from nkcorpus.fetch.answer import Fetched
from nkcorpus.fetch.client import Fetcher
from nkcorpus.fetch.policy import FetchPolicy
from nkcorpus.model import SourceFailure, SourceItem, SourceSkip, SourceUnchanged, WebKind
from nkcorpus.sources.web.feeds import read_feed
from nkcorpus.sources.web.pages import HELD, crawl_newest, page_outcome
from nkcorpus.sources.web.recognise import Recognised, recognise, usual_api
from nkcorpus.sources.web.sitemaps import find_sitemaps, read_sitemaps
from nkcorpus.sources.web.visit import Afresh, Known, Visit, failure, is_fetchable, skip
from nkcorpus.sources.web.wayback import read_capture, read_captures
from nkcorpus.sources.web.wordpress import known_interface, read_wordpress, remember_interface
from nkcorpus.sources.webreading import WebReading

__all__ = ["Known", "read_web"]

Entry = SourceItem | SourceFailure | SourceSkip | SourceUnchanged


def read_web(
    named: Sequence[str],
    listed: Iterable[str],
    known: Known,
    reading: WebReading | None = None,
    policy: FetchPolicy | None = None,
    *,
    afresh: bool = False,
    notify: Callable[[str], None] = lambda message: None,
    pause: Callable[[], None] = lambda: None,
) -> Iterator[Entry]:
    """Yield the articles that addresses lead to, one address after the other, as they come.

    The hosts that the user `named`, and the archive of captures, may be on a network of one's own; those `listed` in a
    file may not, and of them pages that are there already are not fetched again. With `afresh`, all are. `notify` gets
    lines for the user; `pause` is called before each request, when all that was yielded has been dealt with.
    What goes wrong is in the stream, and the rest goes on.
    """
    reading = reading or WebReading()
    policy = (policy or FetchPolicy()).naming(url for url in (*named, reading.archive) if is_fetchable(url))
    read = read_captures if reading.captures else _read_address
    with Fetcher(policy) as fetcher:
        visit = Visit(fetcher, reading, Afresh(known) if afresh else known, notify, pause)
        for url in dict.fromkeys(named):
            visit.named = url
            yield from read(visit, url)
        for url in listed:
            visit.named = url
            if reading.captures is None and visit.has(url):
                yield skip(url, HELD)
            else:
                yield from read(visit, url)


def _read_address(visit: Visit, url: str) -> Iterator[Entry]:
    if captured := read_capture(visit, url):
        yield from captured
        return
    interface = known_interface(visit)
    if interface and visit.reading.kind in (None, "wordpress"):
        try:
            yield from read_wordpress(visit, *interface)
            return
        except (BadRecord, ItemTooLarge, FetchError):
            visit.notify(f"{visit.shown}: its WordPress interface is gone; looking anew")
    try:
        fetched = visit.get(url, conditional=visit.reading.kind in (None, "article"))
    except FetchError as error:
        yield failure(url, error)
        return
    if fetched.not_modified:
        yield SourceUnchanged(fetched.url_asked)
        return
    visit.is_first(url)
    visit.is_first(fetched.url)
    try:
        found = recognise(fetched)
    except ItemError:
        found = Recognised("article")  # of which extraction tells what is wrong
    yield from _READERS[visit.reading.kind or found.kind](visit, fetched, found)


def _read_article(visit: Visit, fetched: Fetched, found: Recognised) -> Iterator[Entry]:
    yield page_outcome(fetched)


def _read_listing(visit: Visit, fetched: Fetched, found: Recognised) -> Iterator[Entry]:
    """Yield what a page leads to: for a home page, the feed or, if all is wanted, the sitemaps; else its own links."""
    if visit.reading.kind is None and found.is_home:
        other = _read_whole_site if visit.reading.whole else _read_declared_feed
        started = False
        for outcome in other(visit, fetched, found):
            started = True
            yield outcome
        if started:
            return
    links = found.page.links if found.page else ()
    if not links:
        visit.notify(f"{visit.shown}: no articles are listed here; try --as sitemap, or the address of a feed")
    yield from crawl_newest(visit, links)


def _read_whole_site(visit: Visit, fetched: Fetched, found: Recognised) -> Iterator[Entry]:
    try:
        starts, first = find_sitemaps(visit, fetched.url)
    except FetchError as error:
        yield failure(fetched.url, error)
        return
    if starts:
        yield from read_sitemaps(visit, starts, first)
    else:
        visit.notify(f"{visit.shown}: the site has no sitemap; only what this page lists is taken")


def _read_declared_feed(visit: Visit, fetched: Fetched, found: Recognised) -> Iterator[Entry]:
    for url in found.page.feeds[:1] if found.page else ():
        try:
            feed = visit.get(url)
        except FetchError as error:
            visit.notify(f"{visit.shown}: its feed cannot be had: {error}")
            return
        visit.notify(f"{visit.shown}: taken from the feed {feed.url}; --all takes what the sitemap lists")
        yield from read_feed(visit, feed)


def _read_feed(visit: Visit, fetched: Fetched, found: Recognised) -> Iterator[Entry]:
    if found.page:
        yield failure(fetched.url_asked, BadRecord("no feed but a page; leave --as feed away"))
        return
    yield from read_feed(visit, fetched)


def _read_sitemap(visit: Visit, fetched: Fetched, found: Recognised) -> Iterator[Entry]:
    if found.kind == "sitemap":
        yield from read_sitemaps(visit, (fetched.url,), fetched)
    else:
        yield from _read_whole_site(visit, fetched, found)


def _read_wordpress(visit: Visit, fetched: Fetched, found: Recognised) -> Iterator[Entry]:
    """Yield the posts of a site; where its interface is closed, what another site would be read by."""
    api = found.api or usual_api(fetched.url)
    try:
        yield from read_wordpress(visit, api, found.filters)
        remember_interface(visit, api, found.filters)
    except (BadRecord, ItemTooLarge, DisallowedByRobots, HttpStatus) as error:
        if visit.reading.kind or found.page is None or not _is_closed(error):
            yield failure(fetched.url, error)
            return
        visit.notify(f"{visit.shown}: its WordPress interface cannot be used: {error}")
        yield from _read_listing(visit, fetched, found)
    except FetchError as error:
        yield failure(fetched.url, error)


def _is_closed(error: Exception) -> bool:
    return not isinstance(error, FetchError) or error.is_final


_READERS: dict[WebKind, Callable[[Visit, Fetched, Recognised], Iterator[Entry]]] = {
    "article": _read_article,
    "listing": _read_listing,
    "feed": _read_feed,
    "sitemap": _read_sitemap,
    "wordpress": _read_wordpress,
}
