"""What each prepared input is to the corpus: decided in batches, counted when it is stored."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

from nkcorpus.commits import CommitPace
from nkcorpus.errors import ItemError
from nkcorpus.identity import extract_digest
from nkcorpus.model import Document, Kind, Prepared, SourceFailure, SourceItem, SourceSkip, SourceUnchanged
from nkcorpus.results import Failure, IngestReport
from nkcorpus.store import Known, Outcome, StoreWriter

Entry = SourceItem | SourceFailure | SourceSkip | SourceUnchanged
Result = Prepared | SourceFailure | SourceSkip | SourceUnchanged | ItemError

_PARTS: frozenset[Kind] = frozenset(("entry", "record"))
"""Kinds that are one part of what an address answers; the others are all of it."""
_COMMIT_BYTES = 16 << 20
_MOST_REASONS = 50  # to skip an input, told apart in a report
_REMOVED = "removed from the corpus before; --force takes it in again"

_Decision = Literal["new", "updated", "unchanged", "skipped"]


@dataclass(frozen=True, slots=True)
class _Decided:
    """What was decided about an input, which holds once a commit has told so."""

    prepared: Prepared
    decision: _Decision


class Intake:
    """Decides for each input what it is to the corpus, stores it, and counts.

    Inputs wait until there are enough to ask the store about all at once. What is decided counts when the store has
    told that it is stored: where somebody else changed an article meanwhile, all inputs of that article are decided
    anew with what is known then. `extracted` reads an input again; `on_stored` is as in `ingest`.
    """

    def __init__(
        self,
        writer: StoreWriter,
        extracted: Callable[[SourceItem], Document],
        on_stored: Callable[[int, str], None],
        *,
        force: bool,
        limit: int,
    ) -> None:
        self._writer = writer
        self._extracted = extracted
        self._on_stored = on_stored
        self._force = force
        self._limit = limit
        self._waiting: list[tuple[Entry, Result]] = []
        self._decided: list[_Decided] = []
        self._pending = self._possible = self._bytes = 0
        self._pace = CommitPace()
        self._counts = dict.fromkeys(
            ("new", "updated", "unchanged", "exact_duplicates", "near_duplicates", "skipped", "removed_spans"), 0
        )
        self._failures: list[Failure] = []
        self._skips: Counter[str] = Counter()

    def report(self) -> IngestReport:
        """Return the counts so far."""
        return IngestReport(**self._counts, failures=tuple(self._failures), skips=tuple(self._skips.most_common()))

    @property
    def is_complete(self) -> bool:
        """Tell whether as many articles are stored as were wanted."""
        return bool(self._limit) and self._articles >= self._limit

    @property
    def _articles(self) -> int:
        return self._counts["new"] + self._counts["updated"] + self._counts["unchanged"]

    @property
    def _taken(self) -> int:
        return len(self._failures) + self._counts["skipped"] + self._articles

    def take(self, entry: Entry, result: Result) -> None:
        """Have one input stored, skipped or recorded, at the latest with the next `commit`."""
        self._waiting.append((entry, result))
        self._pending += 1
        self._possible += isinstance(result, Prepared | SourceUnchanged)
        if isinstance(result, Prepared):
            self._bytes += len(result.text) + len(result.payload or b"")
        if self._is_due():
            self.commit()
            self._on_stored(self._taken, entry.origin)

    def _is_due(self) -> bool:
        return (
            self._pace.is_due(self._pending)
            or self._bytes >= _COMMIT_BYTES
            or 0 < self._limit <= self._articles + self._possible
        )

    def decide(self) -> None:
        """Hand all that waits to the store, which knows of it from now on; `commit` makes it durable."""
        waiting, self._waiting = self._waiting, []
        self._writer.prefetch([result.article_id for _, result in waiting if isinstance(result, Prepared)])
        for entry, result in waiting:
            self._deal_with(entry, result)
            self._settle(entry, result)

    def commit(self) -> None:
        """Make all so far durable."""
        with self._pace.committing():
            self.decide()
            while again := self._stored():
                self._writer.prefetch([prepared.article_id for prepared in again])
                for prepared in again:
                    self._store(prepared)
        self._pending = self._possible = self._bytes = 0

    def _stored(self) -> Sequence[Prepared]:
        """Commit, count what is stored, and return the inputs to decide about anew."""
        outcomes = iter(self._writer.commit())
        decided, self._decided = self._decided, []
        told = [next(outcomes) if each.decision in ("new", "updated") else None for each in decided]
        in_conflict = {
            each.prepared.article_id for each, outcome in zip(decided, told, strict=True) if outcome == "conflict"
        }
        for each, outcome in zip(decided, told, strict=True):
            if each.prepared.article_id not in in_conflict:
                self._count(each, outcome)
        return [each.prepared for each in decided if each.prepared.article_id in in_conflict]

    def _count(self, decided: _Decided, outcome: Outcome) -> None:
        if decided.decision == "skipped":
            self._skip(_REMOVED)
            return
        self._counts[decided.decision] += 1
        if decided.decision == "new":
            self._counts["exact_duplicates"] += outcome == "exact"
            self._counts["near_duplicates"] += outcome == "near"
        if decided.decision != "unchanged":
            self._counts["removed_spans"] += len(decided.prepared.document.removed)

    def _deal_with(self, entry: Entry, result: Result) -> None:
        match result:
            case SourceUnchanged():
                self._counts["unchanged"] += 1
                self._writer.settle(result.origin, result.record)
            case Prepared():
                self._store(result)
                self._writer.settle(result.origin, result.record)
            case SourceSkip():
                self._skip(result.reason)
            case SourceFailure():
                self._fail(result.origin, result.record, result.error)
            case ItemError():
                record = entry.record if isinstance(entry, SourceItem) else None
                self._fail(entry.origin, record, str(result))

    def _settle(self, entry: Entry, result: Result) -> None:
        """Write down in the journal what became of what was fetched."""
        if isinstance(entry, SourceItem) and entry.retrieval and entry.kind not in _PARTS:
            article = result.article_id if isinstance(result, Prepared) else None
            error = result.error if isinstance(result, SourceFailure) else None
            error = str(result) if isinstance(result, ItemError) else error
            self._writer.journal.settle(entry.retrieval, article, error)
            if entry.origin != entry.retrieval.url:
                self._writer.journal.settle_capture(entry.origin, entry.retrieval, article, error)

    def _skip(self, reason: str) -> None:
        self._counts["skipped"] += 1
        if reason not in self._skips and len(self._skips) >= _MOST_REASONS:
            reason = "other reasons"
        self._skips[reason] += 1

    def _fail(self, origin: str, record: int | None, error: str) -> None:
        self._failures.append(Failure(origin, error))
        self._writer.fail(origin, record, error)

    def _store(self, prepared: Prepared) -> None:
        decision = self._decision(prepared)
        if decision == "unchanged" and prepared.payload is not None:
            self._writer.put_payload(prepared.article_id, prepared.payload_sha256, prepared.payload)
        elif decision in ("new", "updated"):
            self._writer.add(prepared)
        self._decided.append(_Decided(prepared, decision))

    def _decision(self, prepared: Prepared) -> _Decision:
        known = self._writer.known(prepared.article_id)
        if known is None:
            return "new"
        if known.removed:
            return "new" if self._force else "skipped"
        return "unchanged" if self._is_known(prepared, known) else "updated"

    def _is_known(self, prepared: Prepared, known: Known) -> bool:
        """Tell whether a version says the same: one of the time of retrieval, or for a file, which has none, any."""
        if prepared.extract_sha256 in known.digests_at(prepared.retrieved_at, prepared.kind):
            return True
        if known.extractor == prepared.document.extractor:
            return False
        # Another extractor made the stored text: only what this one makes of the old bytes can be compared.
        payload = self._writer.payload(prepared.article_id, known.payload_digests[-1])
        if payload is None:
            return known.payload_digests[-1] == prepared.payload_sha256
        item = SourceItem(
            origin=prepared.origin,
            name=known.file_name,
            kind=known.kind,
            payload=payload,
            charset=known.charset,
            url=known.url,
        )
        try:
            return extract_digest(self._extracted(item)) == prepared.extract_sha256
        except ItemError:
            return False
