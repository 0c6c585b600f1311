"""`nkcorpus restore FILE`"""

from __future__ import annotations

from pathlib import Path

import click

from nkcorpus.cli.context import Session, is_file, pass_session
from nkcorpus.errors import CorpusMissing
from nkcorpus.render import one_line, progress


@click.command("restore")
@click.argument("file", metavar="FILE", type=click.Path(path_type=Path))
@click.option("--yes", is_flag=True, allow_from_autoenv=False, help="Do not ask.")
@pass_session
def command(session: Session, file: Path, yes: bool) -> int:
    """Make the corpus in FILE, such as one that 'nkcorpus backup' wrote, the corpus that -C names. FILE stays as it is,
    and is checked first. A corpus that is there already is kept beside, under a name that is told.

    Exit code 1: not confirmed; 3: FILE is no corpus, or damaged.
    """
    env = session.env
    with session.open() as corpus:
        if not is_file(str(file)):
            raise CorpusMissing(f"{file}: there is no such file; name a backup")
        if corpus.path.exists() and not yes:
            shown = one_line(str(corpus.path))
            click.confirm(f"Replace {shown}, and keep it under another name?", abort=True, err=True)
        with progress(env, "restore") as update:
            kept = corpus.transfer.restore(file, on_done=update)
    if kept is not None:
        env.note(f"{corpus.path}: what was there is now {kept}")
    env.note(f"{corpus.path}: restored from {file}")
    return 0
