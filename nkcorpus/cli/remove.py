"""`nkcorpus remove ID...`"""

from __future__ import annotations

import click

from nkcorpus.cli.context import Session, article_ids, pass_session
from nkcorpus.errors import UsageError
from nkcorpus.render import one_line


@click.command("remove")
@click.argument("ids", nargs=-1, required=True, metavar="ID...")
@click.option("--yes", is_flag=True, allow_from_autoenv=False, help="Do not ask.")
@pass_session
def command(session: Session, ids: tuple[str, ...], yes: bool) -> int:
    """Delete articles with all their versions. Their ids are remembered: ingesting the same article again skips it,
    unless 'ingest --force'.

    Exit code 1: not confirmed.
    """
    env = session.env
    with session.open() as corpus:
        articles = {article.id: article for article in map(corpus.get, article_ids(ids, env))}
        if not yes:
            if "-" in ids:
                raise UsageError("ids come from stdin, so nobody can be asked; give --yes")
            for article in articles.values():
                title = article.document.title or article.lead
                env.stderr_line(f"{article.id[:12]}  {one_line(title)[:100]}")
            noun = "this article" if len(articles) == 1 else f"these {len(articles)} articles"
            click.confirm(f"Delete {noun} for good?", abort=True, err=True)
        count = corpus.remove(list(articles))
    env.note(f"removed {count}")
    return 0
