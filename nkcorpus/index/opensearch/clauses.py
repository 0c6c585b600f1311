"""Queries of OpenSearch's query DSL, made of terms and of each other."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import chain

from nkcorpus.index.candidates.clauses import side_by_side
from nkcorpus.index.fields import FORMED, STOP, in_form, token
from nkcorpus.index.opensearch.limits import Query, bounded
from nkcorpus.index.opensearch.mapping import GAPPED, LIVE
from nkcorpus.index.ranking.bm25f import most
from nkcorpus.index.ranking.terms import Slots

_MOST_INTERVALS = 200
"""Terms that intervals are looked for among; each takes a clause, of which a cluster allows 1,024 by default."""


class OpenSearchClauses:
    """Fulfils Clauses. Of title and text a word's score is its boost times what `bm25f` takes of the most it can score,
    see `mapping`.
    """

    most_scored = 32

    def nothing(self) -> Query:
        """See Clauses."""
        return {"match_none": {}}

    def everything(self) -> Query:
        """See Clauses."""
        return self.const({"term": {LIVE: True}}, 0.0)

    def terms(self, field: str, terms: Sequence[str]) -> Query:
        """See Clauses."""
        return {"terms": {field: list(map(token, terms))}}

    def in_forms(self, field: str, term: str, forms: frozenset[int]) -> Query:
        """See Clauses."""
        return {"terms": {FORMED[field]: [in_form(term, form) for form in sorted(forms)]}}

    def row(self, field: str, slots: Slots) -> tuple[Query, bool]:
        """See Clauses."""
        exact = all(forms is None for slot in slots for forms in slot.terms.values())
        return {"match_phrase": {field: {"query": _spelled(slots), "analyzer": GAPPED}}}, exact

    def near(self, field: str, parts: Sequence[Sequence[Slots]], distance: int) -> tuple[Query, bool]:
        """See Clauses. Where parts may overlap, or are many, their nearness is not looked at, or not at its overlap."""
        slots = list(chain.from_iterable(parts))
        terms = [[term for one in alternatives for slot in one for term in slot.terms] for alternatives in parts]
        count = sum(map(len, terms))
        if count > _MOST_INTERVALS:
            return self.every(
                self.some(side_by_side(self, field, one)[0] for one in alternatives) for alternatives in parts
            ), False
        exact = (
            all(len(one) == 1 for one in slots)
            and all(forms is None for one in slots for forms in one[0].terms.values())
            and len(set().union(*terms)) == sum(len(set(held)) for held in terms)
        )
        found = [_any_of([_interval(one) for one in alternatives]) for alternatives in parts]
        near = found[0]
        if len(found) > 1:
            near = {"all_of": {"intervals": found, "ordered": False, "max_gaps": distance}}
        return {"intervals": {field: near}}, exact

    def between(self, column: str, least: int, most: int) -> Query:
        """See Clauses."""
        return {"range": {column: {"gte": least, "lte": most}}}

    def with_id(self, prefix: str) -> Query:
        """See Clauses."""
        return {"prefix": {"id": prefix}}

    def scored_term(self, field: str, term: str, idf: float) -> Query:
        """See Clauses."""
        return {"term": {field: {"value": token(term), "boost": most(idf)}}}

    def scored_row(self, field: str, slots: Slots, idf: float) -> Query:
        """See Clauses."""
        return self.boosted(self.row(field, slots)[0], most(idf))

    def const(self, query: Query, score: float) -> Query:
        """See Clauses."""
        return {"constant_score": {"filter": query, "boost": score}}

    def boosted(self, query: Query, factor: float) -> Query:
        """See Clauses."""
        ((kind, body),) = query.items()
        if kind in ("term", "match_phrase"):
            ((field, about),) = body.items()
            if isinstance(about, dict):
                return {kind: {field: {**about, "boost": about.get("boost", 1.0) * factor}}}
        if kind in ("constant_score", "bool", "dis_max"):
            return {kind: {**body, "boost": body.get("boost", 1.0) * factor}}
        return {"bool": {"must": [query], "boost": factor}}

    def every(self, queries: Iterable[Query]) -> Query:
        """See Clauses."""
        scored, unscored = [], []
        for query in queries:
            const = query.get("constant_score")
            if const and not const["boost"]:
                unscored.append(const["filter"])
            else:
                scored.append(query)
        return {"bool": {"must": scored, "filter": unscored}}

    def some(self, queries: Iterable[Query]) -> Query:
        """See Clauses."""
        found: list[Query] = []
        for query in queries:
            body = query.get("bool", {})
            found += body["should"] if body.keys() == {"should", "minimum_should_match"} else [query]
        if not found:
            return self.nothing()
        return found[0] if len(found) == 1 else {"bool": {"should": found, "minimum_should_match": 1}}

    def highest(self, queries: Sequence[Query]) -> Query:
        """See Clauses."""
        return {"dis_max": {"queries": list(queries)}}

    def also(self, query: Query, other: Query) -> Query:
        """See Clauses."""
        return {"bool": {"must": [query], "should": [other]}}

    def without(self, query: Query, others: Iterable[Query]) -> Query:
        """See Clauses."""
        return {"bool": {"must": [query], "must_not": list(others)}}

    def bounded(self, query: Query) -> tuple[Query, bool]:
        """See Clauses."""
        return bounded(query)


def _spelled(slots: Slots) -> str:
    """Return what the analyzer GAPPED makes the terms of slots of, one each, at their places."""
    words = [STOP] * (slots[-1].offset + 1)
    for slot in slots:
        words[slot.offset] = token(*slot.terms)
    return " ".join(words)


def _interval(slots: Slots) -> Query:
    if len(slots) == 1:
        terms = slots[0].terms
        return _any_of([{"match": {"query": token(term), "analyzer": GAPPED}} for term in terms])
    return {"match": {"query": _spelled(slots), "analyzer": GAPPED, "ordered": True, "max_gaps": 0}}


def _any_of(intervals: list[Query]) -> Query:
    return intervals[0] if len(intervals) == 1 else {"any_of": {"intervals": intervals}}
