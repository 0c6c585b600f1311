"""The Whoosh schema: postings with packed positions, and columns that load at once.

Analysis happens before Whoosh sees a value: a terms field takes the positions of each term.
"""

from __future__ import annotations

import sys
from array import array
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from whoosh import columns, fields, formats

NO_DATE = -(1 << 62)
"""What the date columns hold for an article without a date."""


class PackedPositions(formats.Format):  # type: ignore[misc]
    """Posting values that are the term's positions as 32-bit integers of this machine."""

    def decode_positions(self, value: bytes) -> array[int]:
        """Return the positions of one posting, ascending."""
        positions = array("I")
        positions.frombytes(value)
        return positions


class TermsField(fields.FieldType):  # type: ignore[misc]
    """A field whose value maps each term to its positions."""

    def __init__(self) -> None:
        self.format = PackedPositions()

    def index(self, value: Mapping[str, Sequence[int]], **_: Any) -> Iterator[tuple[bytes, int, float, bytes]]:
        """Yield a posting for each term: bytes, frequency, weight and packed positions."""
        for term, positions in value.items():
            count = len(positions)
            yield term.encode("utf-8", "replace"), count, float(count), array("I", positions).tobytes()


class LabelsField(fields.FieldType):  # type: ignore[misc]
    """A field whose value is a list of labels, matched whole and never scored."""

    def __init__(self) -> None:
        self.format = formats.Existence()

    def index(self, value: Iterable[str], **_: Any) -> Iterator[tuple[bytes, int, float, bytes]]:
        """Yield a posting for each label."""
        for label in value:
            yield label.encode("utf-8", "replace"), 1, 1.0, b""


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
        id=LabelsField(),
        title=TermsField(),
        text=TermsField(),
        author=TermsField(),
        translator=TermsField(),
        source=TermsField(),
        url=TermsField(),
        lang=LabelsField(),
        publisher=LabelsField(),
        article=fields.COLUMN(columns.FixedBytesColumn(16)),
        seq=fields.COLUMN(IntegerColumn("q")),
        title_length=fields.COLUMN(IntegerColumn("i")),
        text_length=fields.COLUMN(IntegerColumn("i")),
        first_second=fields.COLUMN(IntegerColumn("q", default=NO_DATE)),
        last_second=fields.COLUMN(IntegerColumn("q", default=NO_DATE)),
        digest=fields.COLUMN(IntegerColumn("Q")),
        position=fields.STORED(),
    )
