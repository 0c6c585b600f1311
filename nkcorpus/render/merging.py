"""What came of taking in another corpus."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from nkcorpus.render.environment import Environment
from nkcorpus.render.fields import SCHEMA, Fields
from nkcorpus.render.jsonout import json_document
from nkcorpus.render.reports import render_failure

if TYPE_CHECKING:
    from nkcorpus.merging import MergeReport

_LABELS = {
    "removed": ("removal", "removals"),
    "gone": ("page gone", "pages gone"),
    "tag": ("tag", "tags"),
    "note": ("note", "notes"),
    "kept_line": ("kept line", "kept lines"),
    "rule": ("rule", "rules"),
    "alias": ("group of aliases", "groups of aliases"),
    "search": ("saved search", "saved searches"),
    "followed": ("followed source", "followed sources"),
    "fetch": ("address in the journal", "addresses in the journal"),
    "failure": ("failed input", "failed inputs"),
}


def render_merge(report: MergeReport, export_hash: str, format: Literal["json"] | None, env: Environment) -> None:
    """Write failures, conflicts and summary to stderr and, with format `json`, the report to stdout."""
    render_taken(report, env)
    if format == "json":
        env.write(json_document(merge_fields(report, export_hash), pretty=env.stdout_is_tty))


def render_taken(report: MergeReport, env: Environment) -> None:
    """Write failures, conflicts and summary to stderr.

    Rules and followed sources that came are named: they change what later commands do.
    """
    for failure in report.failures:
        render_failure(failure.origin, failure.error, env)
    if report.failed > len(report.failures):
        env.error(f"and {report.failed - len(report.failures):,} more")
    for conflict in report.conflicts:
        env.note(f"{label(conflict.kind)[0]} '{conflict.name}': is another one here, which stays")
    for name, url in report.followed:
        env.note(f"'nkcorpus update' asks {url} from now on, as '{name}'")
    if report.rules:
        env.note(f"cleaning rules from now on, also: {', '.join(report.rules)}; 'nkcorpus reclean' applies them")
    if report.skipped:
        env.note(f"skipped {report.skipped:,}: removed from the corpus before; --force takes them in again")
    env.note(_summary(report))


def merge_fields(report: MergeReport, export_hash: str) -> Fields:
    """Return the report as JSON tells it."""
    return {
        "schema": SCHEMA,
        "new": report.new,
        "joined": report.joined,
        "unchanged": report.unchanged,
        "skipped": report.skipped,
        "failed": report.failed,
        "versions": report.versions,
        "added": dict(report.added),
        "followed": [{"name": name, "url": url} for name, url in report.followed],
        "rules": list(report.rules),
        "conflicts": [{"kind": each.kind, "name": each.name} for each in report.conflicts],
        "failures": [{"origin": each.origin, "error": each.error} for each in report.failures],
        "export_hash": export_hash,
    }


def label(kind: str) -> tuple[str, str]:
    """Return what to call one thing of a kind, and several."""
    return _LABELS[kind]


def counted(number: int, one: str, many: str) -> str:
    """Return a number with the noun for it."""
    return f"{number:,} {one if number == 1 else many}"


def _summary(report: MergeReport) -> str:
    counts = [
        f"{report.new:,} new",
        f"{report.joined:,} joined",
        f"{report.unchanged:,} unchanged",
        *([f"{report.failed:,} failed"] if report.failed else []),
    ]
    added = [counted(report.versions, "version", "versions")] if report.versions else []
    added += [counted(count, *_LABELS[kind]) for kind, count in report.added]
    return ", ".join(counts) + (f"; {', '.join(added)} added" if added else "")
