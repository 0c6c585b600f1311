"""Tantivy queries made of others."""

from __future__ import annotations

from collections.abc import Iterable

import tantivy

Query = tantivy.Query
MUST, SHOULD, MUST_NOT = tantivy.Occur.Must, tantivy.Occur.Should, tantivy.Occur.MustNot


def const(query: Query, score: float) -> Query:
    """Return what finds what `query` does, all with the same score."""
    return Query.const_score_query(query, score)


def every(queries: Iterable[Query]) -> Query:
    """Return what finds what all queries do, with the sum of their scores."""
    return Query.boolean_query([(MUST, query) for query in queries])


def some(queries: Iterable[Query]) -> Query:
    """Return what finds what any query does, with the sum of the scores of those that do."""
    found = list(queries)
    return found[0] if len(found) == 1 else Query.boolean_query([(SHOULD, query) for query in found])


def also(query: Query, other: Query) -> Query:
    """Return what finds what `query` does, with the scores of `other` added where that finds it too."""
    return Query.boolean_query([(MUST, query), (SHOULD, other)])
