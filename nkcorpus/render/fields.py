"""The values of the model as the dictionaries that the command line promises to scripts.

Keys are only ever added, at the end; each is always present and null where the source gives nothing.
"""

from __future__ import annotations

from typing import Any

from nkcorpus.model import Article, Document, Retrieval
from nkcorpus.results import Cleaned, DuplicateCluster, Duplicates, Hit, IngestReport, SearchResult

Fields = dict[str, Any]

SCHEMA = 1
"""Version of the meaning of all keys; raised when one changes."""

HIT_KEYS = (
    "rank",
    "id",
    "external_id",
    "score",
    "title",
    "date",
    "date_precision",
    "date_source",
    "authors",
    "translator",
    "source",
    "lang",
    "url",
    "origin",
    "words",
    "snippet",
    "matches",
    "near_duplicates",
    "snippets",
    "user_tags",
    "notes",
)
"""The keys of a hit, in order."""


def hit_fields(hit: Hit) -> Fields:
    """Return a hit as the keys `HIT_KEYS`."""
    fields = _identity_and_document(hit.article)
    fields |= {
        "rank": hit.rank,
        "score": hit.score,
        "snippet": hit.snippet.text,
        "matches": [[start, end] for start, end in hit.snippet.matches],
        "snippets": [
            {"text": snippet.text, "matches": [[start, end] for start, end in snippet.matches]}
            for snippet in hit.snippets
        ],
        "user_tags": list(hit.article.user_tags),
        "notes": note_fields(hit.article),
    }
    return {key: fields[key] for key in HIT_KEYS}


def result_fields(result: SearchResult) -> Fields:
    """Return one page of a search with its hits."""
    return {
        "schema": SCHEMA,
        "query": result.query,
        "expanded": result.expanded,
        "total": result.total,
        "hits": [hit_fields(hit) for hit in result.hits],
        "facets": {
            facet.field: [{"value": value or None, "count": count} for value, count in facet.values]
            for facet in result.facets
        },
        "suggestions": list(result.suggestions),
    }


def article_fields(article: Article) -> Fields:
    """Return an article with its texts, cuts, repairs and versions; `sha256` is over its newest content."""
    document = article.document
    fields = _identity_and_document(article)
    return {key: fields[key] for key in HIT_KEYS if key in fields} | {
        "text": article.text,
        "raw_text": document.raw_text,
        "removed": removed_fields(document),
        "repairs": repair_fields(document),
        "versions": [
            {
                "number": version.number,
                "ingested_at": version.ingested_at,
                "retrieved_at": version.retrieved_at,
                "sha256": version.content_sha256,
                "payload_sha256": version.payload_sha256,
                "retrieval": retrieval_fields(version.retrieval),
            }
            for version in article.versions
        ],
        "retrieved_at": article.version.retrieved_at,
        "ingested_at": article.version.ingested_at,
        "sha256": article.version.content_sha256,
        **_credit_fields(document),
        "extractor": document.extractor,
        "cleaner": document.cleaner,
        "place": document.place,
        **_publication_fields(document),
        "user_tags": list(article.user_tags),
        "notes": note_fields(article),
        "retrieval": retrieval_fields(article.version.retrieval),
    }


def retrieval_fields(retrieval: Retrieval | None) -> Fields | None:
    """Return how bytes came from the web, None for those of a file."""
    if retrieval is None:
        return None
    return {
        "url": retrieval.url,
        "answered": retrieval.answered,
        "status": retrieval.status,
        "retrieved_at": retrieval.retrieved_at,
        "headers": dict(retrieval.headers),
    }


def note_fields(article: Article) -> list[Fields]:
    """Return the user's notes on an article; `number` is what `note --remove` takes."""
    return [
        {"number": number, "text": note.text, "made_at": note.made_at} for number, note in enumerate(article.notes, 1)
    ]


