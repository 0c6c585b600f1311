"""Queries of every kind, and whether an index answers one as the definitions say."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from itertools import pairwise

from hypothesis import strategies as st

from nkcorpus.index import Index
from nkcorpus.query.ast import Words
from nkcorpus.query.parser import parse

from .builders import search
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


def queries_of(words: Sequence[str]) -> st.SearchStrategy[str]:
    """Return a strategy of queries made of these words by all operators of the language."""
    word = st.sampled_from(words)
    many = st.lists(word, min_size=2, max_size=3).map(" ".join)
    near = st.integers(0, 6)
    leaf = st.one_of(
        word,
        st.builds("{}:{}".format, st.sampled_from(["title", "text"]), word),
        many.map('"{}"'.format),
        st.builds('"{}"~{}'.format, many, near),
        st.builds("{} NEAR/{} {}".format, word, near, word),
        word.map(lambda text: f"{text[:3]}*"),
        word.map(lambda text: f"*{text[-2:]}"),
        st.builds("{}~{}".format, word.filter(str.isalpha), st.integers(1, 2)),
        word.filter(str.isalpha).map(lambda text: f"/{text[0]}.{{1,4}}{text[-1]}/"),
        st.builds("date:{}..{}".format, st.integers(2018, 2020), st.integers(2020, 2022)),
    )
    part = leaf.map(lambda text: f"({text})" if " NEAR/" in text else text)
    weighted = st.builds("({})^{}".format, leaf, st.sampled_from([0.5, 2, 3.5]))
    signed = st.builds("{}{}".format, st.sampled_from(["", "", "", "+", "-"]), part)
    row = st.lists(st.one_of(signed, weighted), min_size=1, max_size=4).map(" ".join)
    joined = st.builds("{} {} {}".format, part, st.sampled_from(["AND", "OR", "AND NOT"]), part)
    group = st.one_of(row, joined).map("({})".format)
    return st.one_of(row, joined, st.builds("{} {}".format, group, row), st.builds("{} OR {}".format, group, group))


def assert_as_defined(index: Index, model: Model, text: str, *, exact: bool = False) -> None:
    """Compare matches, totals, scores and order of all that a query finds, and the first ten asked for alone."""
    node = parse(text)
    for match in ("any", "all", "best"):
        found = search(index, text, match=match, exact=exact)
        expected, gains, doubtful = model.scores(node, match)
        assert set(found.ids) == set(expected), text
        assert found.total == len(found.ids) == len(expected)
        honoured = set(expected)
        if match == "best" and isinstance(node, Words) and node.should:
            honoured &= model.holding_all(node)
        assert set(found.ids[: len(honoured)]) == honoured, text
        for group in (found.ids[: len(honoured)], found.ids[len(honoured) :]):
            assert_in_order([_least_and_most(name, expected, gains, name in doubtful) for name in group], text)
        for name, score in zip(found.ids, found.scores, strict=True) if match != "best" else ():
            least, most = _least_and_most(name, expected, gains, name in doubtful)
            assert score is None or any(math.isclose(score, one, rel_tol=1e-9, abs_tol=1e-9) for one in (least, most))
        first = search(index, text, match=match, exact=exact, limit=10)
        assert (first.total, first.ids) == (found.total, found.ids[:10]), text


def assert_in_order(scores: Sequence[tuple[float, float]], text: str) -> None:
    """Tell whether scores, each between two, fall."""
    for (_, most), (least, _) in pairwise(scores):
        assert most >= least - 1e-9 * max(1.0, abs(least)), text


def _least_and_most(
    name: str, scores: Mapping[str, float], gains: Mapping[str, float], is_doubtful: bool
) -> tuple[float, float]:
    most = scores[name] + gains.get(name, 0.0)
    return scores[name] if is_doubtful else most, most
