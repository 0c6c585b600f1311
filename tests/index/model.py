"""What a search must find and how it must score, worked out article by article from the definitions.

Shares only the analysis of words with the engines: no postings, no segments, no shortcuts.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence

from nkcorpus.index import MatchMode
from nkcorpus.model import Indexable
from nkcorpus.query import analysis
from nkcorpus.query.ast import And, Everything, Node, Not, Or, Phrase, Word, Words

K1, B = 1.2, 0.75
WEIGHTS = {"title": 2.0, "text": 1.0}


class Model:
    """A corpus held as lists of words."""

    def __init__(self, articles: Iterable[Indexable]) -> None:
        self.articles = {item.id: item for item in articles}
        self._words: dict[tuple[str, str], list[tuple[int, str]]] = {}
        self._lengths: dict[tuple[str, str], int] = {}
        for item in self.articles.values():
            for field, text in (("title", item.title or ""), ("text", item.text)):
                self._words[item.id, field] = [(token.position, token.term) for token in analysis.prose().tokens(text)]
                self._lengths[item.id, field] = analysis.prose().positions(text)[1]

    def hits(self, node: Node, match: MatchMode = "any") -> dict[str, float]:
        """Return the ids that match with their BM25F scores, those of `best` without the place of honour."""
        return {name: self._score(node, name, match) for name in self.articles if self._holds(node, name, match)}

    def holding_all(self, node: Words) -> set[str]:
        """Return the ids that hold every word of those that need not all be held."""
        parts = [part for part in node.should if self._means_something(part)]
        return {name for name in self.articles if all(self._holds(part, name, "any") for part in parts)}

    def _means_something(self, node: Node) -> bool:
        return any(self._holds(node, name, "any") is not None for name in self.articles)

    def _holds(self, node: Node, name: str, match: MatchMode) -> bool | None:
        """Tell whether an article matches; None when the node has no term at all."""
        match node:
            case Word() | Phrase():
                return None if not self._terms(node) else any(self._places(node, f, name) for f in self._fields(node))
            case Words():
                must = self._known(node.must, name, match)
                should = self._known(node.should, name, match)
                if match == "all":
                    must, should = must + should, []
                if must or should:
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
            case Not():
                return not self._holds(node.part, name, match)
            case Everything():
                return True

    def _known(self, nodes: Sequence[Node], name: str, match: MatchMode) -> list[bool]:
        return [held for held in (self._holds(node, name, match) for node in nodes) if held is not None]

    def _score(self, node: Node, name: str, match: MatchMode) -> float:
        match node:
            case Word() | Phrase():
                return self._bm25f(node, name)
            case Words():
                parts: Sequence[Node] = (*node.must, *node.should)
            case And() | Or():
                parts = node.parts
            case _:
                return 0.0
        return sum(self._score(part, name, match) for part in parts if self._holds(part, name, match))

    def _bm25f(self, leaf: Word | Phrase, name: str) -> float:
        """Robertson, Zaragoza, Taylor 2004, with Lucene's idf; a phrase counts as a word of its own."""
        frequency = 0.0
        for field in self._fields(leaf):
            average = sum(self._lengths[other, field] for other in self.articles) / len(self.articles)
            if average:
                norm = 1 - B + B * self._lengths[name, field] / average
                frequency += WEIGHTS[field] * self._places(leaf, field, name) / norm
        holders = sum(any(self._places(leaf, field, other) for field in self._fields(leaf)) for other in self.articles)
        idf = math.log(1 + (len(self.articles) - holders + 0.5) / (holders + 0.5))
        return idf * frequency * (K1 + 1) / (frequency + K1)

    def _fields(self, leaf: Word | Phrase) -> list[str]:
        return [leaf.field] if leaf.field else list(WEIGHTS)

    def _terms(self, leaf: Word | Phrase) -> list[tuple[int, str]]:
        return [(token.position, token.term) for token in analysis.prose().tokens(leaf.text)]

    def _places(self, leaf: Word | Phrase, field: str, name: str) -> int:
        """Count the places in a field where the terms of a leaf stand at their distances."""
        terms = self._terms(leaf)
        words = set(self._words[name, field])
        if not terms:
            return 0
        first, head = terms[0]
        starts = [position for position, term in words if term == head]
        return sum(all((start + place - first, term) in words for place, term in terms) for start in starts)
