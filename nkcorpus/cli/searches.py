"""`nkcorpus searches`"""

from __future__ import annotations

from typing import Any

import click

from nkcorpus.cli.context import Session, pass_session
from nkcorpus.render.searches import SEARCHES_FORMATS, render_searches


@click.command("searches")
@click.option("--remove", metavar="NAME", help="Forget a saved search.")
@click.option("--format", type=click.Choice(SEARCHES_FORMATS), help="[default: table on a terminal, else plain]")
@pass_session
def command(session: Session, remove: str | None, format: Any) -> int:
    """List the searches that 'nkcorpus search --save NAME' kept in the corpus. 'nkcorpus new NAME' asks one again."""
    env = session.env
    with session.open() as corpus:
        if remove is not None:
            corpus.searches.remove(remove)
            env.note("removed 1")
            return 0
        searches = corpus.searches.all()
    render_searches(searches, format or ("table" if env.stdout_is_tty else "plain"), env)
    if not searches:
        env.note("no saved searches; 'nkcorpus search QUERY --save NAME' keeps one")
    return 0
