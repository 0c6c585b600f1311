"""The tree of a query. Each engine compiles it; `str()` of a node is the query that parses to it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TypeVar

from nkcorpus.dataclass import dataclass, field, replace

FIELDS = ("title", "text", "author", "translator", "source", "lang", "place", "url", "id", "tag", "note", "removed")
"""The fields that a query can name. Without a name a word is looked for in title and text."""
PROSE_FIELDS = frozenset({None, "title", "text", "note", "removed"})
"""The fields whose words are stemmed; those of the others are taken as they are."""

_PLAIN_WORD = re.compile(r"(?=.*[^\W_])[\w'*?]+|NEAR/\d+")


@dataclass(frozen=True, slots=True)
class Word:
    """One word as typed; analysis may make several terms of it, which then stand side by side."""

    text: str
    field: str | None = None

    def __str__(self) -> str:
        if not self.field:
            return self.text
        # A colon or slash after the field's colon would make one word of all.
        return f"{self.field}:({self.text})" if self.text[0] in ":/" else f"{self.field}:{self.text}"


@dataclass(frozen=True, slots=True)
class Phrase:
    """Words that stand side by side, in this order.

    With a `distance` they may stand in any order, with at most that many other words among them.
    """

    text: str
    field: str | None = None
    distance: int | None = None

    def __str__(self) -> str:
        distance = "" if self.distance is None else f"~{self.distance}"
        return f'{_prefix(self.field)}"{self.text}"{distance}'


@dataclass(frozen=True, slots=True)
class Wildcard:
    """Words of a pattern: `*` stands for any characters or none, `?` for one."""

    text: str
    field: str | None = None

    def __str__(self) -> str:
        return f"{_prefix(self.field)}{self.text}"


@dataclass(frozen=True, slots=True)
class Fuzzy:
    """Words that differ from `text` by at most `distance` letters put in, left out, replaced or swapped."""

    text: str
    distance: int
    field: str | None = None

    def __str__(self) -> str:
        return f"{_prefix(self.field)}{self.text}~{self.distance}"


@dataclass(frozen=True, slots=True)
class Regex:
    """Words that a regular expression matches as a whole; `text` is the expression without its slashes."""

    text: str
    field: str | None = None

    def __str__(self) -> str:
        return f"{_prefix(self.field)}/{self.text}/"


@dataclass(frozen=True, slots=True)
class Near:
    """Parts that stand in any order with at most `distance` other words among them, in one field.

    A part is a leaf, or the leaves of which one must stand there.
    """

    parts: tuple[tuple[Leaf, ...], ...]
    distance: int

    def __str__(self) -> str:
        return f" NEAR/{self.distance} ".join(
            str(part[0]) if len(part) == 1 else f"({' OR '.join(map(str, part))})" for part in self.parts
        )


@dataclass(frozen=True, slots=True)
class Dated:
    """Articles whose date lies between two, both inclusive: ISO 8601 cut to its precision; None leaves an end open."""

    since: str | None
    until: str | None

    def __str__(self) -> str:
        if self.since == self.until:
            return f"date:{self.since}"
        return f"date:{self.since or ''}..{self.until or ''}"


@dataclass(frozen=True, slots=True)
class Weighted:
    """A part whose score counts `weight` times."""

    part: Node
    weight: float

    def __str__(self) -> str:
        text = str(self.part)
        simple = isinstance(self.part, Phrase | Wildcard | Fuzzy | Regex) or (
            isinstance(self.part, Word) and _PLAIN_WORD.fullmatch(self.part.text)
        )
        return f"{text if simple else f'({text})'}^{self.weight:g}"


@dataclass(frozen=True, slots=True)
class Words:
    """Parts typed one after the other.

    Those in `must` are required, those in `must_not` excluded; how many of `should` an article needs
    is the search's match mode: with `must` it can be none, but where that is of dates alone it is one at least.
    """

    should: tuple[Node, ...] = ()
    must: tuple[Node, ...] = ()
    must_not: tuple[Node, ...] = ()

    def __str__(self) -> str:
        parts = [f"+{_signed(node)}" for node in self.must]
        parts += [_wrapped(node) for node in self.should]
        parts += [f"-{_signed(node)}" for node in self.must_not]
        return " ".join(parts) or '""'  # nothing at all is every article


@dataclass(frozen=True, slots=True)
class And:
    """All parts match."""

    parts: tuple[Node, ...]

    def __str__(self) -> str:
        return " AND ".join(_wrapped(node) for node in self.parts)


@dataclass(frozen=True, slots=True)
class Or:
    """At least one part matches."""

    parts: tuple[Node, ...]

    def __str__(self) -> str:
        return " OR ".join(_wrapped(node) for node in self.parts)


@dataclass(frozen=True, slots=True)
class Not:
    """Everything but what the part matches."""

    part: Node

    def __str__(self) -> str:
        return f"NOT {_wrapped(self.part)}"


@dataclass(frozen=True, slots=True)
class Everything:
    """Every article."""

    def __str__(self) -> str:
        return ""


@dataclass(frozen=True, slots=True)
class Synonym:
    """What stands for the same as words of a query, and why; an occurrence counts `weight` times.

    Where `senses` are given, `leaf` is an acronym: an article that defines it as none of them (see
    `lexicon.folding.sense_key`) does not mean what was asked for.
    """

    leaf: Word | Phrase | Wildcard
    weight: float
    reason: str
    senses: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Synonyms:
    """A word, a phrase, or words of one field typed in a row, with what stands for the same.

    A word or phrase and its synonyms are one word to the ranking: their frequencies are added, and an article that
    holds several of them holds it once. Of words in a row an article holds all when it holds a synonym; it scores
    what the words give it, or what their phrase and its synonyms do as one word of the words' joint weight, whichever
    is more.
    """

    original: Word | Phrase | Words
    synonyms: tuple[Synonym, ...]

    @property
    def group(self) -> tuple[Synonym, ...]:
        """The original, of words in a row their phrase, and the synonyms."""
        original = self.original
        if isinstance(original, Words):
            words = [word for word in original.should if isinstance(word, Word)]
            original = Phrase(" ".join(word.text for word in words), words[0].field)
        return Synonym(original, 1.0, "as typed"), *self.synonyms

    def __str__(self) -> str:
        others = (Weighted(one.leaf, one.weight) if one.weight != 1 else one.leaf for one in self.synonyms)
        return str(Or((self.original, *others)))


Pattern = Wildcard | Fuzzy | Regex
"""Leaves that stand for words of the corpus that fit."""
Leaf = Word | Phrase | Pattern
L = TypeVar("L", Word, Phrase, Wildcard, Fuzzy, Regex, Word | Phrase | Wildcard, Word | Phrase, Leaf)
Node = Leaf | Near | Dated | Weighted | Words | And | Or | Not | Everything | Synonyms


@dataclass(frozen=True, slots=True)
class Filters:
    """What narrows a result without any effect on its order.

    `since` and `until` are Unix times, inclusive; an article's date counts with its whole span, and one
    without a date is left out when either is set. `source` is a publisher's name, case aside, or a host.
    `place` is named in the article, or a place within it is, or its dateline has it. Where `ids` are given, no other
    article counts.
    """

    since: int | None = None
    until: int | None = None
    source: str | None = None
    author: str | None = None
    lang: str | None = None
    place: str | None = None
    ids: frozenset[str] | None = None

    def __bool__(self) -> bool:
        return any(getattr(self, name) is not None for name in self.__slots__)


@dataclass(frozen=True, slots=True)
class Query:
    """A parsed query: the text as typed, its tree, and its filters.

    `boosts` are words, found in any form, that count for the order by relevance alone: an article that is found gains
    what they give it. No match mode looks at them.
    """

    text: str
    root: Node
    filters: Filters = field(default_factory=Filters)
    boosts: tuple[Weighted, ...] = ()


def leaves(node: Node) -> Iterator[Leaf]:
    """Yield the words, phrases and patterns of a tree that an article may hold, not the excluded ones."""
    match node:
        case Word() | Phrase() | Wildcard() | Fuzzy() | Regex():
            yield node
        case Near():
            for alternatives in node.parts:
                yield from alternatives
        case Weighted():
            yield from leaves(node.part)
        case Words():
            for part in (*node.must, *node.should):
                yield from leaves(part)
        case And() | Or():
            for part in node.parts:
                yield from leaves(part)
        case Synonyms():
            yield from leaves(node.original)
            for synonym in node.synonyms:
                yield synonym.leaf
        case Not() | Everything() | Dated():
            return


def is_prose(leaf: Leaf) -> bool:
    """Tell whether a leaf is a word or phrase that is looked for in title or text."""
    return isinstance(leaf, Word | Phrase) and leaf.field in (None, "title", "text")


def synonyms(node: Node) -> Iterator[Synonym]:
    """Yield what of the words of a tree's `leaves` was not typed but stands for what was."""
    match node:
        case Synonyms():
            yield from node.synonyms
        case Weighted():
            yield from synonyms(node.part)
        case Words():
            for part in (*node.must, *node.should):
                yield from synonyms(part)
        case And() | Or():
            for part in node.parts:
                yield from synonyms(part)


