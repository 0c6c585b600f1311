"""Answering a query on a snapshot: BM25F, term at a time.

Robertson, Zaragoza, Taylor: Simple BM25 Extension to Multiple Weighted Fields (CIKM 2004): the frequencies of a
word in the fields, each normalised by its field's length, are weighted and added before saturation.
The idf is Lucene's, log(1 + (N - df + .5) / (df + .5)), which is never negative.
"""

from __future__ import annotations

import heapq
import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from nkcorpus.index.base import Matches, MatchMode, SearchOptions
from nkcorpus.index.whoosh.schema import NO_DATE
from nkcorpus.index.whoosh.snapshot import Snapshot
from nkcorpus.query import analysis
from nkcorpus.query.ast import And, Everything, Filters, Node, Not, Or, Phrase, Query, Word, Words

K1 = 1.2
B = 0.75
FIELD_WEIGHTS = {"title": 2.0, "text": 1.0}

Scores = dict[int, float]


@dataclass(frozen=True, slots=True)
class _Result:
    """The documents that a node matches with their scores, and the most that a document could score."""

    scores: Scores
    bound: float


def answer(snapshot: Snapshot, query: Query, options: SearchOptions) -> Matches:
    """Return one page of what `query` finds. The time is linear in the postings of its words."""
    result = _Evaluation(snapshot, options.match).root(query.root)
    ranked = not isinstance(query.root, Everything | Not)
    scores = _filtered(snapshot, result.scores if result else {}, query.filters)
    order = _order(snapshot, scores, options)
    numbers = _representatives(snapshot, scores, order) if options.collapse else list(scores)
    end = options.offset + options.limit if options.limit else len(numbers)
    page = heapq.nsmallest(end, numbers, key=order)[options.offset :]
    return Matches(
        total=len(numbers),
        ids=tuple(snapshot.article_id(number) for number in page),
        scores=tuple(scores[number] if ranked else None for number in page),
    )


class _Evaluation:
    """One walk over a query's tree. A node without any term (a stop word, punctuation) has no result."""

    def __init__(self, snapshot: Snapshot, match: MatchMode) -> None:
        self._snapshot = snapshot
        self._match = match
        self._leaves: dict[tuple[str, str | None], _Result | None] = {}

    def root(self, node: Node) -> _Result | None:
        """Evaluate the whole tree; with `best`, articles that hold all words score above all others."""
        if isinstance(node, Words) and self._match == "best":
            parts = self._parts(node.should)
            result = self._words(node, "any")
            if result and parts and len(parts) + len(node.must) > 1:
                everywhere = set(result.scores).intersection(*(part.scores for part in parts))
                for number in everywhere:
                    result.scores[number] += result.bound
            return result
        return self._evaluate(node)

    def _evaluate(self, node: Node) -> _Result | None:
        match node:
            case Word() | Phrase():
                return self._leaf(node)
            case Words():
                return self._words(node, self._match)
            case And():
                return self._and(node)
            case Or():
                return _any(self._parts(node.parts))
            case Not():
                return _Result(self._without(self._everything(), [node.part]), 0.0)
            case Everything():
                return _Result(self._everything(), 0.0)

    def _words(self, node: Words, match: MatchMode) -> _Result | None:
        required = self._parts(node.must)
        optional = self._parts(node.should)
        if match == "all":
            required, optional = required + optional, []
        if required:
            result = _all(required)
            for part in optional:
                for number, score in part.scores.items():
                    if number in result.scores:
                        result.scores[number] += score
            result = _Result(result.scores, result.bound + sum(part.bound for part in optional))
        elif optional:
            result = _any(optional) or _Result({}, 0.0)
        elif node.must_not and not node.should and not node.must:
            result = _Result(self._everything(), 0.0)
        else:
            return None
        return _Result(self._without(result.scores, node.must_not), result.bound)

    def _and(self, node: And) -> _Result | None:
        wanted = self._parts([part for part in node.parts if not isinstance(part, Not)])
        unwanted = [part.part for part in node.parts if isinstance(part, Not)]
        if not wanted and not unwanted:
            return None
        result = _all(wanted) if wanted else _Result(self._everything(), 0.0)
        return _Result(self._without(result.scores, unwanted), result.bound)

    def _parts(self, nodes: Iterable[Node]) -> list[_Result]:
        return [result for result in map(self._evaluate, nodes) if result is not None]

    def _without(self, scores: Scores, nodes: Iterable[Node]) -> Scores:
        for node in nodes:
            excluded = self._evaluate(node)
            if excluded:
                scores = {number: score for number, score in scores.items() if number not in excluded.scores}
        return scores

    def _everything(self) -> Scores:
        return dict.fromkeys(self._snapshot.live, 0.0)

    def _leaf(self, node: Word | Phrase) -> _Result | None:
        key = (node.text, node.field)
        if key not in self._leaves:
            self._leaves[key] = self._find(node.text, node.field)
        return self._leaves[key]

    def _find(self, text: str, field: str | None) -> _Result | None:
        match field:
            case "lang":
                return _Result(self._snapshot.frequencies("lang", text.casefold()), 1.0)
            case "id":
                return _Result(dict.fromkeys(self._snapshot.ids_with_prefix(text.lower()), 1.0), 1.0)
            case None | "title" | "text":
                analyzer = analysis.prose()
            case _:
                analyzer = analysis.name()
        terms = [(token.term, token.position) for token in analyzer.tokens(text)]
        if not terms:
            return None
        return self._score({name: self._frequencies(name, terms) for name in ([field] if field else FIELD_WEIGHTS)})

    def _frequencies(self, field: str, terms: list[tuple[str, int]]) -> Scores:
        if len(terms) == 1:
            return self._snapshot.frequencies(field, terms[0][0])
        return phrase_frequencies(self._snapshot, field, terms)

    def _score(self, frequencies: dict[str, Scores]) -> _Result:
        """Return the BM25F scores of one word or phrase, given how often each field holds it."""
        snapshot = self._snapshot
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
        count = len(weighted)
        factor = (K1 + 1.0) * math.log(1.0 + (snapshot.count - count + 0.5) / (count + 0.5))
        return _Result({n: factor * value / (K1 + value) for n, value in weighted.items()}, factor)


