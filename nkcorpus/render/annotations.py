"""The user's tags and notes in every format of `tag` and `note`."""

from __future__ import annotations

from collections.abc import Sequence

from nkcorpus.model import Article
from nkcorpus.render.environment import Environment
from nkcorpus.render.fields import note_fields
from nkcorpus.render.jsonout import json_document
from nkcorpus.render.reports import PairsFormat
from nkcorpus.render.safe import one_line

_ID_LENGTH = 12


def render_tags(articles: Sequence[Article], format: PairsFormat, env: Environment) -> None:
    """Write the user's tags to stdout: `id  tag` a line, tab-separated, or a list of objects."""
    match format:
        case "table":
            from nkcorpus.render.tables import draw_rows

            rows = [[article.id[:_ID_LENGTH], "; ".join(article.user_tags)] for article in articles]
            draw_rows(["id", "tags"], [row for row in rows if row[1]], env)
        case "plain":
            for article in articles:
                for tag in article.user_tags:
                    env.write(f"{article.id}\t{one_line(tag)}\n")
        case "json":
            value = [{"id": article.id, "user_tags": list(article.user_tags)} for article in articles]
            env.write(json_document(value, pretty=env.stdout_is_tty))


def render_notes(article: Article, format: PairsFormat, env: Environment) -> None:
    """Write the notes of an article to stdout: `number  made_at  text` a line, tab-separated, or an object."""
    match format:
        case "table":
            from nkcorpus.render.tables import draw_rows

            rows = [[str(note["number"]), note["made_at"][:10], note["text"]] for note in note_fields(article)]
            draw_rows(["#", "made", "note"], rows, env)
        case "plain":
            for note in note_fields(article):
                env.write(f"{note['number']}\t{one_line(note['made_at'])}\t{one_line(note['text'])}\n")
        case "json":
            value = {"id": article.id, "notes": note_fields(article)}
            env.write(json_document(value, pretty=env.stdout_is_tty))
