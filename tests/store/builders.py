"""Articles ready for the store, made of a few words."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from pathlib import Path

from nkcorpus.dedupe import band_keys
from nkcorpus.identity import article_id, content_digest, extract_digest, text_digest
from nkcorpus.model import Document, Prepared
from nkcorpus.results import IngestReport
from nkcorpus.store import Outcome
from nkcorpus.store.opensearch.store import OpenSearchStore
from nkcorpus.store.payloads import compress
from nkcorpus.store.sqlite import SqliteStore

TOOL = "nkcorpus/test"


def prepared(text: str, *, origin: str = "a.txt", payload: bytes | None = None, **fields: object) -> Prepared:
    """Return one input as it comes out of the pipeline; `fields` are those of its Document."""
    document = replace(Document(raw_text=text, extractor="text/1", cleaner="rules/1"), **fields)  # type: ignore[arg-type]
    payload = payload if payload is not None else text.encode()
    payload_sha256 = hashlib.sha256(payload).hexdigest()
    return Prepared(
        article_id=article_id(document, origin),
        document=document,
        text=document.text,
        words=len(document.text.split()),
        text_digest=text_digest(document.text),
        bands=band_keys(document.text),
        extract_sha256=extract_digest(document),
        content_sha256=content_digest(document, origin, payload_sha256),
        origin=origin,
        file_name=origin,
        record=None,
        kind="text",
        charset=None,
        retrieval=None,
        payload=compress(payload),
        payload_sha256=payload_sha256,
        payload_size=len(payload),
    )


def add(store: SqliteStore | OpenSearchStore, *items: Prepared) -> list[Outcome]:
    """Store articles in one run and return what came of each."""
    with store.writing(["test"]) as writer:
        for item in items:
            writer.add(item)
        told = writer.commit()
        writer.finish(IngestReport(new=len(items)))
    return list(told)


def create(path: Path, *items: Prepared) -> SqliteStore:
    """Return a new store that holds `items`."""
    store = SqliteStore(path, TOOL, create=True)
    if items:
        add(store, *items)
    return store
