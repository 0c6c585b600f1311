"""`nkcorpus follow`"""

from __future__ import annotations

from typing import Any, get_args

import click

from nkcorpus.cli.context import Session, pass_session
from nkcorpus.errors import UsageError
from nkcorpus.model import WebKind
from nkcorpus.render.fetches import FOLLOWS_FORMATS, render_followed


@click.command("follow")
@click.argument("action", type=click.Choice(["add", "list", "remove"]))
@click.argument("target", required=False, metavar="[URL|NAME]")
@click.option("--name", metavar="NAME", help="With add: what to call the source.  [default: its host]")
@click.option("--as", type=click.Choice(get_args(WebKind)), help="With add: what the address leads to.")
@click.option("--all", is_flag=True, help="With add: all that the site has, as in 'nkcorpus ingest --all'.")
@click.option("--format", type=click.Choice(FOLLOWS_FORMATS), help="[default: table on a terminal, else plain]")
@pass_session
def command(session: Session, /, action: str, target: str | None, name: str | None, format: Any, **options: Any) -> int:
    """Keep sources on the web under names in the corpus: feeds, sitemaps, sites.

    add URL follows one; list shows them, when each was asked last, and why it could not be read, if so; remove NAME
    follows one no more: its articles stay. 'nkcorpus update' takes what is new.
    """
    env = session.env
    if action == "list" and target is not None:
        raise UsageError("list takes no URL or NAME; see 'nkcorpus follow --help'")
    if action == "add" and target is None:
        raise UsageError("give the URL to follow; see 'nkcorpus follow --help'")
    if action == "remove" and target is None:
        raise UsageError("give the NAME to remove; 'nkcorpus follow list' shows them")
    with session.open() as corpus:
        follows = corpus.follows
        if action == "add":
            given = {key: value for key, value in options.items() if value}
            env.note(f"following {follows.add(target or '', name, given).name}")
        elif action == "remove":
            follows.remove(target or "")
            env.note("removed 1")
        else:
            sources = follows.all()
            render_followed(sources, format or ("table" if env.stdout_is_tty else "plain"), env)
            if not sources:
                env.note("no sources are followed; 'nkcorpus follow add URL' follows one")
    return 0
