"""`nkcorpus open ID`"""

from __future__ import annotations

import webbrowser
from pathlib import Path

import click

from nkcorpus.cli.context import Session, pass_session
from nkcorpus.errors import UsageError
from nkcorpus.identity import canonical_url


@click.command("open")
@click.argument("id", metavar="ID")
@pass_session
def command(session: Session, id: str) -> int:
    """Open the article's address in the browser, or the file that it came from if it has none."""
    with session.open() as corpus:
        article = corpus.get(id)
    address = canonical_url(article.document.url) if article.document.url else None
    if address is None:
        file = Path(article.origin)
        if not file.is_file():
            raise UsageError(f"{article.id[:12]}: has no address, and its file {article.origin} is not there")
        address = file.resolve().as_uri()
    if not webbrowser.open(address):
        raise UsageError(f"no browser could be started; set BROWSER, or open {address} yourself")
    session.env.note(f"opened {address}")
    return 0
