"""Searches that are kept under a name, and what came in for them since the last look."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import get_args

from nkcorpus.asking import NarrowKeywords
from nkcorpus.dates import utc_now
from nkcorpus.errors import UsageError
from nkcorpus.index import MatchMode, SortOrder
from nkcorpus.results import SearchResult
from nkcorpus.store import SavedSearch, Store, storable

LONGEST_NAME = 100
"""Code points of a name."""

_OF_THE_OUTPUT = frozenset({"limit", "offset", "snippets", "facets"})
"""Options of a search that say how much of it is shown, which every look decides anew."""

_OPTIONS: Mapping[str, type | tuple[str, ...]] = {
    **dict.fromkeys(NarrowKeywords.__annotations__, str),
    **dict.fromkeys(("literal", "exact", "collapse", "feedback"), bool),
    "match": get_args(MatchMode),
    "sort": get_args(SortOrder),
}
"""What each option of a search can be."""

Ask = Callable[[str, Mapping[str, object], frozenset[str]], SearchResult]
"""Answers a query with the options of a search among the articles with these ids. Raises QueryError, UsageError."""


@dataclass(frozen=True, slots=True)
class Look:
    """What came in for a saved search; `upto` is the change up to which was looked."""

    name: str
    result: SearchResult
    upto: int


class Searches:
    """The service of a corpus for saved searches."""

    def __init__(self, store: Store, ask: Ask) -> None:
        self._store = store
        self._ask = ask

    def save(self, name: str, query: str, options: Mapping[str, object], *, replace: bool = False) -> None:
        """Keep a query with the options of its search; relative dates stay relative. What is stored so far is seen.

        Raises QueryError and UsageError for what cannot be searched, and UsageError for a name that is taken,
        unless `replace`.
        """
        name = _named(name)
        query = storable(query)
        kept = {key: value for key, value in sorted(options.items()) if value is not None and key not in _OF_THE_OUTPUT}
        self._ask(query, kept, frozenset())
        search = SavedSearch(name, query, kept, self._store.position().seq, utc_now())
        if not self._store.desk.put_search(search, replace=replace):
            raise UsageError(f"there is a saved search '{name}' already; give --force to replace it, or another name")

    def all(self) -> tuple[SavedSearch, ...]:
        """Return the saved searches by name."""
        return self._store.desk.searches()

    def remove(self, name: str) -> None:
        """Forget a saved search. Raises UsageError when there is none of that name."""
        if not self._store.desk.drop_search(_named(name)):
            raise _unknown(name)

    def new(self, name: str) -> Look:
        """Return the hits that came in, or got a new version, since the last look, or since the search was saved.

        The look counts as one only after `mark`. Raises UsageError when there is no search of that name.
        """
        name = _named(name)
        search = next((each for each in self.all() if each.name == name), None)
        if search is None:
            raise _unknown(name)
        _require_usable(search)
        upto = self._store.position().seq
        ids = self._store.arrived(search.seen)
        return Look(name, self._ask(search.query, {**search.options, "limit": 0}, ids), upto)

    def mark(self, look: Look) -> None:
        """Remember that what a look found has been seen."""
        self._store.desk.mark_search(look.name, look.upto)


def _require_usable(search: SavedSearch) -> None:
    """Raise UsageError for options that no search has: the corpus may be of somebody else."""
    for option, value in search.options.items():
        kind = _OPTIONS.get(option)
        if kind is None or not (value in kind if isinstance(kind, tuple) else isinstance(value, kind)):
            raise UsageError(
                f"the saved search '{search.name}' has the option '{option[:LONGEST_NAME]}' with a value that it cannot"
                " have; save it anew with --force"
            )


def _named(given: str) -> str:
    name = " ".join(storable(given).split())
    if not name:
        raise UsageError("the name of a saved search is empty; give one")
    if len(name) > LONGEST_NAME:
        raise UsageError(f"the name has {len(name):,} characters, more than {LONGEST_NAME}; give a shorter one")
    return name


def _unknown(name: str) -> UsageError:
    return UsageError(f"there is no saved search '{name}'; 'nkcorpus searches' lists them")
