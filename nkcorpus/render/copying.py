"""What came of copying a corpus."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from nkcorpus.render.environment import Environment
from nkcorpus.render.fields import Fields
from nkcorpus.render.jsonout import json_document
from nkcorpus.render.merging import counted, label, merge_fields, render_taken

if TYPE_CHECKING:
    from nkcorpus.copying import Comparison, CopyReport


def render_copy(report: CopyReport, format: Literal["json"] | None, env: Environment) -> None:
    """Write failures, differences and summary to stderr and, with format `json`, the report to stdout."""
    compared = report.comparison
    render_taken(report.merge, env)
    for article in compared.differing:
        env.error(f"{article}: is not there as it is in the source")
    if compared.differ > len(compared.differing):
        env.error(f"and {compared.differ - len(compared.differing):,} articles more")
    for kind, number in compared.lacking:
        env.error(f"{counted(number, *label(kind))} fewer than in the source")
    env.note(_verdict(compared))
    if format == "json":
        value = {
            **merge_fields(report.merge, compared.target_hash),
            "is_whole": compared.is_whole,
            "compared": _fields(compared),
        }
        env.write(json_document(value, pretty=env.stdout_is_tty))


def _verdict(compared: Comparison) -> str:
    counts = [
        counted(compared.articles, "article", "articles"),
        counted(compared.versions, "version", "versions"),
        *([counted(compared.removed, *label("removed"))] if compared.removed else []),
    ]
    text = f"compared {', '.join(counts)}: "
    if not compared.is_whole:
        return f"{text}what is named differs; the same command again takes in what changed meanwhile"
    if compared.source_hash == compared.target_hash:
        return f"{text}the same, export hash {compared.target_hash}"
    others = counted(compared.others, "other article", "other articles")
    return f"{text}all are there; it is a merge, with {others} and what was joined"


def _fields(compared: Comparison) -> Fields:
    return {
        "articles": compared.articles,
        "versions": compared.versions,
        "removed": compared.removed,
        "others": compared.others,
        "differ": compared.differ,
        "differing": list(compared.differing),
        "lacking": dict(compared.lacking),
        "source_export_hash": compared.source_hash,
    }
