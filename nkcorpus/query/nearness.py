"""Stretches of a text in which several things stand near each other."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

Span = tuple[int, int]
"""The first and the last position, in words, of something in a text."""


def stretches(lists: Sequence[Sequence[Span]], distance: int) -> Iterator[Span]:
    """Yield the stretches that hold a span of each list, in any order, with at most `distance` other words among them.

    The lists are ascending and none is empty. No word counts for two of the spans, and of stretches that overlap the
    first is yielded. Each step moves on the list whose span begins first: linear in the spans.
    """
    if len(set[Span]().union(*lists)) < len(lists):
        return
    at = [0] * len(lists)
    reached = -1
    while True:
        spans = [spans[place] for spans, place in zip(lists, at, strict=True)]
        first, last = min(spans)[0], max(end for _, end in spans)
        others = last - first + 1 - sum(end - start + 1 for start, end in spans)
        if first > reached and 0 <= others <= distance and _apart(spans):
            yield first, last
            reached = last
        foremost = [i for i, (start, _) in enumerate(spans) if start == first]
        moved = min(foremost, key=lambda i: _next_start(lists[i], at[i]))
        at[moved] += 1
        if at[moved] == len(lists[moved]):
            return


def _next_start(spans: Sequence[Span], place: int) -> float:
    return spans[place + 1][0] if place + 1 < len(spans) else math.inf


def _apart(spans: Sequence[Span]) -> bool:
    end = -1
    for start, last in sorted(spans):
        if start <= end:
            return False
        end = last
    return True
