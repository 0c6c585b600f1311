"""Pages that list articles, and those on which the list goes on."""

from __future__ import annotations

from collections.abc import Generator, Iterator

from nkcorpus.errors import FetchError, ItemError
from nkcorpus.extract.decode import decode
from nkcorpus.extract.html.site import SitePage, read_site
from nkcorpus.model import SourceFailure
from nkcorpus.sources.httpbody import declared_charset
from nkcorpus.sources.stream import Outcome
from nkcorpus.sources.web.pages import crawl_newest
from nkcorpus.sources.web.paging import Paging
from nkcorpus.sources.web.visit import Visit, failure


def read_list(visit: Visit, first: SitePage) -> Generator[Outcome, None, bool]:
    """Yield the articles that a page lists; if all is wanted, those of the pages after it too.

    Returns whether there is none left.
    """
    paging = Paging(visit, "those")
    failures: list[SourceFailure] = []
    is_whole = yield from crawl_newest(visit, _links(visit, first, paging, failures))
    yield from failures
    if is_whole and not failures:
        paging.done()
    return is_whole and not failures


def _links(visit: Visit, first: SitePage, paging: Paging, failures: list[SourceFailure]) -> Iterator[str]:
    """Yield where the headlines lead, page after page, as they are needed."""
    page = first
    while True:
        url = paging.next(page.next, page.links)
        yield from page.links
        if url is None:
            return
        try:
            fetched = visit.get(url)
            charset = declared_charset(fetched.headers.get("content-type", ""))
            page = read_site(decode(fetched.body, charset=charset, html=True).text, fetched.url)
        except (FetchError, ItemError) as error:
            failures.append(failure(url, error))
            return
        visit.settle(url)
