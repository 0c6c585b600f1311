"""`nkcorpus check`"""

from __future__ import annotations

from typing import Any

import click

from nkcorpus.cli.context import Count, Session, pass_session
from nkcorpus.render import progress
from nkcorpus.render.checks import CHECK_FORMATS, render_check


@click.command("check")
@click.option(
    "--sample",
    type=Count(min=1),
    metavar="N",
    help="Look at N articles at random, and at what is quick.  [default: all]",
)
@click.option("--format", type=click.Choice(CHECK_FORMATS), help="[default: table on a terminal, else plain]")
@pass_session
def command(session: Session, sample: int | None, format: Any) -> int:
    """Look whether the corpus is whole: SQLite's own structures and the schema, or the documents in a cluster; the
    digests of every version, payload and row, cuts within their texts, clean texts as the rules make them, counts, near
    duplicates, and the index.

    Nothing is written. 'repair' mends what can be. An index that is behind the corpus is no problem. The export hash is
    over content, provenance and versions: corpora that hold the same share it. Keep it elsewhere to prove that later.

    Exit code 1: there are problems; 3: the corpus cannot even be opened.
    """
    env = session.env
    with session.open() as corpus, progress(env, "check") as update:
        report = corpus.check(sample=sample, on_checked=update)
    render_check(report, format or ("table" if env.stdout_is_tty else "plain"), env)
    return 0 if report.is_clean else 1
