"""Answering a query: tantivy finds candidates, `index.ranking` scores them, and more are taken until none is missed.

The scores that tantivy gives are never below ours (see `compile`). So the best of those that were scored are the best
of all once they score more than tantivy gives to the last candidate.
"""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import dataclass, replace

from nkcorpus.errors import IndexDamaged
from nkcorpus.index.base import Matches, SearchOptions
from nkcorpus.index.facets import column_of, facet
from nkcorpus.index.ranking.bm25f import Scores
from nkcorpus.index.ranking.evaluation import Evaluation, boosted
from nkcorpus.index.ranking.order import Order, best_of, order_of, ordered, representatives
from nkcorpus.index.ranking.rerank import DEPTH, gains, typed_terms
from nkcorpus.index.tantivy.candidates import Candidates
from nkcorpus.index.tantivy.compile import MUST, SHOULD, Compiler, Part
from nkcorpus.index.tantivy.reader import Address, Query, Reader
from nkcorpus.query.ast import Query as Asked
from nkcorpus.query.ast import Words, leaves
from nkcorpus.results import Facet

_SPARE = 1.2
"""So many times the articles that are wanted are looked at first."""
_GROWTH = 4
_MOST_VALUES = 60_000
"""Different values of a column that tantivy counts; it refuses over 65,000."""
_ROUNDING = 1e-5
"""What tantivy's scores of 32 bits may be off."""


def answer(reader: Reader, query: Asked, options: SearchOptions) -> Matches:
    """Return one page of what `query` finds."""
    return _Search(reader, query, options).answer()


@dataclass(frozen=True, slots=True)
class _Found:
    """Candidates with their scores, and those in the order of which none is missed."""

    snapshot: Candidates
    scores: Scores
    order: Order
    first: list[int]
    is_all: bool


