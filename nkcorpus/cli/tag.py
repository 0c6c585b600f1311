"""`nkcorpus tag ID... +TAG -TAG`"""

from __future__ import annotations

from typing import Any

import click

from nkcorpus.cli.context import Session, article_ids, pairs_format, pass_session
from nkcorpus.errors import UsageError
from nkcorpus.render import default_pairs_format
from nkcorpus.render.annotations import render_tags


@click.command(
    "tag",
    # -y takes the tag y away, -h the tag h: no option here is short.
    context_settings={"ignore_unknown_options": True, "help_option_names": ["--help"]},
)
@click.argument("values", nargs=-1, required=True, type=click.UNPROCESSED, metavar="ID... [+TAG]... [-TAG]...")
@pairs_format
@pass_session
def command(session: Session, values: tuple[str, ...], format: Any) -> int:
    """Give articles tags of your own (+TAG) and take them away (-TAG); with neither, list those that they have. A tag
    with spaces goes in quotes: '+border trade'. ID can be -: ids from stdin.

    The query tag:TAG finds them, as it does the publisher's tags. Nothing but you and 'nkcorpus remove' changes them.
    """
    mistyped = next((value for value in values if value.startswith("--")), None)
    if mistyped:
        raise UsageError(f"there is no option {mistyped}; a tag does not begin with -")
    add = [value[1:] for value in values if value.startswith("+")]
    remove = [value[1:] for value in values if value.startswith("-") and value != "-"]
    env = session.env
    ids = article_ids(tuple(value for value in values if value == "-" or value[:1] not in ("+", "-")), env)
    with session.open() as corpus:
        if add or remove:
            count = corpus.annotations.tag(ids, add, remove)
            env.note(f"changed the tags of {count} {'article' if count == 1 else 'articles'}")
            return 0
        articles = [corpus.get(article) for article in ids]
    render_tags(articles, format or default_pairs_format(env), env)
    if not any(article.user_tags for article in articles):
        env.note("no tags of yours; give +TAG to add one")
    return 0
