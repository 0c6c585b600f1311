"""Answering a query on a snapshot: BM25F, term at a time, then a closer look at the best articles."""

from __future__ import annotations

import heapq
import math
from collections.abc import Callable, Collection, Iterable, Sequence

from nkcorpus.dataclass import dataclass, replace
from nkcorpus.dates import interval
from nkcorpus.index.base import Matches, MatchMode, SearchOptions, SortOrder
from nkcorpus.index.places import ids_of, unknown_place
from nkcorpus.index.whoosh import facets
from nkcorpus.index.whoosh.bm25f import FIELD_WEIGHTS, Scores, idf_of, most, scored
from nkcorpus.index.whoosh.proximity import frequencies, near_frequencies
from nkcorpus.index.whoosh.rerank import DEPTH, gains, most_gain, typed_terms
from nkcorpus.index.whoosh.schema import NO_DATE
from nkcorpus.index.whoosh.snapshot import Snapshot
from nkcorpus.index.whoosh.synonyms import synonym_frequencies
from nkcorpus.index.whoosh.terms import Expander
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
    leaves,
)

_BATCH = 100
"""Nodes whose results are held at a time."""


@dataclass(frozen=True, slots=True)
class _Result:
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


def answer(snapshot: Snapshot, query: Query, options: SearchOptions) -> Matches:
    """Return one page of what `query` finds. The time is linear in the postings of its words."""
    evaluation = _Evaluation(snapshot, options)
    boosts = _boosts(snapshot, query, options)
    result = evaluation.root(query.root, boosts.bound)
    ranked = any(leaves(query.root))
    scores = evaluation.filtered(result.scores if result else {}, query.filters)
    for number in scores.keys() & boosts.scores.keys():
        scores[number] += boosts.scores[number]
    order = _order(snapshot, scores, options)
    typed = typed_terms(query.root) if options.sort == "relevance" and not options.exact else ()
    best: Sequence[int] = ()
    if len(typed) > 1:
        best = _best(scores, order, DEPTH)
        for number, gain in gains(snapshot, typed, best, evaluation.idf).items():
            scores[number] += gain
    if options.collapse:
        scores = _representatives(snapshot, scores, order)
    end = options.offset + options.limit if options.limit else len(scores)
    page = _ordered(scores, order, end, options.sort, best)[options.offset :]
    return Matches(
        total=len(scores),
        ids=tuple(snapshot.article_id(number) for number in page),
        scores=tuple(scores[number] if ranked else None for number in page),
        notes=tuple(dict.fromkeys(evaluation.expander.notes)),
        facets=tuple(facets.count(snapshot, scores, field) for field in options.facets),
    )


