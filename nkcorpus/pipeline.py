"""Where the ingest stages meet: sources, extract, clean, identify, store."""

from __future__ import annotations

import contextlib
import functools
import hashlib
import os
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import BinaryIO, TypeVar

from nkcorpus.clean import clean_document, fix_document, rules_with
from nkcorpus.dates import interval
from nkcorpus.dedupe import band_keys
from nkcorpus.errors import ExtractionFailed, ItemError, ItemOutOfBounds
from nkcorpus.extract import EmptyRecord, extract, extract_traced
from nkcorpus.extract.evidence import with_place
from nkcorpus.identity import article_id, content_digest, extract_digest, text_digest
from nkcorpus.intake import Entry, Intake, Result
from nkcorpus.model import Document, Kind, Prepared, SourceFailure, SourceItem, SourceSkip, SourceUnchanged
from nkcorpus.results import Cleaned, IngestReport, Trace
from nkcorpus.sources import UNTOLD, Reading, iter_items
from nkcorpus.store import StoreWriter
from nkcorpus.store.payloads import compress
from nkcorpus.workers import ALONE, LOCAL, Executor, executor_named

R = TypeVar("R")
OnStored = Callable[[int, str], None]
"""Called with the number of inputs dealt with for good, and the origin of the last one."""
Treat = Callable[[Iterable[Entry]], Generator[tuple[Entry, Result], None, None]]
Live = Callable[[Treat, Callable[[], None]], Generator[tuple[Entry, Result], None, None]]
"""Gives the results of entries that come slowly, whichever way they come: each is dealt with before what it was found
with is read on. It is given what makes all so far durable, too."""

_BYTES_TELL_ALL: frozenset[Kind] = frozenset(("text", "markdown", "html", "entry", "mail", "docx", "pdf"))
_AHEAD_ITEMS = 200
_AHEAD_BYTES = 4 << 20
"""So much is read before a store is asked at once which of it is stored: over a network each question takes a while."""

# What an item costs, in units of a byte of HTML: parsing HTML dominates, text is some ten times cheaper a byte.
_ITEM_COST = 500
_BYTE_COST: Mapping[Kind, float] = {"html": 1, "entry": 1, "mail": 1, "docx": 4, "pdf": 20}
_TEXT_BYTE_COST = 1 / 8
_POOL_COST = 4 << 20
_CHUNK_COST = 1 << 18


@dataclass(frozen=True, slots=True)
class Treatment:
    """How inputs are read and cleaned.

    `mapping` names the fields of records. `fast` reads pages with one extractor. `fix_text` mends damaged text.
    `rules` is a rule file's text: what counts after the package's rules. Boilerplate of the kinds in `keep` stays, and
    so do `kept_lines` (by article id). `source` is the publisher of all articles, whatever they say. Without
    `keep_payload` the original bytes are digested and not kept.
    """

    mapping: Mapping[str, str] = field(default_factory=dict)
    fast: bool = False
    fix_text: bool = False
    rules: str = ""
    keep: frozenset[str] = frozenset()
    kept_lines: Mapping[str, frozenset[str]] = field(default_factory=dict)
    source: str | None = None
    keep_payload: bool = True

    def extracted(self, item: SourceItem) -> Document:
        """Return what an input says. Raises the subclasses of ItemError."""
        return self._published(extract(item, self.mapping, fast=self.fast))

    def extracted_traced(self, item: SourceItem) -> tuple[Document, Trace]:
        """Return what an input says, and how it came about. Raises the subclasses of ItemError."""
        document, trace = extract_traced(item, self.mapping, fast=self.fast)
        return self._published(document), trace

    def _published(self, document: Document) -> Document:
        if self.source is None:
            return document
        return replace(document, source=self.source, evidence=with_place(document.evidence, "source", "option"))

    def cleaned(self, document: Document, article: str = "") -> Document:
        """Return an extracted document cleaned and mended; `article` is its id, where it has one."""
        kept_lines = self.kept_lines.get(article, ())
        cleaned = clean_document(document, keep=self.keep, kept_lines=kept_lines, rules=rules_with(self.rules))
        return fix_document(cleaned) if self.fix_text else cleaned


