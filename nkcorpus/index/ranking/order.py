"""The order of a result: by relevance or by date, one of several articles with the same text."""

from __future__ import annotations

import heapq
import math
from collections.abc import Callable, Sequence
from itertools import islice
from typing import Protocol

from nkcorpus.index.analysed import NO_DATE
from nkcorpus.index.base import SearchOptions, SortOrder
from nkcorpus.index.ranking.bm25f import Scores


class Columned(Protocol):
    """Numbered articles."""

    def column(self, name: str) -> Sequence[int]:
        """Return an integer of each article, by number."""


Order = Callable[[int], tuple[float, int]]
"""The key by which documents are sorted, ascending."""
_SAMPLED = 16
"""One of so many scores is looked at to tell which need not be sorted."""


def best_of(scores: Scores, order: Order, count: int) -> list[int]:
    """Return the `count` documents of the highest scores in their order, without sorting all."""
    if not 0 < count < len(scores):
        return sorted(scores, key=order)[:count]
    likely = _likely(scores, count)
    least = sorted(likely.values(), reverse=True)[count - 1]
    return sorted((number for number, score in likely.items() if score >= least), key=order)[:count]


def _likely(scores: Scores, count: int) -> Scores:
    """Return some of `scores`, among which the `count` highest are: as a sample tells, most often few more."""
    sample = sorted(islice(scores.values(), 0, None, _SAMPLED), reverse=True)
    place = 4 + 2 * count // _SAMPLED
    if place >= len(sample):
        return scores
    likely = {number: score for number, score in scores.items() if score >= sample[place]}
    return likely if len(likely) >= count else scores


def ordered(scores: Scores, order: Order, count: int, sort: SortOrder, best: Sequence[int]) -> list[int]:
    """Return the first `count` documents in their order; `best` are some that come before all others."""
    if sort != "relevance":
        return heapq.nsmallest(count, scores, key=order)
    first = {number: scores[number] for number in best if number in scores}
    return best_of(first if len(first) >= count else scores, order, count)


def order_of(snapshot: Columned, scores: Scores, options: SearchOptions) -> Order:
    """Return the key by which documents are sorted, ascending; what is stored last comes first among equals."""
    seq = snapshot.column("seq")
    if options.sort == "relevance":
        return lambda number: (-scores[number], -seq[number])
    dates = snapshot.column("first_second")
    if options.sort == "newest":
        return lambda number: (-dates[number], -seq[number])
    return lambda number: (dates[number] if dates[number] != NO_DATE else math.inf, -seq[number])


def representatives(snapshot: Columned, scores: Scores, order: Order) -> Scores:
    """Return one document of those with (nearly) the same text: the one that comes first in the order."""
    clusters = snapshot.column("cluster")
    first: dict[int, int] = {}
    for number in scores:
        cluster = clusters[number]
        if cluster and (cluster not in first or order(number) < order(first[cluster])):
            first[cluster] = number
    return {number: score for number, score in scores.items() if first.get(clusters[number], number) == number}
