"""What every engine must do. An engine is added by adding its factory to ENGINES in conftest."""

from __future__ import annotations

import math
import shutil
import tempfile
import time
from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from nkcorpus.errors import IndexDamaged, UsageError
from nkcorpus.index import Index
from nkcorpus.model import Indexable, Position
from nkcorpus.query import dates
from nkcorpus.query.ast import Filters, Words
from nkcorpus.query.parser import parse

from .builders import ChangeLog, article, filled, named, names, search
from .conftest import Factory
from .model import Model

QUERIES = [
    "rice",
    "mss lecture",
    "rice corn mss",
    "the",
    "the rice",
    '"mss lecture"',
    '"lecture of the mss"',
    "rice rice corn",
    "title:rice",
    "text:rice title:corn",
    "+rice corn",
    "rice -corn",
    "NOT rice",
    "rice AND corn",
    "rice AND NOT corn",
    "rice OR (corn AND mss)",
    "보위성",
    '"보위성 강연"',
    "보위성 강연",
    "5,500",
    "mss-lecture",
    "(rice corn) mss",
    "x",
    "",
    "-rice -corn",
    "+(rice OR corn) lecture",
    "NOT x",
    "+the rice",
    "(NOT rice) OR corn",
    "rice OR the",
    "lectur*",
    "lectures*",
    "*ice",
    "l?ct*",
    "title:l*",
    "보*",
    "보위*",
    "rise~1",
    "lecutre~1 -rice",
    "corm~2",
    "/lectur(es|ing)/",
    "/[a-m].*/ AND rice",
    '"rice corn"~0',
    '"rice corn"~3',
    '"the rice of corn"~2',
    '"lecture lecture"~4',
    '"보위성 강연을"~2',
    "rice NEAR/2 corn",
    "title:(rice NEAR/0 corn)",
    "lectur* NEAR/3 (lecture OR mss)",
    '"rice corn" NEAR/2 mss',
    "rice NEAR/1 the",
    "the NEAR/3 of",
    "rice^2.5 corn",
    "(rice OR mss)^0.5 lecture",
    '"rice corn"^3 OR mss^2',
    "date:2019",
    "rice date:2019..2020-06",
    "rice mss (date:2019 OR date:2021) -corn",
    "the since:2019",
    "rice OR date:..2019-03",
    "rice -since:2020",
]
WORDS = ["rice", "corn", "MSS", "lecture", "the", "of", "Hyesan,", "보위성", "강연을", "5,500", "state"]
WORDS += ["lectures", "Lecturing", "prices"]
DATES = [None, "2019", "2019-03", "2020-06-13", "2021-01-01T09:30+09:00"]


_ARTICLES = st.builds(
    lambda name, text, title, date: article(str(name), " ".join(text), " ".join(title) or None, date=date),
    st.integers(0, 9),
    st.lists(st.sampled_from(WORDS), max_size=12),
    st.lists(st.sampled_from(WORDS), max_size=3),
    st.sampled_from(DATES),
)
_CHANGES = st.lists(_ARTICLES | st.integers(0, 9), max_size=8)


def apply(log: ChangeLog, changes: list[Indexable | int]) -> None:
    for change in changes:
        if isinstance(change, int):
            log.remove(article(str(change)).id)
        else:
            log.put(change)


def assert_as_defined(index: Index, model: Model, text: str, *, exact: bool = False) -> None:
    node = parse(text)
    for match in ("any", "all"):
        found = search(index, text, match=match, exact=exact)
        expected = model.hits(node, match)
        assert set(found.ids) == set(expected)
        assert found.total == len(found.ids) == len(expected)
        for name, score in zip(found.ids, found.scores, strict=True):
            assert score is None or math.isclose(score, expected[name], rel_tol=1e-9, abs_tol=1e-9)
        assert all(one is None or other is None or one >= other for one, other in pairwise(found.scores))
    best = search(index, text, match="best", exact=exact)
    expected = model.hits(node)
    assert set(best.ids) == set(expected)
    first = model.holding_all(node) & set(expected) if isinstance(node, Words) and node.should else set(expected)
    assert set(best.ids[: len(first)]) == first
    for group in (best.ids[: len(first)], best.ids[len(first) :]):
        assert all(expected[one] >= expected[other] - 1e-9 for one, other in pairwise(group))


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(st.lists(_CHANGES, min_size=1, max_size=4), st.lists(st.sampled_from(QUERIES), min_size=6, max_size=6))
def test_any_history_of_changes_ends_in_what_the_definitions_say(
    make: Factory, batches: list[list[Indexable | int]], queries: list[str]
) -> None:
    """Matches and scores equal those worked out article by article, and those of an index built at once."""
    folder = Path(tempfile.mkdtemp())
    grown, built = make(folder / "grown"), make(folder / "built")
    try:
        log = ChangeLog()
        for batch in batches:
            apply(log, batch)
            log.sync(grown)
            assert grown.position() == log.upto()
        log.sync(built)
        model = Model(log.live)
        for text in queries:
            assert_as_defined(grown, model, text)
            one, other = search(grown, text), search(built, text)
            assert one.ids == other.ids
            assert [round(s or 0, 9) for s in one.scores] == [round(s or 0, 9) for s in other.scores]
    finally:
        grown.close()
        built.close()
        shutil.rmtree(folder)


