"""Evaluating a query's tree on a snapshot: BM25F, term at a time."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence

from nkcorpus.dataclass import dataclass, replace
from nkcorpus.dates import interval
from nkcorpus.index.analysed import NO_DATE
from nkcorpus.index.base import MatchMode, SearchOptions
from nkcorpus.index.places import ids_of, unknown_place
from nkcorpus.index.ranking.bm25f import FIELD_WEIGHTS, Scores, idf_of, most, scored
from nkcorpus.index.ranking.proximity import frequencies, near_frequencies
from nkcorpus.index.ranking.rerank import most_gain, typed_terms
from nkcorpus.index.ranking.snapshot import Snapshot, Unit
from nkcorpus.index.ranking.synonyms import synonym_frequencies
from nkcorpus.index.ranking.terms import Expander
from nkcorpus.query.ast import (
    And,
    Dated,
    Everything,
    Filters,
    Fuzzy,
    Leaf,
    Near,
    Node,
    Not,
    Or,
    Phrase,
    Query,
    Regex,
    Synonyms,
    Weighted,
    Wildcard,
    Word,
    Words,
    is_dates,
)

BATCH = 100
"""Nodes whose results are held at a time."""


@dataclass(frozen=True, slots=True)
class Result:
    """The documents that a node matches with their scores, and the most that a document could score.

    `whole` are those that hold all of it, where that makes a difference: all words of a row or a synonym of them.
    """

    scores: Scores
    bound: float
    whole: frozenset[int] | None = None

    @property
    def holders(self) -> Collection[int]:
        """The documents that hold all of the node."""
        return self.scores if self.whole is None else self.whole


class Evaluation:
    """One walk over a query's tree. A node without any term (a stop word, punctuation) has no result."""

    def __init__(self, snapshot: Snapshot, options: SearchOptions, expander: Expander | None = None) -> None:
        self._snapshot = snapshot
        self._match = options.match
        self.expander = expander or Expander(snapshot, exact=options.exact)
        self._leaves: dict[Unit, Result | None] = {}
        self._holding: dict[str, int] = {}

    def root(self, node: Node, later: float) -> Result | None:
        """Evaluate the whole tree; with `best`, articles that hold all words score above all others, also when these
        gain `later` by boosts.

        Of more than `BATCH` words none is expected to hold all.
        """
        if isinstance(node, Words) and self._match == "best" and len(node.should) <= BATCH:
            parts = self._parts(node.should)
            result = self._words(node, "any")
            if result and parts and (len(parts) + len(node.must) > 1 or parts[0].whole is not None):
                everywhere = set(result.scores).intersection(*(part.holders for part in parts))
                lift = result.bound + later + most_gain(typed_terms(node), self.idf)  # whatever the others may gain
                for number in everywhere:
                    result.scores[number] += lift
            return result
        return self.evaluate(node)

    def filtered(self, scores: Scores, filters: Filters) -> Scores:
        """Return the scores of the documents that the filters let through."""
        if not filters:
            return scores
        snapshot = self._snapshot
        admitted: list[Iterable[int]] = []
        if filters.source is not None:
            admitted.append(snapshot.frequencies("publisher", filters.source.casefold().removeprefix("www.")))
        if filters.lang is not None:
            admitted.append(snapshot.frequencies("lang", filters.lang.casefold()))
        if filters.author is not None:
            slots = Expander(snapshot, exact=False).slots(Phrase(filters.author, "author"))
            admitted.append(frequencies(snapshot, "author", slots) if slots else ())
        if filters.place is not None:
            admitted.append(self._about(filters.place))
        if filters.ids is not None:
            admitted.append(number for article in filters.ids for number in snapshot.documents(article))
        if admitted:
            common = set.intersection(*map(set, admitted))
            scores = {number: score for number, score in scores.items() if number in common}
        if filters.since is not None or filters.until is not None:
            scores = {number: scores[number] for number in _in_span(snapshot, scores, filters.since, filters.until)}
        return scores

    def evaluate(self, node: Node) -> Result | None:
        """Evaluate a part of the tree; None where it has no term."""
        match node:
            case Word() | Phrase() | Wildcard() | Fuzzy() | Regex() | Near() | Dated():
                return self._leaf(node)
            case Weighted():
                result = self.evaluate(node.part)
                return result and _weighted(result, node.weight)
            case Words():
                return self._words(node, self._match)
            case Synonyms(original=Words(should=words)):
                return self._row(words, self._leaf(node))
            case Synonyms():
                return self._leaf(node)
            case And():
                return self._and(node)
            case Or():
                return self._joined(_any, node.parts)
            case Not():
                return Result(self._without(self._everything(), [node.part]), 0.0)
            case Everything():
                return Result(self._everything(), 0.0)

    def _words(self, node: Words, match: MatchMode) -> Result | None:
        if match == "all":
            required, optional = self._joined(_all, (*node.must, *node.should)), None
        else:
            required, optional = self._joined(_all, node.must), self._joined(_any, node.should)
        if required and optional:
            if all(map(is_dates, node.must)):
                result = _all([required, optional])
            else:
                scores = {number: score + optional.scores.get(number, 0.0) for number, score in required.scores.items()}
                result = Result(scores, required.bound + optional.bound)
        elif found := required or optional:
            result = found
        elif node.must_not and not node.should and not node.must:
            result = Result(self._everything(), 0.0)
        else:
            return None
        return Result(self._without(result.scores, node.must_not), result.bound)

    def _row(self, words: Iterable[Node], group: Result | None) -> Result | None:
        """Evaluate words in a row, of which `group` is the phrase with its synonyms.

        An article that holds a synonym only scores as if all words stood where it stands.
        """
        parts = self._parts(words)
        result = _any(parts)
        if result is None or group is None:
            return result or group
        factor = result.bound / group.bound
        scores = result.scores
        for number, score in group.scores.items():
            scores[number] = max(scores.get(number, 0.0), score * factor)
        whole = frozenset(group.scores) | set(parts[0].scores).intersection(*(part.scores for part in parts))
        if self._match == "all":
            scores = {number: score for number, score in scores.items() if number in whole}
        return Result(scores, result.bound, whole)

    def _and(self, node: And) -> Result | None:
        wanted = self._joined(_all, [part for part in node.parts if not isinstance(part, Not)])
        unwanted = [part.part for part in node.parts if isinstance(part, Not)]
        if not wanted and not unwanted:
            return None
        result = wanted or Result(self._everything(), 0.0)
        return Result(self._without(result.scores, unwanted), result.bound)

    def _joined(self, join: Callable[[list[Result]], Result | None], nodes: Sequence[Node]) -> Result | None:
        """Return the results of nodes joined, a batch at a time: those of thousands would take hundreds of MB."""
        result: Result | None = None
        for start in range(0, len(nodes), BATCH):
            if parts := self._parts(nodes[start : start + BATCH]):
                result = join([result, *parts] if result else parts)
        return result

    def _parts(self, nodes: Iterable[Node]) -> list[Result]:
        return [result for result in map(self.evaluate, nodes) if result is not None]

    def _without(self, scores: Scores, nodes: Iterable[Node]) -> Scores:
        for node in nodes:
            excluded = self.evaluate(node)
            if excluded:
                scores = {number: score for number, score in scores.items() if number not in excluded.scores}
        return scores

    def _everything(self) -> Scores:
        return dict.fromkeys(self._snapshot.live, 0.0)

    def _leaf(self, node: Unit) -> Result | None:
        if node in self._leaves:
            return self._leaves[node]
        result = self._find(node)
        if len(self._leaves) < BATCH:
            self._leaves[node] = result
        return result

    def _find(self, node: Unit) -> Result | None:
        match node:
            case Word(text=text, field="lang") | Phrase(text=text, field="lang"):
                return Result(self._snapshot.frequencies("lang", text.casefold()), 1.0)
            case Word(text=text, field="place") | Phrase(text=text, field="place", distance=None):
                return self._score(node, {"place": self._about(text)}) if self.expander.slots(node) else None
            case Word(text=text, field="id") | Phrase(text=text, field="id"):
                return Result(dict.fromkeys(self._snapshot.ids_with_prefix(text.lower()), 1.0), 1.0)
            case Dated():
                since = interval(node.since)[0] if node.since else None
                until = interval(node.until)[1] if node.until else None
                return Result(dict.fromkeys(_in_span(self._snapshot, self._snapshot.live, since, until), 0.0), 0.0)
            case Near():
                return self._near(node, node.parts, node.distance)
            case Synonyms():
                group = node.group
                found = synonym_frequencies(self._snapshot, self.expander, group, fields_of(group[0].leaf.field))
                return self._score(node, found) if found is not None else None
            case Phrase(distance=int(distance)):
                return self._near(node, [(Word(word, node.field),) for word in node.text.split()], distance)
        slots = self.expander.slots(node)
        if not slots:
            return None
        alone = slots[0].terms if isinstance(node, Word) and node.field is None and len(slots) == 1 else {}
        found = {name: frequencies(self._snapshot, name, slots) for name in fields_of(node.field)}
        return self._score(node, found, [term for term, forms in alone.items() if forms is None])

    def _about(self, place: str) -> Scores:
        """Return the articles that name a place or one within it, or have it in their dateline."""
        slots = self.expander.slots(Phrase(place, "place"))
        found = frequencies(self._snapshot, "place", slots) if slots else {}
        ids = ids_of(place) if slots else ()
        if slots and not ids:
            self.expander.notes.append(unknown_place(place))
        for name in ids:
            found |= self._snapshot.frequencies("named_place", name)
        return found

    def _near(self, node: Near | Phrase, parts: Sequence[Sequence[Leaf]], distance: int) -> Result | None:
        """Evaluate parts near each other; those without any term (stop words) are passed over."""
        found = [[slots for leaf in part if (slots := self.expander.slots(leaf))] for part in parts]
        wanted = [alternatives for alternatives in found if alternatives]
        if not wanted:
            return None
        fields = fields_of(parts[0][0].field)
        return self._score(node, {name: near_frequencies(self._snapshot, name, wanted, distance) for name in fields})

    def _score(self, unit: Unit, frequencies: dict[str, Scores], terms: Iterable[str] = ()) -> Result:
        """Return the BM25F scores of one word or phrase, given how often each field holds it.

        `terms` are those that stand for the unit by themselves, in any form.
        """
        holding = self._snapshot.holding(unit, frequencies)
        self._holding.update(dict.fromkeys(terms, holding))
        idf = idf_of(self._snapshot.count, holding)
        return Result(scored(frequencies, self._snapshot.half_frequencies, idf), most(idf))

    def idf(self, term: str) -> float:
        """Return the idf of a term in title and text together."""
        if term not in self._holding:
            self._holding[term] = self._snapshot.holders(term)
        return idf_of(self._snapshot.count, self._holding[term])


