"""`nkcorpus export FILE [ID...]`"""

from __future__ import annotations

from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import click

from nkcorpus.cli.context import Session, article_ids, pass_session
from nkcorpus.render import progress

if TYPE_CHECKING:
    from nkcorpus.corpus import Corpus
    from nkcorpus.dump import DumpReport
    from nkcorpus.export import WarcReport

_JSON_LINES = (".jsonl", ".jsonl.gz", ".jsonl.zst")


@click.command("export")
@click.argument("file", metavar="FILE", type=click.Path(path_type=Path))
@click.argument("ids", nargs=-1, metavar="[ID]...")
@click.option(
    "--format",
    type=click.Choice(["warc", "jsonl"]),
    help="What to write.  [default: jsonl where FILE ends with .jsonl, .jsonl.gz or .jsonl.zst, else warc]",
)
@click.option("--force", is_flag=True, help="Replace FILE if it is there already.")
@pass_session
def command(
    session: Session, file: Path, ids: tuple[str, ...], format: Literal["warc", "jsonl"] | None, force: bool
) -> int:
    """Write all articles, or those with these ids (- takes ids from stdin), every version of them.

    warc: the original bytes, as a web archive: with the address, time, status and headers of what was fetched; what was
    a file goes by its name. Packed by gzip, unless FILE ends with .warc. 'nkcorpus ingest FILE' takes it in again. What
    was ingested with --no-payload has no bytes to write: it is left out and counted.

    jsonl: the whole corpus as lines of JSON, with all that is in it: texts, spans, bytes, times, tags, notes, rules,
    what is followed and was fetched. Packed where FILE ends with .gz or .zst; - is stdout. 'nkcorpus import FILE' makes
    the same corpus of it.
    """
    env = session.env
    with session.open() as corpus:
        wanted = article_ids(ids, env) if ids else None
        if (format or _format_of(file)) == "warc":
            _export_warc(session, corpus, file, wanted, force)
        elif file.name == "-":
            with closing(corpus.transfer.lines(wanted)) as lines:
                for line in lines:
                    env.write(line)
        else:
            with progress(env, "export") as update:
                written = corpus.transfer.export(file, wanted, force=force, on_written=update)
            env.note(_dump_summary(written))
    return 0


def _format_of(file: Path) -> Literal["warc", "jsonl"]:
    return "jsonl" if file.name.lower().endswith(_JSON_LINES) else "warc"


def _export_warc(session: Session, corpus: Corpus, file: Path, wanted: list[str] | None, force: bool) -> None:
    with progress(session.env, "export") as update:
        total = None if wanted else corpus.stats().versions
        report = corpus.export_warc(file, wanted, force=force, on_written=lambda done: update(done, total))
    session.env.note(_summary(report))


def _dump_summary(report: DumpReport) -> str:
    written = f"{_count(report.articles, 'article')}, {_count(report.versions, 'version')} written"
    if report.without_payload:
        written += f", {report.without_payload:,} without bytes: ingested with --no-payload"
    return f"{written}; export hash {report.export_hash}"


def _summary(report: WarcReport) -> str:
    written = f"{_count(report.responses, 'response')}, {_count(report.resources, 'resource')} written"
    left = report.without_payload
    if not left:
        return written
    return f"{written}; {_count(left, 'version')} left out: ingested with --no-payload"


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"
