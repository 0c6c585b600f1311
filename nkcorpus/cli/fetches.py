"""`nkcorpus fetches`"""

from __future__ import annotations

from typing import Any

import click

from nkcorpus.cli.context import Count, Session, pass_session
from nkcorpus.render.fetches import FETCHES_FORMATS, render_fetches


@click.command("fetches")
@click.option("--state", type=click.Choice(["pending", "done", "failed", "gone"]), help="Only those.")
@click.option("--source", metavar="NAME", help="Only those that this followed source, or address, led to.")
@click.option("-n", "--limit", type=Count(min=0), default=20, show_default=True, help="At most; 0: all.")
@click.option("--format", type=click.Choice(FETCHES_FORMATS), help="[default: table on a terminal, else plain]")
@pass_session
def command(session: Session, state: Any, source: str | None, limit: int, format: Any) -> int:
    """Show the journal of fetches, the latest first: addresses that are pending, done, failed, or gone (404, 410), when
    each was tried last, how often, and why it failed. How many there are of each goes to stderr.

    A page that is gone is marked on its article, which stays: 'nkcorpus show' tells.
    """
    env = session.env
    with session.open() as corpus:
        fetches = corpus.follows.fetches(state=state, source=source, limit=limit)
    render_fetches(fetches, format or ("table" if env.stdout_is_tty else "plain"), env)
    return 0
