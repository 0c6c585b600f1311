"""Says why each removed span of a document was cut."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate

from nkcorpus.clean.lines import is_blank
from nkcorpus.clean.rules import Rule, load_rules
from nkcorpus.model import Document, Span


@dataclass(frozen=True, slots=True)
class Explanation:
    """A removed span, the text that it took without the white space around it, and the rule that took it.

    `number` of `lines` is where it starts (from 1). Of the lines with text between it and the edge of its zone
    `beyond_cut` are cut and `beyond_kept` stay; both are 0 for other zones than head and tail.
    `rule` is None when the span came from extraction or from a rule that is not there any more; the span itself
    always names the rule's id and kind.
    """

    span: Span
    line: str
    rule: Rule | None
    number: int
    lines: int
    beyond_cut: int = 0
    beyond_kept: int = 0

    @property
    def rule_id(self) -> str:
        """The id of the rule, as the span has it."""
        return self.span.rule

    @property
    def kind(self) -> str:
        """The kind of boilerplate, as the span has it."""
        return self.span.kind

    @property
    def zone(self) -> str | None:
        """Where the rule looks: `head`, `tail`, `line` or `prefix`."""
        return self.rule.zone if self.rule else None

    @property
    def pattern(self) -> str | None:
        """The pattern as its rule file has it, with blocks such as `{name}` in braces."""
        return self.rule.pattern if self.rule else None

    @property
    def where(self) -> str:
        """Where the line stands and why the rule looks there, in words."""
        position = f"line {self.number} of {self.lines}"
        match self.zone:
            case "head" | "tail" as zone:
                side = "above" if zone == "head" else "below"
                if not self.beyond_cut + self.beyond_kept:
                    return f"{position}, {zone} zone: nothing stands {side} it"
                lines = f"{self.beyond_cut} cut, {self.beyond_kept} kept" if self.beyond_kept else "all of them cut"
                return f"{position}, {zone} zone: lines {side} it: {lines}"
            case "line":
                return f"{position}: cut wherever it stands"
            case "prefix":
                return f"{position}: what the line begins with"
        return position

    @property
    def note(self) -> str:
        """Why the rule is as it is, or an empty string."""
        return self.rule.note if self.rule else ""


def explain(document: Document, *, rules: Sequence[Rule] | None = None) -> list[Explanation]:
    """Return one explanation for each span in `document.removed`, in order. `rules` are the package's by default."""
    by_id = {rule.id: rule for rule in (load_rules() if rules is None else rules)}
    lines = _Layout(document)
    return [lines.explained(span, by_id.get(span.rule)) for span in document.removed]


class _Layout:
    """The lines of a document that have text, and which of them are cut as a whole."""

    def __init__(self, document: Document) -> None:
        self._text = document.raw_text
        texts = self._text.split("\n")
        self._starts = [0, *accumulate(len(text) + 1 for text in texts)][:-1]
        # Sums over all lines before one: how many have text, and how many of these are cut.
        self._filled = [0, *accumulate(not is_blank(text) for text in texts)]
        cut = [False] * len(texts)
        for span in document.removed:
            number = self._number(span.start)
            while number < len(texts) and self._starts[number] < span.end:
                whole = span.start <= self._starts[number] and self._starts[number] + len(texts[number]) <= span.end
                cut[number] = cut[number] or (whole and not is_blank(texts[number]))
                number += 1
        self._cut = [0, *accumulate(cut)]

    def explained(self, span: Span, rule: Rule | None) -> Explanation:
        """Return the explanation of a span."""
        number = self._number(span.start)
        count = len(self._starts)
        first, last = {"head": (0, number), "tail": (number + 1, count)}.get(rule.zone if rule else "", (0, 0))
        filled = self._filled[last] - self._filled[first]
        cut = self._cut[last] - self._cut[first]
        line = self._text[span.start : span.end].strip()
        return Explanation(span, line, rule, number + 1, count, cut, filled - cut)

    def _number(self, position: int) -> int:
        return bisect_right(self._starts, position) - 1
