"""Pages of articles: fetched one by one, as items."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Generator, Iterable, Mapping
from types import MappingProxyType

from nkcorpus.errors import BadUrl, FetchError, HostDeferred
from nkcorpus.extract.html.links import same_site
from nkcorpus.fetch.answer import Fetched
from nkcorpus.fetch.urls import parse_url, server_of
from nkcorpus.model import Kind, Retrieval, SourceItem
from nkcorpus.sources.httpbody import declared_charset
from nkcorpus.sources.limits import SIGNATURE_BYTES
from nkcorpus.sources.sniff import SNIFFED_BYTES, format_of_mark, sniff
from nkcorpus.sources.stream import Outcome
from nkcorpus.sources.web.visit import Visit, failure, header_pairs, skip

HELD = "in the corpus already; not fetched again"
TAKEN = "a capture that was fetched before; captures do not change"
_TRIED = "fetched before and not taken; 'nkcorpus fetches' tells"
_LATER = "its host wants to be asked later"

_KINDS: Mapping[str, Kind] = MappingProxyType(
    {"text/html": "html", "application/xhtml+xml": "html", "text/plain": "text"}
)
"""What has no mark of its own."""

_MOST_FAILURES = 5
"""Failures in a row that may pass, after which a host is left alone: it is down or wants no more."""


def retrieval_of(fetched: Fetched) -> Retrieval:
    """Return how an answer came."""
    time = fetched.retrieved_at.replace("+00:00", "Z")
    return Retrieval(fetched.url_asked, fetched.url, fetched.status, time, header_pairs(fetched.headers))


def is_page(fetched: Fetched) -> bool:
    """Tell whether an answer is HTML, by what it says and else by its content."""
    return _kind(fetched) == "html"


def page_outcome(fetched: Fetched) -> Outcome:
    """Return the item of a page, document or text that was fetched, a skip for what is none."""
    kind = _kind(fetched)
    if kind is None:
        if not fetched.body:
            return skip(fetched.url_asked, "an empty answer")
        what = fetched.media_type or "content of an unknown kind"
        return skip(fetched.url_asked, f"no page but {what}; save it and name the file to take it")
    return SourceItem(
        origin=fetched.url_asked,
        name="",
        kind=kind,
        payload=fetched.body,
        charset=declared_charset(fetched.headers.get("content-type", "")),
        url=fetched.url,
        retrieval=retrieval_of(fetched),
    )


def _kind(fetched: Fetched) -> Kind | None:
    """Return what kind of article an answer is, None for what is none."""
    match format_of_mark(fetched.body[:SIGNATURE_BYTES]):
        case "pdf" | "docx" as document:
            return document
        case None:
            if fetched.media_type:
                return _KINDS.get(fetched.media_type)
            is_html = sniff(fetched.body[:SNIFFED_BYTES], complete=len(fetched.body) <= SNIFFED_BYTES) == "html"
            return "html" if is_html else None
        case _:
            return None


class Patience:
    """Tells when a host is to be left alone: it said so, or failed too often in a row."""

    def __init__(self) -> None:
        self._in_a_row = 0

    def answered(self) -> None:
        """Take note of an answer."""
        self._in_a_row = 0

    def ends_with(self, error: FetchError) -> bool:
        """Take note of a failure; tell whether no more is to be asked."""
        self._in_a_row = 0 if error.is_final else self._in_a_row + 1
        return isinstance(error, HostDeferred) or self._in_a_row == _MOST_FAILURES


def crawl(visit: Visit, urls: Iterable[str]) -> Generator[Outcome, None, bool]:
    """Yield the pages at `urls`, none twice in a run and none that the corpus has.

    When a host wants to be left alone, or nothing can be had of it any more, its pages are left, which a note tells.
    Of a followed source, no page is fetched that it led to before, unless that is to be tried again.
    Returns whether there is no page left to try again.
    """
    patience: defaultdict[str, Patience] = defaultdict(Patience)
    left: set[str] = set()
    is_whole = True
    for url in urls:
        server = _server(url)
        if server in left or not visit.is_first(url):
            is_whole = is_whole and server not in left
            continue
        if visit.has(url):
            yield skip(url, HELD)
            continue
        if visit.was_tried(url):
            yield skip(url, _TRIED)
            continue
        if visit.is_deferred(url):
            is_whole = False
            yield skip(url, _LATER)
            continue
        try:
            outcome = page_outcome(visit.get(url))
        except FetchError as error:
            yield failure(url, error)
            is_whole = is_whole and error.is_final
            if patience[server].ends_with(error):
                is_own = same_site(url, visit.named)
                who = visit.shown if is_own else server
                visit.notify(f"{who}: no more is asked of it now; run the same again later for the rest")
                if is_own:
                    return False
                left.add(server)
        else:
            patience[server].answered()
            yield outcome
    return is_whole


def _server(url: str) -> str:
    try:
        return server_of(parse_url(url))
    except BadUrl:
        return ""


def crawl_newest(visit: Visit, urls: Iterable[str]) -> Generator[Outcome, None, bool]:
    """Yield the pages at `urls`, the newest first, up to the number that is wanted; tell how many are left.

    Returns whether there is no page left to try again.
    """
    if visit.reading.whole:
        return (yield from crawl(visit, urls))
    listed = list(dict.fromkeys(urls))
    wanted = listed[: visit.reading.newest]
    is_whole = yield from crawl(visit, wanted)
    if left := sum(not visit.has(url) for url in listed[visit.reading.newest :]):
        visit.notify(f"{visit.shown}: {left:,} more are left; --all takes them")
    return is_whole
