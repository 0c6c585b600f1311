"""`nkcorpus diff ID [V1 V2]`"""

from __future__ import annotations

from typing import Any

import click

from nkcorpus.cli.context import Count, Session, pass_session
from nkcorpus.render.comparison import DIFF_FORMATS, render_diff


@click.command("diff")
@click.argument("article", metavar="ID")
@click.argument("before", type=Count(min=1), required=False, metavar="[V1")
@click.argument("after", type=Count(min=1), required=False, metavar="V2]")
@click.option("--raw", is_flag=True, help="Compare the texts before cleaning.")
@click.option("--format", type=click.Choice(DIFF_FORMATS), help="[default: words on a terminal, else unified]")
@pass_session
def command(session: Session, article: str, before: int | None, after: int | None, raw: bool, format: Any) -> int:
    """Show what changed from version V1 of an article to V2: by default from the last but one to the last, with V1
    alone since then. 'nkcorpus history ID' lists the versions.
    """
    env = session.env
    with session.open() as corpus:
        diff = corpus.diff(article, before, after, raw=raw)
    render_diff(diff, format or ("words" if env.stdout_is_tty else "unified"), env)
    return 0
