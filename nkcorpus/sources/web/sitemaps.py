"""Sitemaps on the web (https://www.sitemaps.org/protocol.html): indexes, packed or not, and the pages they list."""

from __future__ import annotations

import gzip
import io
import re
import zlib
from collections.abc import Iterator
from itertools import islice
from urllib.parse import urljoin, urlsplit

from nkcorpus.errors import BadRecord, FetchError, HttpStatus, ItemTooLarge
from nkcorpus.extract.feeds import read_entry, split_feed
from nkcorpus.extract.feeds.sitemap import MOST_ENTRIES, Sitemap, SitemapEntry, read_sitemap
from nkcorpus.extract.fields import web_address
from nkcorpus.extract.html.links import is_article_url, same_site
from nkcorpus.fetch.answer import Fetched
from nkcorpus.model import Retrieval, SourceFailure, SourceUnchanged
from nkcorpus.sources.addresslist import read_addresses
from nkcorpus.sources.limits import SIGNATURE_BYTES
from nkcorpus.sources.sniff import format_of_mark
from nkcorpus.sources.stream import Outcome, peek
from nkcorpus.sources.web.feeds import is_newer, is_older
from nkcorpus.sources.web.pages import Patience, crawl, retrieval_of
from nkcorpus.sources.web.visit import Visit, failure

GZIP = b"\x1f\x8b"

_USUAL = ("/sitemap.xml", "/sitemap_index.xml")
_DEPTH = 3
_MOST_SITEMAPS = 5_000
_NO_ARTICLES = re.compile(
    r"(?:^|[-_./])(?:categor|tags?\b|post_tag|author|users|taxonomies|image|video)", re.IGNORECASE
)
"""Names of sitemaps, in the ways of WordPress and its usual plugins, that list no articles."""


def parse(body: bytes) -> Sitemap:
    """Return what a sitemap says, packed with gzip or not; it may be a feed or a text with an address on each line too.

    Raises BadRecord, ItemTooLarge.
    """
    if not body.startswith(GZIP):
        return _parse(io.BytesIO(body))
    try:
        with gzip.open(io.BytesIO(body)) as stream:
            return _parse(io.BufferedReader(stream))
    except (OSError, EOFError, zlib.error) as error:
        raise BadRecord(f"no whole gzip file: {error}") from None


def _parse(stream: io.BufferedReader | io.BytesIO) -> Sitemap:
    head, whole = peek(stream, SIGNATURE_BYTES)
    if format_of_mark(head) == "feed":
        entries = (read_entry(part.payload) for part in islice(split_feed(whole), MOST_ENTRIES) if part.skip is None)
        found = tuple(
            SitemapEntry(entry.url[0], _value(entry.updated), _value(entry.published)) for entry in entries if entry.url
        )
    elif b"<" in head:
        return read_sitemap(whole)
    else:
        addresses = filter(None, map(web_address, read_addresses(whole)))
        found = tuple(SitemapEntry(address) for address in islice(addresses, MOST_ENTRIES))
    if not found:
        raise BadRecord("no sitemap: there are no addresses in it")
    return Sitemap(is_index=False, entries=found)


def _value(found: tuple[str, str] | None) -> str | None:
    return found[0] if found else None


def find_sitemaps(visit: Visit, url: str) -> tuple[tuple[str, ...], Fetched | None]:
    """Return the sitemaps of the site of `url`: those of its robots.txt, else the usual one, with the answer.

    Raises FetchError where the host cannot be asked at all.
    """
    if named := visit.sitemaps(url):
        return named, None
    for path in _USUAL:
        try:
            fetched = visit.ask(urljoin(url, path))
            parse(fetched.body)
        except (HttpStatus, BadRecord, ItemTooLarge):
            continue
        return (fetched.url,), fetched
    return (), None


def read_sitemaps(
    visit: Visit, starts: tuple[str, ...], first: Fetched | None = None
) -> Iterator[Outcome | SourceUnchanged]:
    """Yield the pages that sitemaps and those below them list, the newest first. `first` is the answer of the first."""
    walk = _Walk(visit, starts, first)
    is_whole = yield from crawl(visit, walk.pages())
    yield from walk.failures
    yield from map(SourceUnchanged, walk.unchanged)
    for retrieval in walk.listings if is_whole else ():
        visit.taken_whole(retrieval)
    if not visit.reading.whole and (walk.left or walk.unread):
        unread = f" and {walk.unread:,} unread sitemap{'s' if walk.unread > 1 else ''}" if walk.unread else ""
        visit.notify(f"{visit.shown}: {walk.left:,} more pages{unread} are left; --all takes them")


