"""Lists of hits in every format of `search` and `list`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Literal, get_args

from nkcorpus.render.environment import Environment
from nkcorpus.render.fields import Fields, hit_fields, result_fields
from nkcorpus.render.jsonout import json_array, json_document, json_line
from nkcorpus.render.lines import id_line, plain_line, trec_line
from nkcorpus.results import Hit, SearchResult

HitFormat = Literal["table", "plain", "jsonl", "json", "csv", "tsv", "ids", "text", "markdown", "trec"]
QueriesFormat = Literal["jsonl", "json", "csv", "tsv", "plain", "ids", "trec"]

HIT_FORMATS: tuple[str, ...] = get_args(HitFormat)
QUERIES_FORMATS: tuple[str, ...] = get_args(QueriesFormat)
WITHOUT_SNIPPETS: frozenset[HitFormat] = frozenset({"plain", "ids", "trec"})
"""Formats for which no snippets need be made."""

# TREC numbers its topics from 1; a search without --queries has one.
_ONLY_TOPIC = "1"

_TOLD = 8
"""Words of a feedback that its line has."""


def default_hit_format(env: Environment) -> HitFormat:
    """Return `table` on a terminal, else `plain`."""
    return "table" if env.stdout_is_tty else "plain"


def render_hits(result: SearchResult, format: HitFormat, env: Environment, *, null: bool = False) -> None:
    """Write one page of hits to stdout. `null` ends each id of `ids` with NUL instead of a line feed."""
    match format:
        case "table":
            from nkcorpus.render.tables import draw_hits

            draw_hits(result, env)
        case "json":
            env.write(json_document(result_fields(result), pretty=env.stdout_is_tty))
        case "text" | "markdown":
            from nkcorpus.render.prose import hit_as_markdown, hit_as_text

            block = hit_as_text if format == "text" else hit_as_markdown
            for index, hit in enumerate(result.hits):
                env.write(("\n" if index else "") + block(hit))
        case "csv" | "tsv":
            from nkcorpus.render.delimited import delimited_line, header_line

            env.write(header_line(format))
            for hit in result.hits:
                env.write(delimited_line(hit, format))
        case "jsonl":
            for hit in result.hits:
                env.write(json_line(hit_fields(hit)))
        case "plain":
            for hit in result.hits:
                env.write(plain_line(hit))
        case "ids":
            for hit in result.hits:
                env.write(id_line(hit, null=null))
        case "trec":
            for hit in result.hits:
                env.write(trec_line(hit, _ONLY_TOPIC))


def feedback_line(result: SearchResult) -> str:
    """Return one line for people, "feedback: border, traders, ..."; "" for nothing."""
    told = ", ".join(result.feedback[:_TOLD])
    return f"feedback: {told}{' ...' if len(result.feedback) > _TOLD else ''}" if told else ""


def render_queries(
    results: Iterable[tuple[str, SearchResult]],
    format: QueriesFormat,
    env: Environment,
    *,
    null: bool = False,
) -> int:
    """Write the hits of many queries to stdout, each with its `query_id` first; return the number of hits.

    Results are written as they come; `json` is a list with one object a query.
    """
    count = 0

    def counted() -> Iterator[tuple[str, SearchResult]]:
        nonlocal count
        for query_id, result in results:
            count += len(result.hits)
            yield query_id, result

    if format == "json":
        objects: Iterator[Fields] = ({"query_id": name} | result_fields(result) for name, result in counted())
        for piece in json_array(objects):
            env.write(piece)
        return count
    if format in ("csv", "tsv"):
        from nkcorpus.render.delimited import header_line

        env.write(header_line("csv" if format == "csv" else "tsv", with_query_id=True))
    for query_id, result in counted():
        for hit in result.hits:
            env.write(_query_line(hit, query_id, format, null=null))
    return count


def render_count(count: int, env: Environment) -> None:
    """Write a number on a line of its own to stdout."""
    env.write(f"{count}\n")


def _query_line(hit: Hit, query_id: str, format: QueriesFormat, *, null: bool) -> str:
    match format:
        case "csv" | "tsv":
            from nkcorpus.render.delimited import delimited_line

            return delimited_line(hit, format, query_id)
        case "plain":
            return plain_line(hit, query_id)
        case "ids":
            return id_line(hit, query_id, null=null)
        case "trec":
            return trec_line(hit, query_id)
        case _:
            return json_line({"query_id": query_id} | hit_fields(hit))
