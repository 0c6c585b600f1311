"""What a search must find and how it must score, worked out article by article from the definitions.

Shares only the analysis of words with the engines: no postings, no segments, no shortcuts. What is asked of all
articles again and again (how many hold a leaf, how long they are) is remembered, so that it goes for many articles.
"""

from __future__ import annotations

import fnmatch
import math
import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from functools import cache, lru_cache
from itertools import pairwise, product

from nkcorpus.dates import interval
from nkcorpus.index import MatchMode
from nkcorpus.lexicon.definitions import find_definitions
from nkcorpus.lexicon.folding import sense_key
from nkcorpus.model import Indexable
from nkcorpus.query import analysis
from nkcorpus.query.ast import (
    And,
    Dated,
    Everything,
    Fuzzy,
    Leaf,
    Near,
    Node,
    Not,
    Or,
    Phrase,
    Regex,
    Synonyms,
    Weighted,
    Wildcard,
    Word,
    Words,
    is_dates,
)

K1, B = 1.2, 0.75
WEIGHTS = {"title": 2.0, "text": 1.0}
DEPTH = 200
"""Of so many articles, the best without it, the words' nearness counts."""


class Model:
    """A corpus held as lists of words."""

    def __init__(self, articles: Iterable[Indexable], *, exact: bool = False) -> None:
        self.articles = {item.id: item for item in articles}
        self._exact = exact
        self._words: dict[tuple[str, str], dict[str, list[tuple[int, str]]]] = {}
        self._lengths: dict[tuple[str, str], int] = {}
        self._idf_of = cache(self._idf_of_leaf)
        self._idf = cache(self._idf_of_term)
        self._average = cache(self._average_length)
        self._terms = cache(self._analysed)
        for item in self.articles.values():
            for field, text in (("title", item.title or ""), ("text", item.text)):
                held = self._words[item.id, field] = {}
                for token in analysis.prose().tokens(text):
                    held.setdefault(self._key(token), []).append((token.position, token.word))
                self._lengths[item.id, field] = analysis.prose().places(text, defaultdict(list))

    def hits(self, node: Node, match: MatchMode = "any") -> dict[str, float]:
        """Return the ids that match with their scores, those of `best` without the place of honour."""
        scores, gains, _ = self.scores(node, match)
        return {name: score + gains.get(name, 0.0) for name, score in scores.items()}

    def scores(self, node: Node, match: MatchMode) -> tuple[dict[str, float], dict[str, float], set[str]]:
        """Return the ids that match with their scores, what the best of them gain, and those that gain or do not.

        The last ones are within a rounding error of the last that gains.
        """
        sense: MatchMode = "any" if match == "best" else match
        scores = {name: self._score(node, name, sense) for name in self.articles if self._holds(node, name, sense)}
        if len(scores) <= DEPTH:
            return scores, {name: self._gain(node, name) for name in scores}, set()
        first = self.holding_all(node) if match == "best" and isinstance(node, Words) and node.should else set()
        ranks = {name: (name in first, score, self.articles[name].seq) for name, score in scores.items()}
        best = sorted(scores, key=ranks.__getitem__, reverse=True)[:DEPTH]
        honour, least, _ = ranks[best[-1]]
        doubtful = {name for name, (held, score, _) in ranks.items() if held == honour and math.isclose(score, least)}
        return scores, {name: self._gain(node, name) for name in {*best, *doubtful}}, doubtful

    def holding_all(self, node: Words) -> set[str]:
        """Return the ids that hold every word of those that need not all be held."""
        parts = [part for part in node.should if self._means_something(part)]
        return {
            name
            for name in self.articles
            if all(self._holds(part, name, "all" if isinstance(part, Synonyms) else "any") for part in parts)
        }

    def _means_something(self, node: Node) -> bool:
        return any(self._holds(node, name, "any") is not None for name in self.articles)

    def _holds(self, node: Node, name: str, match: MatchMode) -> bool | None:
        """Tell whether an article matches; None when the node has no term at all."""
        match node:
            case Word() | Phrase() | Wildcard() | Fuzzy() | Regex() | Near():
                return None if self._is_empty(node) else any(self._places(node, f, name) for f in self._fields(node))
            case Weighted():
                return self._holds(node.part, name, match)
            case Dated():
                return self._is_dated(node, name)
            case Words():
                must = self._known(node.must, name, match)
                should = self._known(node.should, name, match)
                if match == "all":
                    must, should = must + should, []
                if must and should and all(map(is_dates, node.must)):
                    holds = all(must) and any(should)
                elif must or should:
                    holds = all(must) if must else any(should)
                elif node.must or node.should or not node.must_not:
                    return None
                else:
                    holds = True
                return holds and not any(self._known(node.must_not, name, match))
            case And():
                wanted = self._known([part for part in node.parts if not isinstance(part, Not)], name, match)
                unwanted = [part.part for part in node.parts if isinstance(part, Not)]
                if not wanted and not unwanted:
                    return None
                return all(wanted) and not any(self._known(unwanted, name, match))
            case Or():
                known = self._known(node.parts, name, match)
                return any(known) if known else None
            case Synonyms(original=Words(should=words)):
                held = self._known(words, name, match)
                group = self._stands_in(node, name)
                if not held:
                    return group
                return bool(group) or (all(held) if match == "all" else any(held))
            case Synonyms():
                return self._stands_in(node, name)
            case Not():
                return not self._holds(node.part, name, match)
            case Everything():
                return True

    def _stands_in(self, node: Synonyms, name: str) -> bool | None:
        """Tell whether an article holds one of the names of a group; None when they have no term at all."""
        if all(self._is_empty(one.leaf) for one in node.group):
            return None
        return any(self._frequency(node, field, name) for field in self._fields(node.group[0].leaf))

    def _frequency(self, node: Leaf | Near | Synonyms, field: str, name: str) -> float:
        if not isinstance(node, Synonyms):
            return self._places(node, field, name)
        return sum(
            one.weight * self._places(one.leaf, field, name)
            for one in node.group
            if not one.senses or self._agrees(one.leaf.text, one.senses, name)
        )

    def _agrees(self, acronym: str, senses: frozenset[str], name: str) -> bool:
        """Tell whether an article says nothing of an acronym, or that it stands for one of the senses."""
        item = self.articles[name]
        found = [d for text in (item.title or "", item.text) for d in find_definitions(text) if d.acronym == acronym]
        return not found or any(sense_key(definition.long_form) in senses for definition in found)

    def _known(self, nodes: Sequence[Node], name: str, match: MatchMode) -> list[bool]:
        return [held for held in (self._holds(node, name, match) for node in nodes) if held is not None]

    def _score(self, node: Node, name: str, match: MatchMode) -> float:
        match node:
            case Word() | Phrase() | Wildcard() | Fuzzy() | Regex() | Near():
                return self._bm25f(node, name)
            case Weighted():
                return node.weight * self._score(node.part, name, match)
            case Words():
                parts: Sequence[Node] = (*node.must, *node.should)
            case And() | Or():
                parts = node.parts
            case Synonyms(original=Words(should=words)):
                held = self._score(Words(words), name, "any")
                whole = sum(self._most(word) for word in words if isinstance(word, Word) and not self._is_empty(word))
                most = self._most(node)
                return max(held, self._bm25f(node, name) * whole / most) if whole else self._bm25f(node, name)
            case Synonyms():
                return self._bm25f(node, name)
            case _:
                return 0.0
        return sum(self._score(part, name, match) for part in parts if self._holds(part, name, match))

    def _most(self, leaf: Leaf | Near | Synonyms) -> float:
        """Return what a leaf can score at most."""
        return self._idf_of(leaf) * (K1 + 1)

    def _bm25f(self, leaf: Leaf | Near | Synonyms, name: str) -> float:
        """Robertson, Zaragoza, Taylor 2004, with Lucene's idf; a phrase counts as a word of its own."""
        counts = {field: self._frequency(leaf, field, name) for field in self._fields(leaf)}
        return self._saturated(counts, name, self._idf_of(leaf))

    def _idf_of_leaf(self, leaf: Leaf | Near | Synonyms) -> float:
        fields = self._fields(leaf)
        holders = sum(any(self._frequency(leaf, field, other) > 0 for field in fields) for other in self.articles)
        return math.log(1 + (len(self.articles) - holders + 0.5) / (holders + 0.5))

    def _saturated(self, counts: Mapping[str, float], name: str, idf: float) -> float:
        frequency = 0.0
        for field, count in counts.items():
            average = self._average(field)
            if average:
                norm = 1 - B + B * self._lengths[name, field] / average
                frequency += WEIGHTS[field] * count / norm
        return idf * frequency * (K1 + 1) / (frequency + K1)

    def _average_length(self, field: str) -> float:
        return sum(self._lengths[other, field] for other in self.articles) / len(self.articles)

    def _gain(self, node: Node, name: str) -> float:
        """Two words or more in a row: .25 for each in the form typed, .2 for each two neighbours within 8 words."""
        parts = [_as_typed(part) for part in (*node.must, *node.should)] if isinstance(node, Words) else []
        flat = [word for part in parts for word in (part.should if isinstance(part, Words) else (part,))]
        words = [part.text for part in flat if isinstance(part, Word) and part.field is None]
        typed = [token for word in words for token in analysis.prose().tokens(word)]
        if self._exact or len(typed) < 2:
            return 0.0
        gain = 0.0
        for token in typed:
            held = {f: self._words[name, f].get(token.term, ()) for f in WEIGHTS}
            counts = {f: sum(word == token.word for _, word in places) for f, places in held.items()}
            gain += 0.25 * self._saturated(counts, name, self._idf(token.term))
        for one, other in pairwise(typed):
            if one.term != other.term:
                counts = {f: self._near(one.term, other.term, f, name) for f in WEIGHTS}
                gain += 0.2 * self._saturated(counts, name, self._idf(one.term) + self._idf(other.term))
        return gain

    def _near(self, one: str, other: str, field: str, name: str) -> int:
        held = self._words[name, field]
        others = [place for place, _ in held.get(other, ())]
        return sum(any(abs(place - at) <= 8 for at in others) for place, _ in held.get(one, ()))

    def _idf_of_term(self, term: str) -> float:
        holders = sum(any(term in self._words[other, f] for f in WEIGHTS) for other in self.articles)
        return math.log(1 + (len(self.articles) - holders + 0.5) / (holders + 0.5))

    def _fields(self, leaf: Leaf | Near | Synonyms) -> list[str]:
        if isinstance(leaf, Synonyms):
            leaf = leaf.group[0].leaf
        field = leaf.parts[0][0].field if isinstance(leaf, Near) else leaf.field
        return [field] if field else list(WEIGHTS)

    def _key(self, token: analysis.Token) -> str:
        return token.word if self._exact else token.term

    def _analysed(self, text: str) -> list[tuple[int, str]]:
        return [(token.position, self._key(token)) for token in analysis.prose().tokens(text)]

    def _is_empty(self, node: Node) -> bool:
        match node:
            case Word() | Phrase():
                return not self._terms(node.text)
            case Near():
                return all(self._is_empty(leaf) for part in node.parts for leaf in part)
        return False

    def _is_dated(self, node: Dated, name: str) -> bool:
        date = self.articles[name].date
        if date is None:
            return False
        first, last = interval(date)
        return (node.since is None or last >= interval(node.since)[0]) and (
            node.until is None or first <= interval(node.until)[1]
        )

    def _places(self, node: Leaf | Near, field: str, name: str) -> int:
        """Count the places in a field where a leaf stands, of near ones the stretches that do not overlap."""
        if isinstance(node, Phrase) and node.distance is not None:
            node = Near(tuple((Word(word, node.field),) for word in node.text.split()), node.distance)
        if not isinstance(node, Near):
            return len(self._spans(node, field, name))
        parts = [
            [span for leaf in part for span in self._spans(leaf, field, name)]
            for part in node.parts
            if not all(self._is_empty(leaf) for leaf in part)
        ]
        stretches = set()
        for spans in product(*parts):
            places = [place for start, end in spans for place in range(start, end + 1)]
            stretch = (max(places), min(places)) if places else (0, 0)
            if len(set(places)) == len(places) and stretch[0] - stretch[1] + 1 - len(places) <= node.distance:
                stretches.add(stretch)
        count, reached = 0, -1
        for end, start in sorted(stretches):
            if start > reached:
                count, reached = count + 1, end
        return count

    def _spans(self, leaf: Leaf, field: str, name: str) -> set[tuple[int, int]]:
        """Return the first and last positions of the places where a leaf stands in a field."""
        held = self._words[name, field]
        if not isinstance(leaf, Word | Phrase):
            words = {place for places in held.values() for place in places}
            return {(position, position) for position, word in words if _fits(leaf, word)}
        terms = self._terms(leaf.text)
        if not terms:
            return set()
        (first, head), (last, _) = terms[0], terms[-1]
        starts = {place for place, _ in held.get(head, ())}
        for place, term in terms[1:]:
            starts &= {at - (place - first) for at, _ in held.get(term, ())}
        return {(start, start + last - first) for start in starts}


