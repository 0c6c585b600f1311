"""What all readers of the web share in one run: how to ask, what is wanted, and what is there already."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Protocol
from urllib.parse import urljoin

from nkcorpus.dates import utc_now
from nkcorpus.errors import BadUrl, FetchError
from nkcorpus.extract.fields import web_address
from nkcorpus.fetch.answer import Fetched, Validators
from nkcorpus.fetch.attempts import answered, refused, validators_of
from nkcorpus.fetch.urls import may_share_credentials, parse_url, without_credentials
from nkcorpus.identity import canonical_url
from nkcorpus.model import Attempt, FetchEntry, Retrieval, SourceFailure, SourceSkip
from nkcorpus.sources import without_user
from nkcorpus.sources.webreading import WebReading


class Journal(Protocol):
    """What is remembered of each address that is asked for."""

    def entry(self, url: str) -> FetchEntry | None:
        """Return what is known about an address, None for one that nobody asked for."""

    def record(self, attempt: Attempt) -> None:
        """Write down what came of a try."""

    def move(self, source: str, url: str) -> bool:
        """Follow a source at another address; tell whether that was done."""

    def settle(self, retrieval: Retrieval, article_id: str | None = None, error: str | None = None) -> None:
        """Write down that what an address gave has been dealt with, from when on its validators hold."""


class Fetching(Protocol):
    """What a Fetcher does for a visit."""

    def get(self, url: str, *, validators: Validators | None = None) -> Fetched:
        """Return the answer to a GET. Raises FetchError."""

    def sitemaps(self, url: str) -> tuple[str, ...]:
        """Return the sitemaps that the robots.txt of a site names. Raises FetchError."""


class Known(Protocol):
    """What is there already, and where walks through archives have got to."""

    @property
    def journal(self) -> Journal:
        """What came of each address."""

    def has_page(self, url: str) -> bool:
        """Tell whether the page at an address need not be fetched."""

    def has_otherwise(self, url: str) -> bool:
        """Tell whether the article with this address came from the web, and never as the entry of a feed."""

    def reached(self, walk: str) -> str | None:
        """Return where a walk has got to, None for one that has not begun."""

    def reach(self, walk: str, place: str) -> None:
        """Remember where a walk has got to, once all before has been dealt with."""

    def settle(self, origin: str, record: int | None) -> None:
        """Forget that something could not be had."""


@dataclass(slots=True)
class Visit:
    """One run. `notify` gets lines for the user. `pause` is called before each request, when all that was yielded has
    been dealt with. `followed` is the name of the source whose news are asked for, "" where it has none. A visit
    `afresh` asks whatever is there.
    """

    fetcher: Fetching
    reading: WebReading
    known: Known
    notify: Callable[[str], None]
    pause: Callable[[], None]
    followed: str = ""
    afresh: bool = False
    named: str = ""
    """The address that the user gave, whose credentials go along where they belong."""
    _seen: set[bytes] = field(default_factory=set)
    _failed: set[str] = field(default_factory=set)
    _attempts: list[Attempt] = field(default_factory=list)
    """What is not written down yet."""

    def another(self) -> Visit:
        """Return a visit in the same run, by a reader that goes on at the same time."""
        return replace(self, _attempts=[])

    @property
    def journal(self) -> Journal:
        """The journal, with all that came of this visit."""
        self.write_down()
        return self.known.journal

    def write_down(self) -> None:
        """Write down what came of the last requests: in the same transaction as what they gave, or a run that is
        killed between the two would not ask again.
        """
        for attempt in self._attempts:
            self.known.journal.record(attempt)
        self._attempts.clear()

    def get(self, url: str, *, conditional: bool = False) -> Fetched:
        """Fetch, and write down what came of it; if `conditional`, what is as it was when the corpus took it comes as
        `not_modified`. Raises FetchError.
        """
        shown = shown_address(url)
        try:
            fetched = self.ask(url, self._validators(shown) if conditional else None)
        except BadUrl:
            raise
        except FetchError as error:
            self._attempts.append(refused(shown, self._source, error))
            raise
        # Its validators hold once all that it gave has been dealt with.
        attempt = answered(fetched, self._source)
        self._attempts.append(replace(attempt, validated_url=None, etag=None, last_modified=None))
        return fetched

    def ask(self, url: str, validators: Validators | None = None) -> Fetched:
        """Fetch what is no page of its own, such as a part of a list, which nobody asks for again by itself.

        Raises FetchError.
        """
        self._pause()
        return self.fetcher.get(self._with_credentials(url), validators=validators)

    def _pause(self) -> None:
        self.write_down()
        self.pause()

    def failed(self, error: Exception) -> SourceFailure:
        """Return the failure of what the user named, and write it down."""
        self._failed.add(self.shown)
        if isinstance(error, FetchError):
            self.journal.record(refused(self.shown, self._source, error))
        return failure(self.named, error)

    def taken_whole(self, retrieval: Retrieval) -> None:
        """Remember that all of what a followed source gave has been dealt with: only if that changes there is news."""
        entry = self.journal.entry(retrieval.url)
        if entry and self.followed and self._is_own(entry):
            self.journal.settle(retrieval)

    def follow_to(self, url: str) -> None:
        """Follow the source, which has moved for good, at its new address."""
        if self.followed and self.journal.move(self.followed, url):
            self.notify(f"{self.shown}: has moved for good to {url}, where it is followed from now on")

    def was_read(self, url: str) -> bool:
        """Tell whether an address was answered, in this run or before."""
        entry = self.journal.entry(shown_address(url))
        return entry is not None and entry.state == "done"

    def _is_own(self, entry: FetchEntry) -> bool:
        """Tell whether no other source led to an address before, of which another part may have been wanted."""
        return entry.source in (self.followed, self.shown)

    @property
    def _source(self) -> str:
        return self.followed or self.shown

    def _validators(self, shown: str) -> Validators | None:
        entry = None if self.afresh else self.journal.entry(shown)
        if entry is None or entry.state != "done":
            return None
        if not entry.article_id and not (self.followed and self._is_own(entry)):
            return None
        return validators_of(entry)

    def reached(self, walk: str) -> str | None:
        """Return where a walk has got to, None for one that has not begun or begins anew."""
        return None if self.afresh else self.known.reached(walk)

    def settle(self, url: str) -> None:
        """Forget that what leads to articles could not be had. Of articles themselves, that is told by their items."""
        shown = shown_address(url)
        if shown in self._failed:
            return
        self.known.settle(shown, None)
        entry = self.journal.entry(shown)
        if entry and entry.state != "done":
            self.journal.record(Attempt(shown, self._source, "done"))

    def sitemaps(self, url: str) -> tuple[str, ...]:
        """Return the sitemaps that robots.txt names for the site of `url`. Raises FetchError."""
        self._pause()
        return tuple(address for text in self.fetcher.sitemaps(url) if (address := _joined(url, text)))

    @property
    def shown(self) -> str:
        """The address that the user gave, as it may be shown."""
        return shown_address(self.named)

    def has(self, url: str) -> bool:
        """Tell whether the corpus has the page at an address."""
        return not self.afresh and self.known.has_page(shown_address(url))

    def has_otherwise(self, url: str) -> bool:
        """Tell whether the corpus has the article of a feed's entry from elsewhere: from its page, or an interface."""
        return not self.afresh and self.known.has_otherwise(url)

    def was_tried(self, url: str) -> bool:
        """Tell whether a followed source led to a page before, and that is not to be tried again by itself."""
        entry = self._followed_entry(url)
        return entry is not None and entry.source == self.followed and entry.state != "pending"

    def is_deferred(self, url: str) -> bool:
        """Tell whether the host of a followed source, or of its page, said to ask for it later than now."""
        entry = self._followed_entry(url)
        return entry is not None and (entry.retry_at or "") > utc_now()

    def was_captured(self, address: str) -> bool:
        """Tell whether a capture was read before, or found to be unreadable."""
        entry = None if self.afresh else self.journal.entry(shown_address(address))
        return entry is not None and (entry.article_id is not None or entry.state in ("failed", "gone"))

    def _followed_entry(self, url: str) -> FetchEntry | None:
        return self.journal.entry(shown_address(url)) if self.followed and not self.afresh else None

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


def _joined(base: str, text: str) -> str | None:
    try:
        return web_address(urljoin(base, text))
    except ValueError:
        return None


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
