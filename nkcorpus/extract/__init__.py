"""From an item's bytes to the fields of an article, by the item's kind."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import TYPE_CHECKING

from nkcorpus.errors import ItemTooLarge
from nkcorpus.extract.dates import date_from_name, date_from_url
from nkcorpus.extract.decode import decode, replace_unstorable, replacement_repairs
from nkcorpus.extract.evidence import with_place
from nkcorpus.extract.language import find_language
from nkcorpus.extract.record import EmptyRecord, extract_record
from nkcorpus.extract.text import extract_markdown, extract_text
from nkcorpus.model import ArticleDate, Document, Kind, SourceItem
from nkcorpus.results import Trace

if TYPE_CHECKING:
    from nkcorpus.extract.html import Reading

__all__ = ["EXTRACTORS", "EmptyRecord", "extract", "extract_traced"]

LONGEST_TEXT = 24_000_000
"""Code points of one article: what one plain text may have, so that no other kind of input can bring more."""

_NO_MAPPING: Mapping[str, str] = MappingProxyType({})


def extract(item: SourceItem, mapping: Mapping[str, str] = _NO_MAPPING, *, fast: bool = False) -> Document:
    """Return what `item` says as an article. `mapping` names the fields of records (field to name).

    `fast` reads pages with one extractor instead of several that vote.
    The address tells the date where nothing else does; the text tells the language, unless a record gives it.
    Raises the subclasses of ItemError: NotText, EmptyItem (EmptyRecord for a record without title and text),
    BadRecord, ExtractionFailed, ItemTooLarge for a text beyond LONGEST_TEXT.
    """
    return _completed(EXTRACTORS[item.kind](item, mapping, fast))


def extract_traced(
    item: SourceItem, mapping: Mapping[str, str] = _NO_MAPPING, *, fast: bool = False
) -> tuple[Document, Trace]:
    """Return what `extract` does, and how it came about. Raises what `extract` does."""
    if item.kind == "html":
        document, reading = _read_page(item, fast)
        return _completed(document), reading.trace()
    return extract(item, mapping, fast=fast), Trace("text" if item.kind in ("text", "markdown") else "record")


def _completed(document: Document) -> Document:
    """Return `document` with the date that its address tells and the language that its script tells.

    Raises ItemTooLarge.
    """
    if len(document.raw_text) > LONGEST_TEXT:
        length = len(document.raw_text)
        raise ItemTooLarge(f"a text of {length:,} characters, more than the {LONGEST_TEXT:,} of one article; split it")
    if document.date is None and document.url:
        document = _dated(document, date_from_url(document.url), "url")
    return _with_language(document)


def _dated(document: Document, date: ArticleDate | None, place: str) -> Document:
    if date is None:
        return document
    return replace(document, date=date, evidence=with_place(document.evidence, "date", place))


def _with_language(document: Document) -> Document:
    """Return the document with the language of its text, unless it was given for this very article."""
    if document.lang is not None and dict(document.evidence).get("lang") != "html-lang":
        return document
    found = find_language(document.text or document.title or "", document.lang)
    if found is None:
        return document
    return replace(document, lang=found[0], evidence=with_place(document.evidence, "lang", found[1]))


def _extract_page(item: SourceItem, _mapping: Mapping[str, str], fast: bool) -> Document:
    return _read_page(item, fast)[0]


def _read_page(item: SourceItem, fast: bool) -> tuple[Document, Reading]:
    from nkcorpus.extract.html import read_page

    page = decode(item.payload, charset=item.charset, html=True).text
    reading = read_page(page, url=item.url, retrieved_at=item.retrieved_at, fast=fast)
    document = reading.document
    raw_text, _ = replace_unstorable(document.raw_text)
    # The body is not the decoded page, so repairs are listed by where U+FFFD stands in it.
    document = replace(document, raw_text=raw_text, repairs=replacement_repairs(raw_text))
    if document.date is None:
        document = _dated(document, date_from_url(document.url or ""), "url")
    if document.date is None:
        document = _dated(document, date_from_name(item.name), "file-name")
    return document, reading


def _extract_entry(item: SourceItem) -> Document:
    from nkcorpus.extract.feeds import extract_entry

    return extract_entry(item)


def _extract_mail(item: SourceItem) -> Document:
    from nkcorpus.extract.mail import extract_mail

    return extract_mail(item)


def _extract_docx(item: SourceItem) -> Document:
    from nkcorpus.extract.docx import extract_docx

    return extract_docx(item)


def _extract_pdf(item: SourceItem) -> Document:
    from nkcorpus.extract.pdf import extract_pdf

    return extract_pdf(item)


EXTRACTORS: Mapping[Kind, Callable[[SourceItem, Mapping[str, str], bool], Document]] = MappingProxyType(
    {
        "text": lambda item, _mapping, _fast: extract_text(item),
        "markdown": lambda item, _mapping, _fast: extract_markdown(item),
        "html": _extract_page,
        "record": extract_record,
        "row": extract_record,
        "entry": lambda item, _mapping, _fast: _extract_entry(item),
        "mail": lambda item, _mapping, _fast: _extract_mail(item),
        "docx": lambda item, _mapping, _fast: _extract_docx(item),
        "pdf": lambda item, _mapping, _fast: _extract_pdf(item),
    }
)
