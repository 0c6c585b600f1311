"""Where the corpus of a test is: in a file, or in a cluster. The same tests run in both."""

from __future__ import annotations

import uuid
from contextlib import ExitStack
from pathlib import Path
from typing import ClassVar, Protocol, TypeAlias, TypeVar

from nkcorpus.cluster import Cluster, ClusterAddress
from nkcorpus.model import Prepared
from nkcorpus.store.opensearch import opening
from nkcorpus.store.opensearch.mappings import PARTS
from nkcorpus.store.opensearch.store import OpenSearchStore
from nkcorpus.store.sqlite import SqliteStore

from .builders import TOOL, add

AnyStore: TypeAlias = SqliteStore | OpenSearchStore
Store = TypeVar("Store", SqliteStore, OpenSearchStore)


class Home(Protocol):
    """One corpus, which is empty at first. What is opened is closed with the test."""

    def open(self) -> AnyStore:
        """Return the corpus, opened once more."""

    def create(self, *items: Prepared) -> AnyStore:
        """Return the corpus with these articles in it."""

    def another(self) -> Home:
        """Return another corpus of the same kind."""


class FileHome:
    """A corpus in a file."""

    def __init__(self, folder: Path, stack: ExitStack) -> None:
        self._path = folder / f"{uuid.uuid4().hex}.db"
        self._stack = stack
        SqliteStore(self._path, TOOL, create=True).close()

    def open(self) -> SqliteStore:
        """See Home."""
        store = SqliteStore(self._path, TOOL)
        self._stack.callback(store.close)
        return store

    def create(self, *items: Prepared) -> SqliteStore:
        """See Home."""
        return _filled(self.open(), items)

    def another(self) -> FileHome:
        """See Home."""
        return FileHome(self._path.parent, self._stack)


class ClusterHome:
    """A corpus in a cluster, which is made once and emptied for each test: making one takes a second."""

    _made: ClassVar[dict[tuple[str, int], Cluster]] = {}

    def __init__(self, address: str, stack: ExitStack, number: int = 0) -> None:
        self._address = address
        self._stack = stack
        self._number = number
        self._cluster = self._emptied()

    @property
    def address(self) -> ClusterAddress:
        """The address of the corpus."""
        return self._cluster.address

    def open(self) -> OpenSearchStore:
        """See Home."""
        cluster = Cluster(self._cluster.address)
        self._stack.callback(cluster.close)
        return OpenSearchStore(cluster, TOOL)

    def create(self, *items: Prepared) -> OpenSearchStore:
        """See Home."""
        return _filled(self.open(), items)

    def another(self) -> ClusterHome:
        """See Home."""
        return ClusterHome(self._address, self._stack, self._number + 1)

    def _emptied(self) -> Cluster:
        key = self._address, self._number
        cluster = self._made.get(key)
        if cluster is None:
            name = f"tests-store-{uuid.uuid4().hex}"
            cluster = self._made[key] = Cluster(ClusterAddress.parse(f"{self._address}/{name}"))
        else:
            empty(cluster)
        opening.make(cluster, TOOL)
        return cluster

    @classmethod
    def drop_all(cls, address: str) -> None:
        """Delete all that was made at an address."""
        for key in [key for key in cls._made if key[0] == address]:
            cluster = cls._made.pop(key)
            for part in PARTS:
                cluster.drop(part)
            cluster.close()


def empty(cluster: Cluster) -> None:
    """Delete all documents of a store."""
    cluster.refresh(*PARTS)
    with cluster.errors():
        cluster.raw().delete_by_query(
            index=",".join(map(cluster.index_of, PARTS)),
            body={"query": {"match_all": {}}},
            params={"refresh": "true", "conflicts": "proceed"},
        )


def _filled(store: Store, items: tuple[Prepared, ...]) -> Store:
    if items:
        add(store, *items)
    return store
