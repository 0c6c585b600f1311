"""What ingest runs leave of themselves: summaries, failures, and how far they have walked through archives."""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from nkcorpus.cluster.client import Cluster
from nkcorpus.cluster.documents import Write
from nkcorpus.codec import BadValue, decode, encode
from nkcorpus.dates import utc_now
from nkcorpus.store.opensearch.lists import PART, Source, damaged, document
from nkcorpus.store.opensearch.pending import Change, Pending
from nkcorpus.store.records import FailureRecord
from nkcorpus.store.text import storable

FAILURE = "failure"
_RUN = "run"
_WALK = "walk"
_LONGEST_ORIGIN = 1_900
"""Code points by which failures are sorted."""


class Run:
    """One run, from its start. Failures and walks wait for `flush`."""

    def __init__(self, cluster: Cluster, tool: str, sources: Sequence[str]) -> None:
        self._cluster = cluster
        self.id = uuid.uuid4().hex
        self._started_at = utc_now()
        self._about = {"tool": tool, "sources": [storable(source) for source in sources]}
        self._put(None, None)
        self._pending = Pending(cluster, PART)
        failed = cluster.pages(PART, {"term": {"kind": FAILURE}}, [{"key": "asc"}], fields=["kind"])
        self._failed = {stored.id for stored in failed}

    def fail(self, origin: str, record: int | None, error: str) -> None:
        """See StoreWriter."""
        now = utc_now()

        def change(stored: Source | None) -> Source:
            before = failure_of(stored) if stored else FailureRecord(origin, record or 0, error, 0, now, now)
            after = FailureRecord(origin, record or 0, error, before.attempts + 1, before.first_seen, now)
            return failure_document(after, self.id)

        key = _failure_key(origin, record or 0)
        self._failed.add(key)
        self._pending.add(key, change)

    def look_up(self, records: Iterable[FailureRecord]) -> None:
        """Read ahead which of these inputs have a failure here."""
        self._pending.look_up(_failure_key(record.origin, record.record) for record in records)

    def take_over(self, record: FailureRecord) -> bool:
        """Take in a failure of another corpus; tell whether its input had none here."""
        key = _failure_key(record.origin, record.record)
        if self._pending.now(key) is not None:
            return False
        source = failure_document(record, self.id)
        self._pending.add(key, lambda stored: source if stored is None else stored)
        return True

    def settle(self, origin: str, record: int | None) -> None:
        """See StoreWriter."""
        key = _failure_key(origin, record or 0)
        if key in self._failed:
            self._failed.remove(key)
            self._pending.add(key, lambda stored: None)

    def reached(self, walk: str) -> str | None:
        """See StoreWriter."""
        stored = self._pending.now(_walk_key(walk))
        if stored is None:
            return None
        place = stored["body"].get("place")
        if not isinstance(place, str):
            raise damaged("a walk through an archive has no place")
        return place

    def reach(self, walk: str, place: str) -> None:
        """See StoreWriter."""
        self._pending.add(_walk_key(walk), _walked(walk, place))

    def flush(self) -> None:
        """Write down what waits."""
        self._pending.flush()

    def abandon(self) -> None:
        """Forget what waits."""
        self._pending.abandon()

    def finish(self, report: Mapping[str, Any]) -> None:
        """Write down what came of the run."""
        self.flush()
        self._put(utc_now(), dict(report))

    def _put(self, finished_at: str | None, report: Source | None) -> None:
        body = {"started_at": self._started_at, **self._about, "finished_at": finished_at, "report": report}
        self._cluster.write(
            PART, [Write.put(f"{_RUN}:{self.id}", document(_RUN, f"{self._started_at} {self.id}", body))]
        )


def stored_failures(cluster: Cluster) -> Iterator[Source]:
    """Yield the documents of all failures, by origin and record."""
    for stored in cluster.pages(PART, {"term": {"kind": FAILURE}}, [{"key": "asc"}]):
        yield stored.source


def failure_document(record: FailureRecord, run: str) -> Source:
    """Return the document of a failure, in which a run ended."""
    key = f"{record.origin[:_LONGEST_ORIGIN]}\0{record.record:020}"
    return document(FAILURE, key, {**encode(record), "run": run})


def failure_of(source: Source) -> FailureRecord:
    """Return the failure of a document. Raises CorpusDamaged."""
    try:
        record: FailureRecord = decode(FailureRecord, source.get("body"))
    except BadValue as error:
        raise damaged(f"a failure is none ({error})") from None
    return record


def _walked(walk: str, place: str) -> Change:
    after = document(_WALK, walk, {"name": walk, "place": place, "reached_at": utc_now()})
    return lambda stored: after


def _failure_key(origin: str, record: int) -> str:
    return f"{FAILURE}:{_digest(origin)}.{record}"


def _walk_key(walk: str) -> str:
    return f"{_WALK}:{_digest(walk)}"


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
