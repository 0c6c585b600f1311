"""Tantivy queries, made of terms and of each other."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

import tantivy

from nkcorpus.index.candidates.clauses import side_by_side
from nkcorpus.index.fields import FORMED, in_form, token
from nkcorpus.index.ranking.bm25f import FIELD_WEIGHTS
from nkcorpus.index.ranking.terms import Slots
from nkcorpus.index.tantivy.schema import ARTICLE, DOUBLED, KIND

Query = tantivy.Query
_MUST, _SHOULD, _MUST_NOT = tantivy.Occur.Must, tantivy.Occur.Should, tantivy.Occur.MustNot


class TantivyClauses:
    """Fulfils Clauses. `idf` gives what tantivy itself takes for the idf of a term in a field."""

    most_scored = 128

    def __init__(self, schema: tantivy.Schema, idf: Callable[[str, str], float]) -> None:
        self._schema = schema
        self._idf = idf

    def nothing(self) -> Query:
        """See Clauses."""
        return Query.empty_query()

    def everything(self) -> Query:
        """See Clauses."""
        return self.const(Query.term_query(self._schema, KIND, ARTICLE, "basic"), 0.0)

    def terms(self, field: str, terms: Sequence[str]) -> Query:
        """See Clauses."""
        found = [token(term) for term in terms]
        if len(found) == 1:
            return Query.term_query(self._schema, field, found[0], "basic")
        return Query.term_set_query(self._schema, field, found)

    def in_forms(self, field: str, term: str, forms: frozenset[int]) -> Query:
        """See Clauses."""
        return Query.term_set_query(self._schema, FORMED[field], [in_form(term, form) for form in forms])

    def row(self, field: str, slots: Slots) -> tuple[Query, bool]:
        """See Clauses."""
        words: list[str | tuple[int, str]] = [(slot.offset, token(term)) for slot in slots for term in slot.terms]
        exact = all(forms is None for slot in slots for forms in slot.terms.values())
        return Query.phrase_query(self._schema, field, words), exact

    def near(self, field: str, parts: Sequence[Sequence[Slots]], distance: int) -> tuple[Query, bool]:
        """See Clauses."""
        return self.every(
            self.some(side_by_side(self, field, slots)[0] for slots in alternatives) for alternatives in parts
        ), False

    def between(self, column: str, least: int, most: int) -> Query:
        """See Clauses."""
        return Query.range_query(self._schema, column, tantivy.FieldType.Integer, least, most)

    def with_id(self, prefix: str) -> Query:
        """See Clauses."""
        return Query.regex_query(self._schema, "id", f"{prefix}.*")

    def scored_term(self, field: str, term: str, idf: float) -> Query:
        """See Clauses."""
        indexed = DOUBLED if field == "title" else field
        native = Query.term_query(self._schema, indexed, token(term), "freq")
        return Query.boost_query(native, idf / self._idf(indexed, term))

    def scored_row(self, field: str, slots: Slots, idf: float) -> Query:
        """See Clauses."""
        native = sum(self._idf(field, term) for slot in slots for term in slot.terms)
        return Query.boost_query(self.row(field, slots)[0], FIELD_WEIGHTS[field] * idf / native)

    def const(self, query: Query, score: float) -> Query:
        """See Clauses."""
        return Query.const_score_query(query, score)

    def boosted(self, query: Query, factor: float) -> Query:
        """See Clauses."""
        return Query.boost_query(query, factor)

    def every(self, queries: Iterable[Query]) -> Query:
        """See Clauses."""
        return Query.boolean_query([(_MUST, query) for query in queries])

    def some(self, queries: Iterable[Query]) -> Query:
        """See Clauses."""
        found = list(queries)
        return found[0] if len(found) == 1 else Query.boolean_query([(_SHOULD, query) for query in found])

    def highest(self, queries: Sequence[Query]) -> Query:
        """See Clauses."""
        return Query.disjunction_max_query(list(queries))

    def also(self, query: Query, other: Query) -> Query:
        """See Clauses."""
        return Query.boolean_query([(_MUST, query), (_SHOULD, other)])

    def without(self, query: Query, others: Iterable[Query]) -> Query:
        """See Clauses."""
        return Query.boolean_query([(_MUST, query), *((_MUST_NOT, other) for other in others)])

    def bounded(self, query: Query) -> tuple[Query, bool]:
        """See Clauses."""
        return query, True
