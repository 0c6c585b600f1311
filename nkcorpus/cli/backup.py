"""`nkcorpus backup FILE`"""

from __future__ import annotations

from pathlib import Path

import click

from nkcorpus.cli.context import Session, pass_session
from nkcorpus.render import progress


@click.command("backup")
@click.argument("file", metavar="FILE", type=click.Path(path_type=Path))
@click.option("--force", is_flag=True, help="Replace FILE if it is there already.")
@pass_session
def command(session: Session, file: Path, force: bool) -> int:
    """Copy the corpus to a file, as it is at this moment: others may write meanwhile, and do not wait. The copy is
    checked as 'nkcorpus check' does, and on disk, before it is called FILE. It is a corpus: 'nkcorpus -C FILE search'
    works.
    """
    env = session.env
    with session.open() as corpus, progress(env, "backup") as update:
        corpus.transfer.backup(file, force=force, on_done=update)
    env.note(f"{file}: written and checked")
    return 0
