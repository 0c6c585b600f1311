"""Words side by side, and words near each other."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from nkcorpus.index.ranking.snapshot import Forms, Frequencies, Postings, Snapshot
from nkcorpus.index.ranking.terms import Slots
from nkcorpus.query.nearness import stretches

_FEW = 16
"""So many positions are looked through one by one; more make a set."""


def frequencies(snapshot: Snapshot, field: str, slots: Slots) -> Frequencies:
    """Return how often each document holds the terms of `slots` at their places in a field."""
    if len(slots) == 1:
        return snapshot.frequencies_of_any(field, slots[0].terms)
    located = _Located(snapshot, field, slots)
    counts = ((number, len(located.starts(number))) for number in located.documents)
    return {number: float(count) for number, count in counts if count}


def near_frequencies(snapshot: Snapshot, field: str, parts: Sequence[Sequence[Slots]], distance: int) -> Frequencies:
    """Return how often each document holds all parts, in any order, with at most `distance` other words among them.

    Of each part one alternative must stand there; no word counts for two parts. Stretches that overlap count once.
    """
    located = [[_Located(snapshot, field, slots) for slots in alternatives] for alternatives in parts]
    holders = [set[int]().union(*(one.documents for one in alternatives)) for alternatives in located]
    counts: Frequencies = {}
    for number in set.intersection(*holders):
        spans = [
            sorted({(start, start + one.reach) for one in alternatives for start in one.starts(number)})
            for alternatives in located
        ]
        count = sum(1 for _ in stretches(spans, distance)) if all(spans) else 0
        if count:
            counts[number] = float(count)
    return counts


class _Located:
    """The slots of one leaf in one field: which documents hold terms of all of them, and where side by side.

    `reach` is how many words the last slot is from the first.
    """

    def __init__(self, snapshot: Snapshot, field: str, slots: Slots) -> None:
        self.reach = slots[-1].offset
        held: list[list[tuple[Postings, Forms]]] = []
        documents: set[int] | None = None
        for slot in slots:
            held.append([(snapshot.postings(field, term), forms) for term, forms in slot.terms.items()])
            found = set[int]().union(*(postings.documents for postings, _ in held[-1]))
            documents = found if documents is None else documents & found
            if not documents:
                break
        self.documents = documents or set()
        self._positions = [
            (slot.offset, _merged([postings.positions_in(self.documents, forms) for postings, forms in terms]))
            for slot, terms in zip(slots, held, strict=False)
        ]

    def starts(self, number: int) -> Collection[int]:
        """Return the positions in a document at which the slots begin, each once."""
        starts: Collection[int] | None = None
        for offset, positions in self._positions:
            at = positions.get(number, ())
            if len(at) > _FEW:
                at = set(at)
            starts = at if starts is None else [start for start in starts if start + offset in at]
            if not starts:
                break
        return starts or ()


def _merged(terms: Sequence[Mapping[int, Collection[int]]]) -> Mapping[int, Collection[int]]:
    """Return the positions of the terms of a slot as those of one: a pattern may stand for a thousand."""
    if len(terms) == 1:
        return terms[0]
    merged: dict[int, set[int]] = {}
    for positions in terms:
        for number, found in positions.items():
            merged.setdefault(number, set()).update(found)
    return merged
