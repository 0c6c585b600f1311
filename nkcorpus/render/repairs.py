"""What a repair of a corpus does, and what is in quarantine."""

from __future__ import annotations

from collections.abc import Iterable

from nkcorpus.render.environment import Environment
from nkcorpus.render.jsonout import json_line
from nkcorpus.results import Problem, Quarantined, RepairReport


def render_repair(report: RepairReport, env: Environment) -> None:
    """Tell on stderr what is mended, moved to quarantine and lost, and what is still wrong afterwards."""
    for title, problems in (
        ("mended", report.mended),
        ("to quarantine", report.quarantined),
        ("lost", report.lost),
        ("still wrong", report.check.problems),
    ):
        for problem in problems:
            env.error(f"{title}: {_named(problem)}: {problem.detail}")
    counts = (
        f"{len(report.mended):,} mended, {len(report.quarantined):,} rows to quarantine, {len(report.lost):,} lost,"
        f" {report.check.found:,} problems left in {report.check.all_articles:,} articles"
    )
    env.note(f"{counts}; what follows from other data is made anew")
    if report.damaged is not None:
        env.note(f"the file as it was: {report.damaged}")
    if report.quarantined:
        env.note("'nkcorpus repair --quarantine' prints what is in quarantine")


def _named(problem: Problem) -> str:
    return problem.what if problem.kind == "lost" else f"{problem.kind} {problem.what}"


def render_quarantine(rows: Iterable[Quarantined], env: Environment) -> None:
    """Write a JSON object a line to stdout; bytes are hex digits under `hex`."""
    for row in rows:
        values = {
            name: {"hex": value.hex()} if isinstance(value, bytes) else value for name, value in row.values.items()
        }
        env.write(
            json_line(
                {
                    "source": row.source,
                    "article": row.article,
                    "reason": row.reason,
                    "taken_at": row.taken_at,
                    "values": values,
                }
            )
        )
