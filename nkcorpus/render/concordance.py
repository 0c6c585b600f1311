"""A concordance in every format of `kwic`."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Literal, get_args

from nkcorpus.render.delimited import row_line
from nkcorpus.render.environment import Environment
from nkcorpus.render.fields import SCHEMA, Fields
from nkcorpus.render.jsonout import json_document, json_line
from nkcorpus.render.safe import cell_width, one_line

if TYPE_CHECKING:
    from nkcorpus.analyse.kwic import Concordance, ConcordanceLine

ConcordanceFormat = Literal["table", "plain", "jsonl", "json", "csv", "tsv"]
CONCORDANCE_FORMATS: tuple[str, ...] = get_args(ConcordanceFormat)

_KEYS = ("id", "start", "end", "left", "match", "right", "title", "date", "source")
_ID_LENGTH = 12
_WIDTH_FOR_ID = 72
_SPACES = re.compile(r"\s+")


def render_concordance(found: Concordance, format: ConcordanceFormat, env: Environment) -> None:
    """Write a concordance to stdout: in a table the matches begin below each other, `plain` is
    `id  start  end  left  match  right  date  source  title` a line, tab-separated.
    """
    match format:
        case "table":
            _draw(found.lines, env)
        case "plain":
            for line in found.lines:
                env.write(_plain_line(line))
        case "jsonl":
            for line in found.lines:
                env.write(json_line(_fields(line)))
        case "json":
            value = {
                "schema": SCHEMA,
                "query": found.query,
                "complete": found.is_whole,
                "lines": [_fields(line) for line in found.lines],
            }
            env.write(json_document(value, pretty=env.stdout_is_tty))
        case "csv" | "tsv":
            env.write(row_line(_KEYS, format))
            for line in found.lines:
                env.write(row_line(list(_fields(line).values()), format))


def _fields(line: ConcordanceLine) -> Fields:
    return {key: getattr(line, key) for key in _KEYS}


def _plain_line(line: ConcordanceLine) -> str:
    values: list[Any] = [line.id, line.start, line.end, line.left, line.match, line.right]
    values += [line.date, line.source, line.title]
    return "\t".join("" if value is None else one_line(str(value)) for value in values) + "\n"


def _draw(lines: tuple[ConcordanceLine, ...], env: Environment) -> None:
    """Write one line a match, as wide as the terminal at most, with the short id before it where there is room."""
    with_id = env.columns >= _WIDTH_FOR_ID
    room = env.columns - (_ID_LENGTH + 2 if with_id else 0)
    matches = [_cut_short(_shown(line.match), room // 2) for line in lines]
    side = (room - max(map(cell_width, matches), default=0)) // 2
    for line, match in zip(lines, matches, strict=True):
        left = _clipped(_apart(_shown(line.left), -1), side, from_end=True)
        before = " " * (side - cell_width(left)) + left
        after = _clipped(_apart(_shown(line.right), 0), room - side - cell_width(match))
        head = f"{env.paint(one_line(line.id[:_ID_LENGTH]), 'dim')}  " if with_id else ""
        env.write(f"{head}{before}{env.paint(match, 'bold')}{after.rstrip(' ')}\n")


def _shown(text: str) -> str:
    return _SPACES.sub(" ", one_line(text))


def _apart(context: str, edge: int) -> str:
    """Return a context with a wider gap to the match, unless the match is a part of a word."""
    if context and context[edge] != " ":
        return context
    return f"{context.rstrip(' ')}  " if edge else f"  {context.lstrip(' ')}"


def _cut_short(match: str, width: int) -> str:
    """Return a match that is no wider than `width` cells, with a sign where its end is left out."""
    return match if cell_width(match) <= width else f"{_clipped(match, width - 1)}…"


def _clipped(text: str, width: int, *, from_end: bool = False) -> str:
    """Return the first, or last, characters of `text` that fit into `width` cells."""
    taken = 0
    characters = text[::-1] if from_end else text
    for place, character in enumerate(characters):
        taken += cell_width(character)
        if taken > width:
            return text[len(text) - place :] if from_end else text[:place]
    return text
