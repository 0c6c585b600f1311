"""The tantivy schema. Words come analysed, joined by spaces; fast fields are columns of integers."""

from __future__ import annotations

import tantivy

from nkcorpus.index.facets import LABELLED
from nkcorpus.index.fields import COLUMNS, FORMED, WHOLE, WORDED

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
_SPACED, _RAW = "spaced", "raw"


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
    for column in (*COLUMNS, RECORD):
        builder.add_integer_field(column, fast=True)
    builder.add_unsigned_field("cluster", fast=True)
    for label in LABELLED:
        builder.add_integer_field(f"label_{label}", fast=True)
    return builder.build()


def with_tokenizers(index: tantivy.Index) -> tantivy.Index:
    """Return an index that knows how its fields' words are parted."""
    index.register_tokenizer(_SPACED, tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.whitespace()).build())
    return index
