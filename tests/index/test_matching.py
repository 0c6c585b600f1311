"""What every engine must find: words, phrases, fields, filters, patterns."""

from __future__ import annotations

import time
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from nkcorpus.errors import UsageError
from nkcorpus.index import Index
from nkcorpus.query.ast import Filters

from .builders import article, filled, named, names, search
from .conftest import Factory


def test_articles_that_hold_all_words_come_first_whatever_their_scores(index: Index) -> None:
    known = named(
        both="lecture " + "filler " * 400 + "mss",
        often="mss " * 50,
        rare="mss",
        **{f"x{n}": "lecture " * 3 for n in range(5)},
    )
    filled(index, *known.values())
    assert names(index, known, "mss lecture")[0] == "both"
    assert names(index, known, "mss lecture", match="any")[0] != "both"
    assert names(index, known, "mss lecture", match="all") == ["both"]


def test_a_phrase_needs_its_words_side_by_side(index: Index) -> None:
    known = named(
        exact="a lecture of the MSS was held",
        loose="the MSS held a lecture",
        stops="a lecture by a MSS",
        near="a lecture of MSS",
        korean="국가보위성에서 강연을 했다",
        apart="보위 사업과 위성",
    )
    filled(index, *known.values())
    assert set(names(index, known, '"lecture of the MSS"')) == {"exact", "stops"}
    assert names(index, known, '"lecture MSS"') == []
    assert names(index, known, '"MSS held"') == ["loose"]
    assert names(index, known, "보위성") == ["korean"]
    assert names(index, known, '"보위성에서 강연"') == ["korean"]
    assert names(index, known, '"강연을 보위성"') == []


def test_a_phrase_does_not_reach_across_fields(index: Index) -> None:
    known = {"a": article("a", "lecture", "MSS")}
    filled(index, *known.values())
    assert names(index, known, '"MSS lecture"') == []
    assert names(index, known, "MSS AND lecture") == ["a"]


def test_fields(index: Index) -> None:
    known = {
        "a": article(
            "a", "Rice rose.", "Prices up", authors=("Rim Sol", "Will Jo"), translator="Pyo Na Ri",
            source="The Sangol Post", lang="ko", url="https://www.news.example/2019/rice-price",
            place="SONGRIM, North Hwanghae", tags=("prices", "border trade"), removed="Translated by Pyo Na Ri",
            notes=("Verified by two editors.", "보위성 확인"),
        ),
        "b": article("b", "Rim Sol said prices fell.", "Rice down", authors=("Sol Rim",), source="Other", lang="en"),
    }  # fmt: skip
    filled(index, *known.values())
    for text, found in {
        "title:prices": ["a"],
        "text:prices": ["b"],
        'author:"rim sol"': ["a"],
        "author:will": ["a"],
        "author:rim -author:jo": ["b"],
        "translator:pyo": ["a"],
        "source:sangol": ["a"],
        "source:news.example": ["a"],
        "lang:KO": ["a"],
        "url:rice": ["a"],
        "url:2019/rice-price": ["a"],
        f"id:{known['a'].id}": ["a"],
        f"id:{known['b'].id[:6].upper()}": ["b"],
        "id:zzzz": [],
        'place:"north hwanghae"': ["a"],
        "place:songrim": ["a"],
        'tag:"border trade"': ["a"],
        "tag:price": [],
        'removed:"translation by pyo"': ["a"],
        "removed:rice": [],
        "note:verifying": ["a"],
        'note:"two editors"': ["a"],
        "note:edit*": ["a"],
        "note:보위성": ["a"],
        "note:rice": [],
        "editors": [],
        "translation": [],
        "translator:p*": ["a"],
        "author:r?m": ["b", "a"],
        "source:sangal~1": ["a"],
        "url:/rice|corn/": ["a"],
        "id:/.*/": ["b", "a"],
        "lang:e*": ["b"],
        "author:(rim NEAR/0 sol)": ["b", "a"],
        "title:(prices OR rice) lang:en": ["b", "a"],
    }.items():
        assert names(index, known, text) == found, text


