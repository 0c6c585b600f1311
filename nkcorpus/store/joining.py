"""Joining the versions of an article that two corpora hold, the same in every store."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from nkcorpus.model import Prepared
from nkcorpus.store.records import VersionRecord

Key = tuple[str, str, str | None]
"""What tells a version: the digests of what the extractor took and of the bytes, and the time of retrieval."""


@dataclass(slots=True)
class Slot:
    """A version in the history of an article. `row` is what the store calls it; `time` is when it was retrieved, else
    the earliest ingest known.
    """

    row: int
    key: Key
    time: str


class Joining:
    """The versions of one article: those that the store has, and those that come, in their order there."""

    def __init__(self, ours: Sequence[Slot]) -> None:
        self._ours = ours
        self._left: dict[Key, list[Slot]] = {}
        for slot in reversed(ours):
            self._left.setdefault(slot.key, []).append(slot)
        self._theirs: list[Slot] = []
        self.added = 0

    @property
    def count(self) -> int:
        """How many versions there are of both."""
        return len(self._ours) + self.added

    def has(self, version: VersionRecord) -> bool:
        """Tell whether a version that comes is stored; each one that is stored stands for one that comes."""
        same = self._left.get(_key_of(version))
        if not same:
            return False
        slot = same.pop()
        slot.time = min(slot.time, _time_of(version))
        self._theirs.append(slot)
        return True

    def add(self, version: VersionRecord, row: int) -> None:
        """Take in a version that was not stored and is now."""
        self._theirs.append(Slot(row, _key_of(version), _time_of(version)))
        self.added += 1

    def history(self) -> Sequence[Slot] | None:
        """Return the versions of both in their order, the same whichever corpus is ours; None where ours stay as they
        are.
        """
        mine, other = [slot.row for slot in self._ours], [slot.row for slot in self._theirs]
        if _holds(mine, other):
            return None
        if _holds(other, mine):
            return self._theirs
        union = {slot.row: slot for slot in (*self._ours, *self._theirs)}
        # At one time the digests decide: the numbers would not come out the same after a second run.
        history = sorted(union.values(), key=lambda slot: (slot.time, slot.key[0], slot.key[1], slot.key[2] or ""))
        return None if [slot.row for slot in history] == mine else history


def prepared_of(record: VersionRecord, payload: bytes | None) -> Prepared:
    """Return a version as an ingest would bring it, with these bytes compressed; its likeness is told by others."""
    text = record.document.text
    return Prepared(
        article_id=record.article_id,
        document=record.document,
        text=text,
        words=len(text.split()),
        text_digest=None,
        bands=(),
        extract_sha256=record.extract_sha256,
        content_sha256=record.content_sha256,
        origin=record.origin,
        file_name=record.file_name,
        record=record.record,
        kind=record.kind,
        charset=record.charset,
        retrieval=record.retrieval,
        payload=payload,
        payload_sha256=record.payload_sha256,
        payload_size=record.payload_size,
    )


def _holds(whole: Sequence[int], part: Iterable[int]) -> bool:
    """Tell whether all of `part` is in `whole`, in its order."""
    rest = iter(whole)
    return all(row in rest for row in part)


def _key_of(version: VersionRecord) -> Key:
    retrieved_at = version.retrieval.retrieved_at if version.retrieval else None
    return version.extract_sha256, version.payload_sha256, retrieved_at


def _time_of(record: VersionRecord) -> str:
    return record.retrieval.retrieved_at if record.retrieval else record.ingested_at
