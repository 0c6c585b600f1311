"""What a corpus reads from and writes to its indices, in a real OpenSearch."""

from __future__ import annotations

import threading
from typing import Any

import pytest

from nkcorpus.cluster.address import ClusterAddress
from nkcorpus.cluster.client import Cluster
from nkcorpus.cluster.documents import Write
from nkcorpus.errors import ClusterRefused, CorpusMissing, CorpusNotWritable, NotACorpus
from tests.cluster.conftest import BODY

ALL: dict[str, Any] = {"match_all": {}}


def test_an_index_is_made_once_and_dropped(cluster: Cluster) -> None:
    cluster.write("t", [Write.put("a", {"n": 1})])
    cluster.create("t", BODY)
    assert cluster.get("t", "a") is not None
    assert cluster.meta("t") == {"application": "nkcorpus", "schema": 1}
    with cluster.errors():
        layout = cluster.raw().indices.get_settings(index=cluster.index_of("t"))
    assert layout[cluster.index_of("t")]["settings"]["index"]["number_of_replicas"] == "0"
    cluster.drop("t")
    cluster.drop("t")
    assert not cluster.exists("t")
    with pytest.raises(CorpusMissing, match="a part of it is gone"):
        cluster.count("t", ALL)


def test_an_index_that_is_deleted_under_a_writer_keeps_its_mapping(cluster: Cluster) -> None:
    with cluster.errors():
        cluster.raw().indices.delete(index=cluster.index_of("t"))
    cluster.write("t", [Write.put("a", {"n": 1})])
    assert cluster.meta("t") == {"application": "nkcorpus", "schema": 1}


def test_shards_and_replicas_are_those_of_the_environment_unless_the_index_says_its_own(corpus_address: str) -> None:
    environ = {"NKCORPUS_OPENSEARCH_SHARDS": "3", "NKCORPUS_OPENSEARCH_REPLICAS": "2"}
    with Cluster(ClusterAddress.parse(corpus_address), environ=environ) as cluster:
        cluster.create("many", BODY)
        cluster.create("one", BODY | {"settings": {"number_of_shards": 1}})
        with cluster.errors():
            told = cluster.raw().indices.get_settings(index=cluster.index_of("*"))
    layout = {name.rpartition(".")[2]: index["settings"]["index"] for name, index in told.items()}
    assert {part: (one["number_of_shards"], one["number_of_replicas"]) for part, one in layout.items()} == {
        "many": ("3", "2"),
        "one": ("1", "2"),
    }


def test_each_write_tells_what_came_of_it(cluster: Cluster) -> None:
    assert cluster.write("t", [Write.create("a", {"n": 1}), Write.create("a", {"n": 2})]) == ["done", "conflict"]
    document = cluster.get("t", "a")
    assert document
    assert document.source == {"n": 1}
    replaced = [Write.replace(document, {"n": 3}), Write.replace(document, {"n": 4}), Write.delete("a", document)]
    assert cluster.write("t", replaced) == ["done", "conflict", "conflict"]
    newer = [Write.newer("b", {"n": 5}, 5), Write.newer("b", {"n": 50}, 5), Write.newer("b", {"n": 6}, 6)]
    assert cluster.write("t", newer) == ["done", "conflict", "done"]
    assert cluster.write("t", [Write.delete("none"), Write.put("c", {"n": 7}), Write.delete("a")]) == ["done"] * 3
    found = cluster.get_many("t", ["a", "b", "c"])
    assert [document and document.source for document in found] == [None, {"n": 6}, {"n": 7}]
    assert cluster.write("t", []) == []


def test_some_fields_are_read_or_none(cluster: Cluster) -> None:
    cluster.write("t", [Write.put("a", {"n": 1, "word": "x"})])
    read = cluster.get("t", "a", fields=["word"]), cluster.get("t", "a", fields=[])
    assert [document and document.source for document in read] == [{"word": "x"}, {}]


def test_a_write_that_is_refused_is_named_and_the_others_of_its_bulk_stay(cluster: Cluster) -> None:
    writes = [Write.put("a", {"n": 1}), Write.put("bad one", {"no": 1}), Write.put("c", {"n": 3})]
    with pytest.raises(ClusterRefused, match=r"document bad one: .*strict_dynamic_mapping_exception") as caught:
        cluster.write("t", writes)
    assert caught.value.kind == "strict_dynamic_mapping_exception"
    assert "\n" not in str(caught.value)
    assert [bool(document) for document in cluster.get_many("t", ["a", "bad one", "c"])] == [True, False, True]
    assert cluster.write("t", [writes[0], Write.put("bad one", {"n": 2})]) == ["done", "done"]


