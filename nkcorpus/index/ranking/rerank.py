"""The second stage of ranking: of the best articles, those gain that have the words near each other and
as typed.

Words that stand next to each other in a query are a pair. How often a pair stands within a few words is scored like a
word, as in the unordered windows of the sequential dependence model (Metzler, Croft: A Markov Random Field Model for
Term Dependencies, SIGIR 2005), and weighs what its two words weigh. Stems join words that differ in meaning, so that a
word in the very form in which it was typed counts a little more.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import pairwise

from nkcorpus.index.ranking.bm25f import FIELD_WEIGHTS, Scores, most, scored
from nkcorpus.index.ranking.snapshot import Postings, Snapshot
from nkcorpus.query import analysis
from nkcorpus.query.ast import Node, Synonyms, Word, Words
from nkcorpus.query.forms import form_of

DEPTH = 200
"""How many of the best articles are looked at."""
WINDOW = 8
"""How many words the two of a pair stand from each other at most."""
NEAR = 0.2
AS_TYPED = 0.25
"""Weights beside the words' own, chosen on TIME, Cranfield and CACM together; from .2 to .3 they do about as well."""

Typed = tuple[str, int]
"""A term, and the form of it that was typed."""


def gains(snapshot: Snapshot, typed: Sequence[Typed], best: Sequence[int], idf: Callable[[str], float]) -> Scores:
    """Return what the documents `best` gain for the words of `typed_terms` being near each other and as typed.

    `idf` gives that of a term in title and text.
    """
    wanted = frozenset(best)
    terms = {term for term, _ in typed}
    postings = {field: {term: snapshot.postings(field, term) for term in terms} for field in FIELD_WEIGHTS}
    found: Scores = {}

    def add(frequencies: Mapping[str, Mapping[int, float]], weight: float, idf: float) -> None:
        for number, score in scored(frequencies, snapshot.half_frequencies, idf).items():
            found[number] = found.get(number, 0.0) + weight * score

    for (term, form), times in Counter(typed).items():
        add(
            {field: held[term].counts_in(wanted, form) for field, held in postings.items()}, AS_TYPED * times, idf(term)
        )
    for (one, other), times in pairs_of(typed).items():
        near = {field: _near(held[one], held[other], wanted) for field, held in postings.items()}
        add(near, NEAR * times, idf(one) + idf(other))
    return found


def pairs_of(typed: Sequence[Typed]) -> Mapping[tuple[str, str], int]:
    """Return the pairs of terms, each with how often it was typed."""
    return Counter((one, other) for (one, _), (other, _) in pairwise(typed) if one != other)


def most_gain(typed: Sequence[Typed], idf: Callable[[str], float]) -> float:
    """Return what an article can gain at most. No word stands in more than two pairs."""
    return (AS_TYPED + 2 * NEAR) * sum(most(idf(term)) for term, _ in typed)


def typed_terms(root: Node) -> list[Typed]:
    """Return the terms of the words that were typed in a row for title and text, stop words left out.

    Two or more of them can be near each other. What stands for the same was not typed.
    """
    tokens = (token for word, _ in _typed_words(root) for token in analysis.prose().tokens(word))
    return [(token.term, form_of(token.word, token.term)) for token in tokens]


def terms_scored_alone(root: Node) -> set[str]:
    """Return those of the `typed_terms` that score by themselves, not with others as one word."""
    found = (list(analysis.prose().tokens(word)) for word, by_itself in _typed_words(root) if by_itself)
    return {tokens[0].term for tokens in found if len(tokens) == 1}


def _typed_words(root: Node) -> Iterator[tuple[str, bool]]:
    """Yield the words that were typed, and whether each scores by itself, not as one with its synonyms."""
    if not isinstance(root, Words):
        return
    for part in (*root.must, *root.should):
        original = part.original if isinstance(part, Synonyms) else part
        for node in original.should if isinstance(original, Words) else (original,):
            if isinstance(node, Word) and node.field is None:
                yield node.text, node is not original or original is part


def _near(one: Postings, other: Postings, wanted: frozenset[int]) -> dict[int, float]:
    """Return how often a place of `one` has one of `other` in its window, by wanted document."""
    places = one.positions_in(wanted & one.documents & other.documents)
    found: dict[int, float] = {}
    for number, others in other.positions_in(places.keys()).items():
        positions = places[number]
        count = 0
        for position in positions:
            index = bisect_left(others, position - WINDOW)
            count += index < len(others) and others[index] <= position + WINDOW
        if count:
            found[number] = count
    return found
