"""Snapshots of a corpus in a repository that the operator of the cluster has registered.

A snapshot holds all indices of one corpus, and tells in its metadata how many documents each has.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from nkcorpus.cluster.client import APPLICATION, Cluster
from nkcorpus.cluster.sizes import sizes
from nkcorpus.errors import (
    ClusterRefused,
    CorpusDamaged,
    CorpusError,
    CorpusMissing,
    CorpusNotWritable,
    NotACorpus,
    UsageError,
)

_ADDRESS = re.compile(r"snapshot://([^/\s]+)/([^/\s]+)")
_POLL_SECONDS = 0.25
_BEGIN_SECONDS = 30.0
"""How long it may take until a shard that is to be restored is."""
_KEPT = "-before-restore-"
_LONGEST_NAME = 64

OnShards = Callable[[int, int], None]
"""Hears how many shards are done, of how many."""


@dataclass(frozen=True, slots=True)
class SnapshotAddress:
    """A snapshot by the name of its repository and its own: `snapshot://REPOSITORY/NAME`."""

    repository: str
    name: str

    @classmethod
    def parse(cls, text: str) -> SnapshotAddress:
        """Read an address. Raises UsageError."""
        found = _ADDRESS.fullmatch(text)
        if found is None:
            raise UsageError(
                f"{text}: a corpus in a cluster is backed up to snapshot://REPOSITORY/NAME, in a repository that the"
                " cluster's operator has registered; 'nkcorpus copy' writes it to a file"
            )
        return cls(found[1], found[2])

    def __str__(self) -> str:
        """Return the address."""
        return f"snapshot://{self.repository}/{self.name}"


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A whole snapshot: the name of its corpus, the documents of each index by its part of the name, the schema."""

    corpus: str
    documents: Mapping[str, int]
    schema: int


def take(cluster: Cluster, address: SnapshotAddress, schema: int, on_shards: OnShards) -> bool:
    """Make a snapshot of all indices of a corpus, wait for its end and look whether it is whole; else it is deleted.

    Tell whether there are as many documents as before: it may hold half of what was written meanwhile. Raises
    UsageError where the repository or the name cannot be, CorpusDamaged where it is not whole, and what Cluster raises.
    """
    documents = _documents(cluster)
    metadata = {  # of 1,024 bytes at most
        "application": APPLICATION,
        "corpus": cluster.address.name,
        "schema": schema,
        "documents": documents,
    }
    body = {"indices": f"{cluster.index_of('')}*", "include_global_state": False, "metadata": metadata}
    try:
        with cluster.errors():
            cluster.raw().snapshot.create(repository=address.repository, snapshot=address.name, body=body)
    except ClusterRefused as error:
        raise _refusal(address, error) from None
    try:
        _await_end(cluster, address, on_shards)
        found(cluster, address)
    except BaseException:
        with suppress(CorpusError):  # which would hide what failed first
            delete(cluster, address)
        raise
    return _documents(cluster) == documents


def delete(cluster: Cluster, address: SnapshotAddress) -> None:
    """Delete a snapshot, also one that is being made."""
    with cluster.errors():
        cluster.raw().snapshot.delete(repository=address.repository, snapshot=address.name)


def found(cluster: Cluster, address: SnapshotAddress) -> Snapshot:
    """Return a snapshot. Raises CorpusMissing, NotACorpus, CorpusDamaged where it is not whole, UsageError."""
    told = _told(cluster, address)
    metadata = told.get("metadata") or {}
    if metadata.get("application") != APPLICATION:
        raise NotACorpus(f"{address}: is no backup of a corpus; name another snapshot")
    shards = told["shards"]
    parts = {name.removeprefix(f"{APPLICATION}.{metadata['corpus']}.") for name in told["indices"]}
    if (
        told["state"] != "SUCCESS"
        or told["failures"]
        or shards["successful"] != shards["total"]
        or parts != metadata["documents"].keys()
    ):
        raise CorpusDamaged(f"{address}: is not whole: {told['state']}, {shards['failed']} shards failed")
    return Snapshot(metadata["corpus"], metadata["documents"], metadata["schema"])


def restore(cluster: Cluster, address: SnapshotAddress, snapshot: Snapshot, on_shards: OnShards) -> None:
    """Make the corpus of a snapshot this one, of which there must be no index, and compare the counts of documents.

    Raises CorpusDamaged where it does not come out whole, and what Cluster raises.
    """
    old, new = f"{APPLICATION}.{snapshot.corpus}.", cluster.index_of("")
    renaming = {"pattern": re.escape(old) + "(.+)", "replacement": f"{new}$1"}
    body = {
        "indices": f"{old}*",
        "include_global_state": False,
        "rename_pattern": renaming["pattern"],
        "rename_replacement": renaming["replacement"],
        "rename_alias_pattern": renaming["pattern"],
        "rename_alias_replacement": renaming["replacement"],
    }
    try:
        with cluster.errors():
            cluster.raw().snapshot.restore(repository=address.repository, snapshot=address.name, body=body)
    except ClusterRefused as error:
        raise _refusal(address, error) from None
    _await_shards(cluster, new, len(snapshot.documents), on_shards)
    if _documents(cluster) != snapshot.documents:
        raise CorpusDamaged(f"{cluster.address}: the indices are not as they were in {address}; 'nkcorpus check' tells")


