"""Articles out of structured records: one JSON object, or one row of a table."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType

from nkcorpus.errors import BadRecord, EmptyItem, ExtractionFailed
from nkcorpus.extract.decode import decode, normalise_newlines, replace_unstorable, replacement_repairs
from nkcorpus.extract.evidence import evidence_of, with_place
from nkcorpus.extract.fields import ArticleFields, article_fields, candidates, unwrapped
from nkcorpus.extract.table import read_row
from nkcorpus.extract.wordpress import is_post, with_usual_fields
from nkcorpus.model import Document, Repair, SourceItem

RECORD_EXTRACTOR = "record/2"

_NO_MAPPING: Mapping[str, str] = MappingProxyType({})
_TAG = re.compile(r"<[a-zA-Z!/][^<>]*>")
_PAGE = re.compile(r"<(?:!doctype\s+html|html|body)[\s>]", re.IGNORECASE)
_PAGE_HEAD = 2048  # code points in which a whole page shows itself
_LONGEST_INTEGER = 300  # digits; beyond, a float serves as well and costs no quadratic conversion
_TYPE_NAMES = {bool: "truth value", int: "number", float: "number", list: "list", dict: "nested object"}


class EmptyRecord(EmptyItem):
    """A record with neither title nor text."""


def extract_record(item: SourceItem, mapping: Mapping[str, str] = _NO_MAPPING, fast: bool = False) -> Document:
    """Return the article of a record by the usual field names; `mapping` (field to name) overrides them.
    `fast`: see `nkcorpus.extract.extract`.

    Raises BadRecord when the record is broken or its text is no string, EmptyRecord when it has neither title
    nor text, ExtractionFailed when its text is a page without an article, NotText and EmptyItem.
    """
    record, damaged = _read_row(item) if item.kind == "row" else _read_object(item)
    post = is_post(record)
    if post:
        record = with_usual_fields(record)
    fields = article_fields(record, mapping)
    value, is_html = _text_value(record, mapping)
    url = item.url or fields.url
    page: Document | None = None
    if value is None:
        raw_text: str = ""
        repairs: tuple[Repair, ...] = ()
    elif is_html or _holds_html(value):
        value, surrogates = replace_unstorable(value)
        page = _page(value, url, fields.title is not None, fast)
        raw_text = page.raw_text if page else _fragment(value)
        raw_text, repairs = replace_unstorable(raw_text)
        damaged = damaged or bool(surrogates)
    else:
        raw_text, repairs = replace_unstorable(normalise_newlines(value))
    if damaged:
        repairs = replacement_repairs(raw_text)
    if not raw_text.strip():
        raw_text, repairs = "", ()
    page = page or Document(raw_text, RECORD_EXTRACTOR)
    document = _merged(fields, page, raw_text, url, repairs)
    if post and document.source is None and document.url:
        from nkcorpus.extract.profile import site_name

        if name := site_name(document.url):
            document = replace(document, source=name, evidence=with_place(document.evidence, "source", "profile"))
    if not raw_text and not document.title:
        raise EmptyRecord("the record has neither title nor text; name its fields with --map FIELD=NAME")
    return document


def _merged(
    fields: ArticleFields, page: Document, raw_text: str, url: str | None, repairs: tuple[Repair, ...]
) -> Document:
    """Return the document of a record; what the record does not say is taken from the page that it holds."""
    places = dict(page.evidence) | dict(fields.evidence)
    if url and url != fields.url:
        places["url"] = "given"
    return Document(
        raw_text=raw_text,
        extractor=RECORD_EXTRACTOR,
        title=fields.title or page.title,
        authors=fields.authors or page.authors,
        translator=fields.translator or page.translator,
        editor=fields.editor or page.editor,
        contact=page.contact,
        korean_version=page.korean_version,
        date=fields.date or page.date,
        source=fields.source or page.source,
        lang=fields.lang or page.lang,
        url=url or page.url,
        tags=fields.tags or page.tags,
        external_id=fields.external_id,
        repairs=repairs,
        updated=fields.updated or page.updated,
        section=fields.section or page.section,
        counterpart=page.counterpart,
        evidence=evidence_of(places),
    )


def _read_object(item: SourceItem) -> tuple[Mapping[str, object], bool]:
    """Return the JSON object, and whether bytes of it could not be decoded."""
    damaged = False
    try:
        if item.charset not in (None, "utf-8"):
            raise UnicodeError
        text = item.payload.decode("utf-8-sig")
    except UnicodeError:
        decoded = decode(item.payload, charset=item.charset)
        text, damaged = decoded.text, bool(decoded.repairs)
    if not text or text.isspace():
        raise EmptyItem("the record is empty")
    try:
        # Raw line ends and tabs within strings are common in the wild and do no harm.
        value = json.loads(text, strict=False, parse_int=_integer)
    except json.JSONDecodeError as error:
        raise BadRecord(f"broken JSON at character {error.pos + 1}: {error.msg}") from None
    except RecursionError:
        raise BadRecord("the JSON is nested too deeply") from None
    if not isinstance(value, dict):
        raise BadRecord(f"the record is a {_type_name(value)}, not a JSON object")
    source = value.get("_source")
    if isinstance(source, dict):  # a hit of Elasticsearch or OpenSearch
        value = {**source, **{key: inner for key, inner in value.items() if key != "_source"}}
    return value, damaged


def _read_row(item: SourceItem) -> tuple[Mapping[str, object], bool]:
    decoded = decode(item.payload, charset=item.charset)
    return dict(read_row(decoded.text, item.name)), bool(decoded.repairs)


def _text_value(record: Mapping[str, object], mapping: Mapping[str, str]) -> tuple[str | None, bool]:
    """Return the text, and whether its wrapper (`rendered`) says that it is HTML."""
    wrong: object = None
    for value in candidates(record, "text", mapping):
        inner = unwrapped(value)
        if isinstance(inner, str):
            if inner.strip():
                return inner, isinstance(value, Mapping) and "rendered" in value
        elif inner is not None and inner == inner and wrong is None:
            wrong = inner
    if wrong is not None:
        raise BadRecord(f"the text is a {_type_name(wrong)}, not a string; name its field with --map text=NAME")
    return None, False


def _holds_html(value: str) -> bool:
    if not _TAG.search(value):
        return False
    from nkcorpus.extract.html import looks_like_html

    return looks_like_html(value)


def _page(value: str, url: str | None, has_title: bool, fast: bool) -> Document | None:
    """Return the article of a value that is a whole page; None for a fragment."""
    if not _PAGE.search(value[:_PAGE_HEAD]):
        return None
    from nkcorpus.extract.html import extract_html

    try:
        return extract_html(value, url=url, fast=fast)
    except ExtractionFailed:
        if has_title:
            return Document("", RECORD_EXTRACTOR)
        raise


def _fragment(value: str) -> str:
    from nkcorpus.extract.html import html_fragment_text

    return html_fragment_text(value)


def _integer(digits: str) -> int | float:
    return int(digits) if len(digits) <= _LONGEST_INTEGER else float(digits)


def _type_name(value: object) -> str:
    return "null" if value is None else _TYPE_NAMES.get(type(value), "string")
