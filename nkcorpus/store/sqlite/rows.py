"""Between rows of the tables and the values of the model."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Any

from nkcorpus.dates import interval
from nkcorpus.model import (
    Article,
    ArticleDate,
    Document,
    Gone,
    Indexable,
    Note,
    Prepared,
    Repair,
    Retrieval,
    Span,
    VersionInfo,
)
from nkcorpus.store.base import Recleaned
from nkcorpus.store.seals import version_seal
from nkcorpus.store.sqlite.columns import damaged, json_of, object_of, pairs_of, strings_of

Row = Mapping[str, Any]
"""A row by the names of its columns. To look a name up in an `sqlite3.Row` takes several times as long."""

VERSION_COLUMNS = (
    "article", "number", "title", "authors", "translator", "editor", "contact", "korean_version", "date",
    "date_precision", "date_source", "source", "lang", "url", "tags", "external_id", "raw_text", "text", "words",
    "origin", "file_name", "record", "kind", "charset", "extractor", "cleaner", "extract_sha256",
    "content_sha256", "payload_sha256", "retrieved_at", "ingested_at", "run", "place",
    "updated", "updated_precision", "updated_source", "section", "counterpart", "evidence",
    "retrieval_url", "retrieval_answered", "retrieval_status", "retrieval_headers", "row_sha256",
)  # fmt: skip
"""The columns of `version` that a row of `version_values` fills, in its order."""

NOT_KEPT = "none"
"""`payload.encoding` where only the digest of the bytes was kept."""

_SHOWN = 32
_DIGEST = re.compile("[0-9a-f]{1,16}")
_KEPT = 500
"""Values of columns that are the same in many articles, such as authors: so many are parsed once."""

VERSION_INFO_COLUMNS = (
    "number, ingested_at, content_sha256, payload_sha256, retrieved_at, retrieval_url, retrieval_answered,"
    " retrieval_status, retrieval_headers,"
    # Few payloads were not kept: they have an index of their own.
    f" NOT EXISTS (SELECT 1 FROM payload WHERE encoding = '{NOT_KEPT}' AND sha256 = payload_sha256)"
)

INDEXABLE_COLUMNS = (
    "a.id, a.seq, a.version, coalesce(c.cluster, a.text_digest),"
    " v.title, v.text, v.authors, v.translator, v.source, v.lang, v.url, v.date, v.place, v.tags,"
    " (SELECT group_concat(start || ' ' || end, ' ') FROM cut WHERE cut.version = v.id),"
    " CASE WHEN EXISTS (SELECT 1 FROM cut WHERE cut.version = v.id) THEN v.raw_text END,"
    " (SELECT json_group_array(tag) FROM user_tag WHERE user_tag.article = a.id),"
    " (SELECT json_group_array(text) FROM note WHERE note.article = a.id)"
)


def version_values(prepared: Prepared, number: int, run: int, now: str) -> tuple[Any, ...]:
    """Return the values of one new row of `version`, in the order of VERSION_COLUMNS."""
    row = {
        **document_columns(prepared.document),
        "article": prepared.article_id,
        "number": number,
        "text": prepared.text,
        "words": prepared.words,
        "origin": prepared.origin,
        "file_name": prepared.file_name,
        "record": prepared.record,
        "kind": prepared.kind,
        "charset": prepared.charset,
        "extract_sha256": prepared.extract_sha256,
        "content_sha256": prepared.content_sha256,
        "payload_sha256": prepared.payload_sha256,
        "retrieved_at": prepared.retrieved_at,
        "ingested_at": now,
        "run": run,
        **_retrieval_columns(prepared.retrieval),
    }
    row["row_sha256"] = version_seal(row)
    return tuple(row[name] for name in VERSION_COLUMNS)


def document_columns(document: Document) -> dict[str, Any]:
    """Return the columns of `version` that a document fills, with their values."""
    date, updated = document.date, document.updated
    return {
        "title": document.title,
        "authors": _json(document.authors),
        "translator": document.translator,
        "editor": document.editor,
        "contact": document.contact,
        "korean_version": document.korean_version,
        "date": date and date.value,
        "date_precision": date and date.precision,
        "date_source": date and date.source,
        "source": document.source,
        "lang": document.lang,
        "url": document.url,
        "tags": _json(document.tags),
        "external_id": document.external_id,
        "raw_text": document.raw_text,
        "extractor": document.extractor,
        "cleaner": document.cleaner,
        "place": document.place,
        "updated": updated and updated.value,
        "updated_precision": updated and updated.precision,
        "updated_source": updated and updated.source,
        "section": document.section,
        "counterpart": document.counterpart,
        "evidence": _evidence(document),
    }


def derived_columns(recleaned: Recleaned) -> dict[str, Any]:
    """Return the columns of `version` that cleaning may change, with their values."""
    return {
        **document_columns(recleaned.document),
        "text": recleaned.text,
        "words": recleaned.words,
        "content_sha256": recleaned.content_sha256,
    }


def article_of(
    row: Row,
    document: Document,
    versions: tuple[VersionInfo, ...],
    near_duplicates: tuple[str, ...],
    user_tags: tuple[str, ...],
    notes: tuple[Note, ...],
) -> Article:
    """Return the article of a row of `version`, of what its row of `article` says, and of what other tables hold."""
    return Article(
        id=row["article"],
        document=document,
        text=row["text"],
        words=row["words"],
        origin=row["origin"],
        versions=versions,
        near_duplicates=near_duplicates,
        user_tags=user_tags,
        notes=notes,
        gone=Gone(row["gone_at"], row["gone_status"]) if row["gone_at"] else None,
    )


def document_of(row: Row, cuts: Iterable[tuple[Any, ...]], repairs: Iterable[tuple[Any, ...]]) -> Document:
    """Return the document of a row of `version` with its cuts and repairs. Raises CorpusDamaged."""
    document = unbounded_document_of(row, cuts, repairs)
    _require_disjoint(document.removed, document.repairs, len(document.raw_text))
    return document


def unbounded_document_of(row: Row, cuts: Iterable[tuple[Any, ...]], repairs: Iterable[tuple[Any, ...]]) -> Document:
    """Return the document of a row of `version`, wherever its cuts and repairs are. Raises CorpusDamaged."""
    return Document(
        raw_text=row["raw_text"],
        extractor=row["extractor"],
        title=row["title"],
        authors=_strings(row["authors"]),
        translator=row["translator"],
        editor=row["editor"],
        contact=row["contact"],
        korean_version=bool(row["korean_version"]),
        date=_date_of(row, "date"),
        source=row["source"],
        lang=row["lang"],
        url=row["url"],
        tags=_strings(row["tags"]),
        external_id=row["external_id"],
        removed=tuple(Span(*cut) for cut in cuts),
        repairs=tuple(Repair(*repair) for repair in repairs),
        cleaner=row["cleaner"],
        place=row["place"],
        updated=_date_of(row, "updated"),
        section=row["section"],
        counterpart=row["counterpart"],
        evidence=_pairs(row["evidence"]) if row["evidence"] else (),
    )


def _require_disjoint(cuts: Iterable[Span], repairs: Iterable[Repair], length: int) -> None:
    """Raise CorpusDamaged for spans that overlap or lie outside: they could make any text of a text, of any length."""
    end = 0
    for start, stop in sorted([(cut.start, cut.end) for cut in cuts] + [(fix.start, fix.end) for fix in repairs]):
        if not end <= start <= stop <= length:
            raise damaged(f"there is no span {start}-{stop} in a text of {length:,} characters")
        end = stop


def version_of(row: tuple[Any, ...]) -> VersionInfo:
    """Return a version of a row of VERSION_INFO_COLUMNS."""
    number, ingested_at, content_sha256, payload_sha256, *retrieved, has_payload = row
    retrieval = retrieval_of(*retrieved)
    return VersionInfo(number, ingested_at, retrieval, content_sha256, payload_sha256, bool(has_payload))


def retrieval_of(
    retrieved_at: str | None, url: str | None, answered: str | None, status: int | None, headers: str | None
) -> Retrieval | None:
    """Return how a version came from the web, of its columns; None for one that did not."""
    if not retrieved_at:
        return None
    pairs = pairs_of(json_of(headers or "[]", "retrieval_headers"), "retrieval_headers")
    return Retrieval(url or "", answered or "", status, retrieved_at, pairs)


def has_version(row: tuple[Any, ...]) -> bool:
    """Tell whether a row of INDEXABLE_COLUMNS has a version: not where the article was removed or is in quarantine."""
    return bool(row[2])


def indexable_of(row: tuple[Any, ...]) -> Indexable:
    """Return what an index holds of a row of INDEXABLE_COLUMNS."""
    article, seq, _, cluster, title, text, authors, translator, source, lang, url, date, place, *rest = row
    tags, spans, raw, user_tags, notes = rest
    if not all(isinstance(value, str) for value in (article, text, authors, tags)):
        raise damaged(f"the article {article} has no text")
    if cluster is not None and not (isinstance(cluster, str) and _DIGEST.fullmatch(cluster)):
        raise damaged(f"the article {article[:32]} has no digest of its text")
    if date is not None:
        _require_date(date)
    return Indexable(
        article, seq, title, text, _strings(authors), translator, source, lang, url, date, cluster,
        place, _strings(tags) + _strings(user_tags), _pieces(raw, spans) if spans else "", _strings(notes),
    )  # fmt: skip


def _pieces(text: str, spans: str) -> str:
    """Return the pieces of `text` in `spans`, which are starts and ends in turn, a line each."""
    try:
        offsets = [int(offset) for offset in spans.split(" ")]
    except ValueError:
        raise damaged("a span has no number") from None
    pairs = sorted(zip(offsets[::2], offsets[1::2], strict=True))
    _require_disjoint([Span(start, end, "", "") for start, end in pairs], (), len(text))
    return "\n".join(text[start:end].strip() for start, end in pairs)


def _strings(array: str) -> tuple[str, ...]:
    return _parsed(array) if array != "[]" else ()


@lru_cache(_KEPT)
def _require_date(value: str) -> None:
    try:
        interval(value)
    except (ValueError, OverflowError):
        raise damaged(f"'{value[:_SHOWN]}' is no date") from None


@lru_cache(_KEPT)
def _parsed(array: str) -> tuple[str, ...]:
    return strings_of(array, "a list")


@lru_cache(_KEPT)
def _pairs(evidence: str) -> tuple[tuple[str, str], ...]:
    return pairs_of(list(object_of(evidence, "evidence").items()), "evidence")


def _date_of(row: Row, name: str) -> ArticleDate | None:
    return ArticleDate(row[name], row[f"{name}_precision"], row[f"{name}_source"]) if row[name] else None


def _evidence(document: Document) -> str | None:
    return json.dumps(dict(document.evidence), ensure_ascii=False) if document.evidence else None


def _retrieval_columns(retrieval: Retrieval | None) -> dict[str, Any]:
    return {
        "retrieval_url": retrieval and retrieval.url,
        "retrieval_answered": retrieval and retrieval.answered,
        "retrieval_status": retrieval and retrieval.status,
        "retrieval_headers": retrieval and json.dumps(retrieval.headers, ensure_ascii=False),
    }


def _json(values: tuple[str, ...]) -> str:
    return json.dumps(values, ensure_ascii=False) if values else "[]"
