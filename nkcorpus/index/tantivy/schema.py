"""The tantivy schema. Words come analysed, joined by spaces; fast fields are columns of integers."""

from __future__ import annotations

import tantivy

from nkcorpus.index.facets import LABELLED

STOP = "\x1e"
"""Stands where a stop word was: the words after it keep their positions, and the field its length."""
KIND = "kind"
"""A field with one term for all articles, which the document that holds the position has not."""
ARTICLE = "article"
TWIN = "twin"
"""A term of KIND that the articles of a cluster have too."""
POSITION = "position"
"""The field that holds the position, in the one document that has it."""
RECORD = "record"
"""The column of the places of articles' records, see `records`."""
DOUBLED = "title_twice"
"""Each word of the title twice: tantivy's BM25 of it is ours of a title, which weighs twice."""
FORMED = {"title": "title_formed", "text": "text_formed"}
"""Fields that have each term of another once for each form in which it stands there."""

WORDED = ("title", "text", "author", "translator", "source", "url", "place", "tag", "removed", "note")
"""Fields of words with positions."""
WHOLE = ("id", "named_place", "lang", "definition", "publisher")
"""Fields of terms as they are."""

_SPACED, _RAW = "spaced", "raw"
_LONGEST = 10_000  # code points of a term; tantivy drops longer ones than 65,530 bytes


def token(term: str) -> str:
    """Return a term as the index has it: without spaces, which part terms, and without lone surrogates."""
    plain = term[:_LONGEST].replace(" ", "\x1f")
    return plain if plain.isascii() else plain.encode("utf-8", "replace").decode("utf-8")


def in_form(term: str, form: int) -> str:
    """Return a term in one of its forms as the fields of FORMED have it."""
    return f"{token(term)}\x1f{form}"


def new_schema() -> tantivy.Schema:
    """Return the schema of a new index."""
    builder = tantivy.SchemaBuilder()
    for field in (*WHOLE, KIND):
        builder.add_text_field(field, tokenizer_name=_RAW, index_option="basic")
    for field in WORDED:
        builder.add_text_field(field, tokenizer_name=_SPACED, index_option="position")
    for field in FORMED.values():
        builder.add_text_field(field, tokenizer_name=_SPACED, index_option="basic")
    builder.add_text_field(DOUBLED, tokenizer_name=_SPACED, index_option="freq")
    builder.add_text_field(POSITION, stored=True, tokenizer_name=_RAW, index_option="basic")
    for column in ("seq", "title_length", "text_length", "first_second", "last_second", "newest", "oldest", RECORD):
        builder.add_integer_field(column, fast=True)
    builder.add_unsigned_field("cluster", fast=True)
    for label in LABELLED:
        builder.add_integer_field(f"label_{label}", fast=True)
    return builder.build()


def with_tokenizers(index: tantivy.Index) -> tantivy.Index:
    """Return an index that knows how its fields' words are parted."""
    index.register_tokenizer(_SPACED, tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.whitespace()).build())
    return index