def phrase_frequencies(snapshot: Snapshot, field: str, terms: list[tuple[str, int]]) -> Scores:
    """Return how often each document holds the terms at their relative positions in a field."""
    offsets: dict[str, list[int]] = {}
    for term, position in terms:
        offsets.setdefault(term, []).append(position - terms[0][1])
    occurrences = {term: snapshot.occurrences(field, term) for term in offsets}
    documents = set.intersection(*(set(found) for found in occurrences.values()))
    frequencies: Scores = {}
    for number in documents:
        starts: set[int] | None = None
        for term, shifts in offsets.items():
            positions = snapshot.positions(occurrences[term][number])
            for shift in shifts:
                shifted = {position - shift for position in positions}
                starts = shifted if starts is None else starts & shifted
            if not starts:
                break
        if starts:
            frequencies[number] = float(len(starts))
    return frequencies


def _any(parts: list[_Result]) -> _Result | None:
    if not parts:
        return None
    largest = max(range(len(parts)), key=lambda i: len(parts[i].scores))
    scores = dict(parts[largest].scores)
    for i, part in enumerate(parts):
        if i != largest:
            for number, score in part.scores.items():
                scores[number] = scores.get(number, 0.0) + score
    return _Result(scores, sum(part.bound for part in parts))


def _all(parts: list[_Result]) -> _Result:
    common = set.intersection(*(set(part.scores) for part in parts))
    scores = {number: sum(part.scores[number] for part in parts) for number in common}
    return _Result(scores, sum(part.bound for part in parts))


def _filtered(snapshot: Snapshot, scores: Scores, filters: Filters) -> Scores:
    if not filters:
        return scores
    admitted: list[Iterable[int]] = []
    if filters.source is not None:
        admitted.append(snapshot.frequencies("publisher", filters.source.casefold().removeprefix("www.")))
    if filters.lang is not None:
        admitted.append(snapshot.frequencies("lang", filters.lang.casefold()))
    if filters.author is not None:
        terms = [(token.term, token.position) for token in analysis.name().tokens(filters.author)]
        admitted.append(phrase_frequencies(snapshot, "author", terms) if terms else ())
    if admitted:
        common = set.intersection(*map(set, admitted))
        scores = {number: score for number, score in scores.items() if number in common}
    if filters.since is not None or filters.until is not None:
        since = NO_DATE + 1 if filters.since is None else filters.since
        until = -NO_DATE if filters.until is None else filters.until
        first, last = snapshot.column("first_second"), snapshot.column("last_second")
        scores = {number: score for number, score in scores.items() if last[number] >= since and first[number] <= until}
    return scores


def _order(snapshot: Snapshot, scores: Scores, options: SearchOptions) -> Callable[[int], tuple[float, int]]:
    """Return the key by which documents are sorted, ascending; what is stored last comes first among equals."""
    seq = snapshot.column("seq")
    if options.sort == "relevance":
        return lambda number: (-scores[number], -seq[number])
    dates = snapshot.column("first_second")
    if options.sort == "newest":
        return lambda number: (-dates[number], -seq[number])
    return lambda number: (dates[number] if dates[number] != NO_DATE else math.inf, -seq[number])


def _representatives(snapshot: Snapshot, scores: Scores, order: Callable[[int], tuple[float, int]]) -> list[int]:
    """Return one document of those with (nearly) the same text: the one that comes first in the order."""
    clusters = snapshot.column("cluster")
    first: dict[int, int] = {}
    numbers: list[int] = []
    for number in scores:
        cluster = clusters[number]
        if not cluster:
            numbers.append(number)
        elif cluster not in first or order(number) < order(first[cluster]):
            first[cluster] = number
    return numbers + list(first.values())
