"""Changes that wait for the commit of a run."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from typing import Any

from nkcorpus.cluster.client import Cluster
from nkcorpus.cluster.documents import Document, Write

Source = dict[str, Any]
Change = Callable[[Source | None], Source | None]
"""Makes of a document what it is to be; None stands for one that there is not."""


class Pending:
    """Changes to documents of one part, each made of what is stored at the commit: so nothing that others write in the
    meantime is lost. Memory grows with what waits, and is freed by `flush`.
    """

    def __init__(self, cluster: Cluster, part: str) -> None:
        self._cluster = cluster
        self._part = part
        self._changes: dict[str, list[Change]] = {}
        self._seen: dict[str, Source | None] = {}

    def add(self, key: str, change: Change) -> None:
        """Have a document changed by the next `flush`."""
        self._changes.setdefault(key, []).append(change)
        if key in self._seen:
            self._seen[key] = change(self._seen[key])

    def look_up(self, keys: Iterable[str]) -> None:
        """Read documents ahead, many at once."""
        unseen = [key for key in dict.fromkeys(keys) if key not in self._seen]
        for key, stored in zip(unseen, self._cluster.get_many(self._part, unseen), strict=True):
            self._seen[key] = self._changed(key, stored)

    def now(self, key: str) -> Source | None:
        """Return a document with what waits."""
        if key not in self._seen:
            self._seen[key] = self._changed(key, self._cluster.get(self._part, key))
        return self._seen[key]

    def waiting(self) -> Collection[str]:
        """Return the ids of the documents that wait for a change."""
        return self._changes.keys()

    def flush(self) -> None:
        """Make all changes, durable and to be found."""
        self._seen.clear()
        if not self._changes:
            return
        keys = list(self._changes)
        while keys:
            writes: dict[str, Write] = {}
            for key, stored in zip(keys, self._cluster.get_many(self._part, keys), strict=True):
                if write := write_of(key, stored, self._changed(key, stored)):
                    writes[key] = write
            outcomes = self._cluster.write(self._part, writes.values())
            keys = [key for key, outcome in zip(writes, outcomes, strict=True) if outcome == "conflict"]
        self._changes.clear()
        self._cluster.refresh(self._part)

    def abandon(self) -> None:
        """Forget what waits."""
        self._changes.clear()
        self._seen.clear()

    def _changed(self, key: str, stored: Document | None) -> Source | None:
        source = stored.source if stored else None
        for change in self._changes.get(key, ()):
            source = change(source)
        return source


def write_of(key: str, stored: Document | None, source: Source | None) -> Write | None:
    """Return what makes a document of what is stored, unless others write first; None where nothing is to be done."""
    if stored is None:
        return None if source is None else Write.create(key, source)
    if source is None:
        return Write.delete(key, stored)
    if source == stored.source:
        return None
    return Write.replace(stored, source)