class _Search:
    """One search."""

    def __init__(self, reader: Reader, query: Asked, options: SearchOptions) -> None:
        self._reader = reader
        self._query = query
        self._options = options
        self._compiler = Compiler(reader, options)
        by_relevance = options.sort == "relevance"
        self._typed = typed_terms(query.root) if by_relevance and not options.exact else []
        self._is_ranked = any(leaves(query.root))
        self._column = {"relevance": "seq"}.get(options.sort, options.sort)
        self._by_column = not by_relevance or not (self._is_ranked or query.boosts)

    def answer(self) -> Matches:
        """Return the page."""
        part = self._compiled()
        if part is None:
            return self._none()
        options = self._options
        count = self._reader.matches(part.query)
        twins = self._twins(part, count)
        every = not part.exact or twins is None or (bool(twins) and bool(options.facets))
        end = options.offset + options.limit if options.limit else count
        wanted = count if every else min(end, count)
        while True:
            found = self._found(part, count, wanted)
            scores = found.scores
            if options.collapse:
                scores = representatives(
                    found.snapshot, {number: scores[number] for number in found.first}, found.order
                )
            if found.is_all or len(scores) >= end:
                break
            wanted = min(count, wanted * _GROWTH)
        total = len(scores) if found.is_all else count - sum(twins.values()) + len(twins) if twins else count
        page = [number for number in found.first if number in scores][options.offset : end]
        return Matches(
            total=total,
            ids=tuple(found.snapshot.article_id(number) for number in page),
            scores=tuple(found.scores[number] if self._is_ranked else None for number in page),
            notes=tuple(dict.fromkeys(self._compiler.expander.notes)),
            facets=self._facets(part, found, scores),
        )

    def _compiled(self) -> Part | None:
        """Return the query with its boosts and filters; None when it has no term."""
        boosts = None
        if self._query.boosts and self._options.sort == "relevance":
            compiler = Compiler(self._reader, replace(self._options, match="any", exact=False))
            boosts = compiler.root(Words(self._query.boosts), 0.0)
        part = self._compiler.root(self._query.root, boosts.bound if boosts else 0.0)
        filters = self._compiler.filters(self._query.filters)
        if part is None:
            return None
        clauses = [(MUST, part.query), *((MUST, one) for one in filters)]
        if boosts:
            clauses.append((SHOULD, boosts.query))
        return replace(part, query=Query.boolean_query(clauses)) if len(clauses) > 1 else part

    def _none(self) -> Matches:
        notes = tuple(dict.fromkeys(self._compiler.expander.notes))
        return Matches(0, (), (), notes, tuple(Facet(field, ()) for field in self._options.facets))

    def _twins(self, part: Part, count: int) -> dict[int, int] | None:
        """Return the clusters that have several matches with their number; None where it takes all matches to tell."""
        if not self._options.collapse or not part.exact or not count:
            return {}
        return self._reader.tally(part.query, "cluster", 2, _MOST_VALUES)

    def _found(self, part: Part, count: int, wanted: int) -> _Found:
        """Score candidates until the first `wanted` of all are among them."""
        depth = max(wanted, DEPTH) if len(self._typed) > 1 and not self._by_column else wanted
        limit = min(count, math.ceil(depth * _SPARE) + 1)
        while True:
            addresses, floor = self._candidates(part, limit)
            snapshot = Candidates(self._reader, addresses, self._compiler)
            scores = self._scores(snapshot, part)
            order = order_of(snapshot, scores, self._options)
            is_all = len(addresses) == count
            first = ordered(scores, order, len(scores) if is_all else depth, self._options.sort, ())
            if is_all or (len(first) >= depth and self._is_above(snapshot, scores, first[-1], floor)):
                break
            limit = min(count, limit * _GROWTH)
        if len(self._typed) > 1:
            best = best_of(scores, order, DEPTH)
            for number, gain in gains(snapshot, self._typed, best, self._evaluation(snapshot).idf).items():
                scores[number] += gain
            first = sorted(first, key=order)
        return _Found(snapshot, scores, order, first, is_all)

    def _candidates(self, part: Part, limit: int) -> tuple[list[Address], float]:
        """Return the first documents in about our order, and the score of the last or where it stands in a column."""
        if not self._by_column:
            return self._reader.best(part.query, limit)
        addresses = self._reader.sorted_by(part.query, self._column, limit, ascending=self._options.sort == "oldest")
        return addresses, float(self._reader.column(self._column, addresses[-1:])[0]) if addresses else 0.0

    def _is_above(self, snapshot: Candidates, scores: Scores, number: int, floor: float) -> bool:
        """Tell whether an article comes before all that are no candidates."""
        if self._by_column:
            at = snapshot.column(self._column)[number]
            return at < floor if self._options.sort == "oldest" else at > floor
        # Deleted documents count for tantivy until they are merged away; its scores are lower by their share at most.
        share = self._reader.documents / self._reader.count
        return scores[number] > floor * share * (1 + _ROUNDING)

    def _scores(self, snapshot: Candidates, part: Part) -> Scores:
        """Return the scores of those candidates that match."""
        if not self._is_ranked and not self._query.boosts and part.exact:
            return dict.fromkeys(snapshot.live, 0.0)
        boosts = boosted(snapshot, self._query, self._options)
        result = self._evaluation(snapshot).root(self._query.root, boosts.bound)
        scores = result.scores if result else {}
        if part.exact and len(scores) != len(snapshot.live):
            raise IndexDamaged("the records of the index are not those of its articles")
        for number in scores.keys() & boosts.scores.keys():
            scores[number] += boosts.scores[number]
        return scores

    def _evaluation(self, snapshot: Candidates) -> Evaluation:
        return Evaluation(snapshot, self._options, self._compiler.expander)

    def _facets(self, part: Part, found: _Found, scores: Scores) -> tuple[Facet, ...]:
        facets = []
        for field in self._options.facets:
            column = column_of(field)
            lines = None if found.is_all else self._reader.tally(part.query, column, 1, _MOST_VALUES)
            if lines is None:
                lines = Counter(map(found.snapshot.column(column).__getitem__, scores))
            facets.append(facet(field, lines, self._reader.labels))
        return tuple(facets)
