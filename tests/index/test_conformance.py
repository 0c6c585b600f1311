"""What every engine must do: any query, after any history of changes, is answered as the definitions say.

What is easier to see in examples is in the files beside this one. An engine is added by adding its factory to ENGINES
in conftest.
"""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from nkcorpus.index import Index
from nkcorpus.model import Indexable, Position

from .agreement import QUERIES, assert_as_defined
from .builders import ChangeLog, article, filled, search
from .conftest import IS_WHOLE, Factory, folder_of, sampled
from .model import Model
from .pool import PooledIndex

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


def assert_a_history_ends_as_defined(make: Factory, batches: list[list[Indexable | int]], queries: list[str]) -> None:
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


_SLOW = [HealthCheck.function_scoped_fixture, HealthCheck.too_slow]


@settings(max_examples=40, suppress_health_check=_SLOW)
@given(st.lists(_CHANGES, min_size=1, max_size=4), st.lists(st.sampled_from(QUERIES), min_size=6, max_size=6))
def test_any_history_of_changes_ends_in_what_the_definitions_say(
    embedded: Factory, batches: list[list[Indexable | int]], queries: list[str]
) -> None:
    assert_a_history_ends_as_defined(embedded, batches, queries)


@settings(max_examples=40 if IS_WHOLE else 3, suppress_health_check=_SLOW)
@given(st.lists(_CHANGES, min_size=1, max_size=4), st.lists(st.sampled_from(QUERIES), min_size=6, max_size=6))
def test_any_history_of_changes_ends_in_what_the_definitions_say_in_a_cluster(
    clustered: Factory, batches: list[list[Indexable | int]], queries: list[str]
) -> None:
    assert_a_history_ends_as_defined(clustered, batches, queries)


def test_every_kind_of_query_is_answered_as_defined(index: Index) -> None:
    texts = [" ".join(WORDS[(n * k) % len(WORDS)] for k in range(1, 4 + n % 9)) for n in range(60)]
    titles = [text.split()[0] if n % 3 else None for n, text in enumerate(texts)]
    known = [article(str(n), text, titles[n], date=DATES[n % len(DATES)]) for n, text in enumerate(texts)]
    log = filled(index, *known)
    for exact in (False, True):
        model = Model(log.live, exact=exact)
        for text in sampled(QUERIES, isinstance(index, PooledIndex)):
            assert_as_defined(index, model, text, exact=exact)


def test_an_empty_index_answers(index: Index) -> None:
    filled(index)
    for text in sampled(QUERIES, isinstance(index, PooledIndex)):
        assert search(index, text).total == 0
    assert index.position() == Position()


def test_many_small_updates(index: Index) -> None:
    log = ChangeLog()
    is_clustered = isinstance(index, PooledIndex)
    for step in range(20 if is_clustered else 60):
        log.put(article(str(step % 25), f"rice {'corn ' * (step % 7)} {step}"))
        if step % 10 == 9:
            log.remove(article(str(step % 23)).id)
        log.sync(index)
    model = Model(log.live)
    for text in sampled(QUERIES, is_clustered):
        assert_as_defined(index, model, text)
    if not is_clustered:
        assert len(list(folder_of(index).iterdir())) < 400, "segments are merged"
