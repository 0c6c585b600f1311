"""Reading what a search finds without its documents, page by page."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from nkcorpus.cluster import Cluster

_PAGE = 1000

Fields = dict[str, list[Any]]


def fields_of(cluster: Cluster, part: str, body: dict[str, Any], fields: list[str]) -> Iterator[Fields]:
    """Yield the values of indexed fields, a list each, of all that a search finds; `body` has its query and `sort`, by
    which no two are equal. What others write meanwhile may be there or not.
    """
    page = {**body, "size": _PAGE, "_source": False, "docvalue_fields": fields, "track_total_hits": False}
    while True:
        hits = cluster.search(part, page)["hits"]["hits"]
        yield from (hit.get("fields", {}) for hit in hits)
        if len(hits) < _PAGE:
            return
        page["search_after"] = hits[-1]["sort"]
