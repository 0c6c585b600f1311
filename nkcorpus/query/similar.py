"""What an article is about, as a query that finds others like it."""

from __future__ import annotations

import heapq
import math
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping

from nkcorpus.query import analysis
from nkcorpus.query.ast import And, Node, Not, Or, Word, Words

TELLING_WORDS = 25
"""Words of a query for similar articles: Lucene's MoreLikeThis takes as many."""

_LEAST_TIMES = 2
"""A word that stands once in a text of some length says little of it."""
_FEW_TERMS = 60
_READ = 200_000
"""Code points of a text that are looked at: what it is about is said by then."""


def telling_words(
    title: str | None, text: str, rarities: Callable[[Collection[str]], Mapping[str, float]]
) -> tuple[str, ...]:
    """Return the words with the greatest (1 + log tf) idf, the most telling first; `rarities` gives the idf of terms.

    The logarithm keeps out words such as "he", which a text repeats most. Words are folded, one for each term.
    """
    counts: Counter[str] = Counter()
    words: dict[str, str] = {}
    for part in (title or "", text[:_READ]):
        for token in analysis.prose().tokens(part):
            counts[token.term] += 1
            words.setdefault(token.term, token.word)
    least = _LEAST_TIMES if len(counts) > _FEW_TERMS else 1
    rarity = rarities([term for term, count in counts.items() if count >= least])
    weights = {term: (1 + math.log(counts[term])) * idf for term, idf in rarity.items()}
    return tuple(words[term] for term in heapq.nlargest(TELLING_WORDS, weights, key=lambda term: (weights[term], term)))


def similar_query(words: Iterable[str], excluded: Iterable[str]) -> Node:
    """Return the query for articles with any of `words`, without those with the ids `excluded`."""
    ids = tuple(Word(article, "id") for article in excluded)
    return And((Words(tuple(Word(word) for word in words)), Not(Or(ids))))
