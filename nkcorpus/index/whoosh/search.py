"""Answering a query on all articles of a snapshot."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from nkcorpus.index.base import Matches, SearchOptions
from nkcorpus.index.facets import column_of, facet
from nkcorpus.index.ranking.evaluation import Evaluation, boosted
from nkcorpus.index.ranking.order import best_of, order_of, ordered, representatives
from nkcorpus.index.ranking.rerank import DEPTH, gains, typed_terms
from nkcorpus.index.whoosh.snapshot import Snapshot
from nkcorpus.query.ast import Query, leaves


def answer(snapshot: Snapshot, query: Query, options: SearchOptions) -> Matches:
    """Return one page of what `query` finds. The time is linear in the postings of its words."""
    evaluation = Evaluation(snapshot, options)
    boosts = boosted(snapshot, query, options)
    result = evaluation.root(query.root, boosts.bound)
    ranked = any(leaves(query.root))
    scores = evaluation.filtered(result.scores if result else {}, query.filters)
    for number in scores.keys() & boosts.scores.keys():
        scores[number] += boosts.scores[number]
    order = order_of(snapshot, scores, options)
    typed = typed_terms(query.root) if options.sort == "relevance" and not options.exact else ()
    best: Sequence[int] = ()
    if len(typed) > 1:
        best = best_of(scores, order, DEPTH)
        for number, gain in gains(snapshot, typed, best, evaluation.idf).items():
            scores[number] += gain
    if options.collapse:
        scores = representatives(snapshot, scores, order)
    end = options.offset + options.limit if options.limit else len(scores)
    page = ordered(scores, order, end, options.sort, best)[options.offset :]
    return Matches(
        total=len(scores),
        ids=tuple(snapshot.article_id(number) for number in page),
        scores=tuple(scores[number] if ranked else None for number in page),
        notes=tuple(dict.fromkeys(evaluation.expander.notes)),
        facets=tuple(
            facet(field, Counter(map(snapshot.column(column_of(field)).__getitem__, scores)), snapshot.labels.values)
            for field in options.facets
        ),
    )
