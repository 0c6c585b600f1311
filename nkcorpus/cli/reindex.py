"""`nkcorpus reindex`"""

from __future__ import annotations

import click

from nkcorpus.cli.context import Session, jobs_option, pass_session, processors


@click.command("reindex")
@jobs_option
@pass_session
def command(session: Session, jobs: int | None) -> int:
    """Build the search index anew from the corpus. Searches do so by themselves when it is missing or damaged.

    The postings of articles being indexed stay in memory up to 48 MB, or as many as NKCORPUS_INDEX_MEMORY says; beyond
    that they wait in temporary files.
    """
    with session.open() as corpus:
        corpus.reindex(jobs or processors())
        count = corpus.stats().articles
    session.env.note(f"indexed {count:,} articles")
    return 0
