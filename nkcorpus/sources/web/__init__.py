"""Addresses as sources: feeds, sitemaps, WordPress sites, lists of articles, articles, and captures of any of them."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from contextlib import closing
from itertools import chain
from pathlib import Path
from typing import TypeVar

from nkcorpus.errors import BadRecord, FetchError, ItemError, ItemTooLarge
from nkcorpus.extract.html.links import same_site
from nkcorpus.fetch.answer import Fetched
from nkcorpus.fetch.client import Fetcher
from nkcorpus.fetch.hosts import HostFiles
from nkcorpus.fetch.network import unused_proxy
from nkcorpus.fetch.policy import FetchPolicy
from nkcorpus.model import SourceUnchanged, WebKind
from nkcorpus.sources.web.byhost import Entry, Errand, FetcherOutside, by_host
from nkcorpus.sources.web.feeds import read_feed
from nkcorpus.sources.web.lists import read_list
from nkcorpus.sources.web.pages import HELD, page_outcome, retrieval_of
from nkcorpus.sources.web.recognise import Recognised, recognise, usual_api
from nkcorpus.sources.web.sitemaps import find_sitemaps, read_sitemaps
from nkcorpus.sources.web.visit import Known, Visit, failure, is_fetchable, skip
from nkcorpus.sources.web.wayback import read_capture, read_captures
from nkcorpus.sources.web.wordpress import known_interface, read_wordpress, remember_interface
from nkcorpus.sources.webreading import WebReading
from nkcorpus.workers import Elsewhere

__all__ = ["Known", "read_web"]

T = TypeVar("T")

_OF_MACHINES: frozenset[str | None] = frozenset(("feed", "sitemap"))
"""What a page that stands at the same address later (of a parked domain, of who sold it) is not to be taken for."""


def read_web(
    named: Sequence[str],
    listed: Iterable[str],
    known: Known,
    reading: WebReading | None = None,
    policy: FetchPolicy | None = None,
    *,
    treat: Callable[[Iterator[Entry]], Generator[T, None, None]],
    elsewhere: Elsewhere | None = None,
    again: Iterable[str] = (),
    afresh: bool = False,
    followed: str = "",
    hosts: Path | None = None,
    notify: Callable[[str], None] = lambda message: None,
    pause: Callable[[], None] = lambda: None,
) -> Generator[T, None, None]:
    """Yield what `treat` makes of the articles that addresses lead to, one address after the other, as they come.
    Where requests are sent from `elsewhere`, addresses on different hosts are read at the same time.

    The hosts that the user `named`, and the archive of captures, may be on a network of one's own; those `listed` in a
    file may not, and of them pages that are there already are not fetched again. Those to be asked `again` may not
    either, and are fetched whatever there is. With `afresh`, all are. `followed` is the name of the source whose news
    are asked for. In the folder `hosts` it is kept what other runs have to know of hosts. `notify` gets lines for the
    user; `pause` is called before each request, when all that was yielded for the address has been dealt with. What
    came of each address goes to the journal.
    What goes wrong is in the stream, and the rest goes on.
    """
    reading = reading or WebReading()
    policy = (policy or FetchPolicy()).naming(url for url in (*named, reading.archive) if is_fetchable(url))
    if proxy := unused_proxy():
        notify(f"{proxy} is set, but proxies are not used: hosts see the address of this machine")
    errands = chain(
        ((url, _read_named) for url in dict.fromkeys(named)),
        ((url, _read_listed) for url in listed),
        ((url, _read_address) for url in again),
    )
    with Fetcher(policy, hosts=_host_files(hosts), elsewhere=elsewhere) as fetcher:
        visit = Visit(fetcher, reading, known, notify, pause, followed, afresh)
        if elsewhere is None:
            yield from _read_all(visit, errands, treat)
        else:
            visit.fetcher = FetcherOutside(fetcher, elsewhere)
            yield from elsewhere.together(_readers(visit, errands, treat))


def _read_all(
    visit: Visit, errands: Iterable[Errand], treat: Callable[[Iterator[Entry]], Generator[T, None, None]]
) -> Iterator[T]:
    with closing(treat(_entries(visit, errands))) as treated:
        for each in treated:
            visit.write_down()
            yield each
    visit.write_down()


def _readers(
    visit: Visit, errands: Iterable[Errand], treat: Callable[[Iterator[Entry]], Generator[T, None, None]]
) -> Iterator[tuple[Generator[T, None, None], Callable[[], None]]]:
    """Yield a reader for the addresses on each host, with what writes down what came of its requests."""
    for errands_there in by_host(errands):
        own = visit.another()
        yield treat(_entries(own, errands_there)), own.write_down


def _entries(visit: Visit, errands: Iterable[Errand]) -> Iterator[Entry]:
    for url, read in errands:
        visit.named = url
        yield from read(visit, url)


def _read_named(visit: Visit, url: str) -> Iterator[Entry]:
    return read_captures(visit, url) if visit.reading.captures else _read_address(visit, url)


def _read_listed(visit: Visit, url: str) -> Iterator[Entry]:
    if visit.reading.captures is None and visit.has(url):
        yield skip(url, HELD)
    elif not visit.is_first(url):
        yield skip(url, "asked for in this run already")
    else:
        yield from _read_named(visit, url)


def _host_files(folder: Path | None) -> HostFiles | None:
    try:
        return HostFiles(folder) if folder else None
    except OSError:
        return None


def _read_address(visit: Visit, url: str) -> Iterator[Entry]:
    if captured := read_capture(visit, url):
        yield from captured
        return
    if visit.is_deferred(url):
        yield failure(url, BadRecord("not asked: its host wants to be asked later; 'nkcorpus fetches' tells when"))
        return
    if (yield from _read_known_interface(visit)):
        return
    try:
        fetched = visit.get(url, conditional=visit.reading.kind != "wordpress")
    except FetchError as error:
        yield failure(url, error)
        return
    if fetched.not_modified:
        if fetched.has_moved:
            visit.follow_to(fetched.url)
        yield SourceUnchanged(fetched.url_asked)
        return
    visit.is_first(url)
    visit.is_first(fetched.url)
    try:
        found = recognise(fetched)
    except ItemError:
        found = Recognised("article")  # of which extraction tells what is wrong
    if fault := _fault_of_followed(visit, found):
        visit.journal.settle(retrieval_of(fetched), error=str(fault))
        yield visit.failed(fault)
        return
    if fetched.has_moved and (found.kind in _OF_MACHINES or same_site(url, fetched.url)):
        visit.follow_to(fetched.url)
    kind = visit.reading.kind or found.kind
    if kind != "article":
        visit.settle(url)
    yield from _READERS[kind](visit, fetched, found)


def _fault_of_followed(visit: Visit, found: Recognised) -> BadRecord | None:
    """Return the error where a followed address gives something else than it was followed for, else remember that."""
    if not visit.followed or visit.reading.kind:
        return None
    if found.kind in _OF_MACHINES:
        visit.known.reach(visit.shown, found.kind)
        return None
    known = visit.reached(visit.shown)
    if known not in _OF_MACHINES:
        return None
    return BadRecord(f"it was a {known} and is none now; follow another address, or this one with --as")


def _read_known_interface(visit: Visit) -> Generator[Entry, None, bool]:
    """Yield the posts of a site that was found to be made with WordPress before; tell whether that was all to do."""
    interface = known_interface(visit)
    if interface is None or visit.reading.kind not in (None, "wordpress"):
        return False
    try:
        yield from read_wordpress(visit, *interface)
        visit.settle(visit.named)
    except (BadRecord, ItemTooLarge, FetchError) as error:
        if _is_closed(error):
            visit.notify(f"{visit.shown}: its WordPress interface is gone; looking anew")
            return False
        yield visit.failed(error)
    return True


def _read_article(visit: Visit, fetched: Fetched, found: Recognised) -> Iterator[Entry]:
    yield page_outcome(fetched)


def _read_listing(visit: Visit, fetched: Fetched, found: Recognised) -> Iterator[Entry]:
    """Yield what a page leads to: for a home page, the feed or, if all is wanted, the sitemaps; else its own links."""
    if visit.reading.kind is None and found.is_home:
        read = _read_whole_site if visit.reading.whole else _read_declared_feed
        if (yield from read(visit, fetched, found)):
            return
    if found.page is None or not found.page.links:
        visit.notify(f"{visit.shown}: no articles are listed here; try --as sitemap, or the address of a feed")
        return
    if (yield from read_list(visit, found.page)):
        visit.taken_whole(retrieval_of(fetched))


def _read_whole_site(visit: Visit, fetched: Fetched, found: Recognised) -> Generator[Entry, None, bool]:
    """Yield what the sitemaps of a site list; tell whether there are any, or none can be had for now."""
    try:
        starts, first = find_sitemaps(visit, fetched.url)
    except FetchError as error:
        yield visit.failed(error)
        return True
    if starts:
        yield from read_sitemaps(visit, starts, first)
    else:
        visit.notify(f"{visit.shown}: the site has no sitemap; only what this page lists is taken")
    return bool(starts)


def _read_declared_feed(visit: Visit, fetched: Fetched, found: Recognised) -> Generator[Entry, None, bool]:
    """Yield what the first feed of a page gives; tell whether there is one."""
    url = next(iter(found.page.feeds), None) if found.page else None
    if url is None:
        return False
    try:
        feed = visit.get(url, conditional=True)
    except FetchError as error:
        visit.notify(f"{visit.shown}: its feed cannot be had: {error}")
        return False
    visit.settle(url)
    if feed.not_modified:
        yield SourceUnchanged(feed.url_asked)
        return True
    visit.notify(f"{visit.shown}: taken from the feed {feed.url}; --all takes what the sitemap lists")
    yield from read_feed(visit, feed)
    return True


def _read_feed(visit: Visit, fetched: Fetched, found: Recognised) -> Iterator[Entry]:
    if found.page:
        if not (yield from _read_declared_feed(visit, fetched, found)):
            yield failure(fetched.url_asked, BadRecord("no feed but a page; leave --as feed away"))
        return
    yield from read_feed(visit, fetched)


def _read_sitemap(visit: Visit, fetched: Fetched, found: Recognised) -> Iterator[Entry]:
    if found.page is None:
        yield from read_sitemaps(visit, (fetched.url,), fetched)
    elif not (yield from _read_whole_site(visit, fetched, found)) and found.page:
        yield from read_list(visit, found.page)


def _read_wordpress(visit: Visit, fetched: Fetched, found: Recognised) -> Iterator[Entry]:
    """Yield the posts of a site; where its interface is closed, what another site would be read by."""
    api = found.api or usual_api(fetched.url)
    try:
        yield from read_wordpress(visit, api, found.filters)
        remember_interface(visit, api, found.filters)
    except (BadRecord, ItemTooLarge, FetchError) as error:
        if visit.reading.kind or found.page is None or not _is_closed(error):
            yield visit.failed(error)
            return
        visit.notify(f"{visit.shown}: its WordPress interface cannot be used: {error}")
        yield from _read_listing(visit, fetched, found)


def _is_closed(error: Exception) -> bool:
    """Tell whether it makes no sense to ask an interface again later."""
    return not isinstance(error, FetchError) or error.is_final


_READERS: dict[WebKind, Callable[[Visit, Fetched, Recognised], Iterator[Entry]]] = {
    "article": _read_article,
    "listing": _read_listing,
    "feed": _read_feed,
    "sitemap": _read_sitemap,
    "wordpress": _read_wordpress,
}
