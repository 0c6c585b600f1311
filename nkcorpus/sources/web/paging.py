"""Lists that go on on other pages, the newest first: of articles, and of entries of a feed (RFC 5005, section 3)."""

from __future__ import annotations

from collections.abc import Iterable

from nkcorpus.sources.web.visit import Visit

_MOST_PAGES = 2_000


class Paging:
    """Tells whether to go on to the next page of a list.

    If all is wanted, each page is read, until that was done once; from then on only those before the first that
    has nothing new.
    """

    def __init__(self, visit: Visit, what: str) -> None:
        """`what` lies on the other pages, for the user."""
        self._visit = visit
        self._what = what
        self._name = f"{visit.shown} (pages)"
        self._was_whole = visit.reached(self._name) is not None
        self._pages = 1

    def next(self, url: str | None, listed: Iterable[str]) -> str | None:
        """Return the address of the next page, `url`, if it is to be read after one that `listed` these addresses."""
        visit = self._visit
        if url is None:
            return None
        if not visit.reading.whole:
            if not visit.followed:
                visit.notify(f"{visit.shown}: {self._what} on further pages are left; --all takes them")
            return None
        has_news = any(not visit.has(each) and not visit.was_tried(each) for each in listed)
        if (self._was_whole and not has_news) or self._pages == _MOST_PAGES or not visit.is_first(url):
            return None
        self._pages += 1
        return url

    def done(self) -> None:
        """Remember that all of the list was read, and what it led to has been dealt with."""
        reading = self._visit.reading
        if reading.whole and reading.since is None and reading.until is None:
            self._visit.known.reach(self._name, "whole")
