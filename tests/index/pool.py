"""Indices in a cluster for many small tests: making one takes as long as many searches, so they are emptied and reused.

Only where a new generation comes from differs from what users have.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Set
from dataclasses import replace
from pathlib import Path

from nkcorpus.cluster.address import ClusterAddress
from nkcorpus.cluster.client import Cluster
from nkcorpus.cluster.documents import Outcome, Write
from nkcorpus.index.opensearch import OpenSearchIndex
from nkcorpus.index.opensearch.generations import DRAFT, SEARCH, VERSION, WORDS, Generation, Generations

_EPOCH = 1 << 40


class PooledCluster(Cluster):
    """Has what is written after an index was emptied be newer than what was deleted then."""

    epoch = 0

    def write(self, part: str, writes: Iterable[Write]) -> list[Outcome]:
        later = (
            write if write.version is None else replace(write, version=write.version + self.epoch) for write in writes
        )
        return super().write(part, later)


class Pool:
    """Indices of corpora, one for each folder that tests name, as other engines have theirs in folders."""

    def __init__(self, cluster: str) -> None:
        self._address = cluster
        self._used: dict[Path, PooledCluster] = {}
        self._free: list[PooledCluster] = []
        self._spares: dict[PooledCluster, list[Generation]] = {}

    def index(self, root: Path) -> OpenSearchIndex:
        """Return the index of a folder: another instance for each call, and an empty one for a folder that is new."""
        self.release({known for known in self._used if not known.parent.exists()})
        if root not in self._used:
            self._used[root] = self._free.pop() if self._free else self._new()
        cluster = self._used[root]
        return PooledIndex(cluster, self._spares[cluster])

    def release(self, roots: Set[Path]) -> None:
        """Empty what is of some folders."""
        for root in roots & self._used.keys():
            cluster = self._used.pop(root)
            generations = SpareGenerations(cluster, [])
            found = generations._all()
            spares = [generation for generation in found if generation.version == VERSION][:1]
            for generation in found.keys() - spares:
                generations.drop(generation)
            for generation in spares:
                _empty(cluster, generation)
            cluster.epoch += _EPOCH
            self._spares[cluster][:] = spares
            self._free.append(cluster)

    def close(self) -> None:
        """Delete all."""
        self.release(set(self._used))
        for cluster in self._free:
            with cluster, cluster.errors():
                cluster.raw().indices.delete(index=cluster.index_of("*"))

    def _new(self) -> PooledCluster:
        cluster = PooledCluster(ClusterAddress.parse(f"{self._address}/b-{secrets.token_hex(6)}"))
        self._spares[cluster] = []
        return cluster


class SpareGenerations(Generations):
    """Generations that are new where there is no spare one."""

    def __init__(self, cluster: Cluster, spares: list[Generation]) -> None:
        super().__init__(cluster)
        self._spares = spares

    def new(self) -> Generation:
        if not self._spares:
            return super().new()
        made = self._spares.pop()
        with self._cluster.errors():
            self._cluster.raw().indices.put_alias(
                index=self._cluster.index_of(made.search), name=self._cluster.index_of(DRAFT)
            )
        self.keep(made)
        return made

    def _all(self) -> dict[Generation, set[str]]:
        return {found: aliases for found, aliases in super()._all().items() if found not in self._spares}


class PooledIndex(OpenSearchIndex):
    """An index that takes spare generations."""

    def __init__(self, cluster: Cluster, spares: list[Generation]) -> None:
        super().__init__(cluster, generations=SpareGenerations(cluster, spares))

    def wipe(self) -> None:
        """Delete all generations."""
        for found in self._generations._all():
            self._generations.drop(found)


def _empty(cluster: Cluster, generation: Generation) -> None:
    search, words = map(cluster.index_of, (generation.search, generation.words))
    with cluster.errors():
        client = cluster.raw()
        client.indices.refresh(index=f"{search},{words}")
        client.delete_by_query(index=f"{search},{words}", body={"query": {"match_all": {}}}, params={"refresh": "true"})
        removed = [
            {"remove": {"index": index, "alias": cluster.index_of(alias), "must_exist": False}}
            for index, alias in ((search, SEARCH), (search, DRAFT), (words, WORDS))
        ]
        client.indices.update_aliases(body={"actions": removed}, params={"ignore": 404})
