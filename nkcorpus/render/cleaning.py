"""Rules, the differences of a `reclean`, and lines put back, in every format of their commands."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Literal, get_args

from nkcorpus.render.environment import Environment
from nkcorpus.render.fields import SCHEMA, Fields
from nkcorpus.render.jsonout import json_document, json_line
from nkcorpus.render.reports import PairsFormat, render_failure
from nkcorpus.render.safe import one_line

if TYPE_CHECKING:
    from nkcorpus.cleaning import RuleUse, Uncut
    from nkcorpus.reclean import RecleanReport

RulesFormat = Literal["table", "plain", "json", "jsonl"]
RULES_FORMATS: tuple[str, ...] = get_args(RulesFormat)
RecleanFormat = Literal["table", "plain", "json"]
RECLEAN_FORMATS: tuple[str, ...] = get_args(RecleanFormat)

_EXAMPLE_LENGTH = 100


def render_rules(rules: Sequence[RuleUse], format: RulesFormat, env: Environment) -> None:
    """Write rules to stdout: a table, `id  kind  zone  origin  cuts` a line, or JSON; `cuts` empty where unknown."""
    match format:
        case "table":
            from nkcorpus.render.tables import draw_rows

            draw_rows(["rule", "kind", "zone", "cuts", "from"], [_rule_row(use) for use in rules], env)
        case "plain":
            for use in rules:
                rule, kind, zone, cuts, origin = _rule_row(use)
                env.write("\t".join(map(one_line, (rule, kind, zone, origin, cuts))) + "\n")
        case "jsonl":
            for use in rules:
                env.write(json_line(_rule_fields(use)))
        case "json":
            fields = {"schema": SCHEMA, "rules": [_rule_fields(use) for use in rules]}
            env.write(json_document(fields, pretty=env.stdout_is_tty))


def _rule_row(use: RuleUse) -> list[str]:
    rule = use.rule
    return [rule.id, rule.kind, rule.zone, "" if use.cuts is None else str(use.cuts), rule.origin]


def _rule_fields(use: RuleUse) -> Fields:
    rule = use.rule
    return {
        "id": rule.id,
        "kind": rule.kind,
        "zone": rule.zone,
        "origin": rule.origin,
        "own": use.is_own,
        "cuts": use.cuts,
        "pattern": rule.pattern,
        "note": rule.note or None,
    }


def render_reclean(report: RecleanReport, format: RecleanFormat, env: Environment) -> None:
    """Write the differences to stdout: a table, `rule  added  removed  example` a line, or one JSON object; the
    summary and failures go to stderr.
    """
    for failure in report.failures:
        render_failure(failure.origin, failure.error, env)
    rows = [
        [rule.rule, str(rule.added), str(rule.removed), (rule.added_example or rule.removed_example or "")]
        for rule in report.rules
    ]
    match format:
        case "table":
            from nkcorpus.render.tables import draw_rows

            draw_rows(["rule", "added", "removed", "example"], [[*row[:3], _short(row[3])] for row in rows], env)
        case "plain":
            for row in rows:
                env.write("\t".join(map(one_line, row)) + "\n")
        case "json":
            env.write(json_document(_reclean_fields(report), pretty=env.stdout_is_tty))
    changed = "would change" if report.dry_run else "changed"
    env.note(
        f"{report.articles:,} articles, {report.changed:,} {changed}: {report.added:,} cuts and repairs added,"
        f" {report.removed:,} removed"
    )


def _short(text: str) -> str:
    return text if len(text) <= _EXAMPLE_LENGTH else f"{text[:_EXAMPLE_LENGTH]}…"


def _reclean_fields(report: RecleanReport) -> Fields:
    return {
        "schema": SCHEMA,
        "dry_run": report.dry_run,
        "articles": report.articles,
        "changed": report.changed,
        "added": report.added,
        "removed": report.removed,
        "rules": [
            {
                "rule": rule.rule,
                "added": rule.added,
                "removed": rule.removed,
                "added_example": rule.added_example,
                "removed_example": rule.removed_example,
            }
            for rule in report.rules
        ],
        "failures": [{"id": failure.origin, "error": failure.error} for failure in report.failures],
    }


def render_uncut(done: Uncut, verb: Literal["put back", "undo"], format: PairsFormat, env: Environment) -> None:
    """Write the lines that stay in an article to stdout, numbered, and to stderr what was done."""
    numbered = [[str(number), line] for number, line in enumerate(done.kept, 1)]
    match format:
        case "table":
            from nkcorpus.render.tables import draw_rows

            draw_rows(["#", "put back"], numbered, env)
        case "plain":
            for number, line in numbered:
                env.write(f"{number}\t{one_line(line)}\n")
        case "json":
            fields = {
                "schema": SCHEMA,
                "id": done.article_id,
                "put_back": list(done.lines) if verb == "put back" else [],
                "undone": list(done.lines) if verb == "undo" else [],
                "kept": list(done.kept),
            }
            env.write(json_document(fields, pretty=env.stdout_is_tty))
    if done.lines:
        count = f"{len(done.lines)} {'line' if len(done.lines) == 1 else 'lines'}"
        env.note(f"{count} put back" if verb == "put back" else f"{count} left to the rules again")
