"""Hits as CSV for spreadsheets and data frames, and as TSV for line tools."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from typing import Literal

from nkcorpus.render.fields import HIT_KEYS, hit_fields
from nkcorpus.render.safe import one_line, spreadsheet_cell, visible
from nkcorpus.results import Hit

Delimited = Literal["csv", "tsv"]


def header_line(format: Delimited, *, with_query_id: bool = False) -> str:
    """Return the names of the columns."""
    return _line(["query_id", *HIT_KEYS] if with_query_id else HIT_KEYS, format)


def row_line(values: Sequence[object], format: Delimited) -> str:
    """Return values as one record, written as in `delimited_line`."""
    return _line([_cell(value, format) for value in values], format)


def delimited_line(hit: Hit, format: Delimited, query_id: str | None = None) -> str:
    """Return a hit as one record; lists are joined with `; `, matches are `start-end`, snippets their texts, null is
    empty.

    Cells that a spreadsheet would run are defused. TSV has no quoting: tabs and line breaks become a space.
    """
    values: list[object] = list(hit_fields(hit).values())
    if query_id is not None:
        values.insert(0, query_id)
    return row_line(values, format)


def _cell(value: object, format: Delimited) -> str:
    if value is None:
        return ""
    if isinstance(value, list):
        value = "; ".join(map(_listed, value))
    if not isinstance(value, str):
        return str(value)
    return spreadsheet_cell(one_line(value) if format == "tsv" else visible(value, newlines=True))


def _listed(item: object) -> str:
    match item:
        case [start, end]:
            return f"{start}-{end}"
        case {"text": text}:
            return str(text)
    return str(item)


def _line(cells: Sequence[str], format: Delimited) -> str:
    if format == "tsv":
        return "\t".join(cells) + "\n"
    buffer = io.StringIO(newline="")
    csv.writer(buffer, lineterminator="\n").writerow(cells)
    return buffer.getvalue()
