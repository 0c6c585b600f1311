"""`nkcorpus import FILE...`"""  # noqa: N999 - commands are found by their names

from __future__ import annotations

from typing import Literal

import click

from nkcorpus.cli.context import Session, pass_session
from nkcorpus.render import progress, render_merge


@click.command("import")
@click.argument("files", nargs=-1, required=True, metavar="FILE...")
@click.option("--force", is_flag=True, help="Take in again what was removed from the corpus before.")
@click.option("--format", type=click.Choice(["json"]), help="Write the report to stdout.")
@pass_session
def command(session: Session, files: tuple[str, ...], force: bool, format: Literal["json"] | None) -> int:
    """Take in corpora that 'nkcorpus export FILE --format jsonl' wrote (- for stdin), packed or not.

    There need be no corpus yet: then it becomes the same one, by the export hash. Into one that has articles they are
    merged, see 'nkcorpus merge'. The same file again changes nothing.

    Digests are computed anew: a line that is not right is named and left out.

    Exit code 1: done, but some lines were left out; 2: a FILE is no export.
    """
    env = session.env
    with session.open() as corpus, progress(env, "import") as update:
        report = corpus.transfer.take(
            files,
            stdin=env.stdin,
            force=force,
            on_taken=lambda done, name: update(done, None, name),
        )
        export_hash = corpus.export_hash()
    render_merge(report, export_hash, format, env)
    return 1 if report.failed else 0
