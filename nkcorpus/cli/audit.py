"""`nkcorpus audit`"""

from __future__ import annotations

import dataclasses
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import click

from nkcorpus.cli.context import Session, pass_session
from nkcorpus.errors import UsageError
from nkcorpus.render import AUDIT_FORMATS, Environment, render_audit, render_proposal

if TYPE_CHECKING:
    from nkcorpus.clean.audit import Proposal


@click.command("audit")
@click.option("--apply", is_flag=True, help="Ask for each proposal whether to add it to the corpus' own rules.")
@click.option("--only", multiple=True, metavar="ID", help="With --apply: add this proposal without asking; repeatable.")
@click.option("--yes", is_flag=True, allow_from_autoenv=False, help="With --apply: add all without asking.")
@click.option("--format", type=click.Choice(AUDIT_FORMATS), help="[default: table on a terminal, else plain]")
@pass_session
def command(session: Session, apply: bool, only: tuple[str, ...], yes: bool, format: Any) -> int:
    """Find lines that recur at the beginning or end of a site's articles, with other names, dates or numbers in them,
    and that no rule covers. A line that stands mid-article anywhere in the corpus is never proposed.

    Nothing is added unasked. --format toml is a rule file, to be edited and added by 'nkcorpus rules --add'.

    Exit code 1: all proposals were declined; 2: --apply, but nobody can be asked.
    """
    env = session.env
    if (only or yes) and not apply:
        raise UsageError("--only and --yes belong to --apply; give it too")
    if apply and not (only or yes or (sys.stdin and sys.stdin.isatty())):
        raise UsageError("there is no terminal to ask on; give --only ID or --yes")
    with session.open() as corpus:
        found = corpus.cleaning.audit()
        if not found.proposals:
            env.note(f"nothing to propose in {found.articles:,} articles")
        chosen = _chosen(found.proposals, only, yes, env) if apply else ()
        if chosen:
            corpus.cleaning.add(proposal.rule for proposal in chosen)
    shown = dataclasses.replace(found, proposals=tuple(chosen)) if apply else found
    render_audit(shown, format or ("table" if env.stdout_is_tty else "plain"), env)
    if chosen:
        env.note(f"added {len(chosen)}; 'nkcorpus reclean' applies that to what is stored")
    return 1 if apply and found.proposals and not chosen else 0


def _chosen(proposals: Sequence[Proposal], only: tuple[str, ...], yes: bool, env: Environment) -> list[Proposal]:
    """Return the proposals that are wanted. Raises UsageError for an id in `only` that is none of them."""
    if only:
        by_id = {proposal.rule.id: proposal for proposal in proposals}
        unknown = [rule for rule in only if rule not in by_id]
        if unknown:
            raise UsageError(f"{unknown[0]}: is not proposed; 'nkcorpus audit' lists what is")
        return [by_id[rule] for rule in dict.fromkeys(only)]
    return list(proposals) if yes else _asked(proposals, env)


def _asked(proposals: Sequence[Proposal], env: Environment) -> list[Proposal]:
    chosen = []
    for proposal in proposals:
        render_proposal(proposal, env)
        answer = click.prompt("Add it? q: no more", type=click.Choice(["y", "n", "q"]), default="n", err=True)
        if answer == "q":
            break
        if answer == "y":
            chosen.append(proposal)
    return chosen
