"""Joining the versions of an article in a cluster with those that come from another corpus."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace

from nkcorpus.store.joining import Joining, Slot, prepared_of
from nkcorpus.store.opensearch.drafts import Draft
from nkcorpus.store.opensearch.states import ArticleState, VersionBody, VersionEntry, body_of, entry_of
from nkcorpus.store.payloads import compress, size_of
from nkcorpus.store.records import Joined, VersionRecord

ReadBody = Callable[[ArticleState, VersionEntry], VersionBody]
"""Returns what a stored version says."""


class History:
    """The versions that come, in their order there, with their bytes compressed; `run` brings them."""

    def __init__(self, versions: Iterable[VersionRecord], run: str) -> None:
        self.versions: list[tuple[VersionRecord, VersionEntry, VersionBody]] = []
        self.frames: dict[str, bytes] = {}
        for version in versions:
            if version.payload is not None and version.payload_sha256 not in self.frames:
                self.frames[version.payload_sha256] = compress(version.payload)
            prepared = prepared_of(version, None)
            entry = entry_of(prepared, run, version.ingested_at)
            self.versions.append((replace(version, payload=None), entry, body_of(prepared)))

    @property
    def size(self) -> int:
        """The bytes that are held in memory for it, nearly."""
        texts = sum(len(body.document.raw_text) for *_, body in self.versions)
        return texts + sum(map(len, self.frames.values()))


def joining_of(draft: Draft, history: History, read: ReadBody) -> tuple[Joined, int]:
    """Join versions with those that a draft has; tell what came of it, and how many were added."""
    before = draft.article
    entries = list(before.entries)
    bodies: dict[int, VersionBody] = {}
    joining = Joining([_slot(row, entry) for row, entry in enumerate(entries)])
    for version, entry, body in history.versions:
        if not joining.has(version):
            bodies[len(entries)] = body
            joining.add(version, len(entries))
            entries.append(entry)
    sizes = {entry.payload_sha256: entry.payload_size for entry in before.entries if entry.has_payload}
    draft.payloads |= {sha256: frame for sha256, frame in history.frames.items() if sha256 not in sizes}
    sizes |= {sha256: size_of(frame) for sha256, frame in draft.payloads.items()}
    entries = [entry.kept(sizes) for entry in entries]
    rows = joining.history()
    if rows is None:
        draft.edit(is_seen=False, entries=tuple(entries[: len(before.entries)]))
        return "unchanged", 0
    _settle(draft, entries, bodies, [slot.row for slot in rows], read)
    return "joined" if before.entries else "new", joining.added


def _settle(
    draft: Draft, entries: list[VersionEntry], bodies: dict[int, VersionBody], rows: list[int], read: ReadBody
) -> None:
    """Give a draft its history: the places of entries, of which `bodies` has those that are not stored."""
    before = draft.article
    newest, last = rows[-1], len(before.entries) - 1
    if newest != last:
        draft.arrives = True
        if last >= 0:
            bodies[last] = before.newest
    if newest in bodies:
        body = bodies.pop(newest)
    elif newest == last:
        body = before.newest
    else:
        entry = before.entries[newest]
        body = draft.bodies.get(entry.content_sha256) or read(before, entry)
    draft.bodies |= {entries[row].content_sha256: older for row, older in bodies.items()}
    draft.article = before.with_history([entries[row] for row in rows], body)
    draft.is_seen = True


def _slot(row: int, entry: VersionEntry) -> Slot:
    retrieved_at = entry.retrieval.retrieved_at if entry.retrieval else None
    key = (entry.extract_sha256, entry.payload_sha256, retrieved_at)
    return Slot(row, key, retrieved_at or entry.ingested_at)
