"""Where the ingest stages meet: sources, extract, clean, identify, store."""

from __future__ import annotations

import functools
import hashlib
import os
import time
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from typing import BinaryIO, TypeVar

from nkcorpus.clean import clean_document, fix_document
from nkcorpus.dedupe import band_keys
from nkcorpus.errors import ItemError, ItemOutOfBounds
from nkcorpus.extract import EmptyRecord, extract
from nkcorpus.identity import article_id, content_digest, extract_digest, text_digest
from nkcorpus.model import (
    Cleaned,
    Failure,
    IngestReport,
    Prepared,
    SourceFailure,
    SourceItem,
    SourceSkip,
)
from nkcorpus.sources import iter_items
from nkcorpus.store import Known, StoreWriter
from nkcorpus.store.payloads import compress
from nkcorpus.workers import map_ordered

R = TypeVar("R")
Entry = SourceItem | SourceFailure | SourceSkip
OnStored = Callable[[int, str], None]
"""Called with the number of inputs dealt with for good, and the origin of the last one."""

_COMMIT_ITEMS = 1000
_COMMIT_SECONDS = 1.0

# What an item costs, in units of a byte of HTML: parsing HTML dominates, text is some ten times cheaper a byte.
_ITEM_COST = 500
_TEXT_BYTES_PER_UNIT = 8
_POOL_COST = 4 << 20
_CHUNK_COST = 1 << 18


def clean_sources(
    sources: Iterable[str | os.PathLike[str]],
    *,
    keep: Collection[str] = (),
    mapping: Mapping[str, str] | None = None,
    jobs: int = 1,
    fast: bool = False,
    fix_text: bool = False,
    stdin: BinaryIO | None = None,
) -> Iterator[Cleaned]:
    """Yield each article of `sources` cleaned, without any corpus; a bad input is an item with an error.

    Boilerplate of the kinds in `keep` stays. `fast` reads pages with one extractor, `fix_text` mends damaged text.
    Raises SourceNotFound at once when no source exists.
    """
    entries = iter_items(sources, stdin=stdin, mapping=mapping or {})
    function = functools.partial(
        _cleaned, keep=frozenset(keep), mapping=dict(mapping or {}), fast=fast, fix_text=fix_text
    )
    return _clean_all(entries, function, jobs)


def _clean_all(entries: Iterable[Entry], function: Callable[[Entry], Cleaned | None], jobs: int) -> Iterator[Cleaned]:
    for entry, result in _mapped(function, entries, jobs):
        if isinstance(result, ItemError):
            yield Cleaned(entry.origin, None, str(result))
        elif result is not None:
            yield result


def ingest(
    writer: StoreWriter,
    entries: Iterable[Entry],
    *,
    mapping: Mapping[str, str],
    jobs: int,
    force: bool,
    fast: bool,
    fix_text: bool,
    on_stored: OnStored,
) -> IngestReport:
    """Take in all of `entries`, committing as it goes, and return the summary.

    One bad input never stops the rest. `force` takes in what was removed before, `fast` reads pages with one
    extractor, `fix_text` mends damaged text. Raises CorpusError when the store cannot be written.
    """
    function = functools.partial(_prepared, mapping=dict(mapping), fast=fast, fix_text=fix_text)
    intake = _Intake(writer, mapping, force, fast)
    done = pending = 0
    committed_at = time.monotonic()
    for entry, result in _mapped(function, entries, jobs):
        intake.take(entry, result)
        pending += 1
        if pending >= _COMMIT_ITEMS or time.monotonic() - committed_at >= _COMMIT_SECONDS:
            writer.commit()
            done, pending, committed_at = done + pending, 0, time.monotonic()
            on_stored(done, entry.origin)
    report = intake.report()
    writer.finish(report)
    return report


