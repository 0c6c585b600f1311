"""`nkcorpus reindex`"""

from __future__ import annotations

import click

from nkcorpus.cli.context import Session, pass_session


@click.command("reindex")
@pass_session
def command(session: Session) -> int:
    """Build the search index anew from the corpus. Searches do so by themselves when it is missing or damaged.

    The postings of articles being indexed stay in memory up to 48 MB, or as many as NKCORPUS_INDEX_MEMORY says; beyond
    that they wait in temporary files.
    """
    with session.open() as corpus:
        corpus.reindex()
        count = corpus.stats().articles
    session.env.note(f"indexed {count:,} articles")
    return 0
