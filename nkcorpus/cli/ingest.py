"""`nkcorpus ingest SOURCE...`"""

from __future__ import annotations

from typing import Any

import click

from nkcorpus.cli.context import (
    Session,
    fast_option,
    fix_text_option,
    jobs_option,
    mapping_option,
    pass_session,
    processors,
)
from nkcorpus.cli.web import address_list, fetch_policy, web_options, web_reading
from nkcorpus.errors import UsageError
from nkcorpus.render import progress, render_report

_NOTE_EVERY = 5_000


@click.command("ingest", short_help="Take in articles from files, folders and the web.")
@click.argument("sources", nargs=-1, metavar="[SOURCE]...")
@mapping_option
@jobs_option
@fast_option
@fix_text_option
@web_options
@click.option(
    "--force", is_flag=True, help="Take in again what was removed before, and fetch again what the corpus has."
)
@click.option("--format", type=click.Choice(["json"]), help="Write the report to stdout.")
@pass_session
def command(session: Session, /, sources: tuple[str, ...], urls: str | None, **options: Any) -> int:
    """Take in articles: text, Markdown, HTML, JSON, JSON lines and CSV files, folders of them, - for stdin; or from the
    web: the address of an article, a list of articles, a feed, a sitemap, or a WordPress site.

    Boilerplate is cut, nothing is lost: see 'nkcorpus show --removed'. The same input again changes nothing. Hosts are
    treated politely, which takes time: a page a second. Interrupt it, and the same command goes on where it stopped.

    Exit code 1: done, but some inputs failed; 2: no SOURCE exists.
    """
    env = session.env
    if not sources and urls is None:
        raise UsageError("no SOURCE given: name files, folders, addresses or -, or a list of addresses with --urls")
    noted = 0
    with session.open() as corpus, progress(env, "ingest") as update, address_list(urls, sources, env) as addresses:

        def on_stored(done: int, origin: str) -> None:
            nonlocal noted
            update(done, None, origin)
            if not env.stderr_is_tty and done - noted >= _NOTE_EVERY:
                noted = done
                env.note(f"{done:,} inputs stored ...")

        report = corpus.ingest(
            sources,
            mapping=options["map"],
            jobs=options["jobs"] or processors(),
            force=options["force"],
            fast=options["fast"],
            fix_text=options["fix_text"],
            stdin=env.stdin,
            on_stored=on_stored,
            addresses=addresses,
            web=web_reading(options),
            policy=fetch_policy(),
        )
    render_report(report, options["format"], env)
    return 1 if report.failed else 0
