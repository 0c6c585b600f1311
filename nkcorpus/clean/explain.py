"""Says why each removed span of a document was cut."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from nkcorpus.clean.rules import Rule, load_rules
from nkcorpus.model import Document, Span


@dataclass(frozen=True, slots=True)
class Explanation:
    """A removed span, the text that it took without the white space around it, and the rule that took it.

    `rule` is None when the span came from extraction or from a rule that is not there any more; the span itself
    always names the rule's id and kind.
    """

    span: Span
    line: str
    rule: Rule | None

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
    def note(self) -> str:
        """Why the rule is as it is, or an empty string."""
        return self.rule.note if self.rule else ""


def explain(document: Document, *, rules: Sequence[Rule] | None = None) -> list[Explanation]:
    """Return one explanation for each span in `document.removed`, in order. `rules` are the package's by default."""
    by_id = {rule.id: rule for rule in (load_rules() if rules is None else rules)}
    return [
        Explanation(span, document.raw_text[span.start : span.end].strip(), by_id.get(span.rule))
        for span in document.removed
    ]
