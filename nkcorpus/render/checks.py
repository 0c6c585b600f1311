"""What a check of a corpus found, in every format of `check`."""

from __future__ import annotations

from dataclasses import asdict
from typing import Literal, get_args

from nkcorpus.render.environment import Environment
from nkcorpus.render.fields import SCHEMA
from nkcorpus.render.jsonout import json_document
from nkcorpus.render.safe import one_line
from nkcorpus.results import CheckReport

CheckFormat = Literal["table", "plain", "json"]
CHECK_FORMATS: tuple[str, ...] = get_args(CheckFormat)


def render_check(report: CheckReport, format: CheckFormat, env: Environment) -> None:
    """Write to stdout what was checked: `kind  checked  wrong` a line, tab-separated; JSON with all problems told.

    Problems, notes and the outcome go to stderr, in JSON the first two to stdout as well.
    """
    match format:
        case "table":
            from nkcorpus.render.tables import draw_rows

            rows = [[check.kind, f"{check.checked:,}", f"{check.wrong:,}"] for check in report.checks]
            draw_rows(["check", "checked", "wrong"], rows, env)
        case "plain":
            for check in report.checks:
                env.write(f"{one_line(check.kind)}\t{check.checked}\t{check.wrong}\n")
        case "json":
            env.write(json_document(_fields(report), pretty=env.stdout_is_tty))
    for problem in report.problems:
        env.error(f"{problem.kind}: {problem.what}: {problem.detail}")
    if report.found > len(report.problems):
        env.error(f"and {report.found - len(report.problems):,} problems more")
    for note in report.notes:
        env.note(note)
    if report.articles < report.all_articles:
        env.note(f"looked at {report.articles:,} of {report.all_articles:,} articles ({_share(report)})")
    if report.export_hash:
        env.note(f"export hash {report.export_hash}")
    noun = "problem" if report.found == 1 else "problems"
    env.note(f"{report.found:,} {noun}" + ("" if report.is_clean else "; 'nkcorpus repair' mends what can be"))


def _share(report: CheckReport) -> str:
    return f"{report.articles / report.all_articles:.1%}"


def _fields(report: CheckReport) -> dict[str, object]:
    return {
        "schema": SCHEMA,
        "is_clean": report.is_clean,
        "articles": report.articles,
        "all_articles": report.all_articles,
        "found": report.found,
        "checks": [asdict(check) for check in report.checks],
        "problems": [asdict(problem) for problem in report.problems],
        "notes": list(report.notes),
        "export_hash": report.export_hash,
    }