def test_a_document_beyond_what_the_cluster_takes_is_refused(cluster: Cluster) -> None:
    with pytest.raises(ClusterRefused, match="document huge: "):
        cluster.write("t", [Write.put("a", {"n": 1}), Write.put("huge", {"word": "x" * 40_000})])
    assert cluster.get("t", "a")


@pytest.mark.parametrize("block", ["read_only_allow_delete", "read_only", "write"])
def test_an_index_that_is_blocked_is_not_writable_and_asked_no_more(cluster: Cluster, block: str) -> None:
    cluster.write("t", [Write.put("a", {"n": 1})])
    _block(cluster, block, True)
    with pytest.raises(CorpusNotWritable, match="lets nothing be written"):
        cluster.write("t", [Write.put("b", {"n": 2})])
    assert cluster.get("t", "a")
    _block(cluster, block, None)
    assert cluster.write("t", [Write.put("b", {"n": 2})]) == ["done"]


def test_an_index_of_others_is_not_taken_for_a_corpus(cluster: Cluster) -> None:
    with cluster.errors():
        cluster.raw().indices.create(index=cluster.index_of("foreign"))
    with pytest.raises(NotACorpus, match="was not made by nkcorpus"):
        cluster.meta("foreign")


def test_a_query_that_the_cluster_does_not_take_is_one_line(cluster: Cluster) -> None:
    for ask in (lambda: cluster.search("t", {"query": {"no": {}}}), lambda: cluster.search_many("t", [{"no": 1}])):
        with pytest.raises(ClusterRefused) as caught:
            ask()
        assert "\n" not in str(caught.value)


def test_pages_hold_to_one_point_in_time(cluster: Cluster) -> None:
    cluster.write("t", (Write.put(str(number), {"n": number}) for number in range(25)))
    cluster.refresh("t")
    pages = cluster.pages("t", ALL, [{"n": "desc"}], size=10)
    read = [next(pages)]
    cluster.write("t", [Write.put("new", {"n": 100}), Write.put("3", {"n": 200})])
    cluster.refresh("t")
    read += pages
    assert [document.source["n"] for document in read] == list(range(25))[::-1]
    assert read[0].sort == (24,)
    assert cluster.count("t", {"range": {"n": {"gte": 100}}}) == 2
    newest = [document.id for document in cluster.pages("t", {"range": {"n": {"gte": 23}}}, ["n"], fields=[])]
    assert newest == ["23", "24", "new", "3"]


def test_pages_leave_no_point_in_time_open(cluster: Cluster) -> None:
    cluster.write("t", (Write.put(str(number), {"n": number}) for number in range(5)))
    cluster.refresh("t")
    assert len(list(cluster.pages("t", ALL, ["n"], size=2))) == 5
    halfway = cluster.pages("t", ALL, ["n"], size=2)
    next(halfway)
    halfway.close()
    with cluster.errors():
        stats = cluster.raw().indices.stats(index=cluster.index_of("t"), metric="search")
    assert stats["_all"]["total"]["search"]["point_in_time_current"] == 0


def test_searches_come_back_in_order(cluster: Cluster) -> None:
    cluster.write("t", (Write.put(str(number), {"n": number}) for number in range(5)))
    cluster.refresh("t")
    asked = [{"query": {"range": {"n": {"lt": number}}}, "track_total_hits": True} for number in range(4)]
    answers = cluster.search_many("t", asked, dfs=True)
    assert [answer["hits"]["total"]["value"] for answer in answers] == [0, 1, 2, 3]
    assert cluster.search_many("t", []) == []
    assert cluster.search("t", asked[2], dfs=True)["hits"]["total"]["value"] == 2


def test_many_change_one_document_and_no_change_is_lost(cluster: Cluster) -> None:
    def add(source: dict[str, Any] | None) -> dict[str, Any]:
        return {"n": source["n"] + 1 if source else 1}

    def add_often() -> None:
        for _ in range(10):
            cluster.update("t", "counter", add)

    threads = [threading.Thread(target=add_often) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert cluster.update("t", "counter", lambda source: None) == {"n": 40}
    assert cluster.update("t", "none", lambda source: None) is None


def _block(cluster: Cluster, block: str, value: bool | None) -> None:
    with cluster.errors():
        cluster.raw().indices.put_settings(index=cluster.index_of("t"), body={f"index.blocks.{block}": value})
