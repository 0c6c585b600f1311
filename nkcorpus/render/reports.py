"""What a command says about its work: ingest reports, small tables of figures, errors."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal

from nkcorpus.errors import NkcorpusError, QueryError
from nkcorpus.render.environment import Environment
from nkcorpus.render.fields import report_fields
from nkcorpus.render.jsonout import json_document
from nkcorpus.render.safe import cell_width, one_line, visible
from nkcorpus.results import IngestReport

PairsFormat = Literal["table", "plain", "json"]

# How much of a long query is shown on each side of its fault.
_CARET_CONTEXT = 60
_SKIPS_SHOWN = 5


def render_report(report: IngestReport, format: Literal["json"] | None, env: Environment) -> None:
    """Write failures and summary of an ingest to stderr and, with format `json`, the report to stdout."""
    for failure in report.failures:
        render_failure(failure.origin, failure.error, env)
    _render_skips(report, env)
    env.note(report_summary(report))
    if format == "json":
        env.write(json_document(report_fields(report), pretty=env.stdout_is_tty))


def _render_skips(report: IngestReport, env: Environment) -> None:
    shown = report.skips if env.verbosity >= 1 else report.skips[:_SKIPS_SHOWN]
    for reason, count in shown:
        env.note(f"skipped {count:,}: {reason}")
    if len(shown) < len(report.skips):
        env.note(f"skipped for {len(report.skips) - len(shown)} other reasons (-v lists them)")


def render_failure(origin: str, error: str, env: Environment) -> None:
    """Name on stderr an input that was not taken, and why."""
    env.error(error if error.startswith(origin) else f"{origin}: {error}")


def render_links(links: Sequence[str], env: Environment) -> None:
    """Tell on stderr how many articles a refused list page offers, and with `-v` their addresses."""
    if not links:
        return
    number = f"{len(links)} of its links look" if len(links) > 1 else "one of its links looks"
    env.note(f"{number} like articles" + (":" if env.verbosity >= 1 else " (-v lists them)"))
    if env.verbosity >= 1:
        for link in links:
            env.note(f"  {link}")


def report_summary(report: IngestReport) -> str:
    """Return the counts of an ingest in one line; rare ones appear only when they are not zero."""
    counts = [f"{report.new} new", f"{report.updated} updated", f"{report.unchanged} unchanged"]
    for count, singular, plural in (
        (report.exact_duplicates, "exact duplicate", "exact duplicates"),
        (report.near_duplicates, "near duplicate", "near duplicates"),
        (report.skipped, "skipped", "skipped"),
        (report.failed, "failed", "failed"),
    ):
        if count:
            counts.append(f"{count} {singular if count == 1 else plural}")
    summary = ", ".join(counts)
    if report.removed_spans:
        lines = "line" if report.removed_spans == 1 else "lines"
        summary += f"; {report.removed_spans} boilerplate {lines} cut"
    return summary


def default_pairs_format(env: Environment) -> PairsFormat:
    """Return `table` on a terminal, `plain` elsewhere."""
    return "table" if env.stdout_is_tty else "plain"


def render_pairs(
    pairs: Sequence[tuple[str, str]],
    format: PairsFormat,
    env: Environment,
    data: Mapping[str, object] | None = None,
) -> None:
    """Write labelled values to stdout: a table, tab-separated lines, or JSON (`data`, else the pairs)."""
    match format:
        case "table":
            from nkcorpus.render.tables import draw_pairs

            draw_pairs(pairs, env)
        case "plain":
            for label, value in pairs:
                env.write(f"{one_line(label)}\t{one_line(value)}\n")
        case "json":
            env.write(json_document(dict(pairs if data is None else data), pretty=env.stdout_is_tty))


def render_error(error: NkcorpusError, env: Environment) -> None:
    """Say on stderr what went wrong; a query that does not parse is shown with a caret under the fault."""
    env.error(str(error))
    if isinstance(error, QueryError):
        position = min(max(error.position, 0), len(error.query))
        start = max(position - _CARET_CONTEXT, 0)
        before = ("…" if start else "") + visible(error.query[start:position])
        end = position + _CARET_CONTEXT
        after = visible(error.query[position:end]) + ("…" if end < len(error.query) else "")
        env.stderr_line(f"  {before}{after}")
        env.stderr_line(f"  {' ' * cell_width(before)}^")
