"""Many articles: every query is answered as the definitions say, and the ten best are the best of all.

`NKCORPUS_TEST_ARTICLES=100000 python -m pytest tests/index/test_scale.py` takes as many as one likes.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import closing
from itertools import accumulate, product
from random import Random

import pytest
from hypothesis import HealthCheck, given, settings

from nkcorpus.index import Index
from nkcorpus.model import Indexable

from .agreement import QUERIES, assert_as_defined, queries_of
from .builders import ChangeLog, article
from .conftest import CLUSTER, EMBEDDED, ENGINES, IS_WHOLE, factory
from .model import Model

COUNT = int(os.environ.get("NKCORPUS_TEST_ARTICLES", "400"))
EXAMPLES = 60 if COUNT < 1_000 else 15

ASKED = ["rice", "corn", "MSS", "lecture", "the", "of", "Hyesan,", "보위성", "강연을", "5,500", "state", "lectures"]
ASKED += ["Lecturing", "prices", "rise", "rises"]
SYLLABLES = ["ri", "co", "lec", "tu", "ma", "no", "ce", "rn", "san", "보위", "강"]
WORDS = [*ASKED, *map("".join, product(SYLLABLES, repeat=2)), *map("".join, product(SYLLABLES[:9], repeat=3))]
FREQUENCIES = list(accumulate(1 / (rank + 2.7) for rank in range(len(WORDS))))
DATES = [None, "2018", "2019", "2019-03", "2020-06-13", "2021-01-01T09:30+09:00"]


def articles(count: int) -> Iterator[Indexable]:
    """Yield articles of words whose frequencies fall as those of a language do; those asked for stand all over."""
    rng = Random(1)
    words = WORDS.copy()
    rng.shuffle(words)
    for number in range(count):
        text = rng.choices(words, cum_weights=FREQUENCIES, k=rng.randrange(40))
        title = rng.choices(words, cum_weights=FREQUENCIES, k=rng.randrange(6))
        yield article(str(number), " ".join(text), " ".join(title) or None, date=rng.choice(DATES))


def stages() -> Iterator[ChangeLog]:
    """Yield a history as it grows: half of the articles, all, and all with some changed and some removed."""
    everything = list(articles(COUNT))
    log = ChangeLog(*everything[: COUNT // 2])
    yield log
    log.put(*everything[COUNT // 2 :])
    yield log
    for number, changed in enumerate(everything[: COUNT // 10]):
        log.put(article(str(7 * number), changed.text, f"{changed.title} rice"))
        log.remove(article(str(11 * number)).id)
    yield log


@pytest.fixture(scope="module", params=ENGINES)
def index(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Index]:
    with factory(request, request.param) as make, closing(make(tmp_path_factory.mktemp("scale"))) as opened:
        for log in stages():
            log.sync(opened)
        yield opened


@pytest.fixture(scope="module")
def model() -> Model:
    *_, log = stages()
    return Model(log.live)


@pytest.mark.parametrize("text", QUERIES)
def test_every_query_of_the_conformance_suite_is_answered_as_defined(index: Index, model: Model, text: str) -> None:
    assert_as_defined(index, model, text)


@pytest.mark.parametrize("index", EMBEDDED, indirect=True)
@settings(max_examples=EXAMPLES, suppress_health_check=list(HealthCheck), derandomize=True)
@given(text=queries_of(WORDS[:40]))
def test_any_query_is_answered_as_defined(index: Index, model: Model, text: str) -> None:
    assert_as_defined(index, model, text)


@pytest.mark.parametrize("index", [CLUSTER], indirect=True)
@settings(max_examples=EXAMPLES if IS_WHOLE else 5, suppress_health_check=list(HealthCheck), derandomize=True)
@given(text=queries_of(WORDS[:40]))
def test_any_query_is_answered_as_defined_in_a_cluster(index: Index, model: Model, text: str) -> None:
    assert_as_defined(index, model, text)
