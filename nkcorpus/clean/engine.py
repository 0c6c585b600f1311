"""Finds the boilerplate lines of a document, takes the facts out of them and lists them as removed spans.

The tail zone is found by walking up from the last line. A line belongs to it when a rule of zone `tail` or `line`
matches it; blank lines and lines that are cut already are passed over; up to `BRIDGE` lines that no rule matches may
stand between two that match, and none below the lowest. The head zone is found likewise, walking down. So the wording
of a rule is cut at the edges of an article and stays in its middle.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from itertools import accumulate
from typing import Any, Literal

from nkcorpus.clean.lines import is_blank, normalise
from nkcorpus.clean.rules import Rule
from nkcorpus.clean.ruleset import Ruleset, ruleset
from nkcorpus.model import Document, Repair, Span

BRIDGE = 2
"""How many lines in a row without a rule a zone reaches across, as one or two that the rules do not know may stand
among those that they do; three in a row are taken for the article."""

_NAME_SEPARATOR = re.compile(r", and |, | and | & ")


def clean_document(document: Document, *, keep: Collection[str] = (), rules: Sequence[Rule] | None = None) -> Document:
    """Return `document` with its boilerplate lines in `removed` and the facts in them as fields.

    Lines of a kind in `keep` stay in the text, and their facts are taken all the same. `rules` are the package's
    own by default. Spans that are in `removed` already stay; a repair that a new span covers is dropped, since the
    text it mends is gone from the clean text. A fact never replaces one that the document has.
    Time is linear in the length of the text. Raises SettingsError when the package's rules are damaged.
    """
    compiled = ruleset(rules)
    lines = _Lines(document)
    matched = _match(document.raw_text, lines, compiled)
    if not matched:
        return replace(document, cleaner=compiled.cleaner)
    new_spans = [lines.span(number, rule) for number, rule in matched.items() if rule.kind not in keep]
    return replace(
        document,
        removed=tuple(sorted([*document.removed, *new_spans], key=lambda span: (span.start, span.end))),
        repairs=_outside(document.repairs, new_spans),
        cleaner=compiled.cleaner,
        **_facts(document, lines.texts, matched),
    )


class _Lines:
    """The lines of a document, where each ends, and which are cut already.

    `touched` are the numbers of lines of which an earlier span takes a part, `gone` of those it takes whole.
    """

    def __init__(self, document: Document) -> None:
        self.texts = document.raw_text.split("\n")
        self._length = len(document.raw_text)
        self._ends = list(accumulate(len(line) + 1 for line in self.texts))
        self.touched: set[int] = set()
        self.gone: set[int] = set()
        for span in document.removed:
            number = bisect_right(self._ends, span.start)
            while number < len(self.texts) and self._start(number) < span.end:
                self.touched.add(number)
                if span.start <= self._start(number) and self._ends[number] - 1 <= span.end:
                    self.gone.add(number)
                number += 1

    def span(self, number: int, rule: Rule) -> Span:
        """Return the span of a line with its line end and the blank lines after it."""
        last = number + 1
        while last < len(self.texts) and last not in self.touched and is_blank(self.texts[last]):
            last += 1
        return Span(self._start(number), min(self._ends[last - 1], self._length), rule.kind, rule.id)

    def _start(self, number: int) -> int:
        return self._ends[number] - len(self.texts[number]) - 1


def _match(text: str, lines: _Lines, rules: Ruleset) -> dict[int, Rule]:
    """Return the rule for each line that is boilerplate, by line number in reading order."""
    matched = rules.line_rules(text, lines.texts)
    for number in lines.touched:
        matched.pop(number, None)
    # A line that one zone cuts no longer parts the other zone from its edge, hence until nothing more is found.
    _walk("tail", lines, rules, matched)
    while _walk("head", lines, rules, matched) and _walk("tail", lines, rules, matched):
        pass
    return dict(sorted(matched.items()))


def _walk(zone: Literal["head", "tail"], lines: _Lines, rules: Ruleset, matched: dict[int, Rule]) -> bool:
    """Add the lines of `zone` to `matched` and tell whether there were any new ones."""
    numbers = range(len(lines.texts))
    known = len(matched)
    previous: Rule | None = None
    unmatched = BRIDGE  # at the edge itself there is nothing to bridge from
    for number in numbers if zone == "head" else reversed(numbers):
        line = lines.texts[number]
        if number in lines.gone or is_blank(line):
            continue
        rule = matched.get(number)
        if rule is None and number not in lines.touched:
            rule = rules.head_rule(line, previous) if zone == "head" else rules.tail_rule(line)
            if rule is not None:
                matched[number] = rule
        elif rule is not None and rule.zone not in (zone, "line"):
            continue
        previous = rule
        unmatched = 0 if rule is not None else unmatched + 1
        if unmatched > BRIDGE:
            break
    return len(matched) > known


def _outside(repairs: tuple[Repair, ...], spans: Sequence[Span]) -> tuple[Repair, ...]:
    """Return the repairs that no span overlaps. `spans` are sorted and disjoint."""
    if not repairs or not spans:
        return repairs
    ends = [span.end for span in spans]
    kept = []
    for repair in repairs:
        index = bisect_right(ends, repair.start)
        if index == len(spans) or spans[index].start >= repair.end:
            kept.append(repair)
    return tuple(kept)


def _facts(document: Document, lines: Sequence[str], matched: Mapping[int, Rule]) -> dict[str, Any]:
    """Return the fields of `document` that the matched lines fill, by field name. The first line of a fact counts."""
    found: dict[str, Any] = {}
    authors: dict[str, None] = {}
    for number, rule in matched.items():
        if rule.korean_version:
            found["korean_version"] = True
        match = rule.regex.fullmatch(normalise(lines[number])) if rule.regex.groupindex else None
        if match is None:
            continue
        for fact, value in match.groupdict().items():
            if value and fact == "author":
                authors.update(dict.fromkeys(_NAME_SEPARATOR.split(value)))
            elif value and getattr(document, fact) is None:
                found.setdefault(fact, value)
    if authors and not document.authors:
        found["authors"] = tuple(authors)
    return found