class _Walk:
    """Reads sitemaps one by one, as their pages are needed."""

    def __init__(self, visit: Visit, starts: tuple[str, ...], first: Fetched | None) -> None:
        self._visit = visit
        self._first = first
        self._stack = [(url, 1) for url in reversed(_preferred(starts))]
        for url in starts:
            visit.is_first(url)
        self._patience = Patience()
        self.failures: list[SourceFailure] = []
        self.unchanged: list[str] = []
        self.listings: list[Retrieval] = []
        """How the sitemaps came that list pages. Those that list sitemaps are read each time: these change without."""
        self.left = 0

    @property
    def unread(self) -> int:
        """Sitemaps that nobody has looked at."""
        return len(self._stack)

    def pages(self) -> Iterator[str]:
        """Yield the addresses of pages, up to the number that is wanted."""
        given = read = 0
        wanted = None if self._visit.reading.whole else self._visit.reading.newest
        while self._stack and (wanted is None or given < wanted) and read < _MOST_SITEMAPS:
            url, depth = self._stack.pop()
            sitemap = self._read(url)
            read += 1
            if sitemap is None:
                continue
            if sitemap.is_index:
                self._enter(url, sitemap, depth)
                continue
            for page in self._wanted(url, sitemap):
                if wanted is not None and given >= wanted:
                    self.left += not self._visit.has(page)
                    continue
                given += 1
                yield page

    def _read(self, url: str) -> Sitemap | None:
        fetched, self._first = self._first, None
        try:
            fetched = fetched or self._visit.get(url, conditional=True)
            if fetched.not_modified:
                self._pass_over(url)
                return None
            sitemap = parse(fetched.body)
            if not sitemap.is_whole:
                rest = ItemTooLarge(f"a sitemap of more than {MOST_ENTRIES:,} addresses; the rest was left")
                self.failures.append(failure(url, rest))
        except (FetchError, BadRecord, ItemTooLarge) as error:
            self.failures.append(failure(url, error))
            if isinstance(error, FetchError) and self._patience.ends_with(error):
                self._visit.notify(
                    f"{self._visit.shown}: {self.unread:,} more sitemaps are left; run the same again later"
                )
                self._stack.clear()
            return None
        self._patience.answered()
        self._visit.settle(url)
        if not sitemap.is_index:
            self.listings.append(retrieval_of(fetched))
        return sitemap

    def _pass_over(self, url: str) -> None:
        """Leave a sitemap as it was when all that was wanted of it was taken, and those that nothing was wanted of."""
        self._patience.answered()
        self._visit.settle(url)
        self.unchanged.append(url)
        if not self._visit.reading.whole:
            self._stack = [(name, depth) for name, depth in self._stack if self._visit.was_read(name)]

    def _enter(self, url: str, index: Sitemap, depth: int) -> None:
        if depth >= _DEPTH:
            self.failures.append(failure(url, BadRecord(f"sitemaps nested more than {_DEPTH} deep; the rest was left")))
            return
        below = [entry for entry in _newest_first(index) if not is_older(entry.modified, self._visit.reading.since)]
        names = _preferred(tuple(entry.url for entry in below if self._is_near(entry.url, url)))
        self._stack.extend((name, depth + 1) for name in reversed(names) if self._visit.is_first(name))

    def _is_near(self, url: str, sitemap: str) -> bool:
        """Tell whether a sitemap may speak for an address: it is of its own site, or of the one that was asked for."""
        return same_site(url, sitemap) or same_site(url, self._visit.named)

    def _wanted(self, url: str, sitemap: Sitemap) -> Iterator[str]:
        for entry in _newest_first(sitemap):
            if not self._is_near(entry.url, url) or not is_article_url(entry.url):
                continue
            reading = self._visit.reading
            if is_older(entry.published or entry.modified, reading.since) or is_newer(entry.published, reading.until):
                continue
            yield entry.url


def _newest_first(sitemap: Sitemap) -> list[SitemapEntry]:
    """Return the entries by date; those without one stay in their order, after the others."""
    return sorted(sitemap.entries, key=lambda entry: (entry.published or entry.modified or "")[:10], reverse=True)


def _preferred(urls: tuple[str, ...]) -> tuple[str, ...]:
    """Return the sitemaps that may list articles by their names; all of them where none does."""
    return tuple(url for url in urls if not _NO_ARTICLES.search(urlsplit(url).path)) or urls
