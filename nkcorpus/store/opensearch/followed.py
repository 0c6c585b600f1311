"""The followed sources of a corpus in a cluster: one document, so that no two have one name or one address."""

from __future__ import annotations

from dataclasses import replace

from nkcorpus.dates import utc_now
from nkcorpus.store.journal import Followed
from nkcorpus.store.opensearch.lists import Lists
from nkcorpus.store.records import Put

NAME = "followed"


def followed_sources(lists: Lists) -> tuple[Followed, ...]:
    """Return all of them, by name."""
    return tuple(sorted(lists.entries(NAME, Followed), key=lambda source: source.name))


def insert_source(lists: Lists, source: Followed) -> Put:
    """Add a source, unless one has its name or its address."""

    def insert(entries: list[Followed]) -> Put:
        taken = [entry for entry in entries if entry.name == source.name or entry.url == source.url]
        if not taken:
            entries.append(source)
            return "added"
        is_same = any(
            (entry.name, entry.url, dict(entry.options)) == (source.name, source.url, dict(source.options))
            for entry in taken
        )
        return "unchanged" if is_same else "conflict"

    return lists.change(NAME, Followed, insert)


def drop_source(lists: Lists, name: str) -> Followed | None:
    """Delete a source; return it, None where there was none."""

    def drop(entries: list[Followed]) -> Followed | None:
        found = next((entry for entry in entries if entry.name == name), None)
        if found:
            entries.remove(found)
        return found

    return lists.change(NAME, Followed, drop)


def mark_asked(lists: Lists, name: str, error: str | None) -> None:
    """Remember that a source was asked, now, and why it could not be read, if so."""

    def mark(entries: list[Followed]) -> None:
        entries[:] = [
            replace(entry, asked_at=utc_now(), error=error) if entry.name == name else entry for entry in entries
        ]

    lists.change(NAME, Followed, mark)


def move_source(lists: Lists, name: str, url: str) -> None:
    """Follow a source at another address, unless one is followed there."""

    def move(entries: list[Followed]) -> None:
        if can_move(entries, name, url):
            entries[:] = [replace(entry, url=url) if entry.name == name else entry for entry in entries]

    lists.change(NAME, Followed, move)


def can_move(entries: list[Followed], name: str, url: str) -> bool:
    """Tell whether a source of that name is followed, and none at that address."""
    return any(entry.name == name for entry in entries) and all(entry.url != url for entry in entries)
