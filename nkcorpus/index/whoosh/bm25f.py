"""BM25F: what the frequencies of a word in the fields of an article are worth.

Robertson, Zaragoza, Taylor: Simple BM25 Extension to Multiple Weighted Fields (CIKM 2004): the frequencies of a
word in the fields, each normalised by its field's length, are weighted and added before saturation.
The idf is Lucene's, log(1 + (N - df + .5) / (df + .5)), which is never negative.
"""

from __future__ import annotations

import math
from collections.abc import Mapping

from nkcorpus.index.whoosh.snapshot import Snapshot

K1 = 1.2
B = 0.75
FIELD_WEIGHTS = {"title": 2.0, "text": 1.0}

Scores = dict[int, float]


def weighted_frequencies(snapshot: Snapshot, frequencies: Mapping[str, Mapping[int, float]]) -> Scores:
    """Return the frequencies of a word in each field, by document, as one that is normalised and weighted."""
    weighted: Scores = {}
    for field, found in frequencies.items():
        weight = FIELD_WEIGHTS.get(field, 1.0)
        if field in FIELD_WEIGHTS:
            lengths, slope = snapshot.column(f"{field}_length"), B / snapshot.average_lengths[field]
            part = {n: weight * f / (1.0 - B + slope * lengths[n]) for n, f in found.items()}
        else:
            part = {n: weight * f for n, f in found.items()}
        if weighted:
            for number, value in part.items():
                weighted[number] = weighted.get(number, 0.0) + value
        else:
            weighted = part
    return weighted


def saturated(weighted: Mapping[int, float], idf: float) -> Scores:
    """Return the scores of weighted frequencies; none is above `most(idf)`."""
    factor = most(idf)
    return {number: factor * value / (K1 + value) for number, value in weighted.items()}


def most(idf: float) -> float:
    """Return what a word can score at most."""
    return (K1 + 1.0) * idf


def idf_of(count: int, holding: int) -> float:
    """Return the idf of a word that `holding` of `count` articles have."""
    return math.log(1.0 + (count - holding + 0.5) / (holding + 0.5))
