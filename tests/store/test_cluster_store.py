"""What only a store in a cluster has: parts of its own, their making, large payloads in pieces."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from contextlib import closing
from dataclasses import replace
from typing import Any

import pytest

from nkcorpus.cluster import Cluster, ClusterAddress
from nkcorpus.errors import CorpusDamaged, CorpusMissing, CorpusTooNew, NotACorpus
from nkcorpus.store.opensearch import lists, opening
from nkcorpus.store.opensearch.mappings import ARTICLES, PARTS, PAYLOADS, SCHEMA, TEXTS, VERSIONS, body_of
from nkcorpus.store.opensearch.store import OpenSearchStore
from nkcorpus.store.payloads import compress

from .builders import TOOL, add, prepared
from .homes import ClusterHome
from .test_clusters import COPY, LEFT, MIDDLE

ALL: Mapping[str, Any] = {"match_all": {}}
URL = "https://news.example/a"


def count(home: ClusterHome, part: str) -> int:
    with closing(Cluster(home.address)) as cluster:
        cluster.refresh(part)
        return cluster.count(part, ALL)


def test_nothing_of_a_removed_article_but_its_tombstone_stays(cluster_home: ClusterHome) -> None:
    store = cluster_home.create(prepared("Rice rose.", url=URL), LEFT, MIDDLE, COPY)
    add(store, prepared("Rice fell.", url=URL), prepared("Rice rose again.", url=URL))
    assert [count(cluster_home, part) for part in (VERSIONS, PAYLOADS, TEXTS)] == [2, 6, 1]
    ids = [change.id for change in store.changes(0)]
    assert store.remove([*ids, "0" * 32]) == len(ids) == 4
    assert [count(cluster_home, part) for part in (VERSIONS, PAYLOADS, TEXTS)] == [0, 0, 0]
    with closing(Cluster(cluster_home.address)) as cluster:
        for document in cluster.pages(ARTICLES, ALL, ["id"]):
            assert document.source.keys() == {"id", "seq", "number", "arrived", "removed_at"}


def test_a_large_payload_comes_back_from_its_parts(cluster_home: ClusterHome) -> None:
    payload = random.Random(1).randbytes(13 << 20)
    item = prepared("Rice rose.", payload=payload)
    store = cluster_home.create(item)
    assert count(cluster_home, PAYLOADS) == 3
    [stored] = store.payloads([item.article_id])
    assert stored.payload == payload
    with closing(Cluster(cluster_home.address)) as cluster, cluster.errors():
        cluster.raw().delete(index=cluster.index_of(PAYLOADS), id=f"{item.article_id}.{item.payload_sha256}.1")
    with pytest.raises(CorpusDamaged, match="part 2 of 3"):
        list(store.payloads([item.article_id]))
    store.remove([item.article_id])
    assert count(cluster_home, PAYLOADS) == 0


def test_bytes_that_were_not_kept_can_be_kept_later(cluster_home: ClusterHome) -> None:
    item = prepared("Rice rose.", payload=b"the page")
    store = cluster_home.open()
    add(store, replace(item, payload=None))
    before = store.position()
    assert [stored.payload for stored in store.payloads()] == [None]
    with store.writing([]) as writer:
        assert writer.payload(item.article_id, item.payload_sha256) is None
        writer.put_payload(item.article_id, item.payload_sha256, compress(b"the page"))
        writer.commit()
        assert writer.payload(item.article_id, item.payload_sha256) == b"the page"
    assert [stored.payload for stored in store.payloads()] == [b"the page"]
    assert store.position() == before


@pytest.fixture
def cluster(corpus_address: str) -> Cluster:
    return Cluster(ClusterAddress.parse(corpus_address))


def test_a_corpus_that_is_none_is_told(cluster: Cluster) -> None:
    with closing(cluster):
        with pytest.raises(CorpusMissing):
            OpenSearchStore(cluster, TOOL)
        for part in (lists.PART, ARTICLES):
            cluster.create(part, body_of(part, "0" * 32))
        with pytest.raises(CorpusMissing, match="broken off"):
            OpenSearchStore(cluster, TOOL)
        store = OpenSearchStore(cluster, TOOL, create=True)
        assert store.corpus_id == "0" * 32
        assert OpenSearchStore(cluster, TOOL, create=True).position() == store.position()
        with cluster.errors():
            cluster.raw().delete(index=cluster.index_of(lists.PART), id=opening.NAME)


def test_a_corpus_of_a_newer_schema_or_of_somebody_else_is_left_alone(cluster: Cluster) -> None:
    with closing(cluster):
        body = body_of(lists.PART, "0" * 32)
        body["mappings"]["_meta"]["schema"] = SCHEMA + 1
        cluster.create(lists.PART, body)
        for create in (False, True):
            with pytest.raises(CorpusTooNew):
                OpenSearchStore(cluster, TOOL, create=create)
        cluster.drop(lists.PART)
        cluster.create(lists.PART, {"mappings": {"_meta": {"application": "other"}}})
        for create in (False, True):
            with pytest.raises(NotACorpus):
                OpenSearchStore(cluster, TOOL, create=create)
        assert not any(cluster.exists(part) for part in PARTS if part != lists.PART)


@pytest.mark.parametrize(
    "damage",
    [
        lambda source: source.pop("versions"),
        lambda source: source.update(seq=None),
        lambda source: source["current"]["document"].update(raw_text=5),
        lambda source: source["current"]["document"].update(removed=[{"start": 5, "end": 2, "kind": "a", "rule": "b"}]),
        lambda source: source["versions"][0].update(kind="a ferry"),
    ],
)
def test_a_document_that_cannot_be_is_damage(
    cluster_home: ClusterHome, damage: Callable[[dict[str, object]], object]
) -> None:
    item = prepared("Rice rose.")
    store = cluster_home.create(item)
    with closing(Cluster(cluster_home.address)) as cluster:

        def change(source: dict[str, object] | None) -> dict[str, object] | None:
            assert source
            damage(source)
            return source

        cluster.update(ARTICLES, item.article_id, change)
    with pytest.raises(CorpusDamaged) as caught:
        store.articles([item.article_id])
    assert "\n" not in str(caught.value)
