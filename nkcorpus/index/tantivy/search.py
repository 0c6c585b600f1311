"""Answering a query: tantivy finds candidates, `index.ranking` scores them, and more are taken until none is missed.

The scores that tantivy gives are never below ours (see `compile`). So the best of those that were scored are the best
of all once they score more than tantivy gives to the last candidate.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from operator import itemgetter

from nkcorpus.errors import IndexDamaged
from nkcorpus.index.base import Matches, SearchOptions
from nkcorpus.index.facets import column_of, facet
from nkcorpus.index.ranking.bm25f import Scores
from nkcorpus.index.ranking.evaluation import Evaluation, boosted
from nkcorpus.index.ranking.order import Order, best_of, order_of, ordered, representatives
from nkcorpus.index.ranking.rerank import DEPTH, gains, typed_terms
from nkcorpus.index.tantivy.candidates import Candidates
from nkcorpus.index.tantivy.clauses import also, every
from nkcorpus.index.tantivy.compile import Compiler, Part, is_flat
from nkcorpus.index.tantivy.reader import Address, Reader
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


@dataclass(frozen=True, slots=True)
class _Found:
    """Candidates with their scores, and those in the order of which none is missed."""

    snapshot: Candidates
    scores: Scores
    order: Order
    first: list[int]
    is_all: bool


def _descending(hit: tuple[float, Address]) -> float:
    return -hit[0]


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
        self._by_column = not by_relevance or (is_flat(query.root) and not query.boosts)

    def answer(self) -> Matches:
        """Return the page."""
        part = self._compiled()
        if part is None:
            return self._none()
        options = self._options
        count = self._reader.matches(part.query)
        twins = self._twins(part, count)
        every = not part.exact or (bool(twins) and bool(options.facets))
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
        found = every([part.query, *filters]) if filters else part.query
        return replace(part, query=also(found, boosts.query) if boosts else found)

    def _none(self) -> Matches:
        notes = tuple(dict.fromkeys(self._compiler.expander.notes))
        return Matches(0, (), (), notes, tuple(Facet(field, ()) for field in self._options.facets))

    def _twins(self, part: Part, count: int) -> Mapping[int, int]:
        """Return the clusters that have several matches, with their number."""
        if not self._options.collapse or not part.exact or not count:
            return {}
        return self._reader.tally(part.query, "cluster", 2)

    def _found(self, part: Part, count: int, wanted: int) -> _Found:
        """Score candidates until the first `wanted` of all are among them."""
        depth = min(count, max(wanted, self._reranked(part, wanted)))
        hits = self._candidates(part, min(count, depth * _GROWTH))
        taken, snapshot = depth, None
        while True:
            addresses = [address for _, address in hits[:taken]]
            snapshot = Candidates(self._reader, addresses, self._compiler, snapshot)
            scores = self._scores(snapshot, part)
            order = order_of(snapshot, scores, self._options)
            first = ordered(scores, order, len(scores) if taken == count else depth, self._options.sort, ())
            if taken == count:
                break
            needed = self._needed(snapshot, scores, first[-1], hits)
            while needed == len(hits) < count:
                hits = self._candidates(part, min(count, len(hits) * _GROWTH))
                needed = self._needed(snapshot, scores, first[-1], hits)
            if needed <= taken:
                break
            taken = needed
        if len(self._typed) > 1:
            best = best_of(scores, order, DEPTH)
            for number, gain in gains(snapshot, self._typed, best, self._evaluation(snapshot).idf).items():
                scores[number] += gain
            first = sorted(first, key=order)
        return _Found(snapshot, scores, order, first, taken == count)

    def _reranked(self, part: Part, wanted: int) -> int:
        """Return how many of the best gain by a closer look before it is known which come first.

        Where more are lifted than are wanted the others gain in vain.
        """
        if len(self._typed) < 2 or self._by_column:
            return 0
        if part.lifted is None:
            return DEPTH
        lifted = self._reader.matches(every([part.query, part.lifted]))
        return min(lifted, DEPTH) if lifted >= wanted else DEPTH

    def _candidates(self, part: Part, limit: int) -> Sequence[tuple[float, Address]]:
        """Return the first documents in about our order, with what tantivy orders them by."""
        if not self._by_column:
            return self._reader.best(part.query, limit)
        return self._reader.sorted_by(part.query, self._column, limit, ascending=self._options.sort == "oldest")

    def _needed(self, snapshot: Candidates, scores: Scores, number: int, hits: Sequence[tuple[float, Address]]) -> int:
        """Return how many of the first candidates may come before an article, or beside it."""
        if self._by_column:
            at = snapshot.column(self._column)[number]
            if self._options.sort == "oldest":
                return bisect_right(hits, at, key=itemgetter(0))
            return bisect_right(hits, -float(at), key=_descending)
        # Deleted documents count for tantivy until they are merged away; its scores are lower by their share at most.
        share = self._reader.documents / self._reader.count
        least = scores[number] / (share * (1 + _ROUNDING))
        return bisect_right(hits, -least, key=_descending)

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
                lines = self._reader.tally(part.query, column, 1)
            facets.append(facet(field, lines, self._reader.labels))
        return tuple(facets)
