"""`nkcorpus merge OTHER...`"""

from __future__ import annotations

from typing import Literal

import click

from nkcorpus.cli.context import Session, pass_session
from nkcorpus.render import progress, render_merge


@click.command("merge")
@click.argument("others", nargs=-1, required=True, metavar="OTHER...")
@click.option("--force", is_flag=True, help="Take in again what was removed from the corpus before.")
@click.option("--format", type=click.Choice(["json"]), help="Write the report to stdout.")
@pass_session
def command(session: Session, others: tuple[str, ...], force: bool, format: Literal["json"] | None) -> int:
    """Take in other corpora, such as a colleague's. OTHER is a corpus file or an address, and only read.

    An article that is in both gets the versions that it does not have, all in the order of their times. Nothing that is
    here is overwritten; what was removed here stays so, and what was removed there stays here. Tags and notes are
    joined; rules, aliases, saved searches and followed sources come where there is none of that name. Doing it again
    changes nothing.

    Exit code 1: done, but some things could not be taken; 3: an OTHER cannot be used.
    """
    env = session.env
    with session.open() as corpus, progress(env, "merge") as update:
        report = corpus.transfer.merge(others, force=force, on_taken=lambda done, name: update(done, None, name))
        export_hash = corpus.export_hash()
    render_merge(report, export_hash, format, env)
    return 1 if report.failed else 0
