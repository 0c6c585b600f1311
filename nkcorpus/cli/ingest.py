"""`nkcorpus ingest SOURCE...`"""

from __future__ import annotations

from typing import Literal

import click

from nkcorpus.cli.context import (
    Session,
    fast_option,
    fix_text_option,
    jobs_option,
    mapping_option,
    pass_session,
    processors,
)
from nkcorpus.render import progress, render_report

_NOTE_EVERY = 5_000


@click.command("ingest", short_help="Take in articles from files and folders.")
@click.argument("sources", nargs=-1, required=True, metavar="SOURCE...")
@mapping_option
@jobs_option
@fast_option
@fix_text_option
@click.option("--no-payload", is_flag=True, help="Keep the digests of the original bytes, not the bytes: saves room.")
@click.option("--force", is_flag=True, help="Take in again what was removed before.")
@click.option("--format", type=click.Choice(["json"]), help="Write the report to stdout.")
@pass_session
def command(
    session: Session,
    sources: tuple[str, ...],
    map: dict[str, str],
    jobs: int | None,
    fast: bool,
    fix_text: bool,
    no_payload: bool,
    force: bool,
    format: Literal["json"] | None,
) -> int:
    """Take in articles: text, Markdown, HTML, JSON, JSON lines and CSV files, folders of them, or - for stdin.

    Boilerplate is cut, nothing is lost: see 'nkcorpus show --removed'. The same input again changes nothing.

    With --no-payload an article cannot be written back as it came ('nkcorpus export'); ingesting the same input without
    it adds the bytes.

    Exit code 1: done, but some inputs failed; 2: no SOURCE exists.
    """
    env = session.env
    noted = 0
    with session.open() as corpus, progress(env, "ingest") as update:

        def on_stored(done: int, origin: str) -> None:
            nonlocal noted
            update(done, None, origin)
            if not env.stderr_is_tty and done - noted >= _NOTE_EVERY:
                noted = done
                env.note(f"{done:,} inputs stored ...")

        report = corpus.ingest(
            sources,
            mapping=map,
            jobs=jobs or processors(),
            force=force,
            fast=fast,
            fix_text=fix_text,
            keep_payload=not no_payload,
            stdin=env.stdin,
            on_stored=on_stored,
        )
    render_report(report, format, env)
    return 1 if report.failed else 0