def set_aside(cluster: Cluster) -> str | None:
    """Give all indices of a corpus another name, and return its address; None where there is none.

    They are cloned, which takes no more room, and then deleted; a kill leaves the corpus under one of the names at
    least. Raises CorpusNotWritable, and what Cluster raises.
    """
    prefix = cluster.index_of("")
    client = cluster.raw()
    with cluster.errors():
        indices: dict[str, Any] = client.indices.get(index=f"{prefix}*")
    if not indices:
        return None
    name = _free_name(cluster)
    kept = f"{APPLICATION}.{name}."
    made: list[str] = []
    with cluster.errors():
        client.indices.put_settings(index=",".join(indices), body={"index.blocks.write": True})
    try:
        for index, told in indices.items():
            made.append(kept + index.removeprefix(prefix))
            body = {
                "settings": {
                    "index.blocks.write": None,
                    "index.number_of_replicas": told["settings"]["index"]["number_of_replicas"],
                },
                "aliases": {kept + alias.removeprefix(prefix): {} for alias in told["aliases"]},
            }
            with cluster.errors():
                client.indices.clone(index=index, target=made[-1], body=body)
        _await_shards(cluster, kept, len(made), lambda done, total: None)
    except BaseException:
        with suppress(CorpusError), cluster.errors():  # which would hide what failed first
            client.indices.put_settings(index=",".join(indices), body={"index.blocks.write": None})
            client.indices.delete(index=",".join(made), params={"ignore_unavailable": "true"})
        raise
    with cluster.errors():
        client.indices.delete(index=",".join(indices))
    scheme, _, rest = str(cluster.address).partition("://")
    return f"{scheme}://{rest.rpartition('/')[0]}/{name}"


def _free_name(cluster: Cluster) -> str:
    for number in range(1, 1000):
        ending = f"{_KEPT}{number}"
        name = cluster.address.name[: _LONGEST_NAME - len(ending)] + ending
        with cluster.errors():
            if not cluster.raw().indices.get_alias(index=f"{APPLICATION}.{name}.*"):
                return name
    raise CorpusNotWritable(f"{cluster.address}: a thousand earlier ones are kept beside it; delete some")


def _documents(cluster: Cluster) -> dict[str, int]:
    """Return how many documents each index has by now."""
    with cluster.errors():
        cluster.raw().indices.refresh(index=f"{cluster.index_of('')}*")
    return {size.part: size.documents for size in sizes(cluster)}


def _await_end(cluster: Cluster, address: SnapshotAddress, on_shards: OnShards) -> None:
    while _told(cluster, address)["state"] == "IN_PROGRESS":
        with cluster.errors():
            (status,) = cluster.raw().snapshot.status(repository=address.repository, snapshot=address.name)["snapshots"]
        on_shards(status["shards_stats"]["done"], status["shards_stats"]["total"])
        time.sleep(_POLL_SECONDS)


def _await_shards(cluster: Cluster, prefix: str, number: int, on_shards: OnShards) -> None:
    """Wait until so many indices have names that begin so, and their primary shards are there.

    Raises CorpusDamaged where that cannot be.
    """
    names, deadline = f"{prefix}*", time.monotonic() + _BEGIN_SECONDS
    while True:
        with cluster.errors():
            begun = cluster.raw().indices.recovery(index=names)
            health = cluster.raw().cluster.health(index=names)
        stages = [shard["stage"] for index in begun.values() for shard in index["shards"] if shard["primary"]]
        on_shards(stages.count("DONE"), len(stages))
        if len(begun) == number and health["status"] != "red":
            return
        has_stopped = not health["initializing_shards"] and not health["number_of_pending_tasks"]
        if has_stopped and time.monotonic() > deadline:
            raise CorpusDamaged(f"{cluster.address}: shards could not be restored; look at the cluster's health")
        time.sleep(_POLL_SECONDS)


def _told(cluster: Cluster, address: SnapshotAddress) -> dict[str, Any]:
    try:
        with cluster.errors():
            answer = cluster.raw().snapshot.get(repository=address.repository, snapshot=address.name)
    except ClusterRefused as error:
        raise _refusal(address, error) from None
    (told,) = answer["snapshots"]
    return dict(told)


def _refusal(address: SnapshotAddress, error: ClusterRefused) -> CorpusError | UsageError:
    match error.kind:
        case "repository_missing_exception":
            return UsageError(
                f"{address}: the cluster has no snapshot repository '{address.repository}'; its operator registers them"
            )
        case "snapshot_missing_exception":
            return CorpusMissing(f"{address}: there is no such snapshot; name another one")
        case "invalid_snapshot_name_exception":
            return UsageError(
                f"{address}: is there already, or its name cannot be one; take another, in small letters, without"
                " spaces and , # *"
            )
    return error
