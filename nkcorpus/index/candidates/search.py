"""Answering a query: the engine finds candidates, `index.ranking` scores them, and more are taken until none is missed.

The scores that the engine gives are never below ours (see `compile`). So the best of those that were scored are the
best of all once they score more than the engine gives to the next candidate.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from functools import cached_property
from typing import Generic, TypeVar

from nkcorpus.dataclass import dataclass, replace
from nkcorpus.errors import IndexDamaged
from nkcorpus.index.base import Matches, SearchOptions
from nkcorpus.index.candidates.compile import Compiler, Part, is_flat
from nkcorpus.index.candidates.hits import Hits
from nkcorpus.index.candidates.reader import EngineOrder, Matching, Reader, Statistics
from nkcorpus.index.candidates.scored import Scored
from nkcorpus.index.candidates.snapshot import Candidates
from nkcorpus.index.facets import facet
from nkcorpus.index.ranking.bm25f import Scores
from nkcorpus.index.ranking.evaluation import Evaluation, boosted
from nkcorpus.index.ranking.order import Order, order_of, ordered, representatives
from nkcorpus.index.ranking.rerank import DEPTH, Typed, gains, typed_terms
from nkcorpus.index.ranking.terms import Expander
from nkcorpus.query.ast import Query, Words, leaves
from nkcorpus.results import Facet

Q = TypeVar("Q")
A = TypeVar("A")

_FEW_MORE, _PART_MORE = 30, 4
"""So many more articles than are wanted are taken as candidates at first, or one for so many if that is more."""


@dataclass(frozen=True, slots=True)
class _Found:
    """Scores of candidates, and those in the order of which none is missed."""

    scores: Scores
    order: Order
    first: list[int]
    is_all: bool


class Search(Generic[Q, A]):
    """One search. `statistics` are asked in place of the reader where they are given, an `expander` knows terms."""

    def __init__(
        self,
        reader: Reader[Q, A],
        query: Query,
        options: SearchOptions,
        statistics: Statistics[Q, A] | None = None,
        expander: Expander | None = None,
    ) -> None:
        self._reader = reader
        self._query = query
        self._options = options
        self._statistics = statistics or reader
        self._compiler = Compiler(reader, options, self._statistics, expander)
        by_relevance = options.sort == "relevance"
        typed = typed_terms(query.root) if by_relevance and not options.exact else ()
        self._typed = typed if len(typed) > 1 else ()
        self._is_ranked = any(leaves(query.root))
        self._by_column = not by_relevance or (is_flat(query.root) and not query.boosts)

    @property
    def expander(self) -> Expander:
        """What finds the terms that words stand for."""
        return self._compiler.expander

    def compiled(self) -> Part[Q] | None:
        """Return the query with its boosts and filters, see `Compiler.root`; None when it has no term."""
        return self._compiled(self._typed)

    def answer(self) -> Matches:
        """Return the page."""
        part = self.compiled()
        if part is None:
            return self._none()
        options = self._options
        matching = self._matching(part, options.offset + options.limit)
        hits = Hits(matching)
        count = hits.count
        twins = matching.twins() if options.collapse and part.exact and count else {}
        end = options.offset + options.limit if options.limit else count
        wanted = min(end, count) if part.exact else count
        scored = self._scored(part, self._gains if self._typed else None)
        while True:
            found = self._found(scored, hits, wanted)
            scores = found.scores
            if options.collapse:
                first = {number: scores[number] for number in found.first}
                scores = representatives(scored.columns, first, found.order)
            if found.is_all or len(scores) >= end:
                break
            wanted = min(count, 2 * wanted)
        total = len(scores) if found.is_all else count - sum(twins.values()) + len(twins)
        page = [number for number in found.first if number in scores][options.offset : end]
        addresses = scored.columns.addresses
        return Matches(
            total=total,
            ids=tuple(self._reader.records([addresses[number] for number in page]).ids()),
            scores=tuple(found.scores[number] if self._is_ranked else None for number in page),
            notes=tuple(dict.fromkeys(self.expander.notes)),
            facets=self._facets_of([addresses[number] for number in scores])
            if found.is_all
            else self._facets(matching, self._hidden(part, matching, scored) if twins else ()),
        )

    def _compiled(self, typed: Sequence[Typed]) -> Part[Q] | None:
        clauses, boosts = self._reader.clauses, None
        if self._query.boosts and self._options.sort == "relevance":
            compiler = Compiler(self._reader, replace(self._options, match="any", exact=False), self._statistics)
            boosts = compiler.root(Words(self._query.boosts), 0.0)
        part = self._compiler.root(self._query.root, boosts.bound if boosts else 0.0, typed)
        filters = self._compiler.filters(self._query.filters)
        if part is None:
            return None
        found = self._compiler.query(part)
        if filters:
            found = clauses.every([found, *filters])
        if boosts:
            found = clauses.also(found, self._compiler.query(boosts))
        query, exact = clauses.bounded(found)
        return replace(part, queries=(query,), exact=part.exact and exact)

    def _none(self) -> Matches:
        notes = tuple(dict.fromkeys(self.expander.notes))
        return Matches(0, (), (), notes, tuple(Facet(field, ()) for field in self._options.facets))

    def _matching(self, part: Part[Q], wanted: int) -> Matching[A]:
        """Return what the engine finds in about our order."""
        order: EngineOrder = "score"
        if self._by_column:
            order = "seq" if self._options.sort == "relevance" else self._options.sort
        expected = _likely(wanted) if self._by_column else max(_likely(wanted), DEPTH + 1)
        return self._reader.matching(
            self._compiler.query(part),
            order,
            expected,
            exact=part.exact,
            collapse=self._options.collapse,
            facets=self._options.facets,
        )

    def _found(self, scored: Scored[Q, A], hits: Hits[A], wanted: int) -> _Found:
        """Score candidates until the first `wanted` of all are among them."""
        needed = max(min(hits.count, _likely(wanted)), scored.taken)
        while True:
            scored.take(hits, needed)
            scores = scored.scores
            order = order_of(scored.columns, scores, self._options)
            is_all = needed == hits.count
            first = ordered(scores, order, len(scores) if is_all else wanted, self._options.sort, ())
            if is_all or (self._by_column and self._reader.breaks_ties):
                break
            if self._by_column:
                upto = self._upto_column(hits, scored.columns.column(self._column)[first[-1]], needed)
            else:
                upto = self._upto_score(hits, scores[first[-1]], scored.lowest(first), needed)
            if upto <= needed:
                break
            needed = upto
        return _Found(scores, order, first, is_all)

    @property
    def _column(self) -> str:
        return "seq" if self._options.sort == "relevance" else self._options.sort

    def _gains(self, candidates: Candidates[Q, A], best: Sequence[int]) -> Scores:
        """Return what candidates gain by a closer look."""
        return gains(candidates, self._typed, best, self._compiler.idf)

    def _upto_column(self, hits: Hits[A], value: int, known: int) -> int:
        """Return how many of the first candidates have a value in their column that comes before this one, or it."""
        if self._options.sort == "oldest":
            return hits.upto(value, lambda at: at, known)
        return hits.upto(-value, lambda at: -at, known)

    def _upto_score(self, hits: Hits[A], score: float, lowest: float, known: int) -> int:
        """Return how many of the first candidates have to be scored, for none to be missed that may score `score`.

        An article that scores `lowest` before a closer look has to be known to be among the first `DEPTH`.
        """
        slack = self._reader.slack
        needed = hits.upto(-score, lambda most: -most * slack, known)
        if hits.count <= DEPTH or lowest > hits.at(DEPTH) * slack or lowest > self._after_the_best * slack:
            return needed
        return max(needed, hits.upto(-lowest, lambda most: -most * slack, known))

    @cached_property
    def _after_the_best(self) -> float:
        """Return the most that an article may score before a closer look without being among the first `DEPTH`."""
        part = self._compiled(())
        if part is None:
            return 0.0
        return Hits(self._reader.matching(self._compiler.query(part), "score", DEPTH + 1)).at(DEPTH)

    def _scores(self, candidates: Candidates[Q, A], part: Part[Q]) -> Scores:
        """Return the scores of those candidates that match."""
        if not self._is_ranked and not self._query.boosts and part.exact:
            return dict.fromkeys(candidates.live, 0.0)
        boosts = boosted(candidates, self._query, self._options)
        result = Evaluation(candidates, self._options, self.expander).root(self._query.root, boosts.bound)
        scores = result.scores if result else {}
        if part.exact and len(scores) != len(candidates.live):
            raise IndexDamaged("the records of the index are not those of its articles")
        for number in scores.keys() & boosts.scores.keys():
            scores[number] += boosts.scores[number]
        return scores

    def _facets_of(self, counted: Sequence[A]) -> tuple[Facet, ...]:
        reader, fields = self._reader, self._options.facets
        return tuple(facet(field, Counter(reader.lines(field, counted)), reader.values) for field in fields)

    def _facets(self, matching: Matching[A], hidden: Sequence[A]) -> tuple[Facet, ...]:
        """Return what all that match are counted by, but for those hidden behind their twins."""
        reader, found = self._reader, []
        for field in self._options.facets:
            lines = Counter(matching.tally(field))
            lines.subtract(Counter(reader.lines(field, hidden)))
            found.append(facet(field, lines, reader.values))
        return tuple(found)

    def _hidden(self, part: Part[Q], matching: Matching[A], scored: Scored[Q, A]) -> list[A]:
        """Return the matches of which a twin comes first in the order; `scored` are the best of all."""
        if not self._options.facets:
            return []
        gained: dict[str, float] = {}
        if self._typed:
            hits = Hits(matching)
            while (
                upto := hits.upto(-scored.last, lambda most: -most * self._reader.slack, scored.taken)
            ) > scored.taken:
                scored.take(hits, upto)
            addresses = scored.columns.addresses
            ids = self._reader.records([addresses[number] for number in scored.gained]).ids()
            gained = dict(zip(ids, scored.gained.values(), strict=True))
        twins = self._scored(part, None)
        hits = Hits(matching.within(matching.twins()))
        twins.take(hits, hits.count)
        scores, addresses = twins.scores, twins.columns.addresses
        for number, name in enumerate(self._reader.records(addresses).ids()):
            scores[number] += gained.get(name, 0.0)
        first = representatives(twins.columns, scores, order_of(twins.columns, scores, self._options))
        return [address for number, address in enumerate(addresses) if number not in first]

    def _scored(self, part: Part[Q], gain: Callable[[Candidates[Q, A], Sequence[int]], Scores] | None) -> Scored[Q, A]:
        def score(candidates: Candidates[Q, A]) -> Scores:
            return self._scores(candidates, part)

        return Scored(self._reader, self._options, score, gain, self._compiler)


def _likely(wanted: int) -> int:
    """Return how many candidates are likely to have as many as are wanted first among them."""
    return wanted + max(_FEW_MORE, wanted // _PART_MORE)
