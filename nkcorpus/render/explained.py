"""The tree of a query, for `search --explain-query`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from nkcorpus.query.explain import Explained
from nkcorpus.render.environment import Environment
from nkcorpus.render.jsonout import json_document
from nkcorpus.render.safe import one_line

_SIGNS = {"must": "+ ", "must_not": "- "}
_NAMES = {
    "words": "words",
    "and": "all of",
    "or": "any of",
    "not": "not",
    "everything": "every article",
    "synonyms": "by any of the names",
}


def render_explained(
    query: str, parsed: str, expanded: str, tree: Explained, env: Environment, *, as_json: bool = False
) -> None:
    """Write the tree to stdout: indented lines, or one JSON object. `expanded` is `parsed` with its synonyms."""
    if as_json:
        fields = {"schema": 1, "query": query, "parsed": parsed, "tree": _fields(tree), "expanded": expanded}
        env.write(json_document(fields, pretty=env.stdout_is_tty))
        return
    for depth, line in _lines(tree, 0):
        env.write(f"{'  ' * depth}{one_line(line)}\n")


def _lines(node: Explained, depth: int) -> Iterator[tuple[int, str]]:
    yield depth, _SIGNS.get(node.role or "", "") + _head(node) + _tail(node)
    for part in node.parts:
        yield from _lines(part, depth + 1)


def _head(node: Explained) -> str:
    match node.kind:
        case "near":
            return f"near, at most {node.distance} other words among them"
        case "date":
            return node.text
        case "phrase":
            text = f'phrase "{node.text}"'
            return text if node.distance is None else f"{text}, at most {node.distance} other words among them"
        case "fuzzy":
            return f"fuzzy {node.text}, at most {node.distance} letters off"
        case "word" | "wildcard":
            return f"{node.kind} {node.text}"
        case "regex":
            return f"regex /{node.text}/"
        case _:
            return _NAMES[node.kind]


def _tail(node: Explained) -> str:
    parts = [f"in {node.field}"] if node.field else []
    if node.weight != 1:
        parts.append(f"weight {node.weight:g}")
    if node.reason:
        parts.append(node.reason)
    if node.kind in ("word", "phrase"):
        parts.append(f"terms: {' '.join(node.terms)}" if node.terms else "no terms: nothing to look for")
    return "".join(f"; {part}" for part in parts)


def _fields(node: Explained) -> dict[str, Any]:
    return {
        "kind": node.kind,
        "text": node.text,
        "field": node.field,
        "weight": node.weight,
        "distance": node.distance,
        "role": node.role,
        "terms": list(node.terms),
        "parts": [_fields(part) for part in node.parts],
        "reason": node.reason,
    }
