"""In which order, on which page and how often every engine must show what it finds: dates, equals, duplicates."""

from __future__ import annotations

import pytest

from nkcorpus.index import Index
from nkcorpus.query import dates
from nkcorpus.query.ast import Filters

from .builders import article, filled, named, names, search

DATED = {
    "y": "2019", "m": "2019-06", "d": "2019-06-13", "s": "2019-06-13T09:30:05Z", "seoul": "2019-06-14T05:00+09:00",
    "late": "2019-12-31T23:30-05:00", "old": "1969-12-31", "none": None,
}  # fmt: skip


@pytest.mark.parametrize(
    ("since", "until", "found"),
    [
        (None, None, set(DATED)),
        ("2019", "2019", {"y", "m", "d", "s", "seoul"}),
        ("2019-06-13", "2019-06-13", {"y", "m", "d", "s", "seoul"}),
        ("2019-06-14", None, {"y", "m", "late"}),
        ("2020", None, {"late"}),
        (None, "2018", {"old"}),
        ("1960", "1970", {"old"}),
        ("2019-06-13T09:30:05", "2019-06-13T09:30:05", {"y", "m", "d", "s"}),
        ("2019-06-13T09:30:06", "2019-06-13T09:31", {"y", "m", "d"}),
        ("2019-06-14T05:00+09:00", "2019-06-14T05:00+09:00", {"y", "m", "d", "seoul"}),
        ("2020", "2019", set()),
    ],
)
def test_dates_are_inclusive_spans(index: Index, since: str | None, until: str | None, found: set[str]) -> None:
    known = {name: article(name, "rice", date=date) for name, date in DATED.items()}
    filled(index, *known.values())
    filters = Filters(since=dates.since(since) if since else None, until=dates.until(until) if until else None)
    assert set(names(index, known, "rice", filters)) == found
    assert set(names(index, known, "", filters)) == found


def test_order_by_date_puts_the_undated_last_both_ways(index: Index) -> None:
    known = {name: article(name, "rice " * n, date=date) for n, (name, date) in enumerate(DATED.items(), 1)}
    filled(index, *known.values())
    newest = ["late", "seoul", "s", "d", "m", "y", "old", "none"]
    assert names(index, known, "rice", sort="newest") == newest
    assert names(index, known, "rice", sort="oldest") == [*reversed(newest[:-1]), "none"]
    assert names(index, known, "", sort="newest") == newest


def test_what_was_stored_last_comes_first_among_equals(index: Index) -> None:
    known = named(**{f"a{n}": "rice" for n in range(5)})
    log = filled(index, *known.values())
    assert names(index, known, "rice") == ["a4", "a3", "a2", "a1", "a0"]
    log.put(known["a1"])
    log.sync(index)
    assert names(index, known, "rice") == ["a1", "a4", "a3", "a2", "a0"]


@pytest.mark.parametrize("size", [1, 3, 7])
@pytest.mark.parametrize("sort", ["relevance", "newest", "oldest"])
@pytest.mark.parametrize("collapse", [True, False])
def test_pages_make_up_the_whole(index: Index, size: int, sort: str, collapse: bool) -> None:
    filled(index, *(article(str(n), f"rice {n % 5} " * (n % 4 + 1), date=f"20{10 + n % 6}") for n in range(23)))
    whole = search(index, "rice", sort=sort, collapse=collapse)
    pages = [
        search(index, "rice", sort=sort, collapse=collapse, limit=size, offset=offset)
        for offset in range(0, whole.total + size, size)
    ]
    assert tuple(name for page in pages for name in page.ids) == whole.ids
    assert tuple(score for page in pages for score in page.scores) == whole.scores
    assert {page.total for page in pages} == {whole.total}
    assert len(whole.ids) == whole.total


def test_equal_texts_are_collapsed_into_the_one_that_comes_first(index: Index) -> None:
    known = {
        "plain": article("plain", "rice rose"),
        "titled": article("titled", " rice\n\nrose ", "Rice"),
        "other": article("other", "rice fell"),
        "empty1": article("empty1", "", "rice"),
        "empty2": article("empty2", "", "rice"),
    }
    log = filled(index, *known.values())
    found = search(index, "rice", collapse=True)
    assert found.total == len(found.ids) == 4
    assert set(names(index, known, "rice", collapse=True)) == {"titled", "other", "empty1", "empty2"}
    assert names(index, known, "rice -title:rice", collapse=True) in (["plain", "other"], ["other", "plain"])
    log.remove(known["titled"].id)
    log.sync(index)
    assert set(names(index, known, "rice", collapse=True)) == {"plain", "other", "empty1", "empty2"}


def test_what_makes_an_article_rank_higher(index: Index) -> None:
    """The invariants that a user relies on, whatever the formula."""
    pad = "filler " * 30
    known = {
        "titled": article("titled", f"rice {pad}", "Rice"),
        "often": article("often", f"rice rice rice {pad}"),
        "once": article("once", f"rice {pad}filler filler"),
        "long": article("long", f"rice {pad * 9}"),
        "rare": article("rare", f"squid {pad}filler filler"),
    }
    filled(index, *known.values())
    scores = dict(zip(search(index, "rice").ids, search(index, "rice").scores, strict=True))
    rice = {name: scores[item.id] or 0.0 for name, item in known.items() if item.id in scores}
    assert rice["titled"] > rice["once"]
    assert rice["often"] > rice["once"] > rice["long"] > 0
    assert names(index, known, "rice squid", match="any")[0] == "rare"
    assert names(index, known, "rice rice rice rice squid^0.1", match="any")[-1] == "rare"
    (twice,) = search(index, "squid squid", match="any").scores
    (single,) = search(index, "squid").scores
    assert (twice or 0.0) > (single or 0.0), "a word that is asked for twice counts more"


@pytest.mark.parametrize("sort", ["newest", "oldest"])
def test_an_order_by_date_keeps_the_scores_and_collapses_to_the_first(index: Index, sort: str) -> None:
    known = {year: article(year, "rice rose", date=year) for year in ("2018", "2019", "2020")}
    filled(index, *known.values(), article("x", "rice rice"))
    first = {"newest": "2020", "oldest": "2018"}[sort]
    found = search(index, "rice rose", sort=sort, collapse=True)
    assert found.total == 2
    assert found.ids[0] == known[first].id
    assert set(found.scores) <= set(search(index, "rice rose", sort=sort).scores)


def test_a_result_without_ranking_has_no_scores(index: Index) -> None:
    filled(index, article("a", "rice"))
    assert search(index, "").scores == (None,)
    assert search(index, "NOT x").scores == (None,)
    [score] = search(index, "rice").scores
    assert score
    assert score > 0
