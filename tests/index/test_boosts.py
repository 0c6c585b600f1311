"""What every engine must do with words that count for the order alone."""

from __future__ import annotations

import math
import tempfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from nkcorpus.index import Index, Matches, MatchMode, SearchOptions
from nkcorpus.model import Indexable
from nkcorpus.query.ast import Query, Weighted, Word, Words
from nkcorpus.query.parser import parse
from nkcorpus.results import Facet

from .builders import ChangeLog, article, articles_of, named
from .conftest import IS_WHOLE, Factory
from .model import Model

QUERIES = [
    "rice",
    "rice corn",
    "+rice corn",
    "rice -corn",
    '"rice corn"',
    "rice AND corn",
    "title:corn",
    "NOT rice",
    "x",
]
WORDS = ["rice", "corn", "lecture", "lectures", "강연을", "the", "state"]
BOOSTS = (Weighted(Word("lecturing"), 1.5), Weighted(Word("강연"), 0.25), Weighted(Word("rice"), 3.0))
MODES: tuple[MatchMode, ...] = ("any", "all", "best")


def ask(index: Index, text: str, boosts: tuple[Weighted, ...], **options: object) -> Matches:
    wanted = SearchOptions(**{"limit": 0, "collapse": False, **options})  # type: ignore[arg-type]
    return index.search(Query(text, parse(text), boosts=boosts), wanted)


def boosted(index: Index, known: dict[str, Indexable], text: str, *words: str, **options: object) -> list[str]:
    """Return the keys of `known` that `text` finds, in order, when each of `words` counts five times."""
    by_id = {item.id: name for name, item in known.items()}
    return [by_id[one] for one in ask(index, text, tuple(Weighted(Word(word), 5.0) for word in words), **options).ids]


_ARTICLES = articles_of(WORDS, longest=8)


def assert_boosts_add_their_scores(make: Factory, batches: list[list[Indexable]]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        index = make(Path(folder))
        log = ChangeLog()
        for batch in batches:
            log.put(*batch)
            log.sync(index)
        gains = Model(log.live).hits(Words(BOOSTS))
        for text in QUERIES:
            for match in MODES:
                plain = ask(index, text, (), match=match)
                found = ask(index, text, BOOSTS, match=match)
                assert (found.total, set(found.ids)) == (plain.total, set(plain.ids))
                scores = dict(zip(plain.ids, plain.scores, strict=True))
                for name, score in zip(found.ids, found.scores, strict=True):
                    if match != "best" and scores[name] is not None:
                        expected = (scores[name] or 0.0) + gains.get(name, 0.0)
                        assert math.isclose(score or 0.0, expected, rel_tol=1e-9, abs_tol=1e-9)
        index.close()


_SLOW = [HealthCheck.function_scoped_fixture, HealthCheck.too_slow]


@settings(max_examples=40, suppress_health_check=_SLOW)
@given(st.lists(st.lists(_ARTICLES, max_size=8), min_size=1, max_size=3))
def test_boosts_add_their_scores_to_what_is_found(embedded: Factory, batches: list[list[Indexable]]) -> None:
    assert_boosts_add_their_scores(embedded, batches)


@settings(max_examples=40 if IS_WHOLE else 2, suppress_health_check=_SLOW)
@given(st.lists(st.lists(_ARTICLES, max_size=8), min_size=1, max_size=3))
def test_boosts_add_their_scores_to_what_is_found_in_a_cluster(
    clustered: Factory, batches: list[list[Indexable]]
) -> None:
    assert_boosts_add_their_scores(clustered, batches)


@pytest.fixture
def known(index: Index) -> dict[str, Indexable]:
    items = named(
        plain="rice rice rice",
        smuggled="rice and some smuggled goods on the way over the river",
        both="rice, which stood far away from the fields in which there was corn",
        other="smugglers only",
    )
    ChangeLog(*items.values()).sync(index)
    return items


def test_a_boost_raises_what_holds_the_word_in_any_form(index: Index, known: dict[str, Indexable]) -> None:
    assert boosted(index, known, "rice")[0] == "plain"
    for options in ({}, {"exact": True}, {"match": "any"}, {"match": "all"}):
        assert boosted(index, known, "rice", "smuggling", **options)[0] == "smuggled"
    assert set(boosted(index, known, "rice", "smuggling")) == {"plain", "smuggled", "both"}


def test_what_holds_all_words_stays_first(index: Index, known: dict[str, Indexable]) -> None:
    assert boosted(index, known, "rice corn", "smuggling", "river", "goods", match="any")[0] == "smuggled"
    assert boosted(index, known, "rice corn", "smuggling", "river", "goods", match="best")[0] == "both"


def test_boosts_without_a_term_change_nothing(index: Index, known: dict[str, Indexable]) -> None:
    assert boosted(index, known, "rice corn", "the", "...", "nowhere") == boosted(index, known, "rice corn")


def test_boosts_have_no_part_in_an_order_by_date_nor_in_counts(index: Index) -> None:
    known = {
        year: article(year, text, date=year)
        for year, text in (("2018", "rice corn"), ("2019", "rice"), ("2020", "rice"))
    }
    ChangeLog(*known.values()).sync(index)
    assert boosted(index, known, "rice", "corn")[0] == "2018"
    assert boosted(index, known, "rice", "corn", sort="newest") == ["2020", "2019", "2018"]
    boosts = (Weighted(Word("corn"), 5.0),)
    assert ask(index, "rice", boosts, facets=("year",)).facets == (
        Facet("year", (("2018", 1), ("2019", 1), ("2020", 1))),
    )


def test_the_best_of_a_cluster_is_told_with_its_boosts(index: Index) -> None:
    known = {
        "short": article("short", "rice", cluster="ab" * 8),
        "long": article("long", "rice and the smugglers", cluster="ab" * 8),
    }
    ChangeLog(*known.values()).sync(index)
    assert boosted(index, known, "rice", collapse=True) == ["short"]
    assert boosted(index, known, "rice", "smugglers", collapse=True) == ["long"]
