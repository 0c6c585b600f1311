"""`nkcorpus uncut ID [SPAN]`"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from nkcorpus.cli.context import Session, pairs_format, pass_session
from nkcorpus.errors import UsageError
from nkcorpus.render import default_pairs_format, render_uncut

if TYPE_CHECKING:
    from nkcorpus.cleaning import Cleaning, Uncut


@click.command("uncut")
@click.argument("article", metavar="ID")
@click.argument("span", required=False, metavar="[SPAN]")
@click.option("--undo", is_flag=True, help="Let the rules cut it again; SPAN is the line's number in --list.")
@click.option("--list", is_flag=True, help="Show the lines that were put back, change nothing.")
@pairs_format
@pass_session
def command(session: Session, article: str, span: str | None, undo: bool, list: bool, format: Any) -> int:
    """Put lines back that rules cut from an article: all, or the one that SPAN names by its number in
    'nkcorpus show --removed' or by the START-END printed there.

    They stay in when the article is cleaned anew, and in later versions of it. All lines that were put back into the
    article are printed.
    """
    if undo and list:
        raise UsageError("--undo and --list are two different things; give one")
    env = session.env
    with session.open() as corpus:
        done = corpus.cleaning.listed(article) if list else _changed(corpus.cleaning, article, span, undo)
    render_uncut(done, "undo" if undo else "put back", format or default_pairs_format(env), env)
    return 0


def _changed(cleaning: Cleaning, article: str, span: str | None, undo: bool) -> Uncut:
    if not undo:
        return cleaning.uncut(article, span)
    if span is not None and not (span.isascii() and span.isdigit()):
        raise UsageError(f"'{span}' is not the number of a line; 'nkcorpus uncut --list {article}' shows them")
    return cleaning.recut(article, int(span) if span is not None else None)
