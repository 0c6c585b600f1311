"""`nkcorpus similar ID`"""

from __future__ import annotations

from typing import Any

import click

from nkcorpus.cli.context import (
    Count,
    Session,
    engine_option,
    narrow_keywords,
    narrowing,
    pass_session,
    snippets_option,
)
from nkcorpus.cli.matching import none_left
from nkcorpus.render import HIT_FORMATS, default_hit_format, render_count, render_hits


@click.command("similar")
@click.argument("id")
@click.option("-n", "--limit", type=Count(min=0), default=10, show_default=True, help="Hits at most; 0: all.")
@click.option("--offset", type=Count(min=0), default=0, help="Hits to pass over first.")
@narrowing
@engine_option
@click.option("--format", type=click.Choice(HIT_FORMATS), help="[default: table on a terminal, else plain]")
@snippets_option
@click.option("--count", is_flag=True, help="Print only how many articles share a telling word.")
@click.option("-0", "--null", is_flag=True, help="With --format ids: end ids with NUL instead of a line end.")
@pass_session
def command(session: Session, /, id: str, **options: Any) -> int:
    """Find articles about the same as the article ID, or a prefix of it: by the 25 words that tell it best from the
    others of the corpus. It and articles with (nearly) the same text are left out; 'nkcorpus dupes' shows those.

    Exit code 1: no hit.
    """
    env = session.env
    with session.open(engine=options["engine"]) as corpus:
        result = corpus.similar(
            id,
            limit=1 if options["count"] else options["limit"],
            offset=0 if options["count"] else options["offset"],
            snippets=0 if options["count"] else options["snippets"],
            **narrow_keywords(options),
        )
    if options["count"]:
        render_count(result.total, env)
    else:
        render_hits(result, options["format"] or default_hit_format(env), env, null=options["null"])
    for note in filter(None, (*result.notes, none_left(result, options["offset"] if not options["count"] else 0))):
        env.note(note)
    if not result.total and not options["count"]:
        env.note(f"no articles like {result.query[:12]}")
    return 0 if result.total else 1
