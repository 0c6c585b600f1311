"""Answering a query: tantivy finds candidates, `index.ranking` scores them, and more are taken until none is missed.

The scores that tantivy gives are never below ours (see `compile`). So the best of those that were scored are the best
of all once they score more than tantivy gives to the next candidate.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from functools import cached_property, partial
from typing import NamedTuple

from nkcorpus.dataclass import replace
from nkcorpus.errors import IndexDamaged
from nkcorpus.index.base import Matches, SearchOptions
from nkcorpus.index.facets import column_of, facet
from nkcorpus.index.ranking.bm25f import Scores
from nkcorpus.index.ranking.evaluation import Evaluation, boosted
from nkcorpus.index.ranking.order import Order, best_of, order_of, ordered, representatives
from nkcorpus.index.ranking.rerank import DEPTH, Typed, gains, typed_terms
from nkcorpus.index.tantivy.candidates import Candidates
from nkcorpus.index.tantivy.clauses import also, every
from nkcorpus.index.tantivy.compile import Compiler, Part, is_flat
from nkcorpus.index.tantivy.hits import Hits
from nkcorpus.index.tantivy.reader import Reader
from nkcorpus.query.ast import Query as Asked
from nkcorpus.query.ast import Words, leaves
from nkcorpus.results import Facet

_GROWTH = 4
"""So many times the candidates are taken when more are needed; the first time of the articles that are wanted."""
_ROUNDING = 1e-5
"""What tantivy's scores of 32 bits may be off."""


def answer(reader: Reader, query: Asked, options: SearchOptions) -> Matches:
    """Return one page of what `query` finds."""
    return _Search(reader, query, options).answer()


