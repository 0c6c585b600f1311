"""Promises that several targets hold a stage to."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path
from typing import get_args

from nkcorpus.dates import parse_iso
from nkcorpus.identity import article_id, canonical_url, content_digest, extract_digest
from nkcorpus.model import ArticleDate, DateSource, Document, SourceFailure, SourceItem, SourceSkip, restore

from .target import check_message

SAMPLE = Path(__file__).parent.parent.parent / "data" / "sample"
UNSTORABLE = re.compile("[\0\ud800-\udfff]")
_ID = re.compile("[0-9a-f]{32}")


def check_edits(document: Document) -> None:
    """Check that cuts and repairs lie in the raw text, in order and apart, and can be undone."""
    for what in (document.removed, document.repairs):
        end = 0
        for edit in what:
            assert end <= edit.start <= edit.end <= len(document.raw_text), edit
            end = edit.end
    assert all(span.start < span.end for span in document.removed)
    end = 0
    for start, original, _ in document.edits:
        assert start >= end, "a repair within a cut"
        end = start + len(original)
    assert restore(document.text, document.edits) == document.raw_text


def check_date(date: ArticleDate | None) -> None:
    """Check that a date is of the calendar, and as precise as it says."""
    if date is not None:
        assert parse_iso(date.value) == (date.value, date.precision), date
        assert date.source in get_args(DateSource), date


def check_document(document: Document) -> None:
    """Check what came out of an extractor, or out of the cleaner."""
    texts = (document.raw_text, document.title, document.translator, document.editor, document.contact)
    labels = (document.source, document.lang, document.url, document.external_id, document.place, document.section)
    for text in (*texts, *labels, document.counterpart, *document.authors, *document.tags):
        assert text is None or not UNSTORABLE.search(text), text
    assert "\r" not in document.raw_text
    for line in (document.title, document.source, document.lang, document.translator, *document.authors):
        assert line is None or (line.strip() and "\n" not in line), line
    for address in (document.url, document.counterpart):
        assert address is None or canonical_url(address), address
    check_date(document.date)
    check_date(document.updated)
    check_edits(document)
    assert list(document.evidence) == sorted(document.evidence)
    assert _ID.fullmatch(article_id(document, "a.txt"))
    assert extract_digest(document) == extract_digest(document)
    assert len(content_digest(document, "a.txt", "0" * 64)) == 64


def check_outcomes(outcomes: Iterable[SourceItem | SourceFailure | SourceSkip]) -> list[SourceItem]:
    """Check what a source gives, and return the items."""
    items = []
    for outcome in outcomes:
        match outcome:
            case SourceItem():
                assert outcome.record is None or outcome.record > 0
                items.append(outcome)
            case SourceFailure():
                check_message(outcome.error)
            case SourceSkip():
                check_message(outcome.reason)
        assert len(items) < 20_000, "items without end"
    return items
