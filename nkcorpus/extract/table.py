"""One row of a delimited table with its header, as sources hand it over."""

from __future__ import annotations

import csv
from io import StringIO

from nkcorpus.errors import BadRecord
from nkcorpus.extract.fields import has_content

DELIMITERS = (",", "\t", ";", "|")


def header_delimiter(header: str, name: str) -> str:
    """Return the delimiter of a table: tab for a `.tsv` name, else the one that splits `header` best.

    Best is what yields a known text or title column, then what yields the most columns.
    """
    if name.lower().endswith(".tsv"):
        return "\t"

    def merit(delimiter: str) -> tuple[bool, int]:
        columns = next(csv.reader(StringIO(header, newline=""), delimiter=delimiter), [])
        return has_content(columns, {}), len(columns)

    return max(DELIMITERS, key=merit)


def read_row(text: str, name: str) -> dict[str, str]:
    """Return the cells by column of a table of one row. Cells that the row lacks are left out.

    Of columns with the same name the first that is not empty counts. Raises BadRecord when there is no row.
    """
    allow_fields_of(len(text))  # the size of the payload is bounded where it is read
    try:
        delimiter = header_delimiter(text, name)
        rows = csv.reader(StringIO(text, newline=""), delimiter=delimiter)
        columns, cells = next(rows), next(rows)
    except (csv.Error, StopIteration) as error:
        raise BadRecord(f"broken table row: {error or 'no cells'}") from None
    values: dict[str, str] = {}
    for column, cell in zip(columns, cells, strict=False):
        if not values.get(column):
            values[column] = cell
    return values


def allow_fields_of(size: int) -> None:
    """Let the csv module take fields of `size` characters. Its limit is global, so it is only ever raised."""
    if csv.field_size_limit() < size:
        csv.field_size_limit(size)
