"""`nkcorpus clean SOURCE...`"""

from __future__ import annotations

from pathlib import Path
from typing import Any, get_args

import click

from nkcorpus.clean import KINDS, load_rules, read_rules, to_toml
from nkcorpus.cli.context import (
    Session,
    fast_option,
    fix_text_option,
    jobs_option,
    mapping_option,
    pass_session,
    processors,
    sources_options,
)
from nkcorpus.errors import UsageError
from nkcorpus.model import Format
from nkcorpus.render import CLEAN_FORMATS, render_cleaned


@click.command("clean")
@click.argument("sources", nargs=-1, required=True, metavar="SOURCE...")
@click.option("--keep", type=click.Choice(sorted(KINDS)), multiple=True, help="Leave lines of this kind in the text.")
@click.option("--rules", metavar="FILE", help="Cut by the rules of this file too.")
@mapping_option
@jobs_option
@fast_option
@fix_text_option
@sources_options(get_args(Format))
@click.option("--explain", is_flag=True, help="Say how each text was found, and why each line was cut, instead of it.")
@click.option("--format", type=click.Choice(CLEAN_FORMATS), default="text", show_default=True, help="How to write it.")
@pass_session
def command(
    session: Session,
    /,
    sources: tuple[str, ...],
    keep: tuple[str, ...],
    rules: str | None,
    map: dict[str, str],
    jobs: int | None,
    fast: bool,
    fix_text: bool,
    explain: bool,
    format: Any,
    include: tuple[str, ...],
    exclude: tuple[str, ...],
    **options: Any,
) -> int:
    """Write the clean text of files, folders or stdin (-) to stdout, as a filter.

    Exit code 1: done, but some inputs failed; 2: no SOURCE exists.
    """
    from nkcorpus.pipeline import Treatment, clean_sources
    from nkcorpus.sources import Names, Reading

    if explain and format not in ("text", "json", "jsonl"):
        raise UsageError(f"--explain has no --format {format}: use text, json or jsonl")
    env = session.env
    own = read_rules(Path(rules)) if rules else ()
    treatment = Treatment(
        mapping=map,
        fast=fast,
        fix_text=fix_text,
        rules=to_toml(own),
        keep=frozenset(keep),
    )
    reading = Reading(options["as"], names=Names(include, exclude))
    cleaned = clean_sources(
        sources, treatment, jobs=jobs or processors(), trace=explain, reading=reading, stdin=env.stdin
    )
    explain_by = (*load_rules(), *own) if explain else None
    return 1 if render_cleaned(cleaned, format, env, explain_by=explain_by) else 0
