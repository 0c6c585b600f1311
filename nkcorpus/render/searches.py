"""Saved searches in every format of `searches`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Literal, get_args

from nkcorpus.render.environment import Environment
from nkcorpus.render.fields import SCHEMA, Fields
from nkcorpus.render.jsonout import json_document, json_line
from nkcorpus.render.safe import one_line

if TYPE_CHECKING:
    from nkcorpus.store import SavedSearch

SearchesFormat = Literal["table", "plain", "jsonl", "json"]
SEARCHES_FORMATS: tuple[str, ...] = get_args(SearchesFormat)

_DAY_LENGTH = len("2019-06-13")
_DEFAULTS = {
    "match": "best",
    "sort": "relevance",
    "collapse": True,
    "literal": False,
    "exact": False,
    "feedback": False,
}
"""Options of every search that are not worth a word."""


def render_searches(searches: Sequence[SavedSearch], format: SearchesFormat, env: Environment) -> None:
    """Write saved searches to stdout: `name  saved_at  looked_at  query  options` a line, tab-separated; JSON."""
    match format:
        case "table":
            from nkcorpus.render.tables import draw_rows

            rows = [
                [search.name, search.query, (search.looked_at or "")[:_DAY_LENGTH], _options(search)]
                for search in searches
            ]
            draw_rows(["name", "query", "last look", "options"], rows, env, widest="query")
        case "plain":
            for search in searches:
                values = [search.name, search.saved_at, search.looked_at or "", search.query, _options(search)]
                env.write("\t".join(map(one_line, values)) + "\n")
        case "jsonl":
            for search in searches:
                env.write(json_line(_fields(search)))
        case "json":
            value = {"schema": SCHEMA, "searches": [_fields(search) for search in searches]}
            env.write(json_document(value, pretty=env.stdout_is_tty))


def _fields(search: SavedSearch) -> Fields:
    return {
        "name": search.name,
        "query": search.query,
        "options": dict(search.options),
        "saved_at": search.saved_at,
        "looked_at": search.looked_at,
    }


def _options(search: SavedSearch) -> str:
    """Return the options by their names on the command line, those left out that change nothing."""
    return "; ".join(
        "no-collapse" if name == "collapse" else name if value is True else f"{name}={value}"
        for name, value in search.options.items()
        if value != _DEFAULTS.get(name)
    )