class _Evaluation:
    """One walk over a query's tree. A node without any term (a stop word, punctuation) has no result."""

    def __init__(self, snapshot: Snapshot, options: SearchOptions) -> None:
        self._snapshot = snapshot
        self._match = options.match
        self.expander = Expander(snapshot, exact=options.exact)
        self._leaves: dict[Leaf | Near | Dated | Synonyms, _Result | None] = {}
        self._holding: dict[str, int] = {}

    def root(self, node: Node, later: float) -> _Result | None:
        """Evaluate the whole tree; with `best`, articles that hold all words score above all others, also when these
        gain `later` by boosts.

        Of more than `_BATCH` words none is expected to hold all.
        """
        if isinstance(node, Words) and self._match == "best" and len(node.should) <= _BATCH:
            parts = self._parts(node.should)
            result = self._words(node, "any")
            if result and parts and (len(parts) + len(node.must) > 1 or parts[0].whole is not None):
                everywhere = set(result.scores).intersection(*(part.holders for part in parts))
                lift = result.bound + later + most_gain(typed_terms(node), self.idf)  # whatever the others may gain
                for number in everywhere:
                    result.scores[number] += lift
            return result
        return self._evaluate(node)

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

    def _evaluate(self, node: Node) -> _Result | None:
        match node:
            case Word() | Phrase() | Wildcard() | Fuzzy() | Regex() | Near() | Dated():
                return self._leaf(node)
            case Weighted():
                result = self._evaluate(node.part)
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
                return _Result(self._without(self._everything(), [node.part]), 0.0)
            case Everything():
                return _Result(self._everything(), 0.0)

    def _words(self, node: Words, match: MatchMode) -> _Result | None:
        if match == "all":
            required, optional = self._joined(_all, (*node.must, *node.should)), None
        else:
            required, optional = self._joined(_all, node.must), self._joined(_any, node.should)
        if required and optional:
            if all(map(is_dates, node.must)):
                result = _all([required, optional])
            else:
                scores = {number: score + optional.scores.get(number, 0.0) for number, score in required.scores.items()}
                result = _Result(scores, required.bound + optional.bound)
        elif found := required or optional:
            result = found
        elif node.must_not and not node.should and not node.must:
            result = _Result(self._everything(), 0.0)
        else:
            return None
        return _Result(self._without(result.scores, node.must_not), result.bound)

    def _row(self, words: Iterable[Node], group: _Result | None) -> _Result | None:
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
        return _Result(scores, result.bound, whole)

    def _and(self, node: And) -> _Result | None:
        wanted = self._joined(_all, [part for part in node.parts if not isinstance(part, Not)])
        unwanted = [part.part for part in node.parts if isinstance(part, Not)]
        if not wanted and not unwanted:
            return None
        result = wanted or _Result(self._everything(), 0.0)
        return _Result(self._without(result.scores, unwanted), result.bound)

    def _joined(self, join: Callable[[list[_Result]], _Result | None], nodes: Sequence[Node]) -> _Result | None:
        """Return the results of nodes joined, a batch at a time: those of thousands would take hundreds of MB."""
        result: _Result | None = None
        for start in range(0, len(nodes), _BATCH):
            if parts := self._parts(nodes[start : start + _BATCH]):
                result = join([result, *parts] if result else parts)
        return result

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

    def _leaf(self, node: Leaf | Near | Dated | Synonyms) -> _Result | None:
        if node in self._leaves:
            return self._leaves[node]
        result = self._find(node)
        if len(self._leaves) < _BATCH:
            self._leaves[node] = result
        return result

    def _find(self, node: Leaf | Near | Dated | Synonyms) -> _Result | None:
        match node:
            case Word(text=text, field="lang") | Phrase(text=text, field="lang"):
                return _Result(self._snapshot.frequencies("lang", text.casefold()), 1.0)
            case Word(text=text, field="place") | Phrase(text=text, field="place", distance=None):
                return self._score({"place": self._about(text)}) if self.expander.slots(node) else None
            case Word(text=text, field="id") | Phrase(text=text, field="id"):
                return _Result(dict.fromkeys(self._snapshot.ids_with_prefix(text.lower()), 1.0), 1.0)
            case Dated():
                since = interval(node.since)[0] if node.since else None
                until = interval(node.until)[1] if node.until else None
                return _Result(dict.fromkeys(_in_span(self._snapshot, self._snapshot.live, since, until), 0.0), 0.0)
            case Near():
                return self._near(node.parts, node.distance)
            case Synonyms():
                group = node.group
                found = synonym_frequencies(self._snapshot, self.expander, group, _fields(group[0].leaf.field))
                return self._score(found) if found is not None else None
            case Phrase(distance=int(distance)):
                return self._near([(Word(word, node.field),) for word in node.text.split()], distance)
        slots = self.expander.slots(node)
        if not slots:
            return None
        result = self._score({name: frequencies(self._snapshot, name, slots) for name in _fields(node.field)})
        if isinstance(node, Word) and node.field is None and len(slots) == 1:
            self._holding.update(dict.fromkeys(slots[0].terms, len(result.scores)))
        return result

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

    def _near(self, parts: Sequence[Sequence[Leaf]], distance: int) -> _Result | None:
        """Evaluate parts near each other; those without any term (stop words) are passed over."""
        found = [[slots for leaf in part if (slots := self.expander.slots(leaf))] for part in parts]
        wanted = [alternatives for alternatives in found if alternatives]
        if not wanted:
            return None
        fields = _fields(parts[0][0].field)
        return self._score({name: near_frequencies(self._snapshot, name, wanted, distance) for name in fields})

    def _score(self, frequencies: dict[str, Scores]) -> _Result:
        """Return the BM25F scores of one word or phrase, given how often each field holds it."""
        idf = idf_of(self._snapshot.count, _holding(list(frequencies.values())))
        return _Result(scored(frequencies, self._snapshot.half_frequencies, idf), most(idf))

    def idf(self, term: str) -> float:
        """Return the idf of a term in title and text together."""
        if term not in self._holding:
            self._holding[term] = len({n for field in FIELD_WEIGHTS for n in self._snapshot.frequencies(field, term)})
        return idf_of(self._snapshot.count, self._holding[term])


