"""`nkcorpus clean SOURCE...`"""

from __future__ import annotations

from typing import Any

import click

from nkcorpus.clean import KINDS
from nkcorpus.cli.context import (
    Session,
    fast_option,
    fix_text_option,
    jobs_option,
    mapping_option,
    pass_session,
    processors,
)
from nkcorpus.render import CLEAN_FORMATS, render_cleaned


@click.command("clean", short_help="Strip boilerplate, without a corpus.")
@click.argument("sources", nargs=-1, required=True, metavar="SOURCE...")
@click.option("--keep", type=click.Choice(sorted(KINDS)), multiple=True, help="Leave lines of this kind in the text.")
@mapping_option
@jobs_option
@fast_option
@fix_text_option
@click.option("--format", type=click.Choice(CLEAN_FORMATS), default="text", show_default=True, help="How to write it.")
@pass_session
def command(
    session: Session,
    sources: tuple[str, ...],
    keep: tuple[str, ...],
    map: dict[str, str],
    jobs: int | None,
    fast: bool,
    fix_text: bool,
    format: Any,
) -> int:
    """Write the clean text of files, folders or stdin (-) to stdout, as a filter.

    Exit code 1: done, but some inputs failed; 2: no SOURCE exists.
    """
    from nkcorpus.pipeline import clean_sources

    env = session.env
    cleaned = clean_sources(
        sources,
        keep=keep,
        mapping=map,
        jobs=jobs or processors(),
        fast=fast,
        fix_text=fix_text,
        stdin=env.stdin,
    )
    return 1 if render_cleaned(cleaned, format, env) else 0
