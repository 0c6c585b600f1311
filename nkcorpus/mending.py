"""Making a damaged corpus file whole: what can be is taken into a new file, which then takes its place."""

from __future__ import annotations

import contextlib
import itertools
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path

from nkcorpus.checking import check
from nkcorpus.errors import CorpusError, ItemError, SettingsError
from nkcorpus.model import Document, SourceItem
from nkcorpus.pipeline import Treatment
from nkcorpus.reclean import recleaned
from nkcorpus.results import RepairReport
from nkcorpus.store import Current, joined
from nkcorpus.store.sqlite import SqliteStore
from nkcorpus.store.sqlite.repair import exchanging, salvage
from nkcorpus.version import TOOL

_READ = "read again from the original bytes"


def mend(path: Path, confirm: Callable[[RepairReport], bool], on_checked: Callable[[int], None]) -> RepairReport | None:
    """Make the corpus file at `path` whole, if `confirm` says so, and return what was done; None if it did not.

    The damaged file stays beside under another name. Nobody can write to the corpus meanwhile. Raises CorpusError where
    it is no corpus, nothing can be read, or nothing be written.
    """
    with exchanging(path) as (kept, new, exchange):
        found = salvage(kept, new, _reader(kept))
        with contextlib.closing(SqliteStore(new, TOOL, as_is=True)) as store:
            report = RepairReport(
                tuple(found.mended),
                tuple(found.quarantined),
                tuple(found.lost),
                check(store, on_checked=on_checked),
                kept,
            )
        if not confirm(report):
            return None
        exchange()
        return report


def _reader(path: Path) -> Callable[[str, Document | None, SourceItem | None], Iterator[tuple[Document, str]]]:
    """Return what makes documents as an ingest into this corpus would, in each way that it can."""
    rules = ""
    kept_lines: Mapping[str, frozenset[str]] = {}
    with (
        contextlib.suppress(CorpusError, TypeError),  # of what is damaged; the package's own rules are left
        contextlib.closing(SqliteStore(path, TOOL, as_is=True)) as store,
    ):
        kept_lines = store.kept_lines()
        rules = joined(store.desk.rules())

    def read(article: str, document: Document | None, item: SourceItem | None) -> Iterator[tuple[Document, str]]:
        if document is not None:
            yield _recleaned(article, document, rules, kept_lines), "cleaned anew"
        if item is None:
            return
        for fast, fix_text in itertools.product((False, True), repeat=2):
            treatment = Treatment(fast=fast, fix_text=fix_text, rules=rules, kept_lines=kept_lines)
            try:
                extracted = treatment.extracted(item)
                cleaned = treatment.cleaned(extracted, article)
            except (ItemError, SettingsError):
                continue
            yield cleaned, _READ
            if item.external_id and not cleaned.external_id:
                yield replace(cleaned, external_id=item.external_id), _READ

    return read


def _recleaned(article: str, document: Document, rules: str, kept_lines: Mapping[str, frozenset[str]]) -> Document:
    try:
        result = recleaned(Current(article, document, "", "", ""), rules=rules, kept_lines=kept_lines)
    except (ItemError, SettingsError):
        return document
    return result.document if result else document
