"""The first page of many articles: what an engine looks at for it makes no difference."""

from __future__ import annotations

import random
from collections.abc import Iterator
from contextlib import closing
from itertools import product

import pytest

from nkcorpus.index import Index
from nkcorpus.model import Indexable
from nkcorpus.query import dates
from nkcorpus.query.ast import Filters

from .builders import ChangeLog, article, search
from .conftest import ENGINES, factory, sampled
from .pool import PooledIndex

_ARTICLES = 1_500
QUERIES = [
    "rice",
    "rice corn",
    "rice corn lectures mss",
    "+rice corn -squid",
    "rice OR title:corn",
    "(rice corn)^2 lecture^0.5",
    '"rice corn"',
    'rice "corn lecture" mss',
    "lectur*",
    "rice NEAR/3 corn",
    "lecture AND date:2019",
    "lectures date:2019..2020",
    "title:lecture corn",
    "보위성 rice",
    "lang:ko",
    "rice lang:ko",
    "+lang:ko -rice",
    "lang:ko AND date:2019",
    "source:s1",
    "NOT rice",
    "",
    "the",
]


@pytest.fixture(scope="module", params=ENGINES)
def large(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Index]:
    """Articles of which some were replaced, removed, have equal texts or no date."""
    rng = random.Random(1)
    words = "rice corn lecture lectures lecturing mss squid the of 보위성에서 강연 market price smuggled".split()
    weights = [8, 4, 3, 3, 1, 2, 1, 9, 9, 2, 1, 5, 5, 3]

    def made(number: int) -> Indexable:
        text = " ".join(rng.choices(words, weights, k=rng.randint(1, 90) if number % 9 else 3))
        title = " ".join(rng.choices(words, weights, k=rng.randint(1, 7))) if number % 3 else None
        date = rng.choice([None, "2019", f"2019-{rng.randint(1, 12):02}", f"20{rng.randint(10, 24)}-05-06"])
        return article(
            str(number), text, title, date=date, lang=rng.choice(["ko", "en", None]), source=f"S{number % 7}"
        )

    log = ChangeLog()
    with factory(request, request.param) as make, closing(make(tmp_path_factory.mktemp("cache"))) as opened:
        for numbers in (range(900), range(700, _ARTICLES), range(100, 250)):
            log.put(*map(made, numbers))
            log.remove(*(article(str(number)).id for number in numbers if number % 13 == 0))
            log.sync(opened)
        yield opened


@pytest.mark.parametrize("text", QUERIES)
@pytest.mark.parametrize("collapse", [True, False])
def test_a_page_is_a_part_of_the_whole(large: Index, text: str, collapse: bool) -> None:
    narrow = Filters(since=dates.since("2015"))
    orders = "relevance", "newest", "oldest"
    ways = ("best", False), ("any", False), ("best", True)
    for filters, sort, (match, exact) in sampled(
        [*product((None, narrow), orders, ways)], isinstance(large, PooledIndex)
    ):
        options: dict[str, object] = {"sort": sort, "match": match, "collapse": collapse, "exact": exact}
        options["facets"] = ("source", "year")
        whole = search(large, text, filters, **options)
        assert len(whole.ids) == whole.total
        for limit, offset in ((10, 0), (3, 40), (1, 0)):
            page = search(large, text, filters, limit=limit, offset=offset, **options)
            assert page.ids == whole.ids[offset : offset + limit]
            assert page.scores == pytest.approx(whole.scores[offset : offset + limit])
            assert (page.total, page.facets, page.notes) == (whole.total, whole.facets, whole.notes)
