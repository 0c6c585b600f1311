"""Addresses on different hosts, read at the same time."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from itertools import islice

from nkcorpus.errors import BadUrl
from nkcorpus.fetch.answer import Fetched, Validators
from nkcorpus.fetch.client import Fetcher
from nkcorpus.fetch.urls import parse_url, server_of
from nkcorpus.model import SourceFailure, SourceItem, SourceSkip, SourceUnchanged
from nkcorpus.sources.web.visit import Visit
from nkcorpus.workers import Elsewhere

Entry = SourceItem | SourceFailure | SourceSkip | SourceUnchanged
Errand = tuple[str, Callable[[Visit, str], Iterator[Entry]]]
"""An address, and what reads it."""

_AT_A_TIME = 10_000
"""Addresses that are sorted by host; a list may have any number."""


class FetcherOutside:
    """A Fetcher whose waits let other readers go on."""

    def __init__(self, fetcher: Fetcher, elsewhere: Elsewhere) -> None:
        self._fetcher = fetcher
        self._elsewhere = elsewhere

    def get(self, url: str, *, validators: Validators | None = None) -> Fetched:
        """See Fetcher."""
        with self._elsewhere.outside():
            return self._fetcher.get(url, validators=validators)

    def sitemaps(self, url: str) -> tuple[str, ...]:
        """See Fetcher."""
        with self._elsewhere.outside():
            return self._fetcher.sitemaps(url)


def by_host(errands: Iterable[Errand]) -> Iterator[list[Errand]]:
    """Yield the addresses on each host, in their order, of so many as are sorted at a time."""
    rest = iter(errands)
    while block := list(islice(rest, _AT_A_TIME)):
        hosts: dict[str, list[Errand]] = {}
        for errand in block:
            hosts.setdefault(_host(errand[0]), []).append(errand)
        yield from hosts.values()


def _host(url: str) -> str:
    try:
        return server_of(parse_url(url))
    except BadUrl:
        return ""