def test_filters_narrow_without_changing_scores(index: Index) -> None:
    known = {
        "a": article("a", "rice rice", source="The Sangol Post", authors=("Rim Sol",), lang="en"),
        "b": article("b", "rice corn", source="the sangol post", url="https://www.other.example/x", lang="ko"),
        "c": article("c", "rice mss corn", url="https://news.example/y", authors=("Rim Hyo", "Jo Sol")),
    }
    filled(index, *known.values())
    scores = dict(zip(search(index, "rice").ids, search(index, "rice").scores, strict=True))
    for filters, found in [
        (Filters(source="THE SANGOL POST"), {"a", "b"}),
        (Filters(source="sangol"), set()),
        (Filters(source="www.other.example"), {"b"}),
        (Filters(source="news.example"), {"c"}),
        (Filters(author="rim sol"), {"a"}),
        (Filters(author="rim"), {"a", "c"}),
        (Filters(author="..."), set()),
        (Filters(lang="EN"), {"a"}),
        (Filters(source="the sangol post", lang="ko"), {"b"}),
        (Filters(ids=frozenset({known["a"].id, known["c"].id, "0" * 32})), {"a", "c"}),
        (Filters(ids=frozenset({known["a"].id, known["c"].id}), lang="en"), {"a"}),
        (Filters(ids=frozenset()), set()),
    ]:
        assert set(names(index, known, "rice", filters)) == found, filters
        narrowed = search(index, "rice", filters)
        assert narrowed.total == len(found)
        assert all(scores[name] == score for name, score in zip(narrowed.ids, narrowed.scores, strict=True))


def test_exact_finds_words_as_they_are_written(index: Index) -> None:
    known = named(
        one="A lecture in Hyesan.", many="Lectures in Hyesan.", doing="Lecturing in HYESAN", doubled="Plans, planned"
    )
    filled(index, *known.values())
    for text, found in {
        "lecture": {"one"},
        "LECTURES": {"many"},
        "lectured": set(),
        "hyesan": {"one", "many", "doing"},
        '"lectures in hyesan"': {"many"},
        "lectures NEAR/2 hyesan": {"many"},
        "plan": set(),
        "planned": {"doubled"},
        "planning": set(),
        "lectur*": {"one", "many", "doing"},
    }.items():
        assert set(names(index, known, text, exact=True)) == found, text


def test_a_pattern_is_one_word_to_the_ranking(index: Index) -> None:
    """However many words it stands for, each article counts once, by all of them together."""
    known = named(often="smuggler smuggling smuggled", once="smuggler one two", **{f"x{n}": "rice" for n in range(5)})
    filled(index, *known.values())
    assert names(index, known, "smuggl*") == ["often", "once"]
    assert search(index, "smuggl*").scores == search(index, "/smuggl(er|ing|ed)/").scores


def test_a_pattern_of_too_many_words_is_cut_to_the_commonest_and_told(index: Index) -> None:
    rare = {f"r{n}": article(f"r{n}", " ".join(f"xa{n}b{k}c" for k in range(120))) for n in range(10)}
    known = {**rare, "one": article("one", "xavier"), "two": article("two", "xavier")}
    filled(index, *known.values())
    found = search(index, "x*")
    assert {known["one"].id, known["two"].id} <= set(found.ids)
    assert found.notes == ("x* stands for 1,201 words; the 1,000 in the most articles are searched",)
    assert search(index, "xa*r").notes == ()


def test_a_word_that_no_article_holds_any_more_is_found_nowhere(index: Index) -> None:
    log = filled(index, article("a", "smuggling"), article("b", "smuggled"))
    log.remove(article("a").id)
    log.sync(index)
    assert search(index, "smuggli*").total == 0
    assert search(index, "smuggl*").ids == (article("b").id,)


def test_words_of_a_later_sync_fit_patterns(index: Index) -> None:
    log = filled(index, article("a", "smuggling"))
    assert search(index, "smuggl*").total == 1
    log.put(article("b", "smugglers"))
    log.sync(index)
    assert search(index, "smuggl*").total == 2
    assert search(index, "smuggling*").total == 1


_SLOW = "/(a+)+(a+)+(a+)+(a|a)+b/"


def test_a_slow_regular_expression_is_refused(filed: Index) -> None:
    filled(filed, article("a", " ".join(f"{'a' * 60}{n}" for n in range(20))))
    started = time.process_time()
    with pytest.raises(UsageError, match="takes too long"):
        search(filed, _SLOW)
    assert time.process_time() - started < 5


def test_a_slow_regular_expression_is_an_automaton_in_a_cluster(clustered: Factory, tmp_path: Path) -> None:
    with closing(clustered(tmp_path)) as index:
        filled(index, article("a", " ".join(f"{'a' * 60}{n}" for n in range(20))), article("b", "aaaaab"))
        assert search(index, _SLOW).total == 1


def test_long_and_odd_words_are_kept(index: Index) -> None:
    odd = ["x" * 5000, "\ud800 rice", "a\0b", "한" * 3000, "e\u0301" * 200, "💣 rice", "\u202ertl"]
    known = {str(n): replace(article(str(n)), text=text) for n, text in enumerate(odd)}
    filled(index, *known.values())
    assert names(index, known, "x" * 5000) == ["0"]
    assert names(index, known, "한" * 50) == ["3"]
    assert set(names(index, known, "rice")) == {"1", "5"}
    assert set(names(index, known, "")) == set(known)
