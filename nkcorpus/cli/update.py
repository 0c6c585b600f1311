"""`nkcorpus update [NAME]`"""

from __future__ import annotations

from typing import Any

import click

from nkcorpus.cli.context import Session, pass_session
from nkcorpus.cli.web import fetch_policy
from nkcorpus.render import progress
from nkcorpus.render.fetches import render_update, render_updates

_SOURCE_FAILED = 4


@click.command("update")
@click.argument("name", required=False)
@click.option("--format", type=click.Choice(["json"]), help="Write a report to stdout.")
@pass_session
def command(session: Session, name: str | None, format: Any) -> int:
    """Ask the followed sources ('nkcorpus follow'), or the one of that NAME, for what is new, and take it in.

    A feed, listing or sitemap that has not changed costs one request. What a source led to before is not fetched
    again, unless it failed in a way that may pass; 'nkcorpus ingest --retry-failed' asks for the rest of what failed.

    Made for cron: without anything new it says nothing. Exit code 0: there is news; 1: nothing new; 4: a followed
    source failed, whatever the others gave.
    """
    env = session.env
    aside = 0 if env.stderr_is_tty else 1
    updates = []
    with (
        session.open(lambda message: env.note(message, verbosity=aside)) as corpus,
        progress(env, "update") as show,
    ):
        for update in corpus.follows.update(
            name, policy=fetch_policy(), on_stored=lambda done, origin: show(done, None, origin)
        ):
            render_update(update, env)
            updates.append(update)
    if format:
        render_updates(updates, env)
    if any(update.error for update in updates):
        return _SOURCE_FAILED
    if not any(update.news for update in updates):
        env.note("nothing new", verbosity=aside)
        return 1
    return 0
