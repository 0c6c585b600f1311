"""The journal of fetches and the followed sources, in every format of `fetches` and `follow list`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Literal, get_args

from nkcorpus.render.delimited import row_line
from nkcorpus.render.environment import Environment
from nkcorpus.render.fields import SCHEMA, Fields, report_fields
from nkcorpus.render.jsonout import json_document, json_line
from nkcorpus.render.reports import render_failure, report_summary
from nkcorpus.render.safe import one_line

if TYPE_CHECKING:
    from nkcorpus.follows import Fetches, Update
    from nkcorpus.model import FetchEntry
    from nkcorpus.store import Followed

FetchesFormat = Literal["table", "plain", "jsonl", "json", "csv", "tsv"]
FETCHES_FORMATS: tuple[str, ...] = get_args(FetchesFormat)
FollowsFormat = Literal["table", "plain", "jsonl", "json"]
FOLLOWS_FORMATS: tuple[str, ...] = get_args(FollowsFormat)

_COLUMNS = ("state", "url", "source", "tries", "status", "tried_at", "error", "retry_at", "queued_at", "article_id")
_MINUTE_LENGTH = len("2019-06-13T09:30")


def render_fetches(fetches: Fetches, format: FetchesFormat, env: Environment) -> None:
    """Write entries of the journal to stdout: a table, a line each with the columns `state  url  source  tries  status
    tried_at  error  retry_at  queued_at  article_id` (plain, csv, tsv), or JSON. The counts go to stderr.
    """
    match format:
        case "table":
            from nkcorpus.render.tables import draw_rows

            headers = ["state", "tried", "status", "source", "address", "why"]
            draw_rows(headers, [_table_row(entry) for entry in fetches.entries], env, widest=("address", "why"))
        case "plain":
            for entry in fetches.entries:
                values = ("" if value is None else one_line(str(value)) for value in _row(entry))
                env.write("\t".join(values) + "\n")
        case "csv" | "tsv":
            env.write(row_line(_COLUMNS, format))
            for entry in fetches.entries:
                env.write(row_line(_row(entry), format))
        case "jsonl":
            for entry in fetches.entries:
                env.write(json_line(_fields(entry)))
        case "json":
            entries = [_fields(entry) for entry in fetches.entries]
            value = {"schema": SCHEMA, "counts": dict(fetches.counts), "fetches": entries}
            env.write(json_document(value, pretty=env.stdout_is_tty))
    counts = ", ".join(f"{count:,} {state}" for state, count in sorted(fetches.counts.items()))
    env.note(counts or "no fetches: nothing was asked for, and nothing is to be")


def render_followed(sources: Sequence[Followed], format: FollowsFormat, env: Environment) -> None:
    """Write followed sources to stdout: a table, `name  url  asked_at  error` a line, tab-separated, or JSON."""
    match format:
        case "table":
            from nkcorpus.render.tables import draw_rows

            rows = [[each.name, each.url, _minute(each.asked_at), each.error or ""] for each in sources]
            draw_rows(["name", "address", "asked", "why not"], rows, env, widest=("address", "why not"))
        case "plain":
            for each in sources:
                values = (each.name, each.url, each.asked_at or "", each.error or "")
                env.write("\t".join(map(one_line, values)) + "\n")
        case "jsonl":
            for each in sources:
                env.write(json_line(_followed_fields(each)))
        case "json":
            value = {"schema": SCHEMA, "sources": [_followed_fields(each) for each in sources]}
            env.write(json_document(value, pretty=env.stdout_is_tty))


def render_update(update: Update, env: Environment) -> None:
    """Tell on stderr what failed, and the counts where there is news."""
    for failure in update.report.failures:
        render_failure(failure.origin, failure.error, env)
    if update.news:
        env.note(f"{update.source.name}: {report_summary(update.report)}")


def render_updates(updates: Sequence[Update], env: Environment) -> None:
    """Write a report to stdout: a JSON object with one object for each source that was asked."""
    sources = [
        {"name": update.source.name, "url": update.source.url, "error": update.error} | report_fields(update.report)
        for update in updates
    ]
    env.write(json_document({"schema": SCHEMA, "sources": sources}, pretty=env.stdout_is_tty))


def _minute(time: str | None) -> str:
    return (time or "")[:_MINUTE_LENGTH].replace("T", " ")


def _table_row(entry: FetchEntry) -> list[str]:
    status = "" if entry.status is None else str(entry.status)
    why = entry.error or ""
    if entry.retry_at:
        why = f"{why}; not before {_minute(entry.retry_at)}" if why else f"not before {_minute(entry.retry_at)}"
    return [entry.state, _minute(entry.tried_at), status, entry.source, entry.url, why]


def _row(entry: FetchEntry) -> list[object]:
    return [getattr(entry, name) for name in _COLUMNS]


def _fields(entry: FetchEntry) -> Fields:
    return {name: getattr(entry, name) for name in _COLUMNS} | {
        "validated_url": entry.validated_url,
        "etag": entry.etag,
        "last_modified": entry.last_modified,
    }


def _followed_fields(source: Followed) -> Fields:
    return {
        "name": source.name,
        "url": source.url,
        "options": dict(source.options),
        "added_at": source.added_at,
        "asked_at": source.asked_at,
        "error": source.error,
    }