def boosted(snapshot: Snapshot, query: Query, options: SearchOptions) -> Result:
    """Return what the boosts of a query are worth to each document."""
    if not query.boosts or options.sort != "relevance":
        return Result({}, 0.0)
    evaluation = Evaluation(snapshot, replace(options, match="any", exact=False))
    return evaluation.root(Words(query.boosts), 0.0) or Result({}, 0.0)


def fields_of(field: str | None) -> Iterable[str]:
    """Return the fields in which a leaf is looked for."""
    return [field] if field else FIELD_WEIGHTS


def _weighted(result: Result, weight: float) -> Result:
    scores = {number: score * weight for number, score in result.scores.items()}
    return Result(scores, result.bound * weight, result.whole)


def _any(parts: list[Result]) -> Result | None:
    if not parts:
        return None
    largest = max(range(len(parts)), key=lambda i: len(parts[i].scores))
    scores = dict(parts[largest].scores)
    for i, part in enumerate(parts):
        if i != largest:
            for number, score in part.scores.items():
                scores[number] = scores.get(number, 0.0) + score
    return Result(scores, sum(part.bound for part in parts))


def _all(parts: list[Result]) -> Result:
    common = set.intersection(*(set(part.scores) for part in parts))
    scores = {number: sum(part.scores[number] for part in parts) for number in common}
    return Result(scores, sum(part.bound for part in parts))


def _in_span(snapshot: Snapshot, numbers: Iterable[int], since: int | None, until: int | None) -> list[int]:
    """Return those of `numbers` whose date's span meets the one between two Unix times; None leaves an end open."""
    since = NO_DATE + 1 if since is None else since
    until = -NO_DATE if until is None else until
    first, last = snapshot.column("first_second"), snapshot.column("last_second")
    return [number for number in numbers if last[number] >= since and first[number] <= until]
