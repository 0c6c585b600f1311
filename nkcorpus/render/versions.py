"""The history of an article in every format of `history`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, get_args

from nkcorpus.render.delimited import row_line
from nkcorpus.render.environment import Environment
from nkcorpus.render.fields import SCHEMA, Fields, gone_fields, version_fields
from nkcorpus.render.jsonout import json_document, json_line
from nkcorpus.render.labels import gone_line
from nkcorpus.render.safe import one_line

if TYPE_CHECKING:
    from nkcorpus.versions import History, Revision

HistoryFormat = Literal["table", "plain", "jsonl", "json", "csv", "tsv"]
HISTORY_FORMATS: tuple[str, ...] = get_args(HistoryFormat)

_COLUMNS = (
    *("number", "retrieved_at", "ingested_at", "date", "words", "words_added", "words_removed", "title"),
    *("origin", "url", "retrieval_url", "status", "sha256", "payload_sha256"),
)
_MINUTE_LENGTH = len("2019-06-13T09:30")


def render_history(history: History, format: HistoryFormat, env: Environment) -> None:
    """Write the versions of an article to stdout, the oldest first: a table, a line each with the columns `number
    retrieved_at  ingested_at  date  words  words_added  words_removed  title  origin  url  retrieval_url  status
    sha256  payload_sha256` (plain, csv, tsv), or JSON. That its page is gone is told on stderr too.
    """
    revisions = history.revisions
    match format:
        case "table":
            from nkcorpus.render.tables import draw_rows

            headers = ["#", "retrieved", "stored", "words", "changed", "title", "from"]
            draw_rows(headers, [_table_row(revision) for revision in revisions], env, widest=("title", "from"))
        case "plain":
            for revision in revisions:
                env.write("\t".join("" if value is None else one_line(str(value)) for value in _row(revision)) + "\n")
        case "csv" | "tsv":
            env.write(row_line(_COLUMNS, format))
            for revision in revisions:
                env.write(row_line(_row(revision), format))
        case "jsonl":
            for revision in revisions:
                env.write(json_line({"id": history.article_id} | _fields(revision)))
        case "json":
            versions = [_fields(each) for each in revisions]
            gone = gone_fields(history.gone)
            value = {"schema": SCHEMA, "id": history.article_id, "versions": versions, "gone": gone}
            env.write(json_document(value, pretty=env.stdout_is_tty))
    if history.gone:
        env.note(gone_line(history.gone))


def _table_row(revision: Revision) -> list[str]:
    info = revision.info
    changed = "" if revision.words_added is None else f"+{revision.words_added:,} -{revision.words_removed:,}"
    return [
        str(info.number),
        (info.retrieved_at or "")[:_MINUTE_LENGTH].replace("T", " "),
        info.ingested_at[:_MINUTE_LENGTH].replace("T", " "),
        f"{revision.words:,}",
        changed,
        revision.title or "",
        info.retrieval.url if info.retrieval and info.retrieval.url else revision.origin,
    ]


def _row(revision: Revision) -> list[object]:
    info = revision.info
    return [
        info.number,
        info.retrieved_at,
        info.ingested_at,
        revision.date.value if revision.date else None,
        revision.words,
        revision.words_added,
        revision.words_removed,
        revision.title,
        revision.origin,
        revision.url,
        info.retrieval.url if info.retrieval else None,
        info.retrieval.status if info.retrieval else None,
        info.content_sha256,
        info.payload_sha256,
    ]


def _fields(revision: Revision) -> Fields:
    return version_fields(revision.info) | {
        "title": revision.title,
        "date": revision.date.value if revision.date else None,
        "url": revision.url,
        "origin": revision.origin,
        "words": revision.words,
        "words_added": revision.words_added,
        "words_removed": revision.words_removed,
    }
