"""The Whoosh schema: fields of terms, and columns."""

from __future__ import annotations

from whoosh import columns, fields, formats

from nkcorpus.index.whoosh.segments import ID_SIZE, INTEGER_COLUMNS


class TermsField(fields.FieldType):  # type: ignore[misc]
    """A field whose postings are gathered by PostingPool; Whoosh itself analyses nothing."""

    def __init__(self) -> None:
        self.format = formats.Existence()  # postings are written and read by ColumnCodec, which asks no format


def new_schema() -> fields.Schema:
    """Return the schema of a new index."""
    return fields.Schema(
        id=TermsField(),
        title=TermsField(),
        text=TermsField(),
        author=TermsField(),
        translator=TermsField(),
        source=TermsField(),
        url=TermsField(),
        lang=TermsField(),
        place=TermsField(),
        named_place=TermsField(),
        tag=TermsField(),
        removed=TermsField(),
        note=TermsField(),
        publisher=TermsField(),
        definition=TermsField(),
        article=fields.COLUMN(columns.FixedBytesColumn(ID_SIZE)),
        **{
            name: fields.COLUMN(columns.NumericColumn(code, default=none))
            for name, (code, none) in INTEGER_COLUMNS.items()
        },
    )
