"""What a store must do for the web: the journal of what is to be fetched and was, and the sources that are followed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Protocol

from nkcorpus.dataclass import dataclass, field
from nkcorpus.model import Attempt, FetchEntry, FetchState, Retrieval


@dataclass(frozen=True, slots=True)
class Followed:
    """A source on the web that is asked again for what is new. `options` say how it is read. `asked_at` is None before
    the first time, `error` tells why it could not be read the last time. Times are UTC ISO 8601.
    """

    name: str
    url: str
    added_at: str
    options: Mapping[str, object] = field(default_factory=dict)
    asked_at: str | None = None
    error: str | None = None


class Journal(Protocol):
    """What a store knows about the web. Addresses are as `nkcorpus.fetch.urls.without_credentials` writes them."""

    def entry(self, url: str) -> FetchEntry | None:
        """Return what is known about an address, None for one that nobody queued or asked for."""

    def entries(self, state: FetchState | None = None, source: str | None = None) -> Iterator[FetchEntry]:
        """Yield entries in the order in which they were found, those of one state or source where that is given.

        Memory does not grow with their number, and entries may be recorded meanwhile.
        """

    def latest(
        self, limit: int = 0, state: FetchState | None = None, source: str | None = None
    ) -> tuple[FetchEntry, ...]:
        """Return entries, those tried or queued last first; 0 means all."""

    def counts(self, source: str | None = None) -> Mapping[FetchState, int]:
        """Return how many addresses are in each state that any is in."""

    def followed(self) -> tuple[Followed, ...]:
        """Return the followed sources by name."""

    def follow(self, source: Followed) -> bool:
        """Add a source; tell whether it was done: not where its name or address is taken.

        Its address is the source's own from now on, and to be read whatever it gave before.
        """

    def unfollow(self, name: str) -> bool:
        """Delete a source, what was pending for it, and what tells whether its lists have changed; tell whether there
        was one.
        """

    def mark_asked(self, name: str, error: str | None = None) -> None:
        """Remember that a source was asked, now, and why it could not be read, if so."""


class JournalWriter(Protocol):
    """Writing to the journal in the course of an ingest run; its commit makes it durable, with the articles."""

    def entry(self, url: str) -> FetchEntry | None:
        """Return what is known about an address, with what was not committed yet."""

    def queue(self, urls: Iterable[str], source: str) -> int:
        """Add addresses that are not in the journal as pending; return how many. They are to be written as in Journal:
        as those that come back with what was fetched.
        """

    def record(self, attempt: Attempt) -> None:
        """Write down what came of a try, for an address in the journal or a new one.

        What was not modified (304) keeps its validators; an article that is not given stays as it was. A page that is
        gone is marked on its article, which may have another address (redirects, rel=canonical), and one that is done
        is there again.
        """

    def settle(self, retrieval: Retrieval, article_id: str | None = None, error: str | None = None) -> None:
        """Write down what was read in a page: an article, none on purpose, or none because of an error.

        Only for an address that is in the journal and has no later answer. The try itself is counted by `record`.
        """

    def move(self, source: str, url: str) -> bool:
        """Follow a source at another address; tell whether that was done: not where it is followed already."""

    def settle_capture(
        self, address: str, retrieval: Retrieval, article_id: str | None = None, error: str | None = None
    ) -> None:
        """Write down what was read in a capture that an archive gave at `address`; `retrieval` is that of the page when
        it was captured.
        """

    def retry(self, source: str | None = None) -> int:
        """Make what failed pending again, of all sources or of one; return how many."""
