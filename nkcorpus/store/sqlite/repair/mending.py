"""Rows that are damaged made whole, where a digest proves that they are as they were."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from typing import Any

from nkcorpus.dataclass import dataclass
from nkcorpus.identity import content_digest
from nkcorpus.model import Document, SourceItem
from nkcorpus.store.faults import CONTENT, PROVENANCE, unpacked_digest
from nkcorpus.store.seals import version_seal
from nkcorpus.store.sqlite.checks.versions import Edits, Faults, faults_of, payload_fault
from nkcorpus.store.sqlite.rows import Row, document_columns

Reader = Callable[[str, Document | None, SourceItem | None], Iterable[tuple[Document, str]]]
"""Yields what an ingest may have made of the article with this id, given what of the document and of the original bytes
is left, each with how it came about."""

_ALIKE = 56
"""So many of the 64 hex digits of an SHA-256 are never equal by chance: it is the stored digest that is damaged."""


@dataclass(frozen=True, slots=True)
class Mended:
    """A row of `version` that is whole, its document, and what was done to it in a few words; "" for nothing."""

    row: dict[str, Any]
    document: Document
    done: str


def mended_version(row: Row, cuts: Edits, repairs: Edits, item: SourceItem | None, read: Reader) -> Mended | str:
    """Return a version made whole, or what is wrong with it where no digest proves what it was.

    `item` is its payload, None where that is not there or damaged as well.
    """
    faults = faults_of(row, cuts, repairs)
    if not faults.details and faults.document is not None:
        return Mended(dict(row), faults.document, "")
    document = faults.document
    if PROVENANCE in faults.details:
        found = _with_whole_digests(row, document)
        if found is None:
            return _told(faults)
        row, done = found
        if document is not None and row["content_sha256"] == _digest(document, row):
            return Mended({**row, **_texts(document)}, document, done)
    elif document is not None and CONTENT not in faults.details:
        return Mended({**row, **_texts(document)}, document, "clean text made anew from the raw text")
    for candidate, done in _candidates(row, document, item, read):
        if _digest(candidate, row) == row["content_sha256"]:
            return Mended({**row, **document_columns(candidate), **_texts(candidate)}, candidate, done)
    return _told(faults)


def _told(faults: Faults) -> str:
    return "; ".join(f"{kind}: {detail}" for kind, detail in faults.details.items())


def _with_whole_digests(row: Row, document: Document | None) -> tuple[dict[str, Any], str] | None:
    """Return a row of which a digest is damaged with that digest made anew, where the other one proves it."""
    if document is not None:
        digest = _digest(document, row)
        proven = {**row, "content_sha256": digest}
        if version_seal(proven) == row["row_sha256"]:
            return proven, "content_sha256 made anew"
    seal = version_seal(row)
    if _is_nearly(seal, row["row_sha256"]):
        return {**row, "row_sha256": seal}, "row_sha256 made anew"
    return None


def _is_nearly(digest: str, stored: object) -> bool:
    if not isinstance(stored, str) or len(stored) != len(digest):
        return False
    return sum(one == other for one, other in zip(digest, stored, strict=True)) >= _ALIKE


def _digest(document: Document, row: Row) -> str | None:
    try:
        return content_digest(document, row["origin"], row["payload_sha256"])
    except (TypeError, ValueError):
        return None


def _texts(document: Document) -> dict[str, Any]:
    text = document.text
    return {"text": text, "words": len(text.split())}


def _candidates(
    row: Row, document: Document | None, item: SourceItem | None, read: Reader
) -> Iterator[tuple[Document, str]]:
    """Yield what the document may have been, the likeliest first, and what makes it that."""
    if document is not None and not document.removed and not document.repairs and isinstance(row["text"], str):
        yield replace(document, raw_text=row["text"]), "raw text taken from the clean text"
    for other, done in read(row["article"], document, item):
        yield other, done
        if document is not None:
            for name in Document.__slots__:
                yield replace(document, **{name: getattr(other, name)}), f"{name} {done}"
            yield replace(document, removed=other.removed, repairs=other.repairs), f"cuts and repairs {done}"


def mended_payload(row: tuple[Any, ...]) -> tuple[tuple[Any, ...], str] | str:
    """Return a row of `payload` made whole and what was done, or what is wrong with it."""
    fault = payload_fault(*row)
    if fault is None:
        return row, ""
    sha256, size, _, frame = row
    found = unpacked_digest(frame) if isinstance(frame, bytes) else None
    if found is None:
        return fault
    if found[0] == sha256:
        return (sha256, found[1], "zstd", frame), f"size or encoding told anew, was {size!r}"
    return ((*found, "zstd", frame), "sha256 made anew") if _is_nearly(found[0], sha256) else fault
