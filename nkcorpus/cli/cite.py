"""`nkcorpus cite ID...`"""

from __future__ import annotations

from typing import Any

import click

from nkcorpus.cli.context import Session, article_ids, pass_session
from nkcorpus.render.citations import CITATION_STYLES, render_citations


@click.command("cite")
@click.argument("ids", nargs=-1, required=True, metavar="ID...")
@click.option("--style", type=click.Choice(CITATION_STYLES), default="chicago", show_default=True, help="The style.")
@pass_session
def command(session: Session, ids: tuple[str, ...], style: Any) -> int:
    """Print references to articles, one to each; - takes ids from stdin. What the source does not give stays blank,
    or gets the mark that the style has for it, and is told on stderr. Names stand as the source gives them.
    """
    with session.open() as corpus:
        articles = {article.id: article for article in map(corpus.get, article_ids(ids, session.env))}
    render_citations(list(articles.values()), style, session.env)
    return 0
