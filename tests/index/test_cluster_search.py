"""Searching a cluster: the answers of an engine of files, in few requests, whatever the shards and however large."""

from __future__ import annotations

import json
import random
import secrets
from collections.abc import Iterator
from contextlib import closing, contextmanager
from itertools import pairwise

import pytest

from nkcorpus.cluster.address import ClusterAddress
from nkcorpus.cluster.client import Cluster
from nkcorpus.index import Index, MatchMode, SearchOptions
from nkcorpus.index.opensearch import OpenSearchIndex, limits, matching
from nkcorpus.model import Indexable
from nkcorpus.query.ast import And, Node, Or, Phrase, Query, Word, Words
from nkcorpus.query.parser import parse
from tests.cluster.proxy import Proxy

from .builders import article, filled, search
from .conftest import CLUSTER, EMBEDDED, factory

WORDS = [f"w{number:03}" for number in range(700)]


def _articles() -> list[Indexable]:
    rng = random.Random(3)
    found = []
    for number in range(90):
        text = " ".join(rng.choices(WORDS, k=50)) + ' said "no" \\ back'
        authors = tuple({f"A{rng.randint(1, 20)}", f"B{rng.randint(1, 9)}"})
        twin = number % 5 == 0
        found.append(article(str(number), "rice corn" if twin else text, rng.choice(WORDS), authors=authors))
    return found


@contextmanager
def _index(opensearch: str) -> Iterator[OpenSearchIndex]:
    """An index of its own, not one of the pool."""
    cluster = Cluster(ClusterAddress.parse(f"{opensearch}/c-{secrets.token_hex(6)}"))
    with closing(OpenSearchIndex(cluster)) as index:
        yield index
    with cluster, cluster.errors():
        cluster.raw().indices.delete(index=cluster.index_of("*"))


@pytest.fixture(scope="module")
def both(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Index, Index]]:
    """The same articles in a cluster and in files."""
    folder = tmp_path_factory.mktemp("cache")
    with (
        factory(request, CLUSTER) as make,
        closing(make(folder)) as clustered,
        closing(EMBEDDED["whoosh"](folder)) as embedded,
    ):
        for index in (clustered, embedded):
            filled(index, *_articles())
        yield clustered, embedded


HOSTILE: dict[str, Node] = {
    "quotes": parse('"said \\"no\\""'),
    "json": parse('w001" OR {"match_all":{}}'),
    "backslashes": parse("w001\\ back \\\\"),
    "a huge word": parse("w001 " + "y" * 9_000),
    "control characters": Words((Word("a\x00b"), Word("\x1e"), Word("w002\x1f"))),
    "more clauses than a cluster takes": Words(tuple(map(Word, WORDS[:300]))),
    "more clauses than words": Words(tuple(map(Word, WORDS * 15))),
    "all of many": And(tuple(map(Word, WORDS[:600]))),
    "any of many": Or(tuple(map(Word, WORDS[:600]))),
    "none of many": Words((Word("said"),), (), tuple(map(Word, WORDS[20:600]))),
    "a long phrase": Phrase(" ".join(WORDS)),
    "many near": Phrase(" ".join(WORDS[:400]), distance=5),
    "many patterns": parse("w00* w01* w02* w03* w04* w05* w0?1 w0?2"),
}


@pytest.mark.parametrize(("name", "exact"), [*((name, False) for name in HOSTILE), ("many patterns", True)])
def test_hostile_queries_are_answered_as_everywhere(both: tuple[Index, Index], name: str, exact: bool) -> None:
    match: MatchMode = "best" if len(name) % 2 else "any"
    query = Query(name, HOSTILE[name])
    options = SearchOptions(limit=12, match=match, exact=exact, facets=("author",))
    one, other = (index.search(query, options) for index in both)
    assert (one.ids, one.total, one.facets, one.notes) == (other.ids, other.total, other.facets, other.notes)
    assert one.scores == pytest.approx(other.scores)


def test_a_large_query_finds_no_less_and_scores_no_less() -> None:
    words = [{"term": {"text": {"value": word, "boost": 2.0}}} for word in WORDS]
    nears = [{"bool": {"must": [one], "filter": [other]}} for one, other in pairwise(words)]
    query = {"bool": {"should": words + nears, "minimum_should_match": 1}}
    smaller, exact = limits.bounded(query)
    assert exact and limits.clauses(smaller) == len(WORDS)
    boosts = [part["term"]["text"]["boost"] for part in smaller["bool"]["should"]]
    assert boosts == [4.0] * (len(WORDS) - 1) + [2.0]
    smallest, exact = limits.bounded({"bool": {"must": words * 2, "filter": []}})
    assert not exact and limits.clauses(smallest) == 1
    assert smallest["constant_score"]["boost"] == 4.0 * len(WORDS)


def test_values_and_twins_beyond_those_of_a_page_are_counted(
    both: tuple[Index, Index], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(matching, "_MOST_VALUES", 2)
    monkeypatch.setattr(matching, "_MOST_HITS", 7)
    monkeypatch.setattr(matching, "_MOST_RECORDS", 5)
    for text in ("said", "rice corn", ""):
        for collapse in (False, True):
            options: dict[str, object] = {"collapse": collapse, "facets": ("author", "source"), "limit": 9}
            one, other = (search(index, text, None, **options) for index in both)
            assert (one.total, one.facets, one.ids) == (other.total, other.facets, other.ids)


def test_shards_make_no_difference(opensearch: str, monkeypatch: pytest.MonkeyPatch) -> None:
    known = _articles()
    answers = []
    for shards in ("1", "3"):
        monkeypatch.setenv("NKCORPUS_OPENSEARCH_SHARDS", shards)
        with _index(opensearch) as index:
            filled(index, *known)
            queries = ("w001 w002 rice", '"rice corn"', "w00*", "rice NEAR/1 corn")
            answers.append([search(index, text, limit=20) for text in queries])
    for one, other in zip(*answers, strict=True):
        assert (one.ids, one.total) == (other.ids, other.total)
        assert one.scores == pytest.approx(other.scores)


def test_a_search_takes_few_requests_and_outlives_what_the_cluster_lets_go(opensearch: str) -> None:
    with _index(opensearch) as index:
        filled(index, *_articles())
        address = index._cluster.address
        host, port = address.hosts[0]
        with Proxy(f"{host}:{port}") as proxy:
            cluster = Cluster(ClusterAddress.parse(proxy.address(address.name)))
            with cluster, closing(OpenSearchIndex(cluster)) as asked:
                found = search(asked, "w001 said rice", limit=10)
                assert len(proxy.asked) <= 6, [one.path for one in proxy.asked]
                proxy.asked.clear()
                assert search(asked, "w001 said rice", limit=10) == found
                assert [one.path.partition("?")[0] for one in proxy.asked] == ["/_msearch"]
                point = json.loads(proxy.asked[0].body.split(b"\n")[1])["pit"]["id"]
                with cluster.errors():
                    cluster.raw().delete_pit(body={"pit_id": [point]})
                assert search(asked, "w001 said rice", limit=10) == found
                assert asked.rarities(["rice"]) == index.rarities(["rice"])
