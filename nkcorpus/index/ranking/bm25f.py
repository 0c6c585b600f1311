"""BM25F: what the frequencies of a word in the fields of an article are worth.

Robertson, Zaragoza, Taylor: Simple BM25 Extension to Multiple Weighted Fields (CIKM 2004): the frequencies of a
word in the fields, each normalised by its field's length, are weighted and added before saturation.
The idf is Lucene's, log(1 + (N - df + .5) / (df + .5)), which is never negative.

A field's *half frequency* in an article is the frequency of a word at which it scores half of what it can score at
most, K1 (1 - B + B length / mean length) / weight. With frequency over half frequency, summed over the fields, as x,
the score is most * x / (1 + x).
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

K1 = 1.2
B = 0.75
FIELD_WEIGHTS = {"title": 2.0, "text": 1.0}

Scores = dict[int, float]


def half_frequencies(field: str, lengths: Sequence[int], mean_length: float) -> list[float]:
    """Return the half frequency of a field that is normalised by its length, by document."""
    least, slope = K1 * (1.0 - B) / FIELD_WEIGHTS[field], K1 * B / mean_length / FIELD_WEIGHTS[field]
    return [least + slope * length for length in lengths]


def scored(frequencies: Mapping[str, Mapping[int, float]], halves: Mapping[str, Sequence[float]], idf: float) -> Scores:
    """Return the scores of a word by document, given how often each field holds it; none is above `most(idf)`.

    `halves` are the half frequencies of the fields; one without is not normalised.
    """
    if not frequencies:
        return {}
    largest = max(frequencies, key=lambda field: len(frequencies[field]))
    others: Scores = {}
    for field, found in frequencies.items():
        if field != largest:
            half = halves[field]
            for number, frequency in found.items():
                others[number] = others.get(number, 0.0) + frequency / half[number]
    top, found = most(idf), frequencies[largest]
    if largest not in halves:
        return {number: top * frequency / (frequency + K1) for number, frequency in found.items()}
    half = halves[largest]
    scores = {number: top * frequency / (frequency + half[number]) for number, frequency in found.items()}
    for number, x in others.items():
        if number in found:
            x += found[number] / half[number]
        scores[number] = top * x / (1.0 + x)
    return scores


def most(idf: float) -> float:
    """Return what a word can score at most."""
    return (K1 + 1.0) * idf


def idf_of(count: int, holding: int) -> float:
    """Return the idf of a word that `holding` of `count` articles have."""
    return math.log(1.0 + (count - holding + 0.5) / (holding + 0.5))
