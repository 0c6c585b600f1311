"""`nkcorpus note ID [TEXT]`"""

from __future__ import annotations

from typing import Any

import click

from nkcorpus.cli.context import Count, Session, pairs_format, pass_session
from nkcorpus.errors import UsageError
from nkcorpus.render import default_pairs_format
from nkcorpus.render.annotations import render_notes


@click.command("note")
@click.argument("article", metavar="ID")
@click.argument("text", nargs=-1, metavar="[TEXT]")
@click.option("--remove", type=Count(min=1), metavar="N", help="Delete the note of this number.")
@pairs_format
@pass_session
def command(session: Session, article: str, text: tuple[str, ...], remove: int | None, format: Any) -> int:
    """Write a note about an article; - takes its text from stdin. Without TEXT, show the article's notes.

    The query note:WORD finds them. Nothing but you and 'nkcorpus remove' changes them.
    """
    env = session.env
    if remove is not None and text:
        raise UsageError("give either TEXT or --remove, not both")
    written = env.stdin.read().decode("utf-8", "replace") if text == ("-",) else " ".join(text)
    with session.open() as corpus:
        if remove is not None:
            corpus.annotations.remove_note(article, remove)
            env.note(f"removed note {remove}")
        elif text:
            corpus.annotations.add_note(article, written)
            env.note("noted")
        else:
            found = corpus.get(article)
            render_notes(found, format or default_pairs_format(env), env)
            if not found.notes:
                env.note("no notes; give the text of one after the id")
    return 0
