"""What all readers of the web share in one run: how to ask, what is wanted, and what is there already."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Protocol

from nkcorpus.errors import BadUrl, FetchError
from nkcorpus.extract.fields import web_address
from nkcorpus.fetch.answer import Fetched, Validators
from nkcorpus.fetch.client import Fetcher
from nkcorpus.fetch.urls import may_share_credentials, parse_url, without_credentials
from nkcorpus.identity import canonical_url
from nkcorpus.model import SourceFailure, SourceSkip
from nkcorpus.sources import without_user
from nkcorpus.sources.webreading import WebReading


class Known(Protocol):
    """What is there already, and where walks through archives have got to."""

    def has_page(self, url: str) -> bool:
        """Tell whether the page at an address need not be fetched."""

    def validators(self, url: str) -> tuple[str, str | None, str | None] | None:
        """Return what tells whether the page at an address has changed: who answered, ETag, Last-Modified."""

    def reached(self, walk: str) -> str | None:
        """Return where a walk has got to, None for one that has not begun."""

    def reach(self, walk: str, place: str) -> None:
        """Remember where a walk has got to, once all before has been dealt with."""

    def settle(self, origin: str, record: int | None) -> None:
        """Forget that something could not be had."""


@dataclass(frozen=True, slots=True)
class Afresh:
    """What is known, for a run that begins anew whatever there is."""

    known: Known

    def has_page(self, url: str) -> bool:
        """See Known."""
        return False

    def validators(self, url: str) -> tuple[str, str | None, str | None] | None:
        """See Known."""
        return None

    def reached(self, walk: str) -> str | None:
        """See Known."""
        return None

    def reach(self, walk: str, place: str) -> None:
        """See Known."""
        self.known.reach(walk, place)

    def settle(self, origin: str, record: int | None) -> None:
        """See Known."""
        self.known.settle(origin, record)


@dataclass(slots=True)
class Visit:
    """One run. `notify` gets lines for the user. `pause` is called before each request, when all that was yielded has
    been dealt with.
    """

    fetcher: Fetcher
    reading: WebReading
    known: Known
    notify: Callable[[str], None]
    pause: Callable[[], None]
    named: str = ""
    """The address that the user gave, whose credentials go along where they belong."""
    _seen: set[bytes] = field(default_factory=set)

    def get(self, url: str, *, conditional: bool = False) -> Fetched:
        """Fetch; if `conditional`, what is as it was when the corpus took it comes as `not_modified`.

        Raises FetchError.
        """
        self.pause()
        known = self.known.validators(shown_address(url)) if conditional else None
        return self.fetcher.get(self._with_credentials(url), validators=Validators(*known) if known else None)

    def settle(self, url: str) -> None:
        """Forget that what leads to articles could not be had. Of articles themselves, that is told by their items."""
        self.known.settle(shown_address(url), None)

    def sitemaps(self, url: str) -> tuple[str, ...]:
        """Return the sitemaps that robots.txt names for the site of `url`. Raises FetchError."""
        self.pause()
        return tuple(address for text in self.fetcher.sitemaps(url) if (address := web_address(text)))

    @property
    def shown(self) -> str:
        """The address that the user gave, as it may be shown."""
        return shown_address(self.named)

    def has(self, url: str) -> bool:
        """Tell whether the corpus has the page at an address."""
        return self.known.has_page(shown_address(url))

    def is_first(self, url: str) -> bool:
        """Tell whether an address comes up for the first time in this run."""
        key = hashlib.blake2b((canonical_url(url) or url).encode("utf-8", "replace"), digest_size=16).digest()
        if key in self._seen:
            return False
        self._seen.add(key)
        return True

    def _with_credentials(self, url: str) -> str:
        asked = parse_url(url)
        named = parse_url(self.named) if "@" in self.named else asked
        if named.userinfo and not asked.userinfo and may_share_credentials(named, asked):
            asked = asked.copy_with(username=named.username, password=named.password)
        return str(asked)


def is_fetchable(url: str) -> bool:
    """Tell whether an address is well-formed and of a kind that is fetched."""
    try:
        parse_url(url)
    except BadUrl:
        return False
    return True


def shown_address(text: str) -> str:
    """Return an address as it may be shown and stored, also one that is malformed: without user and password."""
    try:
        return without_credentials(text)
    except BadUrl:
        return without_user(text)


def failure(origin: str, error: Exception) -> SourceFailure:
    """Return the failure of an address; where another one is at fault, to which it led, that is told."""
    shown = shown_address(origin)
    at_fault = error.url if isinstance(error, FetchError) else ""
    where = f" ({at_fault})" if at_fault and at_fault != shown else ""
    return SourceFailure(shown, f"{error}{where}")


def skip(url: str, reason: str) -> SourceSkip:
    """Return a skip of an address."""
    return SourceSkip(shown_address(url), reason)


def header_pairs(headers: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
    """Return the headers of an answer that hold for its body as it is kept, unpacked."""
    return tuple((name, value) for name, value in headers.items() if name not in ("content-encoding", "content-length"))
