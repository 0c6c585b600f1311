"""`nkcorpus repair`"""

from __future__ import annotations

import click

from nkcorpus.cli.context import Session, pass_session
from nkcorpus.render import progress
from nkcorpus.render.repairs import render_quarantine, render_repair
from nkcorpus.results import RepairReport


@click.command("repair")
@click.option("--quarantine", is_flag=True, help="Print what is in quarantine, as JSON lines, and change nothing.")
@click.option("--yes", is_flag=True, allow_from_autoenv=False, help="Do not ask.")
@pass_session
def command(session: Session, quarantine: bool, yes: bool) -> int:
    """Make a damaged corpus whole: what is whole is taken into a new file as it is; what a digest proves is mended from
    the original bytes or from other rows; clean texts, counts, near duplicates and the index are made anew. What cannot
    be proven is not dropped: it is moved to quarantine and named.

    Tells what it would do and asks before the new file takes the place of the damaged one, which is kept beside. That
    takes twice the space of the corpus on the disk while it runs.

    In a cluster, what follows from the articles is made anew in its place, what killed writers left is completed or
    deleted, and the rest is named: a snapshot brings it back.

    Exit code 1: not confirmed, or problems stay.
    """
    env = session.env
    if quarantine:
        with session.open() as corpus:
            render_quarantine(corpus.quarantine(), env)
        return 0

    def confirm(report: RepairReport) -> bool:
        render_repair(report, env)
        question = "Mend that?" if report.damaged is None else "Put the repaired one in place of the damaged one?"
        return yes or click.confirm(question, err=True)

    with session.open() as corpus, progress(env, "repair") as update:
        report = corpus.repair(confirm, on_checked=update)
    if report is None:
        env.note("nothing was changed")
        return 1
    is_changed = report.damaged is not None or report.mended
    env.note("repaired" if is_changed else "nothing to repair")
    return 0 if report.check.is_clean else 1
