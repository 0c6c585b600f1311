"""What an audit proposes, in every format of `audit`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, get_args

from nkcorpus.render.environment import Environment
from nkcorpus.render.fields import SCHEMA, Fields
from nkcorpus.render.jsonout import json_document, json_line
from nkcorpus.render.safe import one_line

if TYPE_CHECKING:
    from nkcorpus.clean.audit import Audit, Proposal

AuditFormat = Literal["table", "plain", "json", "jsonl", "toml"]
AUDIT_FORMATS: tuple[str, ...] = get_args(AuditFormat)

_EXAMPLE_LENGTH = 160


def render_audit(audit: Audit, format: AuditFormat, env: Environment) -> None:
    """Write proposals to stdout: a table; `id  kind  zone  site  articles  share  cuts  distinct  pattern  example`
    a line; JSON; or a rule file.
    """
    match format:
        case "table":
            from nkcorpus.render.tables import draw_rows

            draw_rows(["rule", "articles", "zone", "cuts", "line"], [_row(each) for each in audit.proposals], env)
        case "plain":
            for proposal in audit.proposals:
                env.write(_plain_line(proposal))
        case "jsonl":
            for proposal in audit.proposals:
                env.write(json_line(_fields(proposal)))
        case "json":
            fields = {
                "schema": SCHEMA,
                "articles": audit.articles,
                "sites": audit.sites,
                "proposals": [_fields(proposal) for proposal in audit.proposals],
            }
            env.write(json_document(fields, pretty=env.stdout_is_tty))
        case "toml":
            from nkcorpus.clean import to_toml

            env.write(to_toml(proposal.rule for proposal in audit.proposals))


def render_proposal(proposal: Proposal, env: Environment) -> None:
    """Show one proposal to a person who is asked about it, on stderr."""
    env.stderr_line(f"{proposal.rule.id}  ({proposal.rule.kind}, {proposal.rule.zone})")
    env.stderr_line(f"  in {_share(proposal)} articles of {one_line(proposal.site) or 'no known site'}")
    env.stderr_line(f"  pattern  {one_line(proposal.rule.pattern)}")
    for example in proposal.examples:
        env.stderr_line(f"  example  {_short(example)}")
    env.stderr_line(f"  would cut {proposal.cuts:,} lines of the corpus, {proposal.distinct:,} different; the longest:")
    for line in proposal.longest:
        env.stderr_line(f"           {_short(line)}")


def _share(proposal: Proposal) -> str:
    return f"{proposal.articles:,} of {proposal.site_articles:,} ({proposal.share:.0%})"


def _short(line: str) -> str:
    line = one_line(line)
    return line if len(line) <= _EXAMPLE_LENGTH else f"{line[:_EXAMPLE_LENGTH]}…"


def _row(proposal: Proposal) -> list[str]:
    return [
        proposal.rule.id,
        f"{proposal.articles:,} ({proposal.share:.0%})",
        proposal.rule.zone,
        f"{proposal.cuts:,}",
        _short(proposal.examples[0]),
    ]


def _plain_line(proposal: Proposal) -> str:
    rule = proposal.rule
    values = [
        rule.id,
        rule.kind,
        rule.zone,
        proposal.site,
        str(proposal.articles),
        f"{proposal.share:.4f}",
        str(proposal.cuts),
        str(proposal.distinct),
        rule.pattern,
        proposal.examples[0],
    ]
    return "\t".join(map(one_line, values)) + "\n"


def _fields(proposal: Proposal) -> Fields:
    rule = proposal.rule
    return {
        "id": rule.id,
        "kind": rule.kind,
        "zone": rule.zone,
        "site": proposal.site,
        "articles": proposal.articles,
        "site_articles": proposal.site_articles,
        "share": round(proposal.share, 4),
        "pattern": rule.pattern,
        "examples": list(proposal.examples),
        "cuts": proposal.cuts,
        "distinct": proposal.distinct,
        "longest": list(proposal.longest),
    }
