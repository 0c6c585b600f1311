"""What every engine must do to narrow a result: facets, places, rarity of words, corrections."""

from __future__ import annotations

import shutil
import tempfile
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import closing
from pathlib import Path
from typing import get_args

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from nkcorpus.index import Index
from nkcorpus.model import Indexable
from nkcorpus.query import dates
from nkcorpus.query.ast import Filters
from nkcorpus.results import FacetField

from .builders import ChangeLog, article, filled, named, names, search
from .conftest import CLUSTER, EMBEDDED, ENGINES, IS_WHOLE, Factory, factory

FIELDS: tuple[FacetField, ...] = get_args(FacetField)


def counts(index: Index, text: str, field: FacetField, **options: object) -> dict[str, int]:
    (facet,) = search(index, text, None, facets=(field,), **options).facets
    assert facet.field == field
    return dict(facet.values)


_ARTICLES = st.builds(
    lambda name, text, source, authors, date, tags, lang: article(
        str(name),
        text,
        source=source,
        authors=tuple(authors),
        date=date,
        tags=tuple(tags),
        lang=lang,
        translator=source,
    ),
    st.integers(0, 9),
    st.sampled_from(["rice", "rice corn", "corn"]),
    st.sampled_from([None, "Post", "post", "A  B\nC"]),
    st.lists(st.sampled_from(["Rim Sol", "Jo"]), max_size=3),
    st.sampled_from([None, "2019", "2019-03", "2019-03-31T23:00-05:00"]),
    st.lists(st.sampled_from(["prices", "border"]), max_size=2),
    st.sampled_from([None, "en", "ko"]),
)


def by_hand(articles: Iterable[Indexable], field: FacetField) -> Counter[str]:
    found: Counter[str] = Counter()
    for item in articles:
        date = item.date or ""
        values: dict[str, Iterable[str | None]] = {
            "source": [item.source],
            "translator": [item.translator],
            "author": item.authors,
            "year": [date[:4]],
            "month": [date[:7] if len(date) >= 7 else ""],
            "lang": [item.lang],
            "tag": item.tags,
            "place": [],
        }
        for value in {" ".join((value or "").split()) for value in values[field]} or {""}:
            found[value] += 1
    return found


def assert_facets_count_what_there_is(make: Factory, batches: list[list[Indexable | int]]) -> None:
    folder = Path(tempfile.mkdtemp())
    index = make(folder)
    try:
        log = ChangeLog()
        for batch in batches:
            for change in batch:
                if isinstance(change, int):
                    log.remove(article(str(change)).id)
                else:
                    log.put(change)
            log.sync(index)
        rice = [item for item in log.live if "rice" in item.text]
        for field in FIELDS:
            assert counts(index, "rice", field) == by_hand(rice, field)
            assert counts(index, "", field) == by_hand(log.live, field)
    finally:
        index.close()
        shutil.rmtree(folder)


_SLOW = [HealthCheck.function_scoped_fixture, HealthCheck.too_slow]


@settings(max_examples=25, suppress_health_check=_SLOW)
@given(st.lists(st.lists(_ARTICLES | st.integers(0, 9), max_size=6), min_size=1, max_size=3))
def test_facets_after_any_history_count_what_there_is(embedded: Factory, batches: list[list[Indexable | int]]) -> None:
    assert_facets_count_what_there_is(embedded, batches)


@settings(max_examples=25 if IS_WHOLE else 3, suppress_health_check=_SLOW)
@given(st.lists(st.lists(_ARTICLES | st.integers(0, 9), max_size=6), min_size=1, max_size=3))
def test_facets_after_any_history_count_what_there_is_in_a_cluster(
    clustered: Factory, batches: list[list[Indexable | int]]
) -> None:
    assert_facets_count_what_there_is(clustered, batches)


