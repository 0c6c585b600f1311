"""Aliases and acronyms in every format of `alias list` and `acronyms`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Literal, get_args

from nkcorpus.render.environment import Environment
from nkcorpus.render.fields import Fields
from nkcorpus.render.jsonout import json_document, json_line
from nkcorpus.render.safe import one_line

if TYPE_CHECKING:
    from nkcorpus.wording import Acronym

WordingFormat = Literal["table", "plain", "jsonl", "json"]
WORDING_FORMATS: tuple[str, ...] = get_args(WordingFormat)

_HEADERS = ("acronym", "long form", "articles", "entry")


def render_aliases(groups: Sequence[Sequence[str]], format: WordingFormat, env: Environment) -> None:
    """Write groups of texts that stand for the same to stdout: a group a line, or one JSON object."""
    match format:
        case "table":
            from nkcorpus.render.tables import draw_rows

            draw_rows(["stand for the same"], [[", ".join(group)] for group in groups], env)
        case "plain":
            for group in groups:
                env.write("\t".join(map(one_line, group)) + "\n")
        case "jsonl":
            for group in groups:
                env.write(json_line({"texts": list(group)}))
        case "json":
            aliases = [{"texts": list(group)} for group in groups]
            env.write(json_document({"schema": 1, "aliases": aliases}, pretty=env.stdout_is_tty))


def render_acronyms(acronyms: Sequence[Acronym], format: WordingFormat, env: Environment) -> None:
    """Write acronyms with what they stand for to stdout: a table, one a line, or one JSON object."""
    match format:
        case "table":
            from nkcorpus.render.tables import draw_rows

            draw_rows(_HEADERS, [_cells(one) for one in acronyms], env)
        case "plain":
            for one in acronyms:
                env.write("\t".join(map(one_line, _cells(one))) + "\n")
        case "jsonl":
            for one in acronyms:
                env.write(json_line(_fields(one)))
        case "json":
            fields = {"schema": 1, "acronyms": [_fields(one) for one in acronyms]}
            env.write(json_document(fields, pretty=env.stdout_is_tty))


def _cells(one: Acronym) -> list[str]:
    return [one.acronym, one.long_form, str(one.articles), one.entry or ""]


def _fields(one: Acronym) -> Fields:
    return {"acronym": one.acronym, "long_form": one.long_form, "articles": one.articles, "entry": one.entry}
