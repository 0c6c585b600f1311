"""`nkcorpus dupes`"""

from __future__ import annotations

from typing import Any

import click

from nkcorpus.cli.context import Count, Session, pass_session
from nkcorpus.render import DUPLICATES_FORMATS, render_duplicates


@click.command("dupes")
@click.option("-n", "--limit", type=Count(min=0), default=10, show_default=True, help="At most; 0: all.")
@click.option("--format", type=click.Choice(DUPLICATES_FORMATS), help="[default: table on a terminal, else plain]")
@pass_session
def command(session: Session, limit: int, format: Any) -> int:
    """Show clusters of articles whose texts are equal or nearly so, the largest first.

    An article is compared with the first, the earliest dated of its cluster: exact is the same text, near shares a part
    of its runs of three words (the Jaccard coefficient). All of them stay in the corpus; search shows one of a cluster.
    """
    env = session.env
    with session.open() as corpus:
        duplicates = corpus.duplicates(limit)
    render_duplicates(duplicates, format or ("table" if env.stdout_is_tty else "plain"), env)
    if not duplicates.total:
        env.note("no duplicates")
    elif len(duplicates.clusters) < duplicates.total:
        env.note(f"{len(duplicates.clusters):,} of {duplicates.total:,} clusters; -n 0 shows all")
    return 0
