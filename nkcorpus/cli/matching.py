"""What the commands that take a query share: how it is matched, and why it finds nothing."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar, cast

import click
from click.core import ParameterSource

from nkcorpus.errors import UsageError

if TYPE_CHECKING:
    from nkcorpus.corpus import Corpus
    from nkcorpus.index import MatchMode
    from nkcorpus.results import SearchResult

F = TypeVar("F", bound=Callable[..., Any])

_PRECEDENCE = (
    ParameterSource.PROMPT,
    ParameterSource.COMMANDLINE,
    ParameterSource.ENVIRONMENT,
    ParameterSource.DEFAULT_MAP,
    ParameterSource.DEFAULT,
)
_SHOWN = 200
_NO_TERMS = ": words as common as 'the' and punctuation are not indexed; give other words"
_NO_ARTICLES = "no articles yet; take some in with 'nkcorpus ingest SOURCE'"


def matching(function: F) -> F:
    """Add the options that say how a query is matched: --match --any --all --literal --exact."""
    options = [
        click.option(
            "--match",
            type=click.Choice(["best", "any", "all"]),
            default="best",
            show_default=True,
            help="best: any word, articles with all words first; any: ranking alone; all: every word.",
        ),
        click.option("--any", is_flag=True, help="Short for --match any."),
        click.option("--all", is_flag=True, help="Short for --match all."),
        click.option("--literal", is_flag=True, help="Take the query as plain words, without operators."),
        click.option(
            "--exact",
            is_flag=True,
            help="Find words only as they are written, in no other form and by no other name.",
        ),
    ]
    for option in reversed(options):
        function = option(function)
    return function


def match_mode(options: dict[str, Any]) -> MatchMode:
    """Return what --match, --any and --all ask for; the command line wins over the environment and the settings."""
    ctx = click.get_current_context()
    asked: dict[int, set[str]] = {}
    for option, mode in (("match", options["match"]), ("any", "any"), ("all", "all")):
        if options[option]:
            source = ctx.get_parameter_source(option) or ParameterSource.DEFAULT
            asked.setdefault(_PRECEDENCE.index(source), set()).add(mode)
    modes = asked[min(asked)]
    if len(modes) > 1:
        raise UsageError("--match, --any and --all contradict each other; give one of them")
    return cast("MatchMode", modes.pop())


def none_left(result: SearchResult, offset: int) -> str | None:
    """Say in a line that there are hits but none after `offset`."""
    if result.hits or not result.total:
        return None
    return f"no hits after --offset {offset}: there {'is' if result.total == 1 else 'are'} {result.total:,}"


def why_none(what: str, corpus: Corpus, query: str, *, literal: bool) -> str:
    """Say in a line why there are no hits, or whatever `what` names in the plural."""
    if not corpus.newest(limit=1, snippets=0).total:
        return _NO_ARTICLES
    *_, tree = corpus.explain(query, literal=literal)
    shown = query if len(query) <= _SHOWN else f"{query[:_SHOWN]} ..."
    return f"no {what} for {shown}" + (_NO_TERMS if tree.is_empty else "")
