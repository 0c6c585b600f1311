"""`nkcorpus history ID`"""

from __future__ import annotations

from typing import Any

import click

from nkcorpus.cli.context import Session, pass_session
from nkcorpus.render.versions import HISTORY_FORMATS, render_history


@click.command("history")
@click.argument("article", metavar="ID")
@click.option("--format", type=click.Choice(HISTORY_FORMATS), help="[default: table on a terminal, else plain]")
@pass_session
def command(session: Session, article: str, format: Any) -> int:
    """List the versions of an article, the oldest first: when each was retrieved and stored, where it came from, its
    digests, and how many words of the text it added and removed. 'nkcorpus diff ID' shows them.
    """
    env = session.env
    with session.open() as corpus:
        history = corpus.history(article)
    render_history(history, format or ("table" if env.stdout_is_tty else "plain"), env)
    return 0