class _Found(NamedTuple):
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
        typed = typed_terms(query.root) if by_relevance and not options.exact else ()
        self._typed = typed if len(typed) > 1 else ()
        self._is_ranked = any(leaves(query.root))
        self._column = {"relevance": "seq"}.get(options.sort, options.sort)
        self._by_column = not by_relevance or (is_flat(query.root) and not query.boosts)

    def answer(self) -> Matches:
        """Return the page."""
        part = self._compiled(self._typed)
        if part is None:
            return self._none()
        options = self._options
        hits = self._hits(part, options.offset + options.limit)
        count = hits.count
        twins = self._twins(part, count)
        every = not part.exact or (bool(twins) and bool(options.facets))
        end = options.offset + options.limit if options.limit else count
        wanted = count if every else min(end, count)
        while True:
            found = self._found(part, hits, wanted)
            scores = found.scores
            if options.collapse:
                scores = representatives(
                    found.snapshot, {number: scores[number] for number in found.first}, found.order
                )
            if found.is_all or len(scores) >= end:
                break
            wanted = min(count, 2 * wanted)
        total = len(scores) if found.is_all else count - sum(twins.values()) + len(twins) if twins else count
        page = [number for number in found.first if number in scores][options.offset : end]
        return Matches(
            total=total,
            ids=tuple(found.snapshot.article_id(number) for number in page),
            scores=tuple(found.scores[number] if self._is_ranked else None for number in page),
            notes=tuple(dict.fromkeys(self._compiler.expander.notes)),
            facets=self._facets(part, found, scores),
        )

    def _compiled(self, typed: Sequence[Typed]) -> Part | None:
        """Return the query with its boosts and filters, see `Compiler.root`; None when it has no term."""
        boosts = None
        if self._query.boosts and self._options.sort == "relevance":
            compiler = Compiler(self._reader, replace(self._options, match="any", exact=False))
            boosts = compiler.root(Words(self._query.boosts), 0.0)
        part = self._compiler.root(self._query.root, boosts.bound if boosts else 0.0, typed)
        filters = self._compiler.filters(self._query.filters)
        if part is None or not (filters or boosts):
            return part
        found = every([part.query, *filters]) if filters else part.query
        return part._replace(queries=(also(found, boosts.query) if boosts else found,))

    def _none(self) -> Matches:
        notes = tuple(dict.fromkeys(self._compiler.expander.notes))
        return Matches(0, (), (), notes, tuple(Facet(field, ()) for field in self._options.facets))

    def _twins(self, part: Part, count: int) -> Mapping[int, int]:
        """Return the clusters that have several matches, with their number."""
        if not self._options.collapse or not part.exact or not count:
            return {}
        return self._reader.twins(part.query)

    def _hits(self, part: Part, wanted: int) -> Hits:
        """Return what tantivy finds in about our order."""
        if not self._by_column:
            return Hits(partial(self._reader.best, part.query), max(wanted * _GROWTH, DEPTH + 1))
        is_ascending = self._options.sort == "oldest"
        fetch = partial(self._reader.sorted_by, part.query, self._column, ascending=is_ascending)
        return Hits(fetch, wanted * _GROWTH)

    def _found(self, part: Part, hits: Hits, wanted: int) -> _Found:
        """Score candidates until the first `wanted` of all are among them."""
        before: Scores = {}
        gained: Scores = {}
        taken, snapshot = min(hits.count, wanted * _GROWTH), None
        while True:
            snapshot = Candidates(self._reader, hits.addresses(taken), self._compiler, snapshot)
            before |= self._scores(snapshot, part)
            scores = self._looked_closer(snapshot, before, gained)
            order = order_of(snapshot, scores, self._options)
            is_all = taken == hits.count
            first = ordered(scores, order, len(scores) if is_all else wanted, self._options.sort, ())
            if is_all:
                break
            if self._by_column:
                needed = self._upto_column(hits, snapshot.column(self._column)[first[-1]])
            else:
                lowest = min((before[number] for number in first if number in gained), default=math.inf)
                needed = self._upto_score(hits, scores[first[-1]], lowest)
            if needed <= taken:
                break
            taken = needed
        return _Found(snapshot, scores, order, first, is_all)

    def _looked_closer(self, snapshot: Candidates, scores: Scores, gained: Scores) -> Scores:
        """Return scores with what the best gain by a closer look; `gained` is what is known of it, and is added to."""
        if not self._typed:
            return scores
        order = order_of(snapshot, scores, self._options)
        best = best_of(scores, order, DEPTH) if len(scores) > DEPTH else list(scores)
        gained |= gains(
            snapshot, self._typed, [number for number in best if number in snapshot.live], self._compiler.idf
        )
        closer = {number: scores[number] + gained[number] for number in best if number in gained}
        return {**scores, **closer}

    def _upto_column(self, hits: Hits, value: int) -> int:
        """Return how many of the first candidates have a value in their column that comes before this one, or it."""
        if self._options.sort == "oldest":
            return hits.upto(value, lambda at: at)
        return hits.upto(-value, lambda at: -at)

    def _upto_score(self, hits: Hits, score: float, lowest: float) -> int:
        """Return how many of the first candidates have to be scored, for none to be missed that may score `score`.

        An article that scores `lowest` before a closer look has to be known to be among the first `DEPTH`.
        """
        # Deleted documents count for tantivy until they are merged away; its scores are lower by their share at most.
        share = self._reader.documents / self._reader.count * (1 + _ROUNDING)
        needed = hits.upto(-score, lambda most: -most * share)
        if hits.count <= DEPTH or lowest > hits.at(DEPTH) * share or lowest > self._after_the_best * share:
            return needed
        return max(needed, hits.upto(-lowest, lambda most: -most * share))

    @cached_property
    def _after_the_best(self) -> float:
        """Return the most that an article may score before a closer look without being among the first `DEPTH`."""
        part = self._compiled(())
        return self._reader.best(part.query, DEPTH + 1)[1][DEPTH][0] if part else 0.0

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
            lines: Mapping[int, int]
            if found.is_all:
                lines = Counter(map(found.snapshot.column(column).__getitem__, scores))
            else:
                lines = self._reader.tally(part.query, column)
            facets.append(facet(field, lines, self._reader.labels))
        return tuple(facets)