def is_dates(node: Node) -> bool:
    """Tell whether a node is of dates alone: one, or several joined by AND or OR. Dates narrow; no word is one."""
    return isinstance(node, Dated) or (isinstance(node, And | Or) and all(map(is_dates, node.parts)))


def with_field(node: Node, name: str) -> Node:
    """Return `node` with the field `name` on every leaf that has none."""
    match node:
        case Word() | Phrase() | Wildcard() | Fuzzy() | Regex():
            return _leaf_with_field(node, name)
        case Near():
            parts = tuple(tuple(_leaf_with_field(leaf, name) for leaf in part) for part in node.parts)
            return Near(parts, node.distance)
        case Weighted():
            return Weighted(with_field(node.part, name), node.weight)
        case Words():
            should, must, must_not = (
                tuple(with_field(part, name) for part in parts) for parts in (node.should, node.must, node.must_not)
            )
            return Words(should, must, must_not)
        case And():
            return And(tuple(with_field(part, name) for part in node.parts))
        case Or():
            return Or(tuple(with_field(part, name) for part in node.parts))
        case Synonyms():
            original = node.original
            if isinstance(original, Words):
                original = Words(tuple(with_field(word, name) for word in original.should))
            else:
                original = _leaf_with_field(original, name)
            others = (replace(one, leaf=_leaf_with_field(one.leaf, name)) for one in node.synonyms)
            return Synonyms(original, tuple(others))
        case Not():
            return Not(with_field(node.part, name))
        case Everything() | Dated():
            return node


def _leaf_with_field(leaf: L, name: str) -> L:
    return leaf if leaf.field else replace(leaf, field=name)


def _prefix(name: str | None) -> str:
    return f"{name}:" if name else ""


def _wrapped(node: Node) -> str:
    return f"({node})" if isinstance(node, Near | Words | And | Or | Not | Everything | Synonyms) else str(node)


def _signed(node: Node) -> str:
    """Return a part as it stands after a sign; two signs in a row would be a word."""
    text = _wrapped(node)
    return f"({text})" if text[0] in "+-" else text
