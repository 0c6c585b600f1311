"""`nkcorpus stats`"""

from __future__ import annotations

import dataclasses
from typing import Any

import click

from nkcorpus.cli.context import Session, pass_session
from nkcorpus.render import default_pairs_format, render_pairs
from nkcorpus.results import CorpusStats


@click.command("stats")
@click.option(
    "--format", type=click.Choice(["table", "plain", "json"]), help="[default: table on a terminal, else plain]"
)
@pass_session
def command(session: Session, format: Any) -> int:
    """Count what the corpus holds."""
    env = session.env
    with session.open() as corpus:
        stats = corpus.stats()
    render_pairs(_pairs(stats), format or default_pairs_format(env), env, data=_data(stats))
    return 0


def _pairs(stats: CorpusStats) -> list[tuple[str, str]]:
    pairs = [("articles", f"{stats.articles:,}"), ("words", f"{stats.words:,}"), ("versions", f"{stats.versions:,}")]
    if stats.removed:
        pairs.append(("removed", f"{stats.removed:,}"))
    if stats.failures:
        pairs.append(("failed inputs", f"{stats.failures:,}"))
    pairs += [(f"source: {name or '(unknown)'}", f"{count:,}") for name, count in stats.sources[:20]]
    pairs += [(f"year: {year or '(unknown)'}", f"{count:,}") for year, count in stats.years]
    pairs.append(("cut lines", f"{stats.cut_lines:,}"))
    pairs += [(f"cut by {rule}", f"{count:,}") for rule, count in stats.cuts]
    return pairs


def _data(stats: CorpusStats) -> dict[str, object]:
    data = dataclasses.asdict(stats)
    for counts in ("sources", "years", "cuts"):
        data[counts] = dict(data[counts])
    return {**data, "cut_lines": stats.cut_lines}
