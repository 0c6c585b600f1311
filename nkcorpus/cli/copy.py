"""`nkcorpus copy SRC DST`"""

from __future__ import annotations

from typing import Literal

import click

from nkcorpus.cli.context import Session, pass_session
from nkcorpus.render import progress


@click.command("copy")
@click.argument("source", metavar="SRC")
@click.argument("target", metavar="DST")
@click.option("--force", is_flag=True, help="Take in again what was removed from DST before.")
@click.option("--format", type=click.Choice(["json"]), help="Write the report to stdout.")
@pass_session
def command(session: Session, source: str, target: str, force: bool, format: Literal["json"] | None) -> int:
    """Copy a corpus to another place: from a file to a cluster, from a cluster to a file, or within either. SRC and DST
    are paths or addresses (opensearch://HOST:PORT/NAME); what -C names has no part in it. DST is made if there is none.

    All comes along: articles with all versions and their bytes, removals, tags, notes, rules, aliases, saved searches,
    followed sources, the journal. SRC is only read. What DST has besides stays: then the two are merged, as 'nkcorpus
    merge' does.

    Interrupt it, and the same command goes on where it stopped: of what is in DST with the same digests, SRC's texts
    and bytes are not read again. At the end the two are compared by counts and digests. What others change in SRC
    meanwhile differs then; the same command again brings it.

    Exit code 1: something could not be taken, or differs, and is named; 3: SRC or DST cannot be used.
    """
    from nkcorpus.render.copying import render_copy

    env = session.env
    with session.open_at(target) as corpus, progress(env, "copy") as update:
        report = corpus.transfer.copy(source, force=force, on_copied=lambda done, total: update(done, total, source))
    render_copy(report, format, env)
    return 1 if report.merge.failed or not report.comparison.is_whole else 0
