"""`nkcorpus export FILE [ID...]`"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Literal

import click

from nkcorpus.cli.context import Session, article_ids, pass_session
from nkcorpus.render import progress

if TYPE_CHECKING:
    from nkcorpus.export import WarcReport


@click.command("export")
@click.argument("file", metavar="FILE", type=click.Path(path_type=Path))
@click.argument("ids", nargs=-1, metavar="[ID]...")
@click.option("--format", type=click.Choice(["warc"]), help="What to write.  [default: warc]")
@click.option("--force", is_flag=True, help="Replace FILE if it is there already.")
@pass_session
def command(session: Session, file: Path, ids: tuple[str, ...], format: Literal["warc"] | None, force: bool) -> int:
    """Write the original bytes of all articles, or of those with these ids (- takes ids from stdin), to a web archive
    (WARC), every version of them: with the address, time, status and headers of what was fetched; what was a file goes
    by its name. Packed by gzip, unless FILE ends with .warc. 'nkcorpus ingest FILE' takes it in again.

    What was ingested with --no-payload has no bytes to write: it is left out and counted.
    """
    env = session.env
    with session.open() as corpus, progress(env, "export") as update:
        wanted = article_ids(ids, env) if ids else None
        total = None if ids else corpus.stats().versions
        report = corpus.export_warc(file, wanted, force=force, on_written=lambda done: update(done, total))
    env.note(_summary(report))
    return 0


def _summary(report: WarcReport) -> str:
    written = f"{_count(report.responses, 'response')}, {_count(report.resources, 'resource')} written"
    left = report.without_payload
    if not left:
        return written
    return f"{written}; {_count(left, 'version')} left out: ingested with --no-payload"


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"