def test_facets_count_all_matches_whatever_the_page(index: Index) -> None:
    filled(index, *(article(str(n), f"rice {n}", source="Post" if n % 3 else "Herald", date="2019") for n in range(20)))
    for limit, offset in ((0, 0), (1, 0), (5, 10), (5, 100)):
        found = search(index, "rice", limit=limit, offset=offset, facets=("source", "year"))
        assert [facet.field for facet in found.facets] == ["source", "year"]
        assert found.facets[0].values == (("Post", 13), ("Herald", 7))
    assert search(index, "rice").facets == ()
    assert counts(index, "nothing", "source") == {}


def test_facets_count_what_filters_let_through(index: Index) -> None:
    filled(
        index,
        article("a", "rice in Musan", source="Post", lang="en", date="2019-06"),
        article("b", "rice in Hyesan", source="Post", lang="ko", date="2019"),
        article("c", "rice", source="Herald", lang="en", date="2020-01"),
        article("d", "corn in Musan", source="Herald", lang="en", date="2019-06"),
    )
    for filters, field, found in (
        (Filters(lang="en"), "source", {"Post": 1, "Herald": 1}),
        (Filters(source="post"), "lang", {"en": 1, "ko": 1}),
        (Filters(place="Musan"), "month", {"2019-06": 1}),
        (Filters(since=dates.since("2019-07")), "year", {"2019": 1, "2020": 1}),
        (Filters(until=dates.until("2019-05")), "year", {"2019": 1}),
        (Filters(ids=frozenset()), "year", {}),
    ):
        (facet,) = search(index, "rice", filters, facets=(field,)).facets
        assert dict(facet.values) == found, filters
    assert counts(index, "rice -musan", "source", match="all") == {"Post": 1, "Herald": 1}
    assert counts(index, "ric*", "lang") == {"en": 2, "ko": 1}


def test_facets_count_one_of_equal_texts_when_collapsed(index: Index) -> None:
    filled(index, article("a", "rice", source="A"), article("b", "rice", source="B"), article("c", "rice corn"))
    assert counts(index, "rice", "source", collapse=True) in ({"A": 1, "": 1}, {"B": 1, "": 1})
    assert counts(index, "rice", "source") == {"A": 1, "B": 1, "": 1}


def test_facets_are_sorted_by_count_and_months_by_time(index: Index) -> None:
    dates = ["2020-02", "2019-11", "2020-02-03", None, "2018"]
    filled(index, *(article(str(n), "rice", date=date, tags=("b", "a")) for n, date in enumerate(dates)))
    found = search(index, "rice", facets=("month", "year", "tag")).facets
    assert found[0].values == (("", 2), ("2019-11", 1), ("2020-02", 2))
    assert found[1].values == (("", 1), ("2018", 1), ("2019", 1), ("2020", 2))
    assert found[2].values == (("a", 5), ("b", 5))


PLACES = {
    "musan": article("musan", "Traders in Musan County said so."),
    "north": article("north", "Officials met in North Hamgyong Province."),
    "south": article("south", "함경남도 당위원회는 회의를 열었다."),
    "region": article("region", "People of Hamgyong are said to be stubborn."),
    "title": article("title", "Prices fell.", "Markets in Hyesan close"),
    "dateline": article("dateline", "The mill stopped.", place="CHONGJIN, North Hamgyong"),
    "seoul": article("seoul", "South Korea and North Korea talked.", place="SEOUL, South Korea"),
}


@pytest.mark.parametrize(
    ("place", "found"),
    [
        ("Musan", {"musan"}),
        ("Musan County", {"musan"}),
        ("무산군", {"musan"}),
        ("North Hamgyong", {"musan", "north", "dateline", "region"}),
        ("north hamkyung", {"musan", "north", "dateline", "region"}),
        ("South Hamgyong", {"south", "region"}),
        ("Hamgyong", {"musan", "north", "south", "dateline", "region"}),
        ("Ryanggang", {"title"}),
        ("Chongjin", {"dateline"}),
        ("South Korea", {"seoul"}),
        ("Seoul", {"seoul"}),
        ("Pyongyang", set()),
        ("...", set()),
    ],
)
def test_a_place_is_found_where_it_or_one_within_it_is_named(index: Index, place: str, found: set[str]) -> None:
    filled(index, *PLACES.values())
    assert set(names(index, PLACES, "", Filters(place=place))) == found
    assert set(names(index, PLACES, f'place:"{place}"')) == found


