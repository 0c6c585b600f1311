"""Words side by side, and words near each other."""

from __future__ import annotations

import math
from collections.abc import Sequence

from nkcorpus.index.whoosh.snapshot import Forms, Snapshot
from nkcorpus.index.whoosh.terms import Slot, Slots

Frequencies = dict[int, float]
_Span = tuple[int, int]


def frequencies(snapshot: Snapshot, field: str, slots: Slots) -> Frequencies:
    """Return how often each document holds the terms of `slots` at their places in a field."""
    if len(slots) == 1:
        found: Frequencies = {}
        for term, forms in slots[0].terms.items():
            part = snapshot.frequencies(field, term, forms)
            if not found:
                found = part
                continue
            for number, frequency in part.items():
                found[number] = found.get(number, 0.0) + frequency
        return found
    return {number: float(len(starts)) for number, starts in _starts(snapshot, field, slots).items()}


def near_frequencies(snapshot: Snapshot, field: str, parts: Sequence[Sequence[Slots]], distance: int) -> Frequencies:
    """Return how often each document holds all parts, in any order, with at most `distance` other words among them.

    Of each part one alternative must stand there; no word counts for two parts. Stretches that overlap count once.
    """
    spans = [_spans(snapshot, field, alternatives) for alternatives in parts]
    counts: Frequencies = {}
    for number in set.intersection(*map(set, spans)):
        count = _stretches([sorted(part[number]) for part in spans], distance)
        if count:
            counts[number] = float(count)
    return counts


def _spans(snapshot: Snapshot, field: str, alternatives: Sequence[Slots]) -> dict[int, set[_Span]]:
    """Return the first and last positions of a part in each document."""
    found: dict[int, set[_Span]] = {}
    for slots in alternatives:
        for number, starts in _starts(snapshot, field, slots).items():
            found.setdefault(number, set()).update((start, start + slots[-1].offset) for start in starts)
    return found


def _starts(snapshot: Snapshot, field: str, slots: Slots) -> dict[int, set[int]]:
    """Return where in each document the terms of `slots` stand at their distances."""
    terms = {term for slot in slots for term in slot.terms}
    occurrences = {term: snapshot.occurrences(field, term) for term in terms}
    documents: set[int] | None = None
    for slot in slots:
        holders = set().union(*(occurrences[term] for term in slot.terms))
        documents = holders if documents is None else documents & holders
    found: dict[int, set[int]] = {}
    for number in documents or ():
        starts: set[int] | None = None
        for slot in slots:
            shifted = {position - slot.offset for position in _positions(occurrences, slot, number)}
            starts = shifted if starts is None else starts & shifted
            if not starts:
                break
        if starts:
            found[number] = starts
    return found


def _positions(occurrences: dict[str, dict[int, bytes]], slot: Slot, number: int) -> list[int]:
    positions: list[int] = []
    forms: Forms
    for term, forms in slot.terms.items():
        packed = occurrences[term].get(number)
        if packed is not None:
            positions += Snapshot.positions(packed, forms)
    return positions


def _stretches(lists: list[list[_Span]], distance: int) -> int:
    """Count the stretches that hold a span of each list. Each step moves on the list whose span begins first."""
    at = [0] * len(lists)
    count, counted_to = 0, -1
    while True:
        spans = [spans[place] for spans, place in zip(lists, at, strict=True)]
        first, last = min(spans)[0], max(end for _, end in spans)
        others = last - first + 1 - sum(end - start + 1 for start, end in spans)
        if first > counted_to and 0 <= others <= distance and _apart(spans):
            count += 1
            counted_to = last
        foremost = [i for i, (start, _) in enumerate(spans) if start == first]
        moved = min(foremost, key=lambda i: _next_start(lists[i], at[i]))
        at[moved] += 1
        if at[moved] == len(lists[moved]):
            return count


def _next_start(spans: list[_Span], place: int) -> float:
    return spans[place + 1][0] if place + 1 < len(spans) else math.inf


def _apart(spans: list[_Span]) -> bool:
    end = -1
    for start, last in sorted(spans):
        if start <= end:
            return False
        end = last
    return True
