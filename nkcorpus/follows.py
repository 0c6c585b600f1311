"""Sources on the web that are asked again for what is new, and the journal of what was fetched."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urldefrag, urlsplit

from nkcorpus.dates import utc_now
from nkcorpus.errors import UsageError
from nkcorpus.identity import canonical_url, host_of
from nkcorpus.model import FetchEntry, FetchState
from nkcorpus.store import Followed, Store, storable

LONGEST_NAME = 100
"""Code points of a name."""


@dataclass(frozen=True, slots=True)
class Fetches:
    """Addresses that are to be fetched or were, those tried or queued last first. `counts` are of all, by state."""

    counts: Mapping[FetchState, int]
    entries: tuple[FetchEntry, ...]

    @property
    def total(self) -> int:
        """How many addresses there are in all states together."""
        return sum(self.counts.values())


class Follows:
    """The service of a corpus for followed sources and the journal."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def add(self, url: str, name: str | None = None, options: Mapping[str, object] | None = None) -> Followed:
        """Follow the source at an address, by default under the name of its host. `options` say how it is read.

        Raises UsageError for what is no address of the web, and for a name or an address that is followed already.
        """
        address = _address(url)
        source = Followed(
            _named(name if name is not None else host_of(address) or ""), address, utc_now(), options or {}
        )
        if not self._store.journal.follow(source):
            same = next((each for each in self.all() if each.url == address), None)
            if same:
                raise UsageError(f"{address} is followed already, as '{same.name}'")
            raise UsageError(f"a source '{source.name}' is followed already; give another --name")
        return source

    def all(self) -> tuple[Followed, ...]:
        """Return the followed sources by name."""
        return self._store.journal.followed()

    def get(self, name: str) -> Followed:
        """Return a followed source. Raises UsageError when there is none of that name."""
        named = _named(name)
        found = next((each for each in self.all() if each.name == named), None)
        if found is None:
            raise _unknown(named)
        return found

    def remove(self, name: str) -> None:
        """Follow a source no more; its articles stay. Raises UsageError when there is none of that name."""
        named = _named(name)
        if not self._store.journal.unfollow(named):
            raise _unknown(named)

    def fetches(self, *, state: FetchState | None = None, source: str | None = None, limit: int = 20) -> Fetches:
        """Return what is to be fetched and was, of one state or source if given; 0 as the limit means all."""
        journal = self._store.journal
        return Fetches(journal.counts(source), journal.latest(limit, state, source))


def _address(given: str) -> str:
    text = urldefrag(given.strip()).url
    if canonical_url(text) is None or not text.isprintable() or " " in text:
        raise UsageError(f"{given}: is no address of the web; it begins with http:// or https://")
    if "@" in urlsplit(text).netloc:
        raise UsageError("the address has a user name in it, which the corpus would hand on; give it without")
    return text


def _named(given: str) -> str:
    name = " ".join(storable(given).split())
    if not name:
        raise UsageError("the name of a source is empty; give one")
    if len(name) > LONGEST_NAME:
        raise UsageError(f"the name has {len(name):,} characters, more than {LONGEST_NAME}; give a shorter one")
    return name


def _unknown(name: str) -> UsageError:
    return UsageError(f"no source '{name}' is followed; 'nkcorpus follow list' shows them")
