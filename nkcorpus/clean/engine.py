"""Finds the boilerplate lines of a document, takes the facts out of them and lists them as removed spans.

The tail zone is found by walking up from the last line. A line belongs to it when a rule of zone `tail` or `line`
matches it; blank lines and lines that are cut already are passed over; up to `BRIDGE` lines that no rule matches may
stand between two that match, and none below the lowest. The head zone is found likewise, walking down. So the wording
of a rule is cut at the edges of an article and stays in its middle.

A rule of zone `prefix` takes what one of the first lines that stay begins with; the rest of the line stays.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import accumulate
from typing import Literal

from nkcorpus.clean.facts import facts_of
from nkcorpus.clean.lines import MAX_LINE, MAX_PREFIX, is_blank, normalise, normalised_beginning
from nkcorpus.clean.rules import Rule
from nkcorpus.clean.ruleset import Ruleset, ruleset
from nkcorpus.model import Document, Repair, Span

BRIDGE = 2
"""How many lines in a row without a rule a zone reaches across, as one or two that the rules do not know may stand
among those that they do; three in a row are taken for the article."""

PREFIX_LINES = BRIDGE + 1
"""How many of the first lines that stay may begin with a prefix: a title and a byline may stand before a dateline."""
MAX_PREFIXES = 4
"""How many prefixes in a row are taken from one line: a mark of urgency and a dateline are two."""


def clean_document(
    document: Document,
    *,
    keep: Collection[str] = (),
    kept_lines: Collection[str] = (),
    rules: Sequence[Rule] | None = None,
) -> Document:
    """Return `document` with its boilerplate lines in `removed` and the facts in them as fields.

    Lines of a kind in `keep` stay in the text, and their facts are taken all the same. So do the `kept_lines`, given
    without the white space around them. `rules` are the package's own by default. Spans that are in `removed` already
    stay; a repair that a new span covers is dropped, since the text it mends is gone from the clean text. A fact never
    replaces one that the document has.
    Time is linear in the length of the text. Raises SettingsError when the package's rules are damaged.
    """
    compiled = ruleset(rules)
    lines = _Lines(document)
    matched, prefixes = _match(document.raw_text, lines, compiled)
    if not matched and not prefixes:
        return replace(document, cleaner=compiled.cleaner)
    found = [lines.span(number, rule) for number, rule in matched.items() if rule.kind not in keep]
    found += [lines.part(prefix) for prefix in prefixes if prefix.rule.kind not in keep]
    new_spans = _without(sorted(found, key=_by_position), document.raw_text, kept_lines)
    facts = facts_of(document, _evidence(lines, matched, prefixes))
    return replace(
        document,
        removed=tuple(sorted([*document.removed, *new_spans], key=_by_position)),
        repairs=_outside(document.repairs, new_spans),
        cleaner=compiled.cleaner,
        **facts,
    )


@dataclass(frozen=True, slots=True)
class _Prefix:
    """What the line `number` has in `[start, end)`, found by a rule of zone prefix; `text` is its normal form."""

    number: int
    start: int
    end: int
    text: str
    rule: Rule


class _Lines:
    """The lines of a document, where each ends, and which are cut already.

    `touched` are the numbers of lines of which an earlier span takes a part, `gone` of those it takes whole.
    """

    def __init__(self, document: Document) -> None:
        self.texts = document.raw_text.split("\n")
        self.ends = list(accumulate(len(line) + 1 for line in self.texts))
        self._length = len(document.raw_text)
        self._normal: dict[int, str | None] = {}
        self.touched: set[int] = set()
        self.gone: set[int] = set()
        for span in document.removed:
            number = bisect_right(self.ends, span.start)
            while number < len(self.texts) and self._start(number) < span.end:
                self.touched.add(number)
                if span.start <= self._start(number) and self.ends[number] - 1 <= span.end:
                    self.gone.add(number)
                number += 1

    def normal(self, number: int) -> str | None:
        """Return the normal form of a line, None for one that is too long to be matched."""
        if number not in self._normal:
            line = self.texts[number]
            self._normal[number] = normalise(line) if len(line) <= MAX_LINE else None
        return self._normal[number]

    def span(self, number: int, rule: Rule) -> Span:
        """Return the span of a line with its line end and the blank lines after it."""
        last = number + 1
        while last < len(self.texts) and last not in self.touched and is_blank(self.texts[last]):
            last += 1
        return Span(self._start(number), min(self.ends[last - 1], self._length), rule.kind, rule.id)

    def part(self, prefix: _Prefix) -> Span:
        """Return the span of a prefix."""
        start = self._start(prefix.number)
        return Span(start + prefix.start, start + prefix.end, prefix.rule.kind, prefix.rule.id)

    def _start(self, number: int) -> int:
        return self.ends[number] - len(self.texts[number]) - 1


def _match(text: str, lines: _Lines, rules: Ruleset) -> tuple[dict[int, Rule], list[_Prefix]]:
    """Return the rule for each line that is boilerplate, by line number in reading order, and the prefixes."""
    matched = rules.line_rules(text, lines.ends, lines.normal)
    for number in lines.touched:
        matched.pop(number, None)
    while True:
        # A line that one zone cuts no longer parts the other zone from its edge, hence until nothing more is found.
        _walk("tail", lines, rules, matched)
        while _walk("head", lines, rules, matched) and _walk("tail", lines, rules, matched):
            pass
        prefixes = _prefixes(lines, rules, matched)
        whole = {
            prefix.number: prefix.rule for prefix in prefixes if is_blank(lines.texts[prefix.number][prefix.end :])
        }
        if not whole:
            return dict(sorted(matched.items())), prefixes
        matched |= whole


def _prefixes(lines: _Lines, rules: Ruleset, matched: Mapping[int, Rule]) -> list[_Prefix]:
    """Return the prefixes of the first lines that stay, in reading order; a line may begin with several in a row."""
    found: list[_Prefix] = []
    read = 0
    for number, line in enumerate(lines.texts):
        if number in lines.gone or number in matched or is_blank(line):
            continue
        read += 1
        if number not in lines.touched:
            found += _line_prefixes(number, line, rules)
        if read == PREFIX_LINES:
            break
    return found


def _line_prefixes(number: int, line: str, rules: Ruleset) -> Iterator[_Prefix]:
    start = 0
    for _ in range(MAX_PREFIXES):
        if rules.prefix_rule(normalise(line[start : start + MAX_PREFIX])) is None:  # the usual case, and much cheaper
            break
        beginning, offsets = normalised_beginning(line, start)
        rule, length = rules.prefix_rule(beginning) or (None, 0)
        if rule is None or not length:
            break
        text = beginning[:length]
        while beginning[length : length + 1] == " ":
            length += 1
        yield _Prefix(number, start, offsets[length], text, rule)
        start = offsets[length]


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
            normalised = lines.normal(number)
            if normalised is not None:
                rule = rules.head_rule(normalised, previous) if zone == "head" else rules.tail_rule(normalised)
            if rule is not None:
                matched[number] = rule
        elif rule is not None and rule.zone not in (zone, "line") and not (zone == "head" and rule.zone == "prefix"):
            continue
        previous = rule
        unmatched = 0 if rule is not None else unmatched + 1
        if unmatched > BRIDGE:
            break
    return len(matched) > known


def _without(spans: list[Span], text: str, kept_lines: Collection[str]) -> list[Span]:
    """Return the spans that take none of `kept_lines`."""
    if not kept_lines:
        return spans
    return [span for span in spans if text[span.start : span.end].strip() not in kept_lines]


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


def _by_position(span: Span) -> tuple[int, int]:
    return span.start, span.end


def _evidence(
    lines: _Lines, matched: Mapping[int, Rule], prefixes: Sequence[_Prefix]
) -> Iterator[tuple[Rule, dict[str, str | None]]]:
    """Yield each rule that matched and that yields facts, with its named groups, in reading order."""
    found = [
        (number, 0, rule, lines.normal(number) or "")
        for number, rule in matched.items()
        if rule.regex.groupindex or rule.korean_version
    ]
    found += [(prefix.number, prefix.start, prefix.rule, prefix.text) for prefix in prefixes]
    for _, _, rule, text in sorted(found, key=lambda entry: entry[:2]):
        match = rule.regex.fullmatch(text)
        if match:
            yield rule, match.groupdict()
