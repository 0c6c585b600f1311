"""What the indices of a corpus take."""

from __future__ import annotations

from typing import NamedTuple

from nkcorpus.cluster.client import Cluster


class Size(NamedTuple):
    """An index of a corpus: its part of the name, the bytes that it takes with its replicas, and its documents."""

    part: str
    bytes: int
    documents: int


def sizes(cluster: Cluster) -> list[Size]:
    """Return the indices of a corpus by name, none where there is no corpus. Raises what Cluster does."""
    prefix = cluster.index_of("")
    with cluster.errors():
        found = cluster.raw().indices.stats(
            index=f"{prefix}*",
            metric="docs,store",
            params={"filter_path": "indices.*.total.store.size_in_bytes,indices.*.primaries.docs.count"},
        )
    return [
        Size(name.removeprefix(prefix), told["total"]["store"]["size_in_bytes"], told["primaries"]["docs"]["count"])
        for name, told in sorted(found.get("indices", {}).items())
    ]
