"""Streams of JSON: one object a line, or one array written as its items come."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from nkcorpus.render.fields import Fields
from nkcorpus.render.safe import json_text


def json_line(fields: Fields) -> str:
    """Return one object on one line."""
    return json_text(fields) + "\n"


def json_document(value: object, *, pretty: bool) -> str:
    """Return one JSON value as a whole document, indented for people when `pretty`."""
    return json_text(value, indent=2 if pretty else None) + "\n"


def json_array(items: Iterable[Fields]) -> Iterator[str]:
    """Yield the pieces of one array, an item a line, without holding more than one item."""
    separator = "["
    for item in items:
        yield f"{separator}\n{json_text(item)}"
        separator = ","
    yield "[]\n" if separator == "[" else "\n]\n"
