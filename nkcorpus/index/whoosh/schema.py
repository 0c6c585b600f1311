"""The Whoosh schema: fields of terms, and columns that load at once."""

from __future__ import annotations

import sys
from array import array
from typing import Any

from whoosh import columns, fields, formats

from nkcorpus.index.analysed import NO_DATE
from nkcorpus.index.facets import LABELLED


class TermsField(fields.FieldType):  # type: ignore[misc]
    """A field whose postings are gathered by PostingPool; Whoosh itself analyses nothing."""

    def __init__(self) -> None:
        self.format = formats.Existence()  # postings are written and read by ColumnCodec, which asks no format


class IntegerColumn(columns.NumericColumn):  # type: ignore[misc]
    """A column of integers whose reader loads all values with one read."""

    def reader(self, dbfile: Any, basepos: int, length: int, doccount: int) -> IntegerColumn.Reader:
        """Return the reader of a column's extent."""
        return self.Reader(dbfile, basepos, length, doccount, self._typecode, self._default)

    class Reader(columns.NumericColumn.Reader):  # type: ignore[misc]
        """Reads values one by one or all at once."""

        def load(self) -> array[int]:
            """Return the values of all documents."""
            values = array(self._typecode)
            values.frombytes(self._dbfile.get(self._basepos, self._count * self._fixedlen))
            if sys.byteorder == "little":
                values.byteswap()  # Whoosh writes big-endian
            values.extend([self._default] * (self._doccount - len(values)))
            return values


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
        article=fields.COLUMN(columns.FixedBytesColumn(16)),
        seq=fields.COLUMN(IntegerColumn("q")),
        title_length=fields.COLUMN(IntegerColumn("i")),
        text_length=fields.COLUMN(IntegerColumn("i")),
        first_second=fields.COLUMN(IntegerColumn("q", default=NO_DATE)),
        last_second=fields.COLUMN(IntegerColumn("q", default=NO_DATE)),
        cluster=fields.COLUMN(IntegerColumn("Q")),
        position=fields.STORED(),
        **{f"label_{field}": fields.COLUMN(IntegerColumn("i")) for field in LABELLED},
    )
