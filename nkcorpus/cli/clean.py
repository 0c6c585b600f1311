"""`nkcorpus clean SOURCE...`"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from nkcorpus.clean import KINDS, read_rules, to_toml
from nkcorpus.cli.context import Session, fast_option, jobs_option, mapping_option, pass_session, processors
from nkcorpus.render import CLEAN_FORMATS, render_cleaned


@click.command("clean", short_help="Strip boilerplate, without a corpus.")
@click.argument("sources", nargs=-1, required=True, metavar="SOURCE...")
@click.option("--keep", type=click.Choice(sorted(KINDS)), multiple=True, help="Leave lines of this kind in the text.")
@click.option("--rules", metavar="FILE", help="Cut by the rules of this file too.")
@mapping_option
@jobs_option
@fast_option
@click.option("--format", type=click.Choice(CLEAN_FORMATS), default="text", show_default=True, help="How to write it.")
@pass_session
def command(
    session: Session,
    sources: tuple[str, ...],
    keep: tuple[str, ...],
    rules: str | None,
    map: dict[str, str],
    jobs: int | None,
    fast: bool,
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
        rules=to_toml(read_rules(Path(rules))) if rules else "",
        mapping=map,
        jobs=jobs or processors(),
        fast=fast,
        stdin=env.stdin,
    )
    return 1 if render_cleaned(cleaned, format, env) else 0
