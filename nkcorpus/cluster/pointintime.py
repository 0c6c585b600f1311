"""Searching one state of an index while others write to it."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from nkcorpus.cluster.faults import Fault
from nkcorpus.cluster.pages import is_lost, open_point
from nkcorpus.errors import ClusterUnavailable, CorpusError

if TYPE_CHECKING:
    from nkcorpus.cluster.wire import Wire

KEEP_ALIVE = "2m"
"""How long the cluster keeps a state that nobody asks of."""
_MOST_SEARCHES = 500
_MARGIN = 0.9
"""Part of the time that an answer may take after which the cluster itself is to give up."""


class PointInTimeLost(ClusterUnavailable):
    """The cluster has let a state go: a node was lost, or nobody asked for longer than KEEP_ALIVE."""


class PointInTime:
    """One state of an index. Close it."""

    def __init__(self, wire: Wire, index: str) -> None:
        self._wire = wire
        self._index = index
        self._id = open_point(wire, index, KEEP_ALIVE)

    def search_many(self, bodies: Sequence[Mapping[str, Any]], *, dfs: bool = False) -> list[dict[str, Any]]:
        """Return the raw answers to several searches, in order; each is of all shards, and was not cut short.

        `dfs`: with the word statistics of all shards. Raises PointInTimeLost, ClusterUnavailable.
        """
        seconds = max(1, int(_MARGIN * self._wire.timeout))
        header: dict[str, Any] = {"allow_partial_search_results": False}
        if dfs:
            header["search_type"] = "dfs_query_then_fetch"
        found: list[dict[str, Any]] = []
        for start in range(0, len(bodies), _MOST_SEARCHES):
            point = {"pit": {"id": self._id, "keep_alive": KEEP_ALIVE}, "timeout": f"{seconds}s"}
            lines = [line for body in bodies[start : start + _MOST_SEARCHES] for line in (header, {**body, **point})]
            answer = self._wire.ask(
                "POST",
                "/_msearch",
                "".join(f"{json.dumps(line)}\n" for line in lines),
                inspect=lambda content: _fault(content["responses"]),
                hand_back=is_lost,
            )
            if answer.fault:
                raise PointInTimeLost(f"{self._wire.address}: the cluster lost a search; run the same again")
            found += answer.content["responses"]
            self._id = found[-1].get("pit_id", self._id)
        if any(one["timed_out"] for one in found):
            raise ClusterUnavailable(
                f"{self._wire.address}: the search takes longer than {seconds} s; narrow it, or give it more time with"
                " NKCORPUS_OPENSEARCH_TIMEOUT"
            )
        return found

    def close(self) -> None:
        """Let the cluster let it go."""
        with suppress(CorpusError):  # it ends by itself
            self._wire.ask("DELETE", "/_search/point_in_time", {"pit_id": [self._id]}, hand_back=lambda fault: True)


def _fault(parts: Iterable[Mapping[str, Any]]) -> Fault | None:
    """Return the first fault in an answer to several questions."""
    errors = ((part.get("status", 500), part["error"]) for part in parts if "error" in part)
    return next((Fault.read(status, error) for status, error in errors), None)
