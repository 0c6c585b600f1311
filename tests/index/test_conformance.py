"""What every engine must do: any query, after any history of changes, is answered as the definitions say.

What is easier to see in examples is in the files beside this one. An engine is added by adding its factory to ENGINES
in conftest.
"""

from __future__ import annotations

import math
import shutil
import tempfile
from itertools import pairwise
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from nkcorpus.index import Index
from nkcorpus.model import Indexable, Position
from nkcorpus.query.ast import Words
from nkcorpus.query.parser import parse

from .builders import ChangeLog, article, filled, search
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


def test_an_empty_index_answers(index: Index) -> None:
    filled(index)
    for text in QUERIES:
        assert search(index, text).total == 0
    assert index.position() == Position()


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
