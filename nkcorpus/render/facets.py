"""How many matches have each value of a field, in every format of `search --facet`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Literal, get_args

from nkcorpus.render.delimited import row_line
from nkcorpus.render.environment import Environment
from nkcorpus.render.jsonout import json_line
from nkcorpus.render.safe import one_line
from nkcorpus.results import Facet

FacetFormat = Literal["table", "plain", "jsonl", "csv", "tsv"]
FACET_FORMATS: tuple[str, ...] = (*get_args(FacetFormat), "json")
"""`json` shows hits too, see `render_hits`."""

_COLUMNS = ("facet", "value", "count")
_ROWS = 25
_UNKNOWN = "(unknown)"


def render_facets(facets: Sequence[Facet], format: FacetFormat, env: Environment) -> None:
    """Write facets to stdout: a table with the first values of each, or all values, one a line or an object."""
    rows = [(facet.field, value, number) for facet in facets for value, number in facet.values]
    match format:
        case "table":
            from nkcorpus.render.tables import draw_rows

            draw_rows(_COLUMNS, [row for facet in facets for row in _table_rows(facet)], env, widest="value")
        case "plain":
            for field, value, number in rows:
                env.write(f"{field}\t{one_line(value)}\t{number}\n")
        case "jsonl":
            for field, value, number in rows:
                env.write(json_line({"facet": field, "value": value or None, "count": number}))
        case "csv" | "tsv":
            env.write(row_line(_COLUMNS, format))
            for row in rows:
                env.write(row_line(row, format))


def _table_rows(facet: Facet) -> Iterator[tuple[str, str, str]]:
    for place, (value, number) in enumerate(facet.values[:_ROWS]):
        yield "" if place else facet.field, value or _UNKNOWN, f"{number:,}"
    if len(facet.values) > _ROWS:
        yield "", f"… and {len(facet.values) - _ROWS:,} more (--format plain)", ""
