"""`nkcorpus restore SOURCE`"""

from __future__ import annotations

import click

from nkcorpus.cli.context import Session, pass_session
from nkcorpus.render import one_line, progress


@click.command("restore")
@click.argument("source", metavar="SOURCE")
@click.option("--yes", is_flag=True, allow_from_autoenv=False, help="Do not ask.")
@pass_session
def command(session: Session, source: str, yes: bool) -> int:
    """Make the corpus in a file, such as one that 'nkcorpus backup' wrote, the corpus that -C names. The file stays as
    it is, and is checked first. A corpus that is there already is kept beside, under a name that is told.

    In a cluster SOURCE is a snapshot that 'nkcorpus backup' made, snapshot://REPOSITORY/NAME, of this corpus or of one
    of another name.

    Exit code 1: not confirmed; 3: SOURCE is no corpus, or damaged.
    """
    env = session.env
    with session.open() as corpus:
        corpus.transfer.find_backup(source)
        if corpus.exists() and not yes:
            shown = one_line(corpus.address)
            click.confirm(f"Replace {shown}, and keep it under another name?", abort=True, err=True)
        with progress(env, "restore") as update:
            kept = corpus.transfer.restore(source, on_done=update)
    if kept is not None:
        env.note(f"{corpus.address}: what was there is now {kept}")
    env.note(f"{corpus.address}: restored from {source}")
    return 0
