"""Three real nodes, of which one is lost while a corpus is written and read."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest

from nkcorpus.cluster.address import ClusterAddress
from nkcorpus.cluster.client import Cluster
from nkcorpus.cluster.documents import Write
from tests.cluster.conftest import BODY
from tests.cluster.nodes import Nodes

LAYOUT = BODY | {"settings": {"number_of_shards": 3}}
NUMBER = 2500


@pytest.fixture
def three(three_nodes: Nodes) -> Iterator[Cluster]:
    """A corpus in a cluster of three nodes, all named in its address."""
    address = ClusterAddress.parse(f"opensearch://{three_nodes.hosts}/lost")
    with Cluster(address, environ={}) as cluster:
        cluster.create("t", LAYOUT)
        yield cluster
        cluster.drop("t")


def test_a_node_that_is_lost_costs_nothing(three_nodes: Nodes, three: Cluster) -> None:
    """Writing, counting changes and paging go on over the loss even of the node that leads; all is there after."""
    under_way = threading.Event()

    def writes() -> Iterator[Write]:
        for one in range(NUMBER):
            if one == NUMBER // 3:
                under_way.set()
            yield Write.create(str(one), {"n": one})
            if one % 100 == 0:
                three.update("t", "counter", lambda source: {"n": (source or {"n": 0})["n"] - 1})

    with three.errors():
        layout = three.raw().indices.get_settings(index=three.index_of("t"))
    assert layout[three.index_of("t")]["settings"]["index"]["number_of_replicas"] == "1"
    three_nodes.wait("green", 3)

    def lose() -> None:
        under_way.wait()
        three_nodes.stop(1)

    stopping = threading.Thread(target=lose)
    stopping.start()
    outcomes = three.write("t", writes())
    stopping.join()
    assert outcomes == ["done"] * NUMBER
    three.refresh("t")
    pages = three.pages("t", {"range": {"n": {"gte": 0}}}, ["n"], size=500)
    read = [next(pages)]
    three_nodes.start(1)
    three_nodes.wait("green", 3)
    three_nodes.stop(2)
    read += pages
    assert [document.source["n"] for document in read] == list(range(NUMBER))
    counter = three.get("t", "counter")
    assert counter
    assert counter.source["n"] <= -NUMBER // 100
    three_nodes.start(2)
    three_nodes.wait("green", 3)
