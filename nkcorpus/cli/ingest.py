"""`nkcorpus ingest SOURCE...`"""

from __future__ import annotations

from typing import Any, get_args

import click

from nkcorpus.cli.context import (
    Count,
    Session,
    executor_option,
    fast_option,
    fix_text_option,
    jobs_option,
    mapping_option,
    pass_session,
    processors,
    sources_options,
)
from nkcorpus.cli.web import address_list, fetch_policy, web_options, web_reading
from nkcorpus.errors import UsageError
from nkcorpus.model import Format, WebKind
from nkcorpus.render import progress, render_preview, render_report

_NO_SOURCE = "no SOURCE given: name files, folders, addresses or -, or a list of addresses with --urls"
_NOTE_EVERY = 5_000


@click.command("ingest")
@click.argument("sources", nargs=-1, metavar="[SOURCE]...")
@sources_options(tuple(dict.fromkeys((*get_args(Format), *get_args(WebKind)))))
@click.option("--since", metavar="DATE", help="Only articles dated on or after, as in 'nkcorpus search'.")
@click.option("--until", metavar="DATE", help="Only articles dated on or before (inclusive).")
@click.option("--limit", type=Count(min=0), default=0, metavar="N", help="No more than N articles; 0: all.")
@click.option("--source", metavar="NAME", help="The publisher of all of them, whatever they say.")
@web_options
@mapping_option
@jobs_option
@executor_option
@fast_option
@fix_text_option
@click.option("--no-payload", is_flag=True, help="Keep the digests of the original bytes, not the bytes: saves room.")
@click.option(
    "--force", is_flag=True, help="Take in again what was removed before, and fetch again what the corpus has."
)
@click.option(
    "--retry-failed", is_flag=True, help="Ask again for addresses that failed before ('nkcorpus fetches' shows them)."
)
@click.option(
    "--engine",
    type=click.Choice(["whoosh", "tantivy"]),
    help="Search engine of a new corpus; it is an error where the corpus uses another one, see 'nkcorpus engine'."
    "  [default: whoosh]",
)
@click.option("--dry-run", is_flag=True, help="Say what would be taken, and take nothing.")
@click.option("--format", type=click.Choice(["json"]), help="Write the report to stdout.")
@pass_session
def command(session: Session, /, sources: tuple[str, ...], dry_run: bool, **options: Any) -> int:
    """Take in articles: text, Markdown, HTML, JSON, CSV, feeds, WordPress exports, web archives (WARC), mail, saved
    pages, books and documents; folders and archives (zip, tar, gz, bz2, xz, zst) of them; - for stdin; or from the web:
    the address of an article, a list of articles, a feed, a sitemap, or a WordPress site. The content tells what it is.

    Boilerplate is cut, nothing is lost: see 'nkcorpus show --removed'. The same input again changes nothing. Hosts are
    treated politely, which takes time: a page a second. Interrupt it, and the same command goes on where it stopped.

    With --no-payload an article cannot be written back as it came ('nkcorpus export'); ingesting the same input without
    it adds the bytes (of a page on the web with --force, which asks for them again).

    Exit code 1: done, but some inputs failed; 2: no SOURCE exists.
    """
    return _preview(session, sources, options) if dry_run else _ingest(session, sources, options)


def _ingest(session: Session, sources: tuple[str, ...], options: dict[str, Any]) -> int:
    from nkcorpus.sources import Meter, is_address

    env = session.env
    if not sources and options["urls"] is None and not options["retry_failed"]:
        raise UsageError(_NO_SOURCE)
    if options["as"] not in (None, *get_args(WebKind)) and all(map(is_address, sources)):
        kinds = ", ".join(get_args(WebKind))
        raise UsageError(f"--as {options['as']} is for files; what an address leads to is one of {kinds}")
    meter = Meter()
    noted = 0
    with (
        session.open() as corpus,
        progress(env, "ingest") as update,
        address_list(options["urls"], sources, env) as addresses,
    ):

        def on_stored(done: int, origin: str) -> None:
            nonlocal noted
            expected = meter.estimate(done)
            update(done, expected, origin)
            if not env.stderr_is_tty and done - noted >= _NOTE_EVERY:
                noted = done
                env.note(f"{done:,} inputs stored" + (f" of some {expected:,} ..." if expected else " ..."))

        report = corpus.ingest(
            sources,
            mapping=options["map"],
            jobs=options["jobs"] or processors(),
            executor=options["executor"],
            engine=options["engine"],
            force=options["force"],
            fast=options["fast"],
            fix_text=options["fix_text"],
            keep_payload=not options["no_payload"],
            format=_format(options),
            include=options["include"],
            exclude=options["exclude"],
            since=options["since"],
            until=options["until"],
            limit=options["limit"],
            source=options["source"],
            stdin=env.stdin,
            on_stored=on_stored,
            meter=meter,
            addresses=addresses,
            web=web_reading(options),
            policy=fetch_policy(),
            retry_failed=options["retry_failed"],
        )
    render_report(report, options["format"], env)
    return 1 if report.failed else 0


def _format(options: dict[str, Any]) -> Format | None:
    """Return what `--as` says that the files are, None where it is about addresses."""
    return options["as"] if options["as"] in get_args(Format) else None


def _preview(session: Session, sources: tuple[str, ...], options: dict[str, Any]) -> int:
    from nkcorpus.pipeline import Selection, Treatment, clean_sources
    from nkcorpus.query import dates
    from nkcorpus.sources import Names, Reading, is_address

    if options["format"]:
        raise UsageError("--dry-run has no --format: it writes a line for each article, parted by tabs")
    if options["urls"] is not None or any(map(is_address, sources)):
        raise UsageError(
            "--dry-run asks no host, so it cannot say what addresses lead to; leave them away, or --dry-run"
        )
    if options["retry_failed"]:
        raise UsageError("--dry-run has no --retry-failed; 'nkcorpus fetches' shows what that asks for")
    if not sources:
        raise UsageError(_NO_SOURCE)
    env = session.env
    cleaned = clean_sources(
        sources,
        Treatment(mapping=options["map"], fast=options["fast"], source=options["source"]),
        jobs=options["jobs"] or processors(),
        reading=Reading(_format(options), names=Names(options["include"], options["exclude"])),
        selection=Selection(
            dates.since(options["since"]) if options["since"] else None,
            dates.until(options["until"]) if options["until"] else None,
            options["limit"],
        ),
        stdin=env.stdin,
    )
    return 1 if render_preview(cleaned, env) else 0
