"""From a query's tree to queries of an engine.

What is compiled finds what a node matches and scores it at least as high as `index.ranking` does, so that the articles
that rank first are among the first that the engine finds. Where an engine cannot tell a match by itself (words near
each other, a phrase of words in one form only) it finds more.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Generic, TypeVar

from nkcorpus.dataclass import dataclass, replace
from nkcorpus.dates import interval
from nkcorpus.index.analysed import NO_DATE
from nkcorpus.index.base import MatchMode, SearchOptions
from nkcorpus.index.candidates.clauses import Clauses, side_by_side
from nkcorpus.index.candidates.hits import Hits
from nkcorpus.index.candidates.reader import Reader, Statistics
from nkcorpus.index.candidates.snapshot import Candidates
from nkcorpus.index.places import ids_of, unknown_place
from nkcorpus.index.ranking.bm25f import FIELD_WEIGHTS, idf_of, most
from nkcorpus.index.ranking.evaluation import BATCH, Evaluation, fields_of
from nkcorpus.index.ranking.rerank import AS_TYPED, NEAR, Typed, most_gain, pairs_of, terms_scored_alone, typed_terms
from nkcorpus.index.ranking.snapshot import Forms, Unit
from nkcorpus.index.ranking.synonyms import sense_terms
from nkcorpus.index.ranking.terms import Expander, Slots
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

_HEX = frozenset("0123456789abcdef")
_EXPECTED = 1_000
"""Of what an engine finds more than it should, so many are likely to be looked at."""

Q = TypeVar("Q")
A = TypeVar("A")


@dataclass(frozen=True, slots=True)
class Part(Generic[Q]):
    """What a node became: queries of which any finds what it matches, their scores added up. Engines are quickest where
    all are of one term and none is within another.

    `exact` tells that they find no more than the node matches; `bound` is the most that the node can score. `whole`
    finds what holds all of it, where that makes a difference.
    """

    queries: tuple[Q, ...]
    exact: bool
    bound: float
    whole: Q | None = None


class Compiler(Generic[Q, A]):
    """Compiles for one search. Fulfils Holdings. `statistics` are asked in place of the reader where they are given."""

    def __init__(
        self,
        reader: Reader[Q, A],
        options: SearchOptions,
        statistics: Statistics[Q, A] | None = None,
        expander: Expander | None = None,
    ) -> None:
        self.expander = expander or Expander(reader, exact=options.exact)
        self._reader = reader
        self._statistics: Statistics[Q, A] = statistics or reader
        self._clauses: Clauses[Q] = reader.clauses
        self._options = options
        self._match: MatchMode = options.match
        self._holding: dict[Unit, int] = {}
        self._units: dict[Unit, Part[Q] | None] = {}

    def root(self, node: Node, later: float, typed: Sequence[Typed] = ()) -> Part[Q] | None:
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
        clauses = self._clauses
        everywhere = clauses.every(clauses.const(self._holders(part), 0.0) for part in parts)
        lift = clauses.const(everywhere, bound + later + most_gain(typed_terms(node), self.idf))
        if node.must or node.must_not:
            return replace(found, queries=(clauses.also(self.query(found), lift),))
        return replace(found, queries=(*found.queries, lift))

    def _looked_closer(self, part: Part[Q], root: Node, typed: Sequence[Typed]) -> Part[Q]:
        """Return the part of a whole tree, scored as high as it may be after a closer look.

        See `ranking.rerank`. A word as typed stands in an article no more often than the word does, nor does the first
        of a pair near the second.
        """
        clauses = self._clauses
        alone = terms_scored_alone(root)
        times = Counter(term for term, _ in typed)
        worth = {term: AS_TYPED * times[term] * self.idf(term) for term in times if term not in alone}
        factor = 1.0 + AS_TYPED * max((times[term] for term in alone), default=0)
        scored = [clauses.boosted(query, factor) for query in part.queries]
        gains = [clauses.scored_term(field, term, idf) for term, idf in worth.items() for field in FIELD_WEIGHTS]
        for (one, other), pairs in pairs_of(typed).items():
            idf = NEAR * pairs * (self.idf(one) + self.idf(other))
            for field in FIELD_WEIGHTS:
                both = clauses.const(clauses.terms(field, [other]), 0.0)
                gains.append(clauses.every([both, clauses.scored_term(field, one, idf)]))
        if len(scored) > 1 and not worth:  # any of the words: what gains is found by them
            return replace(part, queries=(*scored, *gains))
        found = clauses.some(scored)
        return replace(part, queries=(clauses.also(found, clauses.some(gains)) if gains else found,))

    def filters(self, filters: Filters) -> list[Q]:
        """Return queries that all find what the filters let through."""
        clauses, found = self._clauses, []
        if filters.source is not None:
            found.append(clauses.terms("publisher", [filters.source.casefold().removeprefix("www.")]))
        if filters.lang is not None:
            found.append(clauses.terms("lang", [filters.lang.casefold()]))
        if filters.author is not None:
            slots = Expander(self._reader, exact=False).slots(Phrase(filters.author, "author"))
            found.append(side_by_side(clauses, "author", slots)[0] if slots else clauses.nothing())
        if filters.place is not None:
            found.append(self._about(filters.place))
        if filters.ids is not None:
            found.append(self._terms("id", sorted(filters.ids)))
        if filters.since is not None or filters.until is not None:
            found.append(self._in_span(filters.since, filters.until))
        return [clauses.const(query, 0.0) for query in found]

    def query(self, part: Part[Q]) -> Q:
        """Return what finds what a node matches."""
        return self._clauses.some(part.queries)

    def part(self, node: Node) -> Part[Q] | None:
        """Compile a part of the tree; None where it has no term."""
        match node:
            case Word() | Phrase() | Wildcard() | Fuzzy() | Regex() | Near() | Dated():
                return self._unit(node)
            case Weighted():
                part = self.part(node.part)
                if part is None:
                    return None
                queries = tuple(self._clauses.boosted(query, node.weight) for query in part.queries)
                return replace(part, queries=queries, bound=part.bound * node.weight)
            case Words():
                return self._words(node, self._match)
            case Synonyms(original=Words(should=words)):
                return self._row(words, self._unit(node))
            case Synonyms():
                return self._unit(node)
            case And():
                return self._and(node)
            case Or():
                return self._any_of(self._parts(node.parts))
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
            else:
                query, exact = self._clauses.bounded(self.query(part))
                is_exact = exact and part.exact
                self._holding[unit] = self._statistics.matches(query) if is_exact else self._count(unit, query)
        return self._holding[unit]

    def holders(self, term: str) -> int:
        """See Holdings."""
        return self._statistics.holders(term)

    def idf(self, term: str) -> float:
        """Return the idf of a term in title and text together."""
        return idf_of(self._statistics.count, self.holders(term))

    def _count(self, unit: Unit, query: Q) -> int:
        """Return how many of the articles that a query finds hold a unit, as their records tell."""
        hits = Hits(self._statistics.matching(query, "seq", _EXPECTED))
        counted = 0
        for start in range(0, hits.count, self._reader.at_once):
            addresses = hits.addresses(start, min(hits.count, start + self._reader.at_once))
            result = Evaluation(Candidates(self._reader, addresses), self._options, self.expander).evaluate(unit)
            counted += len(result.scores) if result else 0
        return counted

    def _words(self, node: Words, match: MatchMode) -> Part[Q] | None:
        if match == "all":
            required, optional = self._all_of(self._parts((*node.must, *node.should))), None
        else:
            required, optional = self._all_of(self._parts(node.must)), self._any_of(self._parts(node.should))
        found: Part[Q] | None
        if required and optional:
            also = self._clauses.also(self.query(required), self.query(optional))
            found = _joined([also], [required, optional])
            if all(map(is_dates, node.must)):
                found = self._all_of([required, optional])
        else:
            found = required or optional
        if found is None:
            if node.should or node.must or not node.must_not:
                return None
            found = self._everything()
        return self._without(replace(found, whole=None), node.must_not)

    def _row(self, words: Iterable[Node], group: Part[Q] | None) -> Part[Q] | None:
        """Compile words in a row, of which `group` is the phrase with its synonyms."""
        clauses = self._clauses
        parts = self._parts(words)
        result = self._any_of(parts)
        if result is None or group is None:
            return result or group
        exact = group.exact and all(part.exact for part in parts)
        whole = clauses.some([self.query(group), clauses.every(map(self.query, parts))])
        scored = [self.query(result), clauses.boosted(self.query(group), result.bound / group.bound)]
        query = clauses.highest(scored)
        if self._match == "all":
            query = clauses.every([clauses.const(whole, 0.0), query])
        return Part((query,), exact, result.bound, whole)

    def _and(self, node: And) -> Part[Q] | None:
        wanted = self._all_of(self._parts(part for part in node.parts if not isinstance(part, Not)))
        unwanted = [part.part for part in node.parts if isinstance(part, Not)]
        if not wanted and not unwanted:
            return None
        return self._without(wanted or self._everything(), unwanted)

    def _without(self, part: Part[Q], nodes: Iterable[Node]) -> Part[Q]:
        excluded = self._parts(nodes)
        if not excluded:
            return part
        query = self._clauses.without(self.query(part), [self.query(one) for one in excluded if one.exact])
        exact = part.exact and all(one.exact for one in excluded)
        return Part((query,), exact, part.bound)

    def _parts(self, nodes: Iterable[Node]) -> list[Part[Q]]:
        return [part for part in map(self.part, nodes) if part is not None]

    def _holders(self, part: Part[Q]) -> Q:
        """Return what finds the articles that hold all of a node."""
        return self.query(part) if part.whole is None else part.whole

    def _all_of(self, parts: list[Part[Q]]) -> Part[Q] | None:
        return _joined([self._clauses.every(map(self.query, parts))], parts) if parts else None

    def _any_of(self, parts: list[Part[Q]]) -> Part[Q] | None:
        return _joined([query for part in parts for query in part.queries], parts) if parts else None

    def _everything(self) -> Part[Q]:
        return Part((self._clauses.everything(),), True, 0.0)

    def _unit(self, unit: Unit) -> Part[Q] | None:
        if unit not in self._units:
            scored = not isinstance(unit, Dated) and not (isinstance(unit, Word | Phrase) and unit.field in _CONSTANT)
            self._units[unit] = self._built(unit, idf_of(self._statistics.count, self.holding(unit)) if scored else 1.0)
        return self._units[unit]

    def _built(self, unit: Unit, idf: float) -> Part[Q] | None:
        const = self._clauses.const
        match unit:
            case Word(text=text, field="lang") | Phrase(text=text, field="lang"):
                return Part((const(self._clauses.terms("lang", [text.casefold()]), 1.0),), True, 1.0)
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
                return self._near(unit.parts, unit.distance, idf)
            case Synonyms():
                return self._group(unit.group, idf)
            case Phrase(distance=int(distance)):
                return self._near([(Word(word, unit.field),) for word in unit.text.split()], distance, idf)
        slots = self.expander.slots(unit)
        if not slots:
            return None
        found = [self._scored(field, slots, idf) for field in fields_of(unit.field)]
        queries = tuple(query for queries, _ in found for query in queries)
        return Part(queries, all(exact for _, exact in found), most(idf))

    def _near(self, parts: Sequence[Sequence[Leaf]], distance: int, idf: float) -> Part[Q] | None:
        found = [[slots for leaf in part if (slots := self.expander.slots(leaf))] for part in parts]
        wanted = [alternatives for alternatives in found if alternatives]
        if not wanted:
            return None
        together = [self._clauses.near(field, wanted, distance) for field in fields_of(parts[0][0].field)]
        query = self._clauses.const(self._clauses.some(query for query, _ in together), most(idf))
        return Part((query,), all(exact for _, exact in together), most(idf))

    def _group(self, synonyms: Iterable[Synonym], idf: float) -> Part[Q] | None:
        clauses, queries, exact = self._clauses, [], True
        for synonym in synonyms:
            slots = self.expander.slots(synonym.leaf)
            if not slots:
                continue
            found = [self._scored(field, slots, idf) for field in fields_of(synonym.leaf.field)]
            query = clauses.some(one for scored, _ in found for one in scored)
            exact = exact and all(one for _, one in found)
            if synonym.weight > 1:
                query = clauses.boosted(query, synonym.weight)
            if synonym.senses:
                agreeing, others = sense_terms(self._reader, synonym)
                disagreeing = clauses.without(self._terms("definition", others), [self._terms("definition", agreeing)])
                query = clauses.without(query, [disagreeing])
            queries.append(query)
        return Part(tuple(queries), exact, most(idf)) if queries else None

    def _scored(self, field: str, slots: Slots, idf: float) -> tuple[list[Q], bool]:
        """Return what finds slots in a field, scored at least as `bm25f` does if the scores of all are added up; and
        whether it finds nothing else.
        """
        clauses = self._clauses
        matching, exact = side_by_side(clauses, field, slots)
        terms = slots[0].terms
        if field not in FIELD_WEIGHTS or len(terms) > clauses.most_scored:
            return [clauses.const(matching, most(idf))], exact
        if len(slots) > 1:
            return [clauses.scored_row(field, slots, idf)], exact
        return [self._scored_term(field, term, forms, idf) for term, forms in terms.items()], exact

    def _scored_term(self, field: str, term: str, forms: Forms, idf: float) -> Q:
        scored = self._clauses.scored_term(field, term, idf)
        if forms is None:
            return scored
        return self._clauses.every([self._clauses.const(self._clauses.in_forms(field, term, forms), 0.0), scored])

    def _terms(self, field: str, terms: Sequence[str]) -> Q:
        return self._clauses.terms(field, terms) if terms else self._clauses.nothing()

    def _with_id(self, prefix: str) -> Q:
        if not prefix:
            return self._clauses.everything()
        return self._clauses.with_id(prefix) if _HEX.issuperset(prefix) else self._clauses.nothing()

    def _about(self, place: str) -> Q:
        """Return what finds the articles that name a place or one within it, or have it in their dateline."""
        slots = self.expander.slots(Phrase(place, "place"))
        if not slots:
            return self._clauses.nothing()
        ids = ids_of(place)
        if not ids:
            self.expander.notes.append(unknown_place(place))
        found, _ = side_by_side(self._clauses, "place", slots)
        return self._clauses.some([found, self._terms("named_place", sorted(ids))])

    def _in_span(self, since: int | None, until: int | None) -> Q:
        """Return what finds the articles whose date's span meets the one between two Unix times."""
        least, largest = NO_DATE + 1 if since is None else since, -NO_DATE if until is None else until
        ends = self._clauses.between("last_second", least, -NO_DATE)
        begins = self._clauses.between("first_second", NO_DATE, largest)
        return self._clauses.every([ends, begins])


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


def _joined(queries: Iterable[Q], parts: list[Part[Q]]) -> Part[Q]:
    return Part(tuple(queries), all(part.exact for part in parts), sum(part.bound for part in parts))
