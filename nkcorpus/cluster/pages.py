"""Reading all documents of a query at one point in time, page by page."""

from __future__ import annotations

from collections.abc import Generator, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from nkcorpus.cluster.documents import Document
from nkcorpus.cluster.faults import Fault
from nkcorpus.errors import CorpusError

if TYPE_CHECKING:
    from nkcorpus.cluster.wire import Wire

KEEP_ALIVE = "5m"
"""How long the cluster keeps a point in time open from one page to the next."""


def pages(
    wire: Wire, index: str, query: dict[str, Any], sort: list[Any], fields: Sequence[str] | None, size: int
) -> Generator[Document, None, None]:
    """Yield the documents of `query`, by `sort`, whose last key must tell any two apart.

    If the cluster loses the point in time (with a node, or by a reader that pauses longer than KEEP_ALIVE), it goes on
    from the last document in a new one.
    """
    body: dict[str, Any] = {
        "query": query,
        "sort": sort,
        "size": size,
        "seq_no_primary_term": True,
        "track_total_hits": False,
        "_source": True if fields is None else list(fields),
    }
    point: str | None = None
    has_read = False
    try:
        while True:
            point = point or open_point(wire, index, KEEP_ALIVE)
            answer = wire.ask(
                "POST",
                "/_search",
                body | {"pit": {"id": point, "keep_alive": KEEP_ALIVE}},
                params={"allow_partial_search_results": "false"},
                hand_back=is_lost if has_read else lambda fault: False,
            )
            has_read = not answer.fault
            if answer.fault:
                point = None
                continue
            hits = answer.content["hits"]["hits"]
            point = answer.content.get("pit_id", point)
            for hit in hits:
                yield document(hit)
            if len(hits) < size:
                return
            body["search_after"] = hits[-1]["sort"]
    finally:
        if point:
            with suppress(CorpusError):  # it ends by itself
                wire.ask("DELETE", "/_search/point_in_time", {"pit_id": [point]}, hand_back=lambda fault: True)


def document(found: dict[str, Any]) -> Document:
    """Return a hit, or an answer to a get, as a document."""
    return Document(
        found["_id"], found.get("_source", {}), found["_seq_no"], found["_primary_term"], tuple(found.get("sort", ()))
    )


def open_point(wire: Wire, index: str, keep_alive: str) -> str:
    """Open a point in time, and return its name."""
    answer = wire.ask(
        "POST",
        f"/{index}/_search/point_in_time",
        params={"keep_alive": keep_alive, "allow_partial_pit_creation": "false"},
    )
    return str(answer.content["pit_id"])


def is_lost(fault: Fault) -> bool:
    """Tell whether a node that held a point in time has gone, or has been asked too late."""
    has_gone = fault.status > 0 and fault.is_passing and not fault.is_busy
    return has_gone or fault.kind == "search_context_missing_exception" or "no node found" in fault.reason
