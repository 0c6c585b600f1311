"""`nkcorpus list`"""

from __future__ import annotations

from typing import Any

import click

from nkcorpus.cli.context import NO_ARTICLES, Count, Session, narrow_keywords, narrowing, pass_session
from nkcorpus.render import HIT_FORMATS, WITHOUT_SNIPPETS, default_hit_format, render_count, render_hits


@click.command("list")
@click.option("-n", "--limit", type=Count(min=0), default=10, show_default=True, help="At most; 0: all.")
@click.option("--offset", type=Count(min=0), default=0, help="Articles to pass over first.")
@narrowing
@click.option("--sort", type=click.Choice(["newest", "oldest"]), default="newest", show_default=True, help="By date.")
@click.option("--format", type=click.Choice(HIT_FORMATS), help="[default: table on a terminal, else plain]")
@click.option("--count", is_flag=True, help="Print only how many articles there are.")
@click.option("-0", "--null", is_flag=True, help="With --format ids: end ids with NUL instead of a line end.")
@pass_session
def command(session: Session, /, **options: Any) -> int:
    """Show the newest articles by their dates; those without a date come last."""
    env = session.env
    format = options["format"] or default_hit_format(env)
    with session.open() as corpus:
        result = corpus.newest(
            limit=1 if options["count"] else options["limit"],
            offset=0 if options["count"] else options["offset"],
            sort=options["sort"],
            snippets=0 if options["count"] or format in WITHOUT_SNIPPETS else 1,
            **narrow_keywords(options),
        )
        is_empty = not result.total and not corpus.newest(limit=1, snippets=0).total
    if options["count"]:
        render_count(result.total, env)
    else:
        render_hits(result, format, env, null=options["null"])
        if not result.total:
            env.note(NO_ARTICLES if is_empty else "no articles")
    return 0