def clean_fields(cleaned: Cleaned) -> Fields:
    """Return an item of the `clean` filter; without a document its lists are empty and the rest is null."""
    document = cleaned.document
    described = _document_fields(document) if document is not None else {}
    return {
        "origin": cleaned.origin,
        "title": described.get("title"),
        "date": described.get("date"),
        "date_source": described.get("date_source"),
        "date_precision": described.get("date_precision"),
        "authors": described.get("authors", []),
        "translator": described.get("translator"),
        "source": described.get("source"),
        "lang": described.get("lang"),
        "url": described.get("url"),
        "text": document.text if document is not None else None,
        "raw_text": document.raw_text if document is not None else None,
        "removed": removed_fields(document) if document is not None else [],
        "repairs": repair_fields(document) if document is not None else [],
        "error": cleaned.error,
        **_credit_fields(document),
        "external_id": document.external_id if document is not None else None,
        "place": document.place if document is not None else None,
        **_publication_fields(document),
        "links": list(cleaned.links),
    }


def removed_fields(document: Document) -> list[Fields]:
    """Return the cuts of a document with the text of each."""
    return [
        {
            "start": span.start,
            "end": span.end,
            "text": document.raw_text[span.start : span.end],
            "kind": span.kind,
            "rule": span.rule,
        }
        for span in document.removed
    ]


def repair_fields(document: Document) -> list[Fields]:
    """Return the repairs of a document; `text` is what stands there afterwards."""
    return [
        {"start": repair.start, "end": repair.end, "text": repair.text, "rule": repair.rule}
        for repair in document.repairs
    ]


def cluster_fields(cluster: DuplicateCluster) -> Fields:
    """Return a cluster of duplicates; `likeness` and `jaccard` compare an article with the first one."""
    return {
        "cluster": cluster.id,
        "size": len(cluster),
        "articles": [
            {
                "id": member.article.id,
                "likeness": member.likeness or "first",
                "jaccard": round(member.jaccard, 4),
                "title": member.article.document.title,
                "date": member.article.document.date.value if member.article.document.date else None,
                "source": member.article.document.source,
                "lang": member.article.document.lang,
                "url": member.article.document.url,
                "origin": member.article.origin,
                "words": member.article.words,
            }
            for member in cluster.members
        ],
    }


def duplicates_fields(duplicates: Duplicates) -> Fields:
    """Return clusters of duplicates and how many there are in all."""
    return {
        "schema": SCHEMA,
        "total": duplicates.total,
        "clusters": [cluster_fields(cluster) for cluster in duplicates.clusters],
    }


def report_fields(report: IngestReport) -> Fields:
    """Return the counts and failures of an ingest."""
    return {
        "new": report.new,
        "updated": report.updated,
        "unchanged": report.unchanged,
        "exact_duplicates": report.exact_duplicates,
        "near_duplicates": report.near_duplicates,
        "skipped": report.skipped,
        "failed": report.failed,
        "removed_spans": report.removed_spans,
        "failures": [{"origin": failure.origin, "error": failure.error} for failure in report.failures],
        "skips": [{"reason": reason, "count": count} for reason, count in report.skips],
    }


def _identity_and_document(article: Article) -> Fields:
    return _document_fields(article.document) | {
        "id": article.id,
        "external_id": article.document.external_id,
        "origin": article.origin,
        "words": article.words,
        "near_duplicates": list(article.near_duplicates),
    }


def _document_fields(document: Document) -> Fields:
    date = document.date
    return {
        "title": document.title,
        "date": date.value if date else None,
        "date_precision": date.precision if date else None,
        "date_source": date.source if date else None,
        "authors": list(document.authors),
        "translator": document.translator,
        "source": document.source,
        "lang": document.lang,
        "url": document.url,
    }


def _credit_fields(document: Document | None) -> Fields:
    return {
        "editor": document.editor if document else None,
        "contact": document.contact if document else None,
        "korean_version": document.korean_version if document else None,
        "tags": list(document.tags) if document else [],
    }


def _publication_fields(document: Document | None) -> Fields:
    updated = document.updated if document else None
    return {
        "updated": updated.value if updated else None,
        "updated_precision": updated.precision if updated else None,
        "updated_source": updated.source if updated else None,
        "section": document.section if document else None,
        "counterpart": document.counterpart if document else None,
        "evidence": dict(document.evidence) if document else {},
    }
