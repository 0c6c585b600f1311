"""`nkcorpus engine [NAME]`"""

from __future__ import annotations

from typing import Any

import click

from nkcorpus.cli.context import Session, jobs_option, pass_session, processors
from nkcorpus.errors import UsageError
from nkcorpus.render.engines import ENGINES_FORMATS, render_engines


@click.command("engine")
@click.argument("name", required=False, type=click.Choice(["whoosh", "tantivy"]), metavar="[NAME]")
@click.option("--format", type=click.Choice(ENGINES_FORMATS), help="[default: table on a terminal, else plain]")
@jobs_option
@pass_session
def command(session: Session, name: Any, format: Any, jobs: int | None) -> int:
    """Show the search engines: which one the corpus uses, whether its index is up to date, and how large it is.

    With NAME, index the corpus with that one and search with it from now on. whoosh is part of nkcorpus; tantivy is
    native, for corpora of some 100,000 articles and more, and takes pip install 'nkcorpus[tantivy]'. Both find the
    same articles in the same order. A corpus in a cluster is always searched by OpenSearch.
    """
    env = session.env
    if name and format:
        raise UsageError("--format is for the list of engines; leave out NAME or --format")
    with session.open() as corpus:
        if name:
            corpus.use_engine(name, jobs or processors())
            env.note(f"the corpus uses {name} now")
        else:
            render_engines(corpus.engines(), format or ("table" if env.stdout_is_tty else "plain"), env)
    return 0
