"""The indices that hold a corpus' store, and what is looked up in them.

| part | documents |
|---|---|
| `desk` | one small document each: the corpus itself, the ledger of changes, and what `lists` keeps |
| `articles` | one an article, id = its id: the atomic unit (`states.ArticleState`). None is ever deleted |
| `versions` | what older versions say, id = `ARTICLE.CONTENT_SHA256`: immutable, written before the article |
| `payloads` | original bytes, id = `ARTICLE.SHA256`, written before the article |
| `texts` | one a text that is joined to a text of smaller digest, id = its digest (`unions`) |
| `journal` | one an address |

What a killed writer leaves in `versions` and `payloads` is referred to by no article.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from nkcorpus.store.opensearch import journal, lists

SCHEMA = 1
APPLICATION = "nkcorpus"

ARTICLES = "articles"
VERSIONS = "versions"
PAYLOADS = "payloads"
TEXTS = "texts"

_KEYWORD = {"type": "keyword"}
_LOOKED_UP = {"type": "keyword", "doc_values": False, "norms": False}
_LONG_TEXT = {"type": "keyword", "doc_values": False, "ignore_above": 8_000}
_LABEL = {"type": "keyword", "ignore_above": 8_000}
"""Lucene takes no term of more than 32,766 bytes."""
_KEPT = {"type": "object", "enabled": False}
_COUNT = {"type": "long", "index": False}

_MAPPINGS: Mapping[str, Mapping[str, Any]] = {
    lists.PART: lists.MAPPINGS,
    journal.PART: journal.MAPPINGS,
    ARTICLES: {
        "dynamic": "strict",
        "properties": {
            "id": _KEYWORD,
            "seq": {"type": "long"},
            "arrived": {"type": "long", "doc_values": False},
            "number": {"type": "long"},
            "removed_at": {"type": "keyword", "doc_values": False},
            "gone_at": {"type": "keyword", "doc_values": False},
            "gone_status": {"type": "long", "index": False, "doc_values": False},
            "text_digest": _KEYWORD,
            "bands": {"type": "integer"},
            "cluster": _KEYWORD,
            "source": _LABEL,
            "year": _KEYWORD,
            "words": _COUNT,
            "cuts": _LABEL,
            "urls": _LONG_TEXT,
            "held": _KEYWORD,
            "payloads": _LOOKED_UP,
            "current": _KEPT,
            "versions": _KEPT,
            "tags": _KEPT,
            "notes": _KEPT,
            "kept_lines": _KEPT,
            "keeps_lines": {"type": "boolean", "doc_values": False},
        },
    },
    VERSIONS: {
        "dynamic": "strict",
        "properties": {"article": _KEYWORD, "key": _KEYWORD, "body": _KEPT},
    },
    PAYLOADS: {
        "dynamic": "strict",
        "properties": {
            "article": _KEYWORD,
            "sha256": _KEYWORD,
            "part": {"type": "long"},
            "parts": {"type": "long", "index": False, "doc_values": False},
            "bytes": {"type": "binary"},
        },
    },
    TEXTS: {"dynamic": "strict", "properties": {"text": _KEYWORD, "parent": _KEYWORD}},
}
PARTS = tuple(_MAPPINGS)
"""The parts of a store, in the order in which they are made."""
_SMALL = (lists.PART,)


def body_of(part: str, corpus_id: str) -> dict[str, Any]:
    """Return settings and mappings of a part."""
    settings: dict[str, Any] = {"index": {"codec": "best_compression", "refresh_interval": "30s"}}
    if part in _SMALL:
        settings["index"]["number_of_shards"] = 1
    about = {"application": APPLICATION, "schema": SCHEMA, "corpus": corpus_id}
    return {"settings": settings, "mappings": {**_MAPPINGS[part], "_meta": about}}
