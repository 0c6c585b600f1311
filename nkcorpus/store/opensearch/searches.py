"""The saved searches of a corpus in a cluster."""

from __future__ import annotations

from dataclasses import replace

from nkcorpus.dates import utc_now
from nkcorpus.store.desk import SavedSearch
from nkcorpus.store.opensearch.lists import Lists
from nkcorpus.store.records import Put, SearchRecord

NAME = "searches"


def saved_searches(lists: Lists) -> tuple[SavedSearch, ...]:
    """Return all of them, by name."""
    return tuple(sorted(lists.entries(NAME, SavedSearch), key=lambda search: search.name))


def put_search(lists: Lists, search: SavedSearch, *, replace: bool) -> bool:
    """Store a search; tell whether it was done: not where its name is taken, unless `replace`."""

    def put(entries: list[SavedSearch]) -> bool:
        place = _place(entries, search.name)
        if place is None:
            entries.append(search)
        elif replace:
            entries[place] = search
        return place is None or replace

    return lists.change(NAME, SavedSearch, put)


def insert_search(lists: Lists, record: SearchRecord) -> Put:
    """Add a search of another corpus, unless there is one of that name."""
    if put_search(lists, record.search, replace=False):
        return "added"
    found = next((each for each in saved_searches(lists) if each.name == record.name), record.search)
    return "unchanged" if (found.query, found.options) == (record.query, record.options) else "conflict"


def drop_search(lists: Lists, name: str) -> bool:
    """Delete a search; tell whether there was one."""

    def drop(entries: list[SavedSearch]) -> bool:
        place = _place(entries, name)
        if place is not None:
            del entries[place]
        return place is not None

    return lists.change(NAME, SavedSearch, drop)


def mark_search(lists: Lists, name: str, seen: int) -> None:
    """Remember that the hits up to a change have been looked at; the mark never moves back."""

    def mark(entries: list[SavedSearch]) -> None:
        place = _place(entries, name)
        if place is not None:
            before = entries[place]
            entries[place] = replace(before, seen=max(before.seen, seen), looked_at=utc_now())

    lists.change(NAME, SavedSearch, mark)


def _place(entries: list[SavedSearch], name: str) -> int | None:
    return next((place for place, entry in enumerate(entries) if entry.name == name), None)
