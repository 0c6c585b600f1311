"""How a search is asked for: from keywords to a query and options."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypedDict, get_args

from nkcorpus.errors import UsageError
from nkcorpus.index import MatchMode, SearchOptions, SortOrder
from nkcorpus.query import dates, parser
from nkcorpus.query.ast import Filters, Node, Query, is_prose, leaves
from nkcorpus.query.lexer import character_of
from nkcorpus.results import FacetField


class NarrowKeywords(TypedDict, total=False):
    """What narrows a result: ISO 8601 dates, both inclusive; a publisher's name or host; a name; ISO 639-1; a place
    that an article names, itself or one within it.
    """

    since: str | None
    until: str | None
    source: str | None
    author: str | None
    lang: str | None
    place: str | None


class MatchKeywords(NarrowKeywords, total=False):
    """What a query finds and in which order.

    `match` is `best` (any word, articles that hold all words first), `any` or `all`. `literal` takes the query as
    plain words. `exact` finds words as they are written, in no other form and by no other name. `collapse` (yes) takes
    one of several articles with (nearly) the same text.
    """

    match: MatchMode
    sort: SortOrder
    literal: bool
    exact: bool
    collapse: bool


class SearchKeywords(MatchKeywords, total=False):
    """The options of a search.

    `limit` (10) hits after `offset` (0); 0 means all. `snippets` (1) is how many passages of a text are shown at most;
    0 where nobody reads them. `facets` (none) name the fields by which all matches are counted. `feedback` ranks by
    relevance a second time, with the words that the best articles have in common.
    """

    limit: int
    offset: int
    snippets: int
    facets: Sequence[FacetField]
    feedback: bool


def request(text: str, keywords: SearchKeywords) -> tuple[Query, SearchOptions]:
    """Return the query and the options of a search. Raises QueryError, UsageError."""
    root = parser.literal(text) if keywords.get("literal") else parser.parse(text)
    facets = tuple(dict.fromkeys(keywords.get("facets", ())))
    if unknown := set(facets).difference(get_args(FacetField)):
        raise UsageError(f"there is no facet '{unknown.pop()}'; facets are {', '.join(get_args(FacetField))}")
    options = SearchOptions(
        limit=keywords.get("limit", 10),
        offset=keywords.get("offset", 0),
        match=keywords.get("match", "best"),
        sort=keywords.get("sort", "relevance"),
        collapse=keywords.get("collapse", True),
        exact=keywords.get("exact", False),
        facets=facets,
    )
    return Query(text, root, filters_of(keywords)), options


def has_names(root: Node) -> bool:
    """Tell whether a tree has anything that other names may be looked up for, which takes the lexicon."""
    return any(is_prose(leaf) or character_of(leaf) for leaf in leaves(root))


def filters_of(narrow: NarrowKeywords) -> Filters:
    """Return what narrows a result, with dates as spans of time. Raises UsageError."""
    since, until = narrow.get("since"), narrow.get("until")
    return Filters(
        since=dates.since(since) if since else None,
        until=dates.until(until) if until else None,
        source=narrow.get("source"),
        author=narrow.get("author"),
        lang=narrow.get("lang"),
        place=narrow.get("place"),
    )
