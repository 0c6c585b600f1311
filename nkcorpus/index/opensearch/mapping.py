"""Settings and mappings of the indices that search takes in a cluster.

Words come analysed, joined by spaces, so that the terms are those of every other engine; the analyzer only parts them.
"""

from __future__ import annotations

from typing import Any

from nkcorpus.index.facets import LABELLED
from nkcorpus.index.fields import COLUMNS, FORMED, STOP, WHOLE, WORDED
from nkcorpus.index.ranking.bm25f import FIELD_WEIGHTS, K1, B

INDEX_VERSION = 1
"""Raise it when the mappings or what they are filled with change."""

RECORD = "record"
"""The field that holds an article's record, see `index.records`; it is in `_source` alone."""
POSITION = "position"
"""The field that holds the position, in the one document that has it."""
LIVE = "live"
"""Tells articles from what was removed and from the position."""
CLUSTER = "cluster"
"""The cluster of an article, 16 hex digits; articles without a twin have none."""
GAPPED = "gapped"
"""The analyzer of queries for words side by side: any word may stand where STOP does."""

PROSE = "prose"
"""What the words of running text have in place of a field."""

_SPACED = "spaced"
_LONGEST_TOKEN = 40_000
_RANGES = frozenset({"seq", "first_second", "last_second"})
"""Columns by which articles are looked for, not only sorted."""
_META = {"application": "nkcorpus", "schema": INDEX_VERSION}


def articles_body() -> dict[str, Any]:
    """Return settings and mappings of the index of articles."""
    fields: dict[str, Any] = {LIVE: {"type": "boolean"}}
    fields |= {field: {"type": "keyword"} for field in WHOLE}
    fields |= {field: _words(index_options="positions", norms=False) for field in WORDED}
    fields |= {
        field: _words(index_options="positions", norms=True, similarity=_saturation(field)) for field in FIELD_WEIGHTS
    }
    fields |= {field: _words(index_options="docs", norms=False) for field in FORMED.values()}
    fields |= {column: {"type": "long", "index": column in _RANGES} for column in COLUMNS}
    fields |= {f"label_{label}": {"type": "keyword", "index": False} for label in LABELLED}
    fields[CLUSTER] = {"type": "keyword"}
    fields[RECORD] = {"type": "binary"}
    fields[POSITION] = {"type": "object", "enabled": False}
    return {
        "settings": {
            "codec": "best_compression",
            "refresh_interval": "-1",
            "analysis": {
                "tokenizer": {
                    _SPACED: {"type": "char_group", "tokenize_on_chars": [" "], "max_token_length": _LONGEST_TOKEN}
                },
                "filter": {GAPPED: {"type": "stop", "stopwords": [STOP]}},
                "analyzer": {
                    _SPACED: {"type": "custom", "tokenizer": _SPACED},
                    GAPPED: {"type": "custom", "tokenizer": _SPACED, "filter": [GAPPED]},
                },
            },
            "similarity": {_saturation(field): _similarity(weight) for field, weight in FIELD_WEIGHTS.items()},
        },
        "mappings": {
            "dynamic": "strict",
            "_meta": _META,
            "_source": {"includes": [RECORD, POSITION]},
            "properties": fields,
        },
    }


def words_body() -> dict[str, Any]:
    """Return settings and mappings of the index of words: one document a word of running text, or of another field."""
    keyword = {"type": "keyword"}
    return {
        "settings": {"number_of_shards": 1, "refresh_interval": "-1"},
        "mappings": {
            "dynamic": "strict",
            "_meta": _META,
            "_source": {"enabled": False},
            "properties": {
                "field": {"type": "keyword", "doc_values": False},
                "word": keyword,
                "stem": keyword,
                "key": {"type": "keyword", "doc_values": False},
            },
        },
    }


def _words(**options: object) -> dict[str, object]:
    return {"type": "text", "analyzer": _SPACED, **options}


def _saturation(field: str) -> str:
    return f"{field}_saturation"


def _similarity(weight: float) -> dict[str, object]:
    """Return BM25 of a field of this weight without its idf, which comes as the boost: a term's score is then ours in
    a field alone, but for the mean length, which counts documents deleted since.

    The idf of Lucene would be that of documents, those deleted since included, which no request tells.
    """
    least, slope = K1 * (1.0 - B) / weight, K1 * B / weight
    length = "doc.length * field.docCount / field.sumTotalTermFreq"
    return {
        "type": "scripted",
        "weight_script": {"source": "return query.boost;"},
        "script": {"source": f"return weight * doc.freq / (doc.freq + {least} + {slope} * {length});"},
    }
