"""Corpora in the shared cluster, directly and behind a proxy."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from nkcorpus.cluster.address import ClusterAddress
from nkcorpus.cluster.client import Cluster
from tests.cluster.proxy import Proxy

BODY: dict[str, Any] = {
    "mappings": {
        "dynamic": "strict",
        "_meta": {"application": "nkcorpus", "schema": 1},
        "properties": {"n": {"type": "long"}, "word": {"type": "keyword"}},
    }
}


@pytest.fixture
def cluster(corpus_address: str) -> Iterator[Cluster]:
    """A corpus with one part, `t`."""
    with Cluster(ClusterAddress.parse(corpus_address)) as cluster:
        cluster.create("t", BODY)
        yield cluster


@pytest.fixture
def proxy(cluster: Cluster) -> Iterator[Proxy]:
    """A proxy before that cluster."""
    host, port = cluster.address.hosts[0]
    with Proxy(f"{host}:{port}") as proxy:
        yield proxy


def through(proxy: Proxy, cluster: Cluster, **environ: str) -> Cluster:
    """Return the same corpus by way of a proxy, asked with an environment of its own."""
    return Cluster(ClusterAddress.parse(proxy.address(cluster.address.name)), environ=environ)