def test_a_place_that_the_lexicon_has_not_is_told(index: Index) -> None:
    filled(index, *PLACES.values())
    assert search(index, "place:chongjin").notes == ()
    (note,) = search(index, "", Filters(place="Zzongjin City")).notes
    assert "'Zzongjin City' is no place of the lexicon" in note
    assert "Chongjin" in note
    (country,) = search(index, 'place:"South Korea"').notes
    assert "such as" not in country
    (long,) = search(index, f"place:{'x' * 5000}").notes
    assert len(long) < 250


def test_facets_of_places_have_their_usual_names(index: Index) -> None:
    filled(index, *PLACES.values())
    assert counts(index, "", "place") == {
        "North Hamgyong": 4,
        "South Hamgyong": 2,
        "Hamgyong": 1,
        "Musan": 1,
        "Chongjin": 1,
        "Hyesan": 1,
        "Ryanggang": 1,
        "": 1,
    }


def test_a_rarer_term_has_a_greater_rarity(index: Index) -> None:
    log = filled(index, *named(a="rice corn", b="rice", c="rice squid corn").values())
    terms = ("rice", "corn", "squid", "zeppelin")
    rarities = index.rarities(terms)
    assert list(rarities) == list(terms)
    assert 0 < rarities["rice"] < rarities["corn"] < rarities["squid"] < rarities["zeppelin"]
    log.remove(*(article(name).id for name in "ab"))
    log.sync(index)
    assert min(index.rarities(terms).values()) >= 0


def test_corrections_are_words_that_articles_hold(index: Index) -> None:
    log = filled(index, *named(a="A lecture on smuggling", b="Lectures in Hyesan", c="the jangmadang").values())
    assert index.corrections("lectrue")[0] == "lecture"
    assert index.corrections("lectures") == ()
    assert index.corrections("Hyesam") == ("hyesan",)
    assert index.corrections("jangma dang") == ("jangmadang",)
    assert index.corrections("lecturehyesan") == ("lecture hyesan",)
    assert index.corrections("zeppelin") == ()
    log.remove(article("b").id)
    log.sync(index)
    for word in index.corrections("lectrue"):
        assert search(index, word).total


_ODD_TEXTS = st.text(max_size=30) | st.sampled_from(["함경" * 50_000, "Hamgyong " * 5_000, "\ud800", "North " * 9])


@pytest.mark.parametrize("filled_once", EMBEDDED, indirect=True)
@given(_ODD_TEXTS)
def test_any_text_may_be_given_as_a_place_or_a_word(filled_once: Index, text: str) -> None:
    assert_any_text_is_taken(filled_once, text)


@pytest.mark.parametrize("filled_once", [CLUSTER], indirect=True)
@settings(max_examples=100 if IS_WHOLE else 15)
@given(_ODD_TEXTS)
def test_any_text_may_be_given_as_a_place_or_a_word_in_a_cluster(filled_once: Index, text: str) -> None:
    assert_any_text_is_taken(filled_once, text)


def assert_any_text_is_taken(index: Index, text: str) -> None:
    found = search(index, "", Filters(place=text))
    assert found.total <= len(PLACES)
    assert len(found.notes) <= 1
    assert isinstance(index.corrections(text), tuple)
    assert index.rarities([text])[text] >= 0


@pytest.fixture(scope="module", params=ENGINES)
def filled_once(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Index]:
    with factory(request, request.param) as make, closing(make(tmp_path_factory.mktemp("cache"))) as opened:
        filled(opened, *PLACES.values())
        yield opened
