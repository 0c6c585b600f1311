"""Why a cleaned item reads as it does: how it was read, where its fields stood, what was cut and mended."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from nkcorpus.clean import Rule, explain
from nkcorpus.model import Document
from nkcorpus.render.fields import Fields, repair_fields
from nkcorpus.render.safe import one_line
from nkcorpus.results import Cleaned

_LONGEST_LINE = 100


def explanation_fields(cleaned: Cleaned, rules: Sequence[Rule]) -> Fields | None:
    """Return the explanation of an item cut by `rules` as JSON has it; None for one without a document or a trace."""
    if cleaned.document is None or cleaned.trace is None:
        return None
    return {
        "path": cleaned.trace.path,
        "candidates": [
            {"name": candidate.name, "words": candidate.words, "likeness": round(candidate.likeness, 3)}
            for candidate in cleaned.trace.candidates
        ],
        "evidence": dict(cleaned.document.evidence),
        "cuts": _cuts(cleaned.document, rules),
        "repairs": repair_fields(cleaned.document),
    }


def explanation_lines(cleaned: Cleaned, rules: Sequence[Rule]) -> Iterator[str]:
    """Yield the explanation of an item as lines for a person; none for one without a document or a trace."""
    fields = explanation_fields(cleaned, rules)
    if fields is None:
        return
    yield from (f"{one_line(line)}\n" for line in _lines(cleaned.origin, fields))


def _lines(origin: str, fields: Fields) -> Iterator[str]:
    yield origin
    yield f"  text from {fields['path']}"
    for candidate in fields["candidates"]:
        yield f"    {candidate['name']}: {candidate['words']:,} words, {candidate['likeness']:.0%} like it"
    for field, place in fields["evidence"].items():
        yield f"  {field} from {place}"
    for cut in fields["cuts"]:
        yield f"  cut: {_shortened(cut['line'])}"
        yield f"    {cut['rule']} ({cut['kind']}); {cut['where']}"
        if cut["pattern"]:
            yield f"    pattern: {cut['pattern']}"
    for repair in fields["repairs"]:
        where = f"{repair['start']}-{repair['end']}"
        yield f"  mended: {where} reads {_shortened(repair['text'])} ({repair['rule']})"


def _cuts(document: Document, rules: Sequence[Rule]) -> list[Fields]:
    return [
        {
            "line": cut.line,
            "rule": cut.rule_id,
            "kind": cut.kind,
            "zone": cut.zone,
            "pattern": cut.pattern,
            "where": cut.where,
            "note": cut.note,
        }
        for cut in explain(document, rules=rules)
    ]


def _shortened(text: str) -> str:
    line = one_line(text)
    return line if len(line) <= _LONGEST_LINE else line[: _LONGEST_LINE - 1] + "…"
