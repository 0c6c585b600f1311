"""tantivy-py by itself: English stems, title and text stored, ranked by its BM25."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import tantivy

from benchmarks.peers.protocol import LIMIT, NEARNESS, SINCE, UNTIL, Answer, pieces, run

_FIELDS = ["title", "text"]
_FORMS = {
    "one word": "{0}",
    "any of four": "{all}",
    "by date": "{all}",
    "phrase": '"{all}"',
    "near": f'"{{all}}"~{NEARNESS}',
}
_PATTERNS = {"prefix": "{0}.*", "wildcard": "{0}"}


def index(source: str, target: str) -> None:
    """Index the articles of `source` in the folder `target`, from scratch."""
    Path(target).mkdir(exist_ok=True)
    _write(source, tantivy.Index(_schema(), path=target))


def add(source: str, target: str) -> None:
    """Index the articles of `source`, too."""
    _write(source, tantivy.Index.open(target))


def search(target: str) -> tuple[Answer, object]:
    """Open `target` for searching."""
    opened = tantivy.Index.open(target)
    searcher = opened.searcher()
    schema = opened.schema
    occur = tantivy.Occur

    def query_of(kind: str, words: Sequence[str]) -> tantivy.Query | None:
        if kind in _PATTERNS:
            pattern = _PATTERNS[kind].format(words[0].replace("*", ".*").replace("?", "."))
            either = [(occur.Should, tantivy.Query.regex_query(schema, field, pattern)) for field in _FIELDS]
            return tantivy.Query.boolean_query(either)
        if kind == "fuzzy":
            either = [(occur.Should, tantivy.Query.fuzzy_term_query(schema, field, words[0])) for field in _FIELDS]
            return tantivy.Query.boolean_query(either)
        if kind not in _FORMS:
            return None
        query = opened.parse_query(_FORMS[kind].format(*words, all=" ".join(words)), _FIELDS)
        if kind == "by date":
            days = tantivy.Query.range_query(schema, "day", tantivy.FieldType.Integer, _day(SINCE), _day(UNTIL))
            return tantivy.Query.boolean_query([(occur.Must, query), (occur.Must, days)])
        return query

    def answer(kind: str, words: Sequence[str]) -> Sequence[object] | None:
        query = query_of(kind, words)
        if query is None:
            return None
        documents = [searcher.doc(address) for _, address in searcher.search(query, LIMIT).hits]
        return [(document.get_first("title"), document.get_first("text")) for document in documents]

    return answer, opened


def _schema() -> tantivy.Schema:
    builder = tantivy.SchemaBuilder()
    builder.add_text_field("key", stored=True, tokenizer_name="raw")
    for field in _FIELDS:
        builder.add_text_field(field, stored=True, tokenizer_name="en_stem")
    builder.add_integer_field("day", stored=True, indexed=True, fast=True)
    return builder.build()


def _write(source: str, index: tantivy.Index) -> None:
    writer = index.writer()
    for piece in pieces(source):
        writer.add_document(
            tantivy.Document(key=[piece.key], title=[piece.title], text=[piece.text], day=[_day(piece.date)])
        )
    writer.commit()
    writer.wait_merging_threads()


def _day(date: str) -> int:
    return int(date.replace("-", ""))


if __name__ == "__main__":
    run(index, add, search)
