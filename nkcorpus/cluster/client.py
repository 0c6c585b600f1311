"""A corpus' part of a cluster: its indices, and what is read from and written to them."""

from __future__ import annotations

import json
import os
import random
import threading
import time
from collections.abc import Callable, Generator, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from types import TracebackType
from typing import TYPE_CHECKING, Any

from nkcorpus.cluster import settings
from nkcorpus.cluster.address import ClusterAddress
from nkcorpus.cluster.documents import Document, Outcome, Write
from nkcorpus.cluster.faults import Fault
from nkcorpus.errors import ClusterUnavailable, EngineMissing, NotACorpus

if TYPE_CHECKING:
    from opensearchpy import OpenSearch

    from nkcorpus.cluster.pointintime import PointInTime
    from nkcorpus.cluster.wire import Wire

APPLICATION = "nkcorpus"
_MOST_READ = 100
"""Documents that are read whole at a time; an article with its versions may have megabytes."""
_MOST_READ_FIELDS = 2000
_MOST_SEARCHES = 200
_WHOLE = {"allow_partial_search_results": "false"}


class Cluster:
    """The indices of one corpus. Threads may share it; processes may not. `close` it, or use it in a `with`."""

    def __init__(
        self,
        address: ClusterAddress,
        notify: Callable[[str], None] = lambda message: None,
        *,
        environ: Mapping[str, str] = os.environ,
    ) -> None:
        """Name a corpus. The cluster is asked when it is first needed; `notify` is told of waiting for it.

        All methods that ask raise SettingsError, EngineMissing, ClusterUnreachable, ClusterUnavailable, AccessDenied,
        NotACorpus (no OpenSearch answers), CorpusMissing (there is no such index) and ClusterRefused.
        """
        self.address = address
        self._notify = notify
        self._environ = environ
        self._lock = threading.Lock()
        self._wire: Wire | None = None
        self._data_nodes: int | None = None

    def __enter__(self) -> Cluster:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the connections. What is asked later opens new ones."""
        with self._lock:
            if self._wire:
                self._wire.close()
                self._wire = None

    def index_of(self, part: str) -> str:
        """Return the name of an index or alias of this corpus."""
        return f"{APPLICATION}.{self.address.name}.{part}"

    def exists(self, part: str) -> bool:
        """Tell whether there is an index or alias."""
        return bool(self._connected().ask("HEAD", f"/{self.index_of(part)}").content)

    def meta(self, part: str) -> dict[str, Any]:
        """Return the `_meta` of an index's mapping. Raises CorpusMissing, or NotACorpus when the index is not ours."""
        content = self._connected().ask("GET", f"/{self.index_of(part)}/_mapping").content
        metas = [index["mappings"].get("_meta", {}) for index in content.values()]
        if len(metas) != 1 or metas[0].get("application") != APPLICATION:
            raise NotACorpus(
                f"{self.address}: the index {self.index_of(part)} was not made by nkcorpus; choose another name"
            )
        return dict(metas[0])

    def create(self, part: str, body: Mapping[str, Any], *, template: bool = True) -> None:
        """Make an index from `settings` and `mappings` unless it is there; its name must not be an alias'.

        With `template`, an index template of the same name has them too, so that an index made again by hand is laid
        out alike. Where the settings do not give them, the number of shards and replicas are those of the environment.
        """
        wire = self._connected()
        index = self.index_of(part)
        if self.exists(part):
            return
        layout = {"number_of_shards": settings.shards(self._environ), "number_of_replicas": self._replicas()}
        whole = {**body, "settings": layout | dict(body.get("settings", {}))}
        if template:
            about = {"application": APPLICATION}
            laid_out = {"index_patterns": [index], "priority": 500, "template": whole, "_meta": about}
            wire.ask("PUT", f"/_index_template/{index}", laid_out)
        given = None if template else whole
        wire.ask("PUT", f"/{index}", given, hand_back=lambda fault: fault.kind == "resource_already_exists_exception")

    def drop(self, part: str) -> None:
        """Delete an index and its template, if they are there."""
        index = self.index_of(part)
        for path in (f"/_index_template/{index}", f"/{index}"):
            self._connected().ask("DELETE", path, hand_back=lambda fault: fault.status == 404)

    def get(self, part: str, id: str, *, fields: Sequence[str] | None = None) -> Document | None:
        """Return the document of that id as it is at this moment, refreshed or not; all of it, or some fields."""
        return self.get_many(part, [id], fields=fields)[0]

    def get_many(self, part: str, ids: Sequence[str], *, fields: Sequence[str] | None = None) -> list[Document | None]:
        """Return the documents of these ids in their order, as `get` does."""
        from nkcorpus.cluster.pages import document

        found: list[Document | None] = []
        size = _MOST_READ if fields is None else _MOST_READ_FIELDS
        source: bool | list[str] = True if fields is None else (list(fields) or False)
        for start in range(0, len(ids), size):
            docs = [{"_id": id, "_source": source} for id in ids[start : start + size]]
            answer = self._connected().ask(
                "POST", f"/{self.index_of(part)}/_mget", {"docs": docs}, inspect=lambda content: _fault(content["docs"])
            )
            found += [document(doc) if doc["found"] else None for doc in answer.content["docs"]]
        return found

    def search(self, part: str, body: Mapping[str, Any], *, dfs: bool = False) -> dict[str, Any]:
        """Return the raw answer to a search of all shards; `dfs`: with the word statistics of all of them.

        `timed_out` in it tells that a `timeout` in the body cut it short.
        """
        params = _WHOLE | _type(dfs)
        return dict(self._connected().ask("POST", f"/{self.index_of(part)}/_search", dict(body), params=params).content)

    def search_many(self, part: str, bodies: Sequence[Mapping[str, Any]], *, dfs: bool = False) -> list[dict[str, Any]]:
        """Return the raw answers to several searches, in order."""
        found: list[dict[str, Any]] = []
        header = {"allow_partial_search_results": False} | _type(dfs)
        for start in range(0, len(bodies), _MOST_SEARCHES):
            lines = [line for body in bodies[start : start + _MOST_SEARCHES] for line in (header, dict(body))]
            answer = self._connected().ask(
                "POST",
                f"/{self.index_of(part)}/_msearch",
                "".join(f"{json.dumps(line)}\n" for line in lines),
                inspect=lambda content: _fault(content["responses"]),
            )
            found += answer.content["responses"]
        return found

    def count(self, part: str, query: Mapping[str, Any]) -> int:
        """Return how many documents match, as of the last refresh."""
        body = {"query": dict(query), "size": 0, "track_total_hits": True}
        return int(self.search(part, body)["hits"]["total"]["value"])

    def pages(
        self,
        part: str,
        query: Mapping[str, Any],
        sort: Sequence[Any],
        *,
        fields: Sequence[str] | None = None,
        size: int = 1000,
    ) -> Generator[Document, None, None]:
        """Yield all documents that match at one point in time, `size` asked for at a time (at most 10,000).

        The last key of `sort` must tell any two documents apart. Close what is not read to its end.
        """
        from nkcorpus.cluster.pages import pages

        return pages(self._connected(), self.index_of(part), dict(query), list(sort), fields, size)

    def point_in_time(self, part: str) -> PointInTime:
        """Open the state that an index is in, to search it; close it."""
        from nkcorpus.cluster.pointintime import PointInTime

        return PointInTime(self._connected(), self.index_of(part))

    def write(self, part: str, writes: Iterable[Write]) -> list[Outcome]:
        """Write documents in bulks and return what came of each, in order.

        What is acknowledged is on disk in every live copy. Bulks are made smaller, and sent later, while the cluster is
        busy; what was not acknowledged is sent again. A write that turns out to have been done by an earlier sending
        is "done": the stored source tells. Raises ClusterRefused or CorpusNotWritable, which name a document; the
        others of its bulk are done then.
        """
        from nkcorpus.cluster.bulk import Bulk

        bulk = Bulk(self._connected(), self.index_of(part), lambda ids: self.get_many(part, ids))
        return bulk.write(writes)

    def update(
        self, part: str, id: str, change: Callable[[dict[str, Any] | None], dict[str, Any] | None]
    ) -> dict[str, Any] | None:
        """Change one document so that no other writer's change is lost, and return what is stored then.

        `change` gets a copy of the source (None where there is none) and returns the new one, or None to leave it. It
        may be asked several times, and, if answers get lost, even after its change was stored: it should see that by
        the source.
        Raises ClusterUnavailable when others are always faster.
        """
        wire = self._connected()
        deadline = time.monotonic() + wire.timeout
        while True:
            document = self.get(part, id)
            new = change(dict(document.source) if document else None)
            if new is None:
                return document.source if document else None
            if self.write(part, [Write.replace(document, new) if document else Write.create(id, new)]) == ["done"]:
                return new
            if time.monotonic() >= deadline:
                raise ClusterUnavailable(f"{self.address}: {id[:80]}: others keep changing it; run the same again")
            time.sleep(random.uniform(0, 0.05))  # noqa: S311

    def refresh(self, *parts: str) -> None:
        """Let searches find what was written to these parts."""
        names = ",".join(self.index_of(part) for part in parts)
        self._connected().ask("POST", f"/{names}/_refresh")

    def raw(self) -> OpenSearch:
        """Return the client itself, for aliases, snapshots and the like; use it inside `with cluster.errors():`."""
        return self._connected().client

    def errors(self, what: str = "") -> AbstractContextManager[None]:
        """Raise what the client raises inside the `with` as errors of nkcorpus, which name `what`."""
        return self._connected().errors(what)

    def _connected(self) -> Wire:
        with self._lock:
            if self._wire is None:
                try:
                    from nkcorpus.cluster.wire import Wire
                except ImportError:
                    raise EngineMissing(
                        f"{self.address}: a corpus in a cluster takes opensearch-py: pip install 'nkcorpus[opensearch]'"
                    ) from None
                wire = Wire(self.address, self._notify, self._environ)
                wire.greet()
                self._wire = wire
            return self._wire

    def _replicas(self) -> int:
        number = settings.replicas(self._environ)
        if number is not None:
            return number
        if self._data_nodes is None:
            params = {"filter_path": "number_of_data_nodes"}
            health = self._connected().ask("GET", "/_cluster/health", params=params)
            self._data_nodes = int(health.content["number_of_data_nodes"])
        return 1 if self._data_nodes > 1 else 0


def _fault(parts: Iterable[Mapping[str, Any]]) -> Fault | None:
    """Return the first fault in an answer to several questions."""
    errors = ((part.get("status", 500), part["error"]) for part in parts if "error" in part)
    return next((Fault.read(status, error) for status, error in errors), None)


def _type(dfs: bool) -> dict[str, str]:
    return {"search_type": "dfs_query_then_fetch"} if dfs else {}
