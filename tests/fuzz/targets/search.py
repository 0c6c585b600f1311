"""Queries answered over a small corpus by every engine."""

from __future__ import annotations

import tempfile
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import get_args

from nkcorpus.index import Index, Matches, MatchMode, SearchOptions
from nkcorpus.index.base import SortOrder
from nkcorpus.query.ast import Filters, Query
from nkcorpus.results import FacetField
from nkcorpus.wording import rewritten
from tests.fuzz.draw import Draw
from tests.fuzz.target import target
from tests.index.builders import article, filled
from tests.index.conftest import EMBEDDED

from .query import TEXT, WORDS, parsed, seeds, text_of

_ARTICLES = tuple(
    article(
        f"article {number}",
        " ".join(TEXT.split()[number % 7 : number % 7 + 4 + 3 * number]),
        ("Rice prices", None, "A lecture of the MSS", "쌀값")[number % 4],
        date=("2019", "2019-06", "2020-02-29", None)[number % 4],
        source=("River Post", None)[number % 2],
        authors=("Noh Invented",) if number % 3 else (),
        lang=("en", "ko", None)[number % 3],
        place=("Hyesan", None)[number % 2],
        tags=("market",) if number % 2 else (),
        notes=("look again",) if number % 5 == 0 else (),
    )
    for number in range(40)
)
_IDS = frozenset(one.id for one in _ARTICLES)


@cache
def _index(engine: str) -> Index:
    index = EMBEDDED[engine](Path(tempfile.mkdtemp()))
    filled(index, *_ARTICLES)
    return index


def _check(found: Matches, options: SearchOptions) -> None:
    assert len(found.ids) == len(found.scores) <= found.total <= len(_IDS)
    assert len(set(found.ids)) == len(found.ids)
    assert _IDS.issuperset(found.ids)
    assert not options.limit or len(found.ids) <= options.limit
    ranked = [score for score in found.scores if score is not None]
    assert all(score == score and abs(score) != float("inf") for score in ranked)
    if options.sort == "relevance" and options.match != "best":
        assert all(one >= other - 1e-9 * max(1.0, one) for one, other in pairwise(ranked))


@target(seeds, words=WORDS, weight=8, longest=300, examples=12)
def agreement(data: bytes) -> None:
    """Every engine finds the same, page by page."""
    draw = Draw(data)
    options = SearchOptions(
        limit=draw.number(0, 50),
        offset=draw.pick((0, 0, 0, 3)),
        match=draw.pick(get_args(MatchMode)),
        sort=draw.pick(get_args(SortOrder)),
        collapse=draw.flag(),
        exact=draw.flag(),
        facets=(draw.pick(get_args(FacetField)),) if draw.flag() else (),
    )
    filters = Filters(source=draw.maybe(8), place=draw.maybe(8), since=0) if draw.number(0, 7) == 7 else Filters()
    text = text_of(draw.rest())
    node = parsed(text)
    if node is None:
        return
    query = Query(text, rewritten(node).root if len(text) % 2 else node, filters)
    found = [_index(engine).search(query, options) for engine in EMBEDDED]
    for matches in found:
        _check(matches, options)
        assert (matches.total, matches.facets) == (found[0].total, found[0].facets), text
    if options.limit == 0 or options.sort != "relevance":
        assert all(set(matches.ids) == set(found[0].ids) for matches in found), text


@target(lambda: [b"lectuer", b"ryangang", "보위".encode(), b"mss", b"Hyesan's"], weight=10, longest=60, examples=12)
def words(data: bytes) -> None:
    """What is asked of the words of an index."""
    text = text_of(data)
    for engine in EMBEDDED:
        index = _index(engine)
        index.corrections(text)
        index.words_like(text)
        assert index.article_count(text) >= 0
        assert index.rarities([text])[text] >= 0.0