def _as_typed(node: Node) -> Node:
    return node.original if isinstance(node, Synonyms) else node


@lru_cache(100_000)
def _fits(pattern: Wildcard | Fuzzy | Regex, word: str) -> bool:
    match pattern:
        case Wildcard():
            return fnmatch.fnmatchcase(word, analysis.fold(pattern.text))
        case Regex():
            return re.fullmatch(pattern.text, word, re.IGNORECASE) is not None
        case Fuzzy():
            return _edits(analysis.fold(pattern.text), word) <= pattern.distance


def _edits(one: str, other: str) -> int:
    """Damerau's optimal string alignment, by its recurrence."""
    rows = [[i + j if i * j == 0 else 0 for j in range(len(other) + 1)] for i in range(len(one) + 1)]
    for i in range(1, len(one) + 1):
        for j in range(1, len(other) + 1):
            same = one[i - 1] == other[j - 1]
            rows[i][j] = min(rows[i - 1][j] + 1, rows[i][j - 1] + 1, rows[i - 1][j - 1] + (not same))
            if i > 1 and j > 1 and one[i - 1] == other[j - 2] and one[i - 2] == other[j - 1]:
                rows[i][j] = min(rows[i][j], rows[i - 2][j - 2] + 1)
    return rows[-1][-1]
