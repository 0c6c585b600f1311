"""`nkcorpus alias`"""

from __future__ import annotations

from typing import Any

import click

from nkcorpus.cli.context import Session, pass_session
from nkcorpus.errors import UsageError
from nkcorpus.render import WORDING_FORMATS, render_aliases


@click.command("alias")
@click.argument("action", type=click.Choice(["add", "list", "remove"]))
@click.argument("texts", nargs=-1, metavar="[TEXT]...")
@click.option("--format", type=click.Choice(WORDING_FORMATS), help="[default: table on a terminal, else plain]")
@pass_session
def command(session: Session, action: str, texts: tuple[str, ...], format: Any) -> int:
    """Keep your own words that stand for the same: a search for one of a group finds the others too.

    add TEXT TEXT... makes a group, or joins those that have one of them; list shows the groups, one a line; remove TEXT
    takes texts out. TEXT is one to nine words; case, diacritics and hyphens make no difference.
    """
    env = session.env
    if action == "list" and texts:
        raise UsageError("list takes no TEXT; see 'nkcorpus alias --help'")
    if action == "remove" and not texts:
        raise UsageError("give the TEXT to remove; 'nkcorpus alias list' shows them")
    with session.open() as corpus:
        wording = corpus.wording
        if action == "add":
            wording.add_aliases(texts)
        elif action == "remove":
            for text in texts:
                wording.remove_alias(text)
        else:
            groups = wording.aliases()
            render_aliases(groups, format or ("table" if env.stdout_is_tty else "plain"), env)
            if not groups:
                env.note("no aliases; 'nkcorpus alias add TEXT TEXT' makes one")
    return 0
