"""From a query's tree to tantivy queries.

What is compiled finds what a node matches and scores it at least as high as `index.ranking` does, so that the articles
that rank first are among the first that tantivy finds. Where tantivy cannot tell a match by itself (words near each
other, words in one form only) it finds more.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import NamedTuple

import tantivy

from nkcorpus.dates import interval
from nkcorpus.index.analysed import NO_DATE
from nkcorpus.index.base import MatchMode, SearchOptions
from nkcorpus.index.fields import FORMED, in_form, token
from nkcorpus.index.places import ids_of, unknown_place
from nkcorpus.index.ranking.bm25f import FIELD_WEIGHTS, idf_of, most
from nkcorpus.index.ranking.evaluation import BATCH, Evaluation, fields_of
from nkcorpus.index.ranking.rerank import AS_TYPED, NEAR, Typed, most_gain, pairs_of, terms_scored_alone, typed_terms
from nkcorpus.index.ranking.snapshot import Forms, Unit
from nkcorpus.index.ranking.synonyms import sense_terms
from nkcorpus.index.ranking.terms import Expander, Slots
from nkcorpus.index.tantivy.candidates import Candidates
from nkcorpus.index.tantivy.clauses import MUST, MUST_NOT, also, const, every, some
from nkcorpus.index.tantivy.reader import Query, Reader
from nkcorpus.index.tantivy.schema import ARTICLE, DOUBLED, KIND
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
    Regex,
    Synonym,
    Synonyms,
    Weighted,
    Wildcard,
    Word,
    Words,
    is_dates,
)

_SCORED_TERMS = 128
"""Of more terms that stand for one word each article is taken to score the most that it can."""
_HEX = frozenset("0123456789abcdef")


class Part(NamedTuple):
    """What a node became: queries of which any finds what it matches, their scores added up. Tantivy is quickest where
    all are of one term and none is within another.

    `exact` tells that they find no more than the node matches; `bound` is the most that the node can score. `whole`
    finds what holds all of it, where that makes a difference.
    """

    queries: tuple[Query, ...]
    exact: bool
    bound: float
    whole: Query | None = None

    @property
    def query(self) -> Query:
        """What finds what the node matches."""
        return some(self.queries)

    @property
    def holders(self) -> Query:
        """What finds the articles that hold all of the node."""
        return self.query if self.whole is None else self.whole


class Compiler:
    """Compiles for one search. Fulfils Holdings."""

    def __init__(self, reader: Reader, options: SearchOptions) -> None:
        self.expander = Expander(reader, exact=options.exact)
        self._reader = reader
        self._schema = reader.schema
        self._options = options
        self._match: MatchMode = options.match
        self._holding: dict[Unit, int] = {}
        self._units: dict[Unit, Part | None] = {}

    def root(self, node: Node, later: float, typed: Sequence[Typed] = ()) -> Part | None:
        """Compile a whole tree, see `Evaluation.root`; with `typed` words scored as high as a closer look may."""
        lifts = isinstance(node, Words) and self._match == "best" and len(node.should) <= BATCH
        found = self._words(node, "any") if isinstance(node, Words) and lifts else self.part(node)
        if found is None:
            return None
        bound = found.bound
        if typed:
            found = self._looked_closer(found, node, typed)
        if not isinstance(node, Words) or not lifts:
            return found
        parts = self._parts(node.should)
        if not parts or (len(parts) + len(node.must) == 1 and parts[0].whole is None):
            return found
        everywhere = every(const(part.holders, 0.0) for part in parts)
        lift = const(everywhere, bound + later + most_gain(typed_terms(node), self.idf))
        if node.must or node.must_not:
            return found._replace(queries=(also(found.query, lift),))
        return found._replace(queries=(*found.queries, lift))

    def _looked_closer(self, part: Part, root: Node, typed: Sequence[Typed]) -> Part:
        """Return the part of a whole tree, scored as high as it may be after a closer look.

        See `ranking.rerank`. A word as typed stands in an article no more often than the word does, nor does the first
        of a pair near the second.
        """
        alone = terms_scored_alone(root)
        times = Counter(term for term, _ in typed)
        worth = {term: AS_TYPED * times[term] * self.idf(term) for term in times if term not in alone}
        factor = 1.0 + AS_TYPED * max((times[term] for term in alone), default=0)
        scored = [Query.boost_query(query, factor) for query in part.queries]
        gains = [self._scored_term(field, term, None, idf) for term, idf in worth.items() for field in FIELD_WEIGHTS]
        for (one, other), pairs in pairs_of(typed).items():
            idf = NEAR * pairs * (self.idf(one) + self.idf(other))
            for field in FIELD_WEIGHTS:
                both = const(self._terms(field, [other]), 0.0)
                gains.append(every([both, self._scored_term(field, one, None, idf)]))
        if len(scored) > 1 and not worth:  # any of the words: what gains is found by them
            return part._replace(queries=(*scored, *gains))
        return part._replace(queries=(also(some(scored), some(gains)) if gains else some(scored),))

    def filters(self, filters: Filters) -> list[Query]:
        """Return queries that all find what the filters let through."""
        found = []
        if filters.source is not None:
            found.append(self._terms("publisher", [filters.source.casefold().removeprefix("www.")]))
        if filters.lang is not None:
            found.append(self._terms("lang", [filters.lang.casefold()]))
        if filters.author is not None:
            slots = Expander(self._reader, exact=False).slots(Phrase(filters.author, "author"))
            found.append(self._side_by_side("author", slots)[0] if slots else Query.empty_query())
        if filters.place is not None:
            found.append(self._about(filters.place))
        if filters.ids is not None:
            found.append(self._terms("id", sorted(filters.ids)))
        if filters.since is not None or filters.until is not None:
            found.append(self._in_span(filters.since, filters.until))
        return [const(query, 0.0) for query in found]

    def everything(self) -> Query:
        """Return what finds every article."""
        return const(Query.term_query(self._schema, KIND, ARTICLE, "basic"), 0.0)

    def part(self, node: Node) -> Part | None:
        """Compile a part of the tree; None where it has no term."""
        match node:
            case Word() | Phrase() | Wildcard() | Fuzzy() | Regex() | Near() | Dated():
                return self._unit(node)
            case Weighted():
                part = self.part(node.part)
                if part is None:
                    return None
                queries = tuple(Query.boost_query(query, node.weight) for query in part.queries)
                return part._replace(queries=queries, bound=part.bound * node.weight)
            case Words():
                return self._words(node, self._match)
            case Synonyms(original=Words(should=words)):
                return self._row(words, self._unit(node))
            case Synonyms():
                return self._unit(node)
            case And():
                return self._and(node)
            case Or():
                return _any_of(self._parts(node.parts))
            case Not():
                return self._without(self._everything(), [node.part])
            case Everything():
                return self._everything()

    def holding(self, unit: Unit) -> int:
        """See Holdings."""
        if unit not in self._holding:
            slots = self.expander.slots(unit) if isinstance(unit, Word) and unit.field is None else ()
            if len(slots) == 1 and list(slots[0].terms.values()) == [None]:
                return self.holders(*slots[0].terms)
            part = self._built(unit, 1.0)
            if part is None:
                self._holding[unit] = 0
            elif part.exact:
                self._holding[unit] = self._reader.matches(part.query)
            else:
                _, hits = self._reader.best(part.query, self._reader.matches(part.query))
                addresses = [address for _, address in hits]
                evaluation = Evaluation(Candidates(self._reader, addresses), self._options, self.expander)
                result = evaluation.evaluate(unit)
                self._holding[unit] = len(result.scores) if result else 0
        return self._holding[unit]

    def holders(self, term: str) -> int:
        """See Holdings."""
        return self._reader.holders(term)

    def idf(self, term: str) -> float:
        """Return the idf of a term in title and text together."""
        return idf_of(self._reader.count, self.holders(term))

    def _words(self, node: Words, match: MatchMode) -> Part | None:
        if match == "all":
            required, optional = _all_of(self._parts((*node.must, *node.should))), None
        else:
            required, optional = _all_of(self._parts(node.must)), _any_of(self._parts(node.should))
        found: Part | None
        if required and optional:
            found = _joined([also(required.query, optional.query)], [required, optional])
            if all(map(is_dates, node.must)):
                found = _all_of([required, optional])
        else:
            found = required or optional
        if found is None:
            if node.should or node.must or not node.must_not:
                return None
            found = self._everything()
        return self._without(found._replace(whole=None), node.must_not)

    def _row(self, words: Iterable[Node], group: Part | None) -> Part | None:
        """Compile words in a row, of which `group` is the phrase with its synonyms."""
        parts = self._parts(words)
        result = _any_of(parts)
        if result is None or group is None:
            return result or group
        exact = group.exact and all(part.exact for part in parts)
        whole = some([group.query, every(part.query for part in parts)])
        scored = [result.query, Query.boost_query(group.query, result.bound / group.bound)]
        query = Query.disjunction_max_query(scored)
        if self._match == "all":
            query = every([const(whole, 0.0), query])
        return Part((query,), exact, result.bound, whole)

    def _and(self, node: And) -> Part | None:
        wanted = _all_of(self._parts(part for part in node.parts if not isinstance(part, Not)))
        unwanted = [part.part for part in node.parts if isinstance(part, Not)]
        if not wanted and not unwanted:
            return None
        return self._without(wanted or self._everything(), unwanted)

    def _without(self, part: Part, nodes: Iterable[Node]) -> Part:
        excluded = self._parts(nodes)
        if not excluded:
            return part
        clauses = [(MUST, part.query), *((MUST_NOT, one.query) for one in excluded if one.exact)]
        exact = part.exact and all(one.exact for one in excluded)
        return Part((Query.boolean_query(clauses),), exact, part.bound)

    def _parts(self, nodes: Iterable[Node]) -> list[Part]:
        return [part for part in map(self.part, nodes) if part is not None]

    def _everything(self) -> Part:
        return Part((self.everything(),), True, 0.0)

    def _unit(self, unit: Unit) -> Part | None:
        if unit not in self._units:
            scored = not isinstance(unit, Dated) and not (isinstance(unit, Word | Phrase) and unit.field in _CONSTANT)
            self._units[unit] = self._built(unit, idf_of(self._reader.count, self.holding(unit)) if scored else 1.0)
        return self._units[unit]

    def _built(self, unit: Unit, idf: float) -> Part | None:
        match unit:
            case Word(text=text, field="lang") | Phrase(text=text, field="lang"):
                return Part((const(self._terms("lang", [text.casefold()]), 1.0),), True, 1.0)
            case Word(text=text, field="place") | Phrase(text=text, field="place", distance=None):
                if not self.expander.slots(unit):
                    return None
                return Part((const(self._about(text), most(idf)),), True, most(idf))
            case Word(text=text, field="id") | Phrase(text=text, field="id"):
                return Part((const(self._with_id(text.lower()), 1.0),), True, 1.0)
            case Dated():
                since = interval(unit.since)[0] if unit.since else None
                until = interval(unit.until)[1] if unit.until else None
                return Part((const(self._in_span(since, until), 0.0),), True, 0.0)
            case Near():
                return self._near(unit.parts, idf)
            case Synonyms():
                return self._group(unit.group, idf)
            case Phrase(distance=int()):
                return self._near([(Word(word, unit.field),) for word in unit.text.split()], idf)
        slots = self.expander.slots(unit)
        if not slots:
            return None
        found = [self._scored(field, slots, idf) for field in fields_of(unit.field)]
        queries = tuple(query for queries, _ in found for query in queries)
        return Part(queries, all(exact for _, exact in found), most(idf))

    def _near(self, parts: Sequence[Sequence[Leaf]], idf: float) -> Part | None:
        found = [[slots for leaf in part if (slots := self.expander.slots(leaf))] for part in parts]
        wanted = [alternatives for alternatives in found if alternatives]
        if not wanted:
            return None
        fields = fields_of(parts[0][0].field)
        together = (
            every(some(self._side_by_side(field, slots)[0] for slots in alternatives) for alternatives in wanted)
            for field in fields
        )
        return Part((const(some(together), most(idf)),), False, most(idf))

    def _group(self, synonyms: Iterable[Synonym], idf: float) -> Part | None:
        queries, exact = [], True
        for synonym in synonyms:
            slots = self.expander.slots(synonym.leaf)
            if not slots:
                continue
            found = [self._scored(field, slots, idf) for field in fields_of(synonym.leaf.field)]
            query = some(one for queries, _ in found for one in queries)
            exact = exact and all(one for _, one in found)
            if synonym.weight > 1:
                query = Query.boost_query(query, synonym.weight)
            if synonym.senses:
                agreeing, others = (self._terms("definition", terms) for terms in sense_terms(self._reader, synonym))
                disagreeing = Query.boolean_query([(MUST, others), (MUST_NOT, agreeing)])
                query = Query.boolean_query([(MUST, query), (MUST_NOT, disagreeing)])
            queries.append(query)
        return Part(tuple(queries), exact, most(idf)) if queries else None

    def _scored(self, field: str, slots: Slots, idf: float) -> tuple[list[Query], bool]:
        """Return what finds slots in a field, scored at least as `bm25f` does if the scores of all are added up; and
        whether it finds nothing else.
        """
        matching, exact = self._side_by_side(field, slots)
        terms = list(slots[0].terms)
        if field not in FIELD_WEIGHTS or len(terms) > _SCORED_TERMS:
            return [const(matching, most(idf))], exact
        if len(slots) > 1:
            native = sum(self._reader.idf(field, term) for slot in slots for term in slot.terms)
            return [Query.boost_query(matching, FIELD_WEIGHTS[field] * idf / native)], exact
        return [self._scored_term(field, term, forms, idf) for term, forms in slots[0].terms.items()], exact

    def _scored_term(self, field: str, term: str, forms: Forms, idf: float) -> Query:
        indexed = DOUBLED if field == "title" else field
        native = Query.term_query(self._schema, indexed, token(term), "freq")
        scored = Query.boost_query(native, idf / self._reader.idf(indexed, term))
        return scored if forms is None else every([const(self._in_forms(field, term, forms), 0.0), scored])

    def _side_by_side(self, field: str, slots: Slots) -> tuple[Query, bool]:
        """Return what finds slots in a field, and whether it finds nothing else."""
        exact = all(forms is None for slot in slots for forms in slot.terms.values())
        if len(slots) == 1:
            if exact or field not in FORMED:
                return self._terms(field, slots[0].terms), exact
            terms = slots[0].terms.items()
            plain = self._terms(field, [term for term, forms in terms if forms is None])
            return some([plain, *(self._in_forms(field, term, forms) for term, forms in terms if forms)]), True
        words: list[str | tuple[int, str]] = [(slot.offset, token(term)) for slot in slots for term in slot.terms]
        return Query.phrase_query(self._schema, field, words), exact

    def _in_forms(self, field: str, term: str, forms: frozenset[int]) -> Query:
        found = [in_form(term, form) for form in forms]
        return Query.term_set_query(self._schema, FORMED[field], found)

    def _terms(self, field: str, terms: Iterable[str]) -> Query:
        """Return what finds any of some terms in a field."""
        found = [token(term) for term in terms]
        if len(found) == 1:
            return Query.term_query(self._schema, field, found[0], "basic")
        return Query.term_set_query(self._schema, field, found) if found else Query.empty_query()

    def _with_id(self, prefix: str) -> Query:
        if not prefix:
            return self.everything()
        if not _HEX.issuperset(prefix):
            return Query.empty_query()
        return Query.regex_query(self._schema, "id", f"{prefix}.*")

    def _about(self, place: str) -> Query:
        """Return what finds the articles that name a place or one within it, or have it in their dateline."""
        slots = self.expander.slots(Phrase(place, "place"))
        if not slots:
            return Query.empty_query()
        ids = ids_of(place)
        if not ids:
            self.expander.notes.append(unknown_place(place))
        return some([self._side_by_side("place", slots)[0], self._terms("named_place", sorted(ids))])

    def _in_span(self, since: int | None, until: int | None) -> Query:
        """Return what finds the articles whose date's span meets the one between two Unix times."""
        least, largest = NO_DATE + 1 if since is None else since, -NO_DATE if until is None else until
        integer = tantivy.FieldType.Integer
        ends = Query.range_query(self._schema, "last_second", integer, least, -NO_DATE)
        begins = Query.range_query(self._schema, "first_second", integer, NO_DATE, largest)
        return every([ends, begins])


_CONSTANT = frozenset({"lang", "id"})
"""Fields whose words score the same whatever they are."""


def is_flat(node: Node) -> bool:
    """Tell whether all articles that a tree matches score the same."""
    match node:
        case Word(field=field) | Phrase(field=field):
            return field in _CONSTANT
        case Dated() | Everything() | Not():
            return True
        case Weighted():
            return is_flat(node.part)
        case And():
            return all(map(is_flat, node.parts))
        case Words(should=should, must=must):
            return not (should and must) and len(should) < 2 and all(map(is_flat, (*should, *must)))
    return False


def _all_of(parts: list[Part]) -> Part | None:
    return _joined([every(part.query for part in parts)], parts) if parts else None


def _any_of(parts: list[Part]) -> Part | None:
    return _joined([query for part in parts for query in part.queries], parts) if parts else None


def _joined(queries: Iterable[Query], parts: list[Part]) -> Part:
    return Part(tuple(queries), all(part.exact for part in parts), sum(part.bound for part in parts))
