"""`nkcorpus acronyms`"""

from __future__ import annotations

from typing import Any

import click

from nkcorpus.cli.context import Session, pass_session
from nkcorpus.render import WORDING_FORMATS, render_acronyms


@click.command("acronyms")
@click.argument("acronym", required=False)
@click.option("--format", type=click.Choice(WORDING_FORMATS), help="[default: table on a terminal, else plain]")
@pass_session
def command(session: Session, acronym: str | None, format: Any) -> int:
    """List the acronyms that articles define, as in "Ministry of State Security (MSS)", or what one stands for, with
    how many articles say so and the lexicon's entry that it is.

    What an article defines decides how a search by another name takes its acronym.
    """
    env = session.env
    with session.open() as corpus:
        found = corpus.wording.acronyms(acronym)
    render_acronyms(found, format or ("table" if env.stdout_is_tty else "plain"), env)
    if not found:
        env.note(f"no article says what {acronym} stands for" if acronym else "no article defines an acronym")
    return 0
