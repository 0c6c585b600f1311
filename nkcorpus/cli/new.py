"""`nkcorpus new NAME`"""

from __future__ import annotations

from typing import Any

import click

from nkcorpus.cli.context import Session, pass_session
from nkcorpus.errors import CorpusNotWritable
from nkcorpus.render import HIT_FORMATS, default_hit_format, render_hits


@click.command("new")
@click.argument("name")
@click.option("--peek", is_flag=True, help="Do not count this as a look: the next one shows the same again.")
@click.option("--format", type=click.Choice(HIT_FORMATS), help="[default: table on a terminal, else plain]")
@click.option("-0", "--null", is_flag=True, help="With --format ids: end ids with NUL instead of a line end.")
@pass_session
def command(session: Session, name: str, peek: bool, format: Any, null: bool) -> int:
    """Show the hits of a saved search that came in, or got a new text, since the last look; at the first look, since
    the search was saved. All of them, in the order of the search. What you tag or clean anew is not new.

    Made for cron: without anything new it prints nothing and ends with exit code 1. What could not be written out
    whole is shown again at the next look.
    """
    env = session.env
    with session.open() as corpus:
        look = corpus.searches.new(name)
        if look.result.total:
            render_hits(look.result, format or default_hit_format(env), env, null=null)
        env.flush()
        if not peek:
            try:
                corpus.searches.mark(look)
            except CorpusNotWritable as error:
                raise CorpusNotWritable(f"{error}, or look with --peek, which writes nothing") from None
    for note in look.result.notes:
        env.note(note)
    if not look.result.total:
        env.note(f"nothing new for {look.name}", verbosity=0 if env.stderr_is_tty else 1)
    return 0 if look.result.total else 1
