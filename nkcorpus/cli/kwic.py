"""`nkcorpus kwic QUERY`"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from nkcorpus.cli.context import Count, Session, engine_option, narrow_keywords, narrowing, pass_session
from nkcorpus.cli.matching import match_mode, matching, why_none
from nkcorpus.errors import UsageError
from nkcorpus.render.concordance import CONCORDANCE_FORMATS, render_concordance

if TYPE_CHECKING:
    from nkcorpus.asking import MatchKeywords

_WIDEST = 10_000


@click.command("kwic")
@click.argument("query", nargs=-1)
@click.option("-n", "--limit", type=Count(min=0), default=50, show_default=True, help="Lines at most; 0: all.")
@click.option(
    "--width",
    type=click.IntRange(min=0, max=_WIDEST),
    help="Characters of context on each side.  [default: in a table what fits, else 40]",
)
@click.option(
    "--sort",
    type=click.Choice(["position", "left", "right"]),
    default="position",
    show_default=True,
    help="position: the best article first; left, right: by the words on that side of the match.",
)
@matching
@narrowing
@engine_option
@click.option("--no-collapse", is_flag=True, help="Take every article, also those with (nearly) the same text.")
@click.option("--format", type=click.Choice(CONCORDANCE_FORMATS), help="[default: table on a terminal, else plain]")
@pass_session
def command(session: Session, /, query: tuple[str, ...], **options: Any) -> int:
    """Show a concordance: each place in the texts that QUERY finds (words, phrases, patterns, near words), with what
    stands to its left and right. QUERY is written as for 'nkcorpus search'.

    JSON and the other machine formats have the exact offsets in the clean text.

    Exit code 1: no match in any text.
    """
    text, env = " ".join(query), session.env
    if not text.strip():
        raise UsageError("the query is empty; give words to look for")
    format: Any = options["format"] or ("table" if env.stdout_is_tty else "plain")
    width = options["width"]
    if width is None and format == "table":
        width = env.columns
    keywords: MatchKeywords = {
        "match": match_mode(options),
        "literal": options["literal"],
        "exact": options["exact"],
        "collapse": not options["no_collapse"],
    }
    keywords.update(narrow_keywords(options))  # type: ignore[typeddict-item]
    with session.open(engine=options["engine"]) as corpus:
        found = corpus.kwic(text, width=width, order=options["sort"], lines=options["limit"], **keywords)
        render_concordance(found, format, env)
        for note in filter(None, (found.also, *found.notes)):
            env.note(note)
        if not found.lines:
            env.note(why_none("matches in any text", corpus, text, literal=options["literal"]))
    if not found.is_whole:
        env.note(f"these are the first {len(found.lines):,} lines; -n 0 shows all")
    return 0 if found.lines else 1
