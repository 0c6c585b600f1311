"""What a query that finds nothing may have meant, in words that the corpus has."""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import islice, pairwise
from typing import Protocol

from nkcorpus.query.analysis import STOP_WORDS, fold, is_unspaced
from nkcorpus.query.ast import And, Node, Or, Phrase, Weighted, Word, Words, leaves

SUGGESTIONS = 3
"""Queries suggested at most."""

_SHORTEST = 3
_SHORTEST_FOR_TWO = 5
"""From this length on a word may be two slips away."""
_LONGEST = 40
_NEAREST = 200
"""Candidates whose articles are counted at most."""
_WORDS = 6
"""Words of a query that are looked at: each costs a walk over the vocabulary."""
_MOST_LEAVES = 50
_PER_SLIP = 3.0
"""A word one slip further away needs e ** 3, twenty times the articles, to come first."""
_SAME_FIRST = 1.0

_FIELDS = (None, "title", "text")


class Spellings(Protocol):
    """The words of a corpus, folded."""

    def near(self, word: str, slips: int) -> Sequence[str]:
        """Return words, sorted, among which are all that come of `word` by so many slips at most."""

    def known(self, words: Collection[str]) -> Collection[str]:
        """Return those of `words` that are among these."""


Holders = Callable[[Collection[str]], Mapping[str, int]]
"""Tells how many articles hold each of some words."""


def corrections(text: str, vocabulary: Spellings, holders: Holders) -> tuple[str, ...]:
    """Return the words that `text` may be a slip of, the likeliest first: at most two letters put in, left out,
    replaced or swapped, or a space too few. Of two words the one that they make without the space.

    Nothing comes of a word that articles hold, of stop words, of figures, and of scripts without spaces.
    """
    first, _, second = fold(text).partition(" ")
    word = first + second
    if not _SHORTEST <= len(word) <= _LONGEST or is_unspaced(word) or not word.isalpha() or word in STOP_WORDS:
        return ()
    if holders([word])[word]:
        return (word,) if second else ()
    if second:
        return ()
    parted = [(word[:cut], word[cut:]) for cut in range(2, len(word) - 1)]
    known = vocabulary.known({part for parts in parted for part in parts})
    parted = [parts for parts in parted if parts[0] in known and parts[1] in known]
    near = _near(word, vocabulary)
    held = holders({*near, *(part for parts in parted for part in parts)})
    scores: dict[str, float] = {}
    for parts in parted:
        if found := min(map(held.__getitem__, parts)):
            scores[" ".join(parts)] = math.log(found) - _PER_SLIP + _SAME_FIRST
    for other, slips in near.items():
        if found := held[other]:
            scores[other] = math.log(found) - _PER_SLIP * slips + _SAME_FIRST * (other[0] == word[0])
    return tuple(sorted(scores, key=lambda other: (-scores[other], other)))


def suggested(node: Node, correct: Callable[[str], tuple[str, ...]]) -> Iterator[Node]:
    """Yield the trees, at most SUGGESTIONS, that come of `node` when words are replaced by what `correct` gives.

    Nothing comes of a query of many words, which would be answered once more for each.
    """
    if len(list(islice(leaves(node), _MOST_LEAVES + 1))) > _MOST_LEAVES:
        return
    table = {word: better for word in islice(_words(node), _WORDS) if (better := correct(word))}
    joined = _joined(node, correct)
    if joined != node:
        yield joined
    for place in range(min(SUGGESTIONS - (joined != node), max(map(len, table.values()), default=0))):
        yield _replaced(node, {word: better[min(place, len(better) - 1)] for word, better in table.items()})


def _words(node: Node) -> Iterator[str]:
    """Yield the words that are looked for in running text, each once."""
    seen: set[str] = set()
    for leaf in leaves(node):
        if isinstance(leaf, Word | Phrase) and leaf.field in _FIELDS:
            for word in leaf.text.split():
                if word not in seen:
                    seen.add(word)
                    yield word


def _near(word: str, vocabulary: Spellings) -> dict[str, int]:
    """Return the words nearest to `word`, each with how many slips away it is."""
    from rapidfuzz import process
    from rapidfuzz.distance import OSA

    reach = 2 if len(word) >= _SHORTEST_FOR_TWO else 1
    choices = vocabulary.near(word, reach)
    found = process.extract(word, choices, scorer=OSA.distance, score_cutoff=reach, limit=_NEAREST)
    return {other: slips for other, slips, _ in found}


def _joined(node: Node, correct: Callable[[str], tuple[str, ...]]) -> Node:
    """Return `node` with two words typed in a row made one where only the one is a word of the corpus."""
    if not isinstance(node, Words):
        return node
    should = list(node.should)
    for place, (one, other) in enumerate(pairwise(should[:_WORDS])):
        if isinstance(one, Word) and isinstance(other, Word) and one.field == other.field and one.field in _FIELDS:
            whole = correct(f"{one.text} {other.text}")
            if whole:
                should[place : place + 2] = [replace(one, text=whole[0])]
                return replace(node, should=tuple(should))
    return node


def _replaced(node: Node, table: Mapping[str, str]) -> Node:
    match node:
        case Word(text=text, field=field) if field in _FIELDS and text in table:
            # Two words for one stand side by side, or any of them would do.
            return Phrase(table[text], field) if " " in table[text] else replace(node, text=table[text])
        case Phrase(text=text, field=field) if field in _FIELDS:
            return replace(node, text=" ".join(table.get(word, word) for word in text.split()))
        case Weighted():
            return replace(node, part=_replaced(node.part, table))
        case Words():
            should, must = (tuple(_replaced(part, table) for part in parts) for parts in (node.should, node.must))
            return replace(node, should=should, must=must)
        case And() | Or():
            return replace(node, parts=tuple(_replaced(part, table) for part in node.parts))
    return node
