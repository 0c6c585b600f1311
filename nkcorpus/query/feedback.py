"""What the best articles of a query have in common, as words that rank all that it finds anew.

Pseudo-relevance feedback, interpolated with the query as in RM3 (Abdul-Jaleel et al.: UMass at TREC 2004, after
Lavrenko, Croft: Relevance-Based Language Models, SIGIR 2001): an article counts the more the better it fits. Its words
weigh what they do in a vector of (1 + log tf) of length one, times their idf, as in Rocchio's feedback; their shares of
the text, as in RM3, did worse.

The constants were chosen on TIME, Cranfield and CACM together; 30 to 70 words, a share of .5 to .7 and a spread of .1
to .2 do about as well.
"""

from __future__ import annotations

import heapq
import math
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from functools import lru_cache

from nkcorpus.query import analysis
from nkcorpus.query.ast import And, Leaf, Near, Node, Or, Phrase, Synonyms, Weighted, Word, Words, leaves

ARTICLES = 10
"""How many of the best articles are read."""
WORDS = 40
"""How many of their words are taken."""
SHARE = 0.6
"""What part of the weight the feedback has; the query has the rest."""

_SPREAD = 0.15
"""An article whose score is lower than the best by this part of it counts 1/e of it."""
_READ = 50_000
"""Code points of a text that are looked at: what it is about is said by then."""
_CANDIDATES = 300
"""Terms whose idf is asked for: those that weigh most without it."""
_LEAST_RARITY = 1.5
"""A word that more than a fifth of the articles hold tells little, and takes the longest to look for."""
_REMEMBERED = 20_000
"""Words whose terms are remembered from one search to the next."""
_LONGEST_RUN = 200
"""Code points of a run without spaces that are looked at."""
_TEXT_FIELDS = (None, "title", "text")


def feedback(
    root: Node,
    articles: Iterable[tuple[str | None, str]],
    scores: Sequence[float],
    rarities: Callable[[Collection[str]], Mapping[str, float]],
) -> tuple[Weighted, ...]:
    """Return the words that the best articles of a query have in common, the weightiest first.

    `articles` are their titles and texts, `scores` what the query `root` gives them, falling; `rarities` gives the
    idf of terms. A query that looks for no words in title and text has no feedback.
    """
    weight = _weight(root)
    if not weight or not scores or scores[0] <= 0:
        return ()
    weights: dict[str, float] = {}
    words: dict[str, str] = {}
    for article, score in zip(articles, scores, strict=True):
        vector = {term: 1 + math.log(count) for term, count in _counts(article, words).items()}
        if not vector:
            continue
        fit = math.exp((score / scores[0] - 1) / _SPREAD) / math.hypot(*vector.values())
        for term, value in vector.items():
            weights[term] = weights.get(term, 0.0) + fit * value
    common = heapq.nlargest(_CANDIDATES, weights, key=lambda term: (weights[term], term))
    rarity = rarities([term for term in common if _terms(words[term]) == [term]])
    telling = {term: weights[term] * idf for term, idf in rarity.items() if idf >= _LEAST_RARITY}
    chosen = heapq.nlargest(WORDS, telling, key=lambda term: (telling[term], term))
    if not chosen:
        return ()
    factor = SHARE / (1 - SHARE) * weight / sum(telling[term] for term in chosen)
    return tuple(Weighted(Word(words[term]), factor * telling[term]) for term in chosen)


def unasked(root: Node, found: Iterable[Weighted]) -> tuple[str, ...]:
    """Return those words of a feedback that the query itself does not look for."""
    asked = {term for leaf in leaves(root) if isinstance(leaf, Word | Phrase) for term in _terms(leaf.text)}
    return tuple(text for text in (str(word.part) for word in found) if asked.isdisjoint(_terms(text)))


def _counts(article: tuple[str | None, str], words: dict[str, str]) -> Counter[str]:
    """Return how often an article has each term, and remember in `words` a word for each."""
    title, text = article
    surfaces = Counter(surface for part in (title or "", text[:_READ]) for _, surface in analysis.surfaces(part))
    counts: Counter[str] = Counter()
    for surface, count in surfaces.items():
        for term, word in _analysed(surface[:_LONGEST_RUN]):
            counts[term] += count
            words.setdefault(term, word)
    return counts


@lru_cache(_REMEMBERED)
def _analysed(surface: str) -> tuple[tuple[str, str], ...]:
    return tuple((token.term, token.word) for token in analysis.prose().tokens(surface))


def _weight(node: Node) -> float:
    """Return how many words' weight a query has in title and text: a phrase, a pattern or words near are one."""
    match node:
        case Weighted():
            return node.weight * _weight(node.part)
        case Words():
            return sum(map(_weight, (*node.must, *node.should)))
        case And() | Or():
            return sum(map(_weight, node.parts))
        case Synonyms():
            return _weight(node.original)
        case Near():
            return float(node.parts[0][0].field in _TEXT_FIELDS)
        case _:
            return float(any(map(_is_sought, leaves(node))))


def _is_sought(leaf: Leaf) -> bool:
    return leaf.field in _TEXT_FIELDS and (not isinstance(leaf, Word | Phrase) or bool(_terms(leaf.text)))


def _terms(text: str) -> list[str]:
    return [token.term for token in analysis.prose().tokens(text)]
