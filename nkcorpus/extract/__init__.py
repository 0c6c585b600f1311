"""From an item's bytes to the fields of an article, by the item's kind."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from types import MappingProxyType

from nkcorpus.extract.dates import date_from_name, date_from_url
from nkcorpus.extract.decode import decode, replace_unstorable, replacement_repairs
from nkcorpus.extract.language import script_language
from nkcorpus.extract.record import EmptyRecord, extract_record
from nkcorpus.extract.text import extract_markdown, extract_text
from nkcorpus.model import Document, Kind, SourceItem

__all__ = ["EXTRACTORS", "EmptyRecord", "extract"]

_NO_MAPPING: Mapping[str, str] = MappingProxyType({})


def extract(item: SourceItem, mapping: Mapping[str, str] = _NO_MAPPING, *, fast: bool = False) -> Document:
    """Return what `item` says as an article. `mapping` names the fields of records (field to name).

    `fast` reads pages with one extractor instead of several that vote.
    The address tells the date where nothing else does; the script tells the language.
    Raises the subclasses of ItemError: NotText, EmptyItem (EmptyRecord for a record without title and text),
    BadRecord, ExtractionFailed.
    """
    document = EXTRACTORS[item.kind](item, mapping, fast)
    if document.date is None and document.url:
        document = replace(document, date=date_from_url(document.url))
    if document.lang is None:
        document = replace(document, lang=script_language(document.raw_text or document.title or ""))
    return document


def _extract_page(item: SourceItem, _mapping: Mapping[str, str], fast: bool) -> Document:
    from nkcorpus.extract.html import extract_html

    page = decode(item.payload, charset=item.charset, html=True).text
    document = extract_html(page, url=item.url, fast=fast)
    raw_text, _ = replace_unstorable(document.raw_text)
    # The body is not the decoded page, so repairs are listed by where U+FFFD stands in it.
    document = replace(document, raw_text=raw_text, repairs=replacement_repairs(raw_text))
    if document.date is None and (url_date := date_from_url(document.url or "")):
        return replace(document, date=url_date)
    return document if document.date else replace(document, date=date_from_name(item.name))


EXTRACTORS: Mapping[Kind, Callable[[SourceItem, Mapping[str, str], bool], Document]] = MappingProxyType(
    {
        "text": lambda item, _mapping, _fast: extract_text(item),
        "markdown": lambda item, _mapping, _fast: extract_markdown(item),
        "html": _extract_page,
        "record": extract_record,
        "row": extract_record,
    }
)
