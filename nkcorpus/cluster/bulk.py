"""Writing many documents: bulks of bounded size, smaller while the cluster is busy, sent again if not acknowledged."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from nkcorpus.cluster.documents import Document, Outcome, Write
from nkcorpus.cluster.faults import Fault
from nkcorpus.cluster.wire import Wire, wait

MOST_BYTES = 8 << 20
"""Of one bulk; OpenSearch takes up to 100 MB (`http.max_content_length`), and recommends 5 to 15."""
MOST_WRITES = 1000
_CONFLICT = 409


@dataclass(slots=True)
class _Item:
    position: int
    write: Write
    lines: bytes
    sendings: int = 0


class Bulk:
    """Writes to one index."""

    def __init__(self, wire: Wire, index: str, read: Callable[[Sequence[str]], list[Document | None]]) -> None:
        """Write to `index`, and `read` from it what became of a write whose answer was lost."""
        self._wire = wire
        self._path = f"/{index}/_bulk"
        self._read = read
        self._most = MOST_WRITES
        self._params = {"timeout": f"{wire.timeout * 500}ms", "filter_path": "items.*.status,items.*.error"}

    def write(self, writes: Iterable[Write]) -> list[Outcome]:
        """Write all, in order, and return what came of each.

        Raises ClusterRefused, CorpusNotWritable, AccessDenied ... for the first that cannot be done, when the others of
        its bulk are done; ClusterUnavailable when some are not acknowledged within the time limit.
        """
        outcomes: list[Outcome] = []
        for items in _bulks(writes):
            outcomes += ["done"] * len(items)
            for item in self._conflicting(items):
                outcomes[item.position] = "conflict"
        return outcomes

    def _conflicting(self, items: list[_Item]) -> list[_Item]:
        """Send items until each is acknowledged; return those that others were faster with."""
        conflicts: list[_Item] = []
        deadline: float | None = None
        tries = 0
        while items:
            sent = items[: self._most]
            faults = self._send(sent)
            refused = [
                (item, fault) for item, fault in faults if fault.status != _CONFLICT and not _may_pass(fault, sent)
            ]
            if refused:
                item, fault = refused[0]
                others = f" (and {len(refused) - 1:,} others)" if len(refused) > 1 else ""
                raise self._wire.error(fault, f"document {item.write.id[:80]}{others}")
            conflicts += [item for item, fault in faults if fault.status == _CONFLICT]
            again = [(item, fault) for item, fault in faults if fault.status != _CONFLICT]
            items = [item for item, _ in again] + items[len(sent) :]
            if len(again) < len(sent):
                deadline, tries = None, 0
            if not again:
                self._most = min(MOST_WRITES, self._most * 2)
                continue
            if any(fault.is_busy for _, fault in again):
                self._most = max(1, len(sent) // 2)
            tries += 1
            deadline = deadline or time.monotonic() + self._wire.timeout
            if time.monotonic() >= deadline:
                raise self._wire.error(again[0][1])
            wait(tries, deadline)
        return self._really(conflicts)

    def _send(self, items: list[_Item]) -> list[tuple[_Item, Fault]]:
        """Send items once, and return those that were not done, each with what the cluster said."""
        answer = self._wire.ask(
            "POST",
            self._path,
            b"".join(item.lines for item in items),
            params=self._params,
            hand_back=lambda fault: fault.is_busy,
        )
        for item in items:
            item.sendings += answer.tries
        if answer.fault:
            return [(item, answer.fault) for item in items]
        results = (next(iter(result.values())) for result in answer.content["items"])
        return [
            (item, Fault.read(result["status"], result["error"]))
            for item, result in zip(items, results, strict=True)
            if "error" in result
        ]

    def _really(self, conflicts: list[_Item]) -> list[_Item]:
        """Return conflicts without those that are with our own write, of which the first answer was lost."""
        doubtful = [item for item in conflicts if item.sendings > 1]
        stored = dict(
            zip(
                (item.position for item in doubtful),
                self._read([item.write.id for item in doubtful]) if doubtful else (),
                strict=True,
            )
        )
        return [item for item in conflicts if item.position not in stored or not _is_as(item, stored[item.position])]


def _bulks(writes: Iterable[Write]) -> Iterator[list[_Item]]:
    """Yield items in bulks, of which none has the same document twice, since what is sent again comes later."""
    items: list[_Item] = []
    ids: set[str] = set()
    size = 0
    for position, write in enumerate(writes):
        lines = _lines(write)
        if items and (len(items) >= MOST_WRITES or size + len(lines) > MOST_BYTES or write.id in ids):
            yield items
            items, ids, size = [], set(), 0
        items.append(_Item(position, write, lines))
        ids.add(write.id)
        size += len(lines)
    if items:
        yield items


def _lines(write: Write) -> bytes:
    parts = [write.action()] if write.source is None else [write.action(), write.source]
    return "".join(f"{json.dumps(part, ensure_ascii=False, separators=(',', ':'))}\n" for part in parts).encode()


def _may_pass(fault: Fault, sent: Sequence[_Item]) -> bool:
    return fault.is_passing or (fault.is_busy and len(sent) > 1)


def _is_as(item: _Item, stored: Document | None) -> bool:
    if item.write.op == "delete":
        return stored is None
    return stored is not None and stored.source == item.write.source
