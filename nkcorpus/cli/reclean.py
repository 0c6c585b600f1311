"""`nkcorpus reclean`"""

from __future__ import annotations

from typing import Any

import click

from nkcorpus.cli.context import Session, executor_option, jobs_option, pass_session, processors
from nkcorpus.render import RECLEAN_FORMATS, progress, render_reclean


@click.command("reclean")
@click.option("--dry-run", is_flag=True, help="Change nothing, only report.")
@click.option(
    "--fix-text/--no-fix-text",
    default=None,
    help="Mend damaged text as 'ingest --fix-text' does, or take that back.  [default: each article as it was]",
)
@jobs_option
@executor_option
@click.option("--format", type=click.Choice(RECLEAN_FORMATS), help="[default: table on a terminal, else plain]")
@pass_session
def command(
    session: Session, dry_run: bool, fix_text: bool | None, jobs: int | None, executor: str, format: Any
) -> int:
    """Clean all stored articles anew by the rules of nkcorpus and of the corpus, and report by rule what is cut or
    mended now and was not before (added), or the other way round (removed).

    Raw texts and versions stay as they are. Lines that 'uncut' put back stay in. A second run changes nothing.

    Exit code 1: done, but some articles failed.
    """
    env = session.env
    with session.open() as corpus, progress(env, "reclean") as update:
        report = corpus.cleaning.reclean(
            dry_run=dry_run,
            jobs=jobs or processors(),
            executor=executor,
            fix_text=fix_text,
            on_done=lambda done, article: update(done, None, article),
            notify=env.note,
        )
    render_reclean(report, format or ("table" if env.stdout_is_tty else "plain"), env)
    return 1 if report.failures else 0