def test_every_kind_of_query_is_answered_as_defined(index: Index) -> None:
    texts = [" ".join(WORDS[(n * k) % len(WORDS)] for k in range(1, 4 + n % 9)) for n in range(60)]
    titles = [text.split()[0] if n % 3 else None for n, text in enumerate(texts)]
    known = [article(str(n), text, titles[n], date=DATES[n % len(DATES)]) for n, text in enumerate(texts)]
    log = filled(index, *known)
    for exact in (False, True):
        model = Model(log.live, exact=exact)
        for text in QUERIES:
            assert_as_defined(index, model, text, exact=exact)


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


def test_a_slow_regular_expression_is_refused(index: Index) -> None:
    filled(index, article("a", " ".join(f"{'a' * 60}{n}" for n in range(20))))
    started = time.process_time()
    with pytest.raises(UsageError, match="takes too long"):
        search(index, "/(a+)+(a+)+(a+)+(a|a)+b/")
    assert time.process_time() - started < 5


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


def test_updates_and_removals_are_seen_at_once(index: Index) -> None:
    known = named(a="rice", b="rice corn")
    log = filled(index, *known.values())
    log.put(article("a", "wheat"))
    log.sync(index)
    assert names(index, known, "rice") == ["b"]
    assert names(index, known, "wheat") == ["a"]
    log.remove(known["b"].id)
    log.sync(index)
    assert names(index, known, "rice OR corn OR wheat") == ["a"]
    log.remove(known["a"].id)
    log.sync(index)
    assert search(index, "").total == 0
    log.put(known["a"])
    log.sync(index)
    assert names(index, known, "rice") == ["a"]


def test_an_empty_index_answers(index: Index) -> None:
    filled(index)
    for text in QUERIES:
        assert search(index, text).total == 0
    assert index.position() == Position()


def test_the_position_is_no_article(index: Index) -> None:
    known = named(a="rice", b="corn")
    log = filled(index, *known.values())
    for _ in range(3):
        log.put(article("a", "rice"))
        log.sync(index)
        for text in ("_meta", "id:_meta", "id:_", "meta", "title:_meta", 'id:"_meta"'):
            assert search(index, text).total == 0, text
        for text in ("", "NOT x", "-x -y", "NOT _meta"):
            assert set(names(index, known, text)) == {"a", "b"}, text


def test_a_result_without_ranking_has_no_scores(index: Index) -> None:
    filled(index, article("a", "rice"))
    assert search(index, "").scores == (None,)
    assert search(index, "NOT x").scores == (None,)
    [score] = search(index, "rice").scores
    assert score
    assert score > 0


def test_sync_does_only_what_is_needed(index: Index) -> None:
    log = filled(index, article("a", "rice"))
    reads: list[int] = []

    def read(after: int) -> Iterator[object]:
        reads.append(after)
        return log.read(after)

    assert not index.sync(read, log.upto, log.is_current)  # type: ignore[arg-type]
    log.put(article("b", "corn"))
    assert index.sync(read, log.upto, log.is_current)  # type: ignore[arg-type]
    assert reads == [1]


def test_an_index_of_another_history_is_rebuilt(index: Index) -> None:
    known = named(a="rice", b="corn", c="wheat")
    filled(index, known["a"], known["b"])
    restored = ChangeLog(known["a"], known["c"], salt="restored")
    assert restored.sync(index)
    assert set(names(index, known, "")) == {"a", "c"}
    older = ChangeLog(known["b"], salt="restored")
    assert older.sync(index)
    assert set(names(index, known, "")) == {"b"}


def test_an_index_is_found_again_by_a_new_process(make: Factory, tmp_path: Path) -> None:
    first = make(tmp_path)
    log = ChangeLog(article("a", "rice"))
    log.sync(first)
    first.close()
    second = make(tmp_path)
    assert second.position() == log.upto()
    assert not log.sync(second)
    assert search(second, "rice").total == 1
    second.close()


def test_without_an_index_there_is_no_position(index: Index) -> None:
    assert index.position() is None
    with pytest.raises(IndexDamaged):
        search(index, "rice")
    log = filled(index, article("a", "rice"))
    index.clear()
    assert index.position() is None
    assert not index.path.exists()
    log.sync(index)
    assert search(index, "rice").total == 1


def test_an_interrupted_sync_leaves_the_old_index(index: Index) -> None:
    log = filled(index, article("a", "rice"))
    log.put(article("b", "corn"))

    def broken(after: int) -> Iterator[object]:
        yield from log.read(after)
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        index.sync(broken, log.upto, log.is_current)  # type: ignore[arg-type]
    assert index.position() == Position(1, "1")
    assert search(index, "").total == 1
    log.sync(index)
    assert search(index, "").total == 2


def test_many_small_updates(index: Index) -> None:
    log = ChangeLog()
    for step in range(60):
        log.put(article(str(step % 25), f"rice {'corn ' * (step % 7)} {step}"))
        if step % 10 == 9:
            log.remove(article(str(step % 23)).id)
        log.sync(index)
    model = Model(log.live)
    for text in QUERIES:
        assert_as_defined(index, model, text)
    assert len(list(index.path.iterdir())) < 400, "segments are merged"


def test_long_and_odd_words_are_kept(index: Index) -> None:
    odd = ["x" * 5000, "\ud800 rice", "a\0b", "한" * 3000, "e\u0301" * 200, "💣 rice", "\u202ertl"]
    known = {str(n): replace(article(str(n)), text=text) for n, text in enumerate(odd)}
    filled(index, *known.values())
    assert names(index, known, "x" * 5000) == ["0"]
    assert names(index, known, "한" * 50) == ["3"]
    assert set(names(index, known, "rice")) == {"1", "5"}
    assert set(names(index, known, "")) == set(known)
