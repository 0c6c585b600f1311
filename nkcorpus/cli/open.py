"""`nkcorpus open ID`"""

from __future__ import annotations

import webbrowser
from pathlib import Path

import click

from nkcorpus.cli.context import Session, pass_session
from nkcorpus.errors import UsageError
from nkcorpus.identity import canonical_url
from nkcorpus.newfile import is_file

_PAGES = frozenset({".htm", ".html", ".json", ".jsonl", ".markdown", ".md", ".pdf", ".text", ".txt", ".xhtml", ".xml"})
"""Some systems start a file that they are to show, and which one that is the corpus says, which may be a stranger's."""


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
        if not is_file(file):
            raise UsageError(f"{article.id[:12]}: has no address, and its file {article.origin} is not there")
        if file.suffix.lower() not in _PAGES:
            raise UsageError(
                f"{article.id[:12]}: came from {article.origin}, which is no page to show; open it yourself"
            )
        address = file.resolve().as_uri()
    if not webbrowser.open(address):
        raise UsageError(f"no browser could be started; set BROWSER, or open {address} yourself")
    session.env.note(f"opened {address}")
    return 0