@dataclass(frozen=True, slots=True)
class Selection:
    """Which articles are taken: dated between two Unix times, inclusive, and no more than `limit`; 0 means all.

    A date counts with its whole span; an article without one is left out when either time is set.
    """

    since: int | None = None
    until: int | None = None
    limit: int = 0

    def refusal(self, document: Document) -> str | None:
        """Return why an article is not taken, None for one that is."""
        if self.since is None and self.until is None:
            return None
        if document.date is None:
            return "no date, which --since and --until need"
        first, last = interval(document.date.value)
        if self.since is not None and last < self.since:
            return "dated before --since"
        return "dated after --until" if self.until is not None and first > self.until else None


def clean_sources(
    sources: Iterable[str | os.PathLike[str]],
    treatment: Treatment = Treatment(),
    *,
    jobs: int = 1,
    trace: bool = False,
    reading: Reading = UNTOLD,
    selection: Selection = Selection(),
    stdin: BinaryIO | None = None,
) -> Iterator[Cleaned]:
    """Yield each article of `sources` cleaned, without any corpus; a bad input is an item with an error.

    `jobs` is the number of processes. `reading` tells how the sources are read; the mapping of `treatment` counts.
    `trace` tells how each was read.
    Raises SourceNotFound at once when no source exists, SettingsError for bad rules.
    """
    rules_with(treatment.rules)
    entries = iter_items(sources, stdin=stdin, reading=replace(reading, mapping=treatment.mapping))
    function = functools.partial(_cleaned, treatment=treatment, selection=selection, trace=trace)
    return _clean_all(entries, function, jobs, selection.limit)


def _clean_all(
    entries: Iterable[Entry], function: Callable[[Entry], Cleaned | None], jobs: int, limit: int
) -> Iterator[Cleaned]:
    taken = 0
    with (
        executor_named(LOCAL, jobs) as workers,
        contextlib.closing(_mapped(workers, function, entries)) as results,
    ):
        for entry, result in results:
            if isinstance(result, ItemError):
                yield Cleaned(entry.origin, None, str(result))
            elif result is not None:
                yield result
                taken += result.document is not None
                if limit and taken == limit:
                    return


def ingest(
    writer: StoreWriter,
    entries: Iterable[Entry],
    treatment: Treatment,
    *,
    workers: Executor = ALONE,
    force: bool,
    on_stored: OnStored,
    selection: Selection = Selection(),
    live: Live | None = None,
) -> IngestReport:
    """Take in all of `entries` that are selected, then what comes `live`, committing as it goes; return the summary.

    One bad input never stops the rest. `workers` extract and clean. `force` takes in what was removed before.
    Raises CorpusError when the store cannot be written, SettingsError for bad rules, WorkersFailed.
    """
    rules_with(treatment.rules)
    intake = Intake(writer, treatment.extracted, on_stored, force=force, limit=selection.limit)
    prepare = functools.partial(_prepared, treatment=treatment, selection=selection)

    def treat(found: Iterable[Entry]) -> Generator[tuple[Entry, Result], None, None]:
        return workers.map_each(prepare, _unseen(writer, treatment, found, 1), is_work=_is_read)

    with (
        contextlib.closing(_mapped(workers, prepare, _unseen(writer, treatment, entries, _AHEAD_ITEMS))) as results,
        contextlib.closing((live or _none)(treat, intake.commit)) as live_results,
    ):
        for entry, result in results:
            intake.take(entry, result)
            if intake.is_complete:
                break
        intake.decide()  # what is live asks for what is there
        for entry, read in live_results if not intake.is_complete else ():
            intake.take(entry, read)
            intake.decide()
            if intake.is_complete:
                break
    intake.commit()
    report = intake.report()
    writer.finish(report)
    return report


def _none(treat: Treat, commit: Callable[[], None]) -> Generator[tuple[Entry, Result], None, None]:
    yield from ()