def _holding(fields: Sequence[Scores]) -> int:
    """Return how many documents are in any of them."""
    largest, *others = sorted(fields, key=len, reverse=True)
    if len(others) > 1:
        return len(set(largest).union(*others))
    return len(largest) + sum(number not in largest for other in others for number in other)


def _boosts(snapshot: Snapshot, query: Query, options: SearchOptions) -> _Result:
    """Return what the boosts of a query are worth to each document."""
    if not query.boosts or options.sort != "relevance":
        return _Result({}, 0.0)
    evaluation = _Evaluation(snapshot, replace(options, match="any", exact=False))
    return evaluation.root(Words(query.boosts), 0.0) or _Result({}, 0.0)


def _fields(field: str | None) -> Iterable[str]:
    return [field] if field else FIELD_WEIGHTS


def _weighted(result: _Result, weight: float) -> _Result:
    scores = {number: score * weight for number, score in result.scores.items()}
    return _Result(scores, result.bound * weight, result.whole)


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


def _in_span(snapshot: Snapshot, numbers: Iterable[int], since: int | None, until: int | None) -> list[int]:
    """Return those of `numbers` whose date's span meets the one between two Unix times; None leaves an end open."""
    since = NO_DATE + 1 if since is None else since
    until = -NO_DATE if until is None else until
    first, last = snapshot.column("first_second"), snapshot.column("last_second")
    return [number for number in numbers if last[number] >= since and first[number] <= until]


def _best(scores: Scores, order: Callable[[int], tuple[float, int]], count: int) -> list[int]:
    """Return the `count` documents of the highest scores in their order, without sorting all."""
    if 0 < count < len(scores):
        least = sorted(scores.values(), reverse=True)[count - 1]
        return sorted((number for number, score in scores.items() if score >= least), key=order)[:count]
    return sorted(scores, key=order)[:count]


def _ordered(
    scores: Scores, order: Callable[[int], tuple[float, int]], count: int, sort: SortOrder, best: Sequence[int]
) -> list[int]:
    """Return the first `count` documents in their order; `best` are some that come before all others."""
    if sort != "relevance":
        return heapq.nsmallest(count, scores, key=order)
    first = {number: scores[number] for number in best if number in scores}
    return _best(first if len(first) >= count else scores, order, count)


def _order(snapshot: Snapshot, scores: Scores, options: SearchOptions) -> Callable[[int], tuple[float, int]]:
    """Return the key by which documents are sorted, ascending; what is stored last comes first among equals."""
    seq = snapshot.column("seq")
    if options.sort == "relevance":
        return lambda number: (-scores[number], -seq[number])
    dates = snapshot.column("first_second")
    if options.sort == "newest":
        return lambda number: (-dates[number], -seq[number])
    return lambda number: (dates[number] if dates[number] != NO_DATE else math.inf, -seq[number])


def _representatives(snapshot: Snapshot, scores: Scores, order: Callable[[int], tuple[float, int]]) -> Scores:
    """Return one document of those with (nearly) the same text: the one that comes first in the order."""
    clusters = snapshot.column("cluster")
    first: dict[int, int] = {}
    for number in scores:
        cluster = clusters[number]
        if cluster and (cluster not in first or order(number) < order(first[cluster])):
            first[cluster] = number
    return {number: score for number, score in scores.items() if first.get(clusters[number], number) == number}
