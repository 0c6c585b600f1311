"""`nkcorpus backup TARGET`"""

from __future__ import annotations

import click

from nkcorpus.cli.context import Session, pass_session
from nkcorpus.render import progress


@click.command("backup")
@click.argument("target", metavar="TARGET")
@click.option("--force", is_flag=True, help="Replace a file if it is there already.")
@pass_session
def command(session: Session, target: str, force: bool) -> int:
    """Copy the corpus to a file, as it is at this moment: others may write meanwhile, and do not wait. The copy is
    checked as 'nkcorpus check' does, and on disk, before it is called TARGET. It is a corpus: 'nkcorpus -C TARGET
    search' works.

    A corpus in a cluster is backed up to a snapshot, snapshot://REPOSITORY/NAME, in a repository that the operator of
    the cluster has registered. It is of a moment at which nobody writes, which is waited for; it holds all indices of
    this corpus and of no other, and is looked at when it is done. ('nkcorpus copy' makes a file of it.)
    """
    env = session.env
    with session.open() as corpus, progress(env, "backup") as update:
        corpus.transfer.backup(target, force=force, on_done=update)
    env.note(f"{target}: written and checked")
    return 0