class _Intake:
    """Decides for each input what it is to the corpus, and counts."""

    def __init__(self, writer: StoreWriter, mapping: Mapping[str, str], force: bool, fast: bool) -> None:
        self._writer = writer
        self._mapping = mapping
        self._force = force
        self._counts = dict.fromkeys(
            ("new", "updated", "unchanged", "exact_duplicates", "near_duplicates", "skipped", "removed_spans"), 0
        )
        self._fast = fast
        self._failures: list[Failure] = []

    def report(self) -> IngestReport:
        """Return the counts so far."""
        return IngestReport(**self._counts, failures=tuple(self._failures))

    def take(self, entry: Entry, result: Prepared | SourceFailure | SourceSkip | ItemError) -> None:
        """Store, skip or record one input."""
        match result:
            case Prepared():
                self._store(result)
                self._writer.settle(result.origin, result.record)
            case SourceSkip():
                self._counts["skipped"] += 1
            case SourceFailure():
                self._fail(result.origin, result.record, result.error)
            case ItemError():
                record = entry.record if isinstance(entry, SourceItem) else None
                self._fail(entry.origin, record, str(result))

    def _fail(self, origin: str, record: int | None, error: str) -> None:
        self._failures.append(Failure(origin, error))
        self._writer.fail(origin, record, error)

    def _store(self, prepared: Prepared) -> None:
        known = self._writer.known(prepared.article_id)
        if known and known.removed and not self._force:
            self._counts["skipped"] += 1
        elif known and not known.removed and self._is_known(prepared, known):
            self._counts["unchanged"] += 1
        else:
            likeness = self._writer.add(prepared)
            first = known is None or known.removed
            self._counts["new" if first else "updated"] += 1
            self._counts["exact_duplicates"] += first and likeness == "exact"
            self._counts["near_duplicates"] += first and likeness == "near"
            self._counts["removed_spans"] += len(prepared.document.removed)

    def _is_known(self, prepared: Prepared, known: Known) -> bool:
        """Tell whether a version says the same: the newest, or for a file, which has no time, any version."""
        versions = known.extract_digests if prepared.retrieved_at is None else known.extract_digests[-1:]
        if prepared.extract_sha256 in versions:
            return True
        if known.extractor == prepared.document.extractor:
            return False
        # Another extractor made the stored text: only what this one makes of the old bytes can be compared.
        item = SourceItem(
            origin=prepared.origin,
            name=known.file_name,
            kind=known.kind,
            payload=self._writer.payload(known.payload_digests[-1]),
            charset=known.charset,
            url=known.url,
        )
        try:
            return extract_digest(extract(item, self._mapping, fast=self._fast)) == prepared.extract_sha256
        except ItemError:
            return False


def _mapped(
    function: Callable[[Entry], R], entries: Iterable[Entry], jobs: int
) -> Iterator[tuple[Entry, R | ItemOutOfBounds]]:
    return map_ordered(function, entries, jobs=jobs, cost=_cost, worth_a_pool=_POOL_COST, chunk_cost=_CHUNK_COST)


def _cost(entry: Entry) -> int:
    if not isinstance(entry, SourceItem):
        return 1
    size = len(entry.payload)
    return _ITEM_COST + (size if entry.kind == "html" else size // _TEXT_BYTES_PER_UNIT)


def _prepared(
    entry: Entry, *, mapping: Mapping[str, str], fast: bool, fix_text: bool
) -> Prepared | SourceFailure | SourceSkip:
    """Extract, clean and identify one input. Runs in a worker; errors are values."""
    if not isinstance(entry, SourceItem):
        return entry
    try:
        extracted = extract(entry, mapping, fast=fast)
        document = clean_document(extracted)
        if fix_text:
            document = fix_document(document)
    except EmptyRecord as error:
        return SourceSkip(entry.origin, str(error))
    except ItemError as error:
        return SourceFailure(entry.origin, _numbered(entry, error), entry.record)
    text = document.text
    payload_sha256 = hashlib.sha256(entry.payload).hexdigest()
    return Prepared(
        article_id=article_id(extracted, entry.name),  # what a rule finds must not change which article it is
        document=document,
        text=text,
        words=len(text.split()),
        text_digest=text_digest(text),
        bands=band_keys(text),
        extract_sha256=extract_digest(extracted),
        content_sha256=content_digest(document, entry.origin, payload_sha256),
        origin=entry.origin,
        file_name=entry.name,
        record=entry.record,
        kind=entry.kind,
        charset=entry.charset,
        retrieved_at=entry.retrieved_at,
        payload=compress(entry.payload),
        payload_sha256=payload_sha256,
        payload_size=len(entry.payload),
    )


def _cleaned(
    entry: Entry, *, keep: Collection[str], mapping: Mapping[str, str], fast: bool, fix_text: bool
) -> Cleaned | None:
    """Extract and clean one input. Runs in a worker; errors are values, skips None."""
    match entry:
        case SourceSkip():
            return None
        case SourceFailure():
            return Cleaned(entry.origin, None, entry.error)
        case SourceItem():
            try:
                document = clean_document(extract(entry, mapping, fast=fast), keep=keep)
                return Cleaned(entry.origin, fix_document(document) if fix_text else document)
            except EmptyRecord:
                return None
            except ItemError as error:
                return Cleaned(entry.origin, None, _numbered(entry, error))


def _numbered(item: SourceItem, error: ItemError) -> str:
    return f"record {item.record}: {error}" if item.record else str(error)
