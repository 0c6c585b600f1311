"""`nkcorpus show ID...`"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from nkcorpus.cli.context import Count, Session, article_ids, pass_session
from nkcorpus.render import ARTICLE_FORMATS, render_articles

if TYPE_CHECKING:
    from nkcorpus.corpus import Corpus


@click.command("show")
@click.argument("ids", nargs=-1, required=True, metavar="ID...")
@click.option(
    "--version",
    type=Count(min=1),
    metavar="N",
    allow_from_autoenv=False,
    help="As that version has it ('nkcorpus history ID' lists them).  [default: the newest]",
)
@click.option("--raw", is_flag=True, help="The text before cleaning.")
@click.option("--removed", is_flag=True, help="What cleaning cut, by which rule and why.")
@click.option(
    "--format", type=click.Choice(ARTICLE_FORMATS), default="text", show_default=True, help="How to write it."
)
@pass_session
def command(session: Session, ids: tuple[str, ...], version: int | None, raw: bool, removed: bool, format: Any) -> int:
    """Show articles. An ID is the article's id or its first 4 digits or more; - takes ids from stdin."""
    with session.open() as corpus:
        articles = [corpus.get(article, version) for article in article_ids(ids, session.env)]
        explanations = _explanations(corpus) if removed else {}
    render_articles(articles, format, session.env, raw=raw, removed=removed, explanations=explanations)
    return 0


def _explanations(corpus: Corpus) -> dict[str, str]:
    """Return by rule id why a rule cuts, as `--removed` shows it."""
    return {rule.id: rule.note for rule in corpus.cleaning.all_rules() if rule.note}
