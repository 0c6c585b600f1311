"""What a query was understood as: its tree with the terms that each word is looked up by."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

from nkcorpus.dataclass import dataclass, replace
from nkcorpus.query import analysis
from nkcorpus.query.ast import (
    PROSE_FIELDS,
    And,
    Dated,
    Everything,
    Fuzzy,
    Leaf,
    Near,
    Node,
    Not,
    Or,
    Phrase,
    Regex,
    Synonyms,
    Weighted,
    Wildcard,
    Word,
    Words,
)

Kind = Literal[
    "word",
    "phrase",
    "wildcard",
    "fuzzy",
    "regex",
    "near",
    "date",
    "words",
    "and",
    "or",
    "not",
    "everything",
    "synonyms",
]
Role = Literal["should", "must", "must_not"]


@dataclass(frozen=True, slots=True)
class Explained:
    """A node of a query's tree.

    `role` is set for the parts of `words`. `terms` are what the index is asked for: stems, or with `exact` the folded
    words; none for a stop word, for punctuation, and for patterns, which depend on the words of the corpus.
    `distance` counts letters for `fuzzy`, words for the others. The parts of `synonyms` are what was typed, and what
    stands for the same with the `reason` why.
    """

    kind: Kind
    text: str
    field: str | None = None
    weight: float = 1.0
    distance: int | None = None
    role: Role | None = None
    terms: tuple[str, ...] = ()
    parts: tuple[Explained, ...] = ()
    reason: str | None = None

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to look for: only stop words and punctuation."""
        if self.kind in ("word", "phrase"):
            return not self.terms
        return bool(self.parts or self.kind == "words") and all(part.is_empty for part in self.parts)


def explain(node: Node, *, exact: bool = False) -> Explained:
    """Return the explained tree of a query; `exact` as in a search."""
    match node:
        case Word() | Phrase() | Wildcard() | Fuzzy() | Regex():
            return _leaf(node, exact)
        case Near():
            parts = [_alternatives(part, exact) for part in node.parts]
            return Explained("near", str(node), distance=node.distance, parts=tuple(parts))
        case Dated():
            return Explained("date", str(node))
        case Weighted():
            part = explain(node.part, exact=exact)
            return replace(part, weight=part.weight * node.weight)
        case Words():
            return Explained(
                "words",
                str(node),
                parts=tuple(
                    replace(explain(part, exact=exact), role=role) for role, nodes in _roles(node) for part in nodes
                ),
            )
        case And():
            return Explained("and", str(node), parts=tuple(explain(part, exact=exact) for part in node.parts))
        case Or():
            return Explained("or", str(node), parts=tuple(explain(part, exact=exact) for part in node.parts))
        case Not():
            return Explained("not", str(node), parts=(explain(node.part, exact=exact),))
        case Synonyms():
            others = (replace(_leaf(one.leaf, exact), weight=one.weight, reason=one.reason) for one in node.synonyms)
            return Explained("synonyms", str(node.original), parts=(explain(node.original, exact=exact), *others))
        case Everything():
            return Explained("everything", "")


def _roles(node: Words) -> Iterable[tuple[Role, tuple[Node, ...]]]:
    return (("must", node.must), ("should", node.should), ("must_not", node.must_not))


def _leaf(leaf: Leaf, exact: bool) -> Explained:
    match leaf:
        case Word() | Phrase():
            analyzer = analysis.prose() if leaf.field in PROSE_FIELDS else analysis.name()
            terms = tuple(token.word if exact else token.term for token in analyzer.tokens(leaf.text))
            distance = leaf.distance if isinstance(leaf, Phrase) else None
            kind: Kind = "phrase" if isinstance(leaf, Phrase) else "word"
            return Explained(kind, leaf.text, leaf.field, distance=distance, terms=terms)
        case Fuzzy():
            return Explained("fuzzy", leaf.text, leaf.field, distance=leaf.distance)
        case Wildcard():
            return Explained("wildcard", leaf.text, leaf.field)
        case Regex():
            return Explained("regex", leaf.text, leaf.field)


def _alternatives(part: tuple[Leaf, ...], exact: bool) -> Explained:
    if len(part) == 1:
        return _leaf(part[0], exact)
    return Explained("or", " OR ".join(map(str, part)), parts=tuple(_leaf(leaf, exact) for leaf in part))