def _unseen(writer: StoreWriter, treatment: Treatment, entries: Iterable[Entry], ahead: int) -> Iterator[Entry]:
    """Yield the inputs, Unchanged in place of those that are stored with the very bytes and time.

    The store is asked for at most `ahead` inputs at once. The text of a record depends on what its fields were said to
    be, so records are read.
    """
    batch: list[Entry] = []
    size = 0
    for entry in entries:
        batch.append(entry)
        size += len(entry.payload) if isinstance(entry, SourceItem) else 0
        if len(batch) >= ahead or size >= _AHEAD_BYTES:
            yield from _unseen_of(writer, treatment, batch)
            batch, size = [], 0
    yield from _unseen_of(writer, treatment, batch)


def _unseen_of(writer: StoreWriter, treatment: Treatment, batch: Sequence[Entry]) -> Iterator[Entry]:
    asked: list[SourceItem] = []
    if treatment.source is None:
        asked = [entry for entry in batch if isinstance(entry, SourceItem) and entry.kind in _BYTES_TELL_ALL]
    digests = [hashlib.sha256(item.payload).hexdigest() for item in asked]
    told = writer.holds(list(zip(asked, digests, strict=True)), with_payload=treatment.keep_payload) if asked else ()
    held = {id(item) for item, is_held in zip(asked, told, strict=True) if is_held}
    for entry in batch:
        if isinstance(entry, SourceItem) and id(entry) in held:
            yield SourceUnchanged(entry.origin, entry.record)
        else:
            yield entry


def _mapped(
    workers: Executor, function: Callable[[Entry], R], entries: Iterable[Entry]
) -> Generator[tuple[Entry, R | ItemOutOfBounds], None, None]:
    return workers.map_ordered(function, entries, cost=_cost, worth_a_pool=_POOL_COST, chunk_cost=_CHUNK_COST)


def _is_read(entry: Entry) -> bool:
    return isinstance(entry, SourceItem)


def _cost(entry: Entry) -> int:
    if not isinstance(entry, SourceItem):
        return 1
    return _ITEM_COST + int(len(entry.payload) * _BYTE_COST.get(entry.kind, _TEXT_BYTE_COST))


def _prepared(
    entry: Entry, *, treatment: Treatment, selection: Selection
) -> Prepared | SourceFailure | SourceSkip | SourceUnchanged:
    """Extract, clean and identify one input. Runs in a worker; errors are values."""
    if not isinstance(entry, SourceItem):
        return entry
    try:
        extracted = treatment.extracted(entry)
        identity = article_id(extracted, entry.name)  # what a rule finds must not change which article it is
        document = treatment.cleaned(extracted, identity)
    except EmptyRecord as error:
        return SourceSkip(entry.origin, str(error))
    except ItemError as error:
        return SourceFailure(entry.origin, _numbered(entry, error), entry.record)
    if refusal := selection.refusal(document):
        return SourceSkip(entry.origin, refusal)
    if entry.external_id and not document.external_id:
        # After the digest of what was extracted: each capture of an unchanged page has an id of its own.
        document = replace(document, external_id=entry.external_id)
    text = document.text
    payload_sha256 = hashlib.sha256(entry.payload).hexdigest()
    return Prepared(
        article_id=identity,
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
        retrieval=entry.retrieval,
        payload=compress(entry.payload) if treatment.keep_payload else None,
        payload_sha256=payload_sha256,
        payload_size=len(entry.payload),
    )


def _cleaned(entry: Entry, *, treatment: Treatment, selection: Selection, trace: bool) -> Cleaned | None:
    """Extract and clean one input. Runs in a worker; errors are values, skips None."""
    match entry:
        case SourceSkip() | SourceUnchanged():
            return None
        case SourceFailure():
            return Cleaned(entry.origin, None, entry.error)
        case SourceItem():
            try:
                extracted, how = treatment.extracted_traced(entry) if trace else (treatment.extracted(entry), None)
                document = treatment.cleaned(extracted)
                return None if selection.refusal(document) else Cleaned(entry.origin, document, trace=how)
            except EmptyRecord:
                return None
            except ExtractionFailed as error:
                return Cleaned(entry.origin, None, _numbered(entry, error), links=error.links)
            except ItemError as error:
                return Cleaned(entry.origin, None, _numbered(entry, error))


def _numbered(item: SourceItem, error: ItemError) -> str:
    return f"record {item.record}: {error}" if item.record else str(error)
