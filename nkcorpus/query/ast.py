"""The tree of a query. Each engine compiles it; `str()` of a node is the query that parses to it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

FIELDS = ("title", "text", "author", "translator", "source", "lang", "url", "id")
"""The fields that a query can name. Without a name a word is looked for in title and text."""


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
    """Words that stand side by side, in this order."""

    text: str
    field: str | None = None

    def __str__(self) -> str:
        return f'{self.field}:"{self.text}"' if self.field else f'"{self.text}"'


@dataclass(frozen=True, slots=True)
class Words:
    """Parts typed one after the other.

    Those in `must` are required, those in `must_not` excluded; how many of `should` an article needs
    is the search's match mode.
    """

    should: tuple[Node, ...] = ()
    must: tuple[Node, ...] = ()
    must_not: tuple[Node, ...] = ()

    def __str__(self) -> str:
        parts = [f"+{_signed(node)}" for node in self.must]
        parts += [_wrapped(node) for node in self.should]
        parts += [f"-{_signed(node)}" for node in self.must_not]
        return " ".join(parts)


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


Node = Word | Phrase | Words | And | Or | Not | Everything


@dataclass(frozen=True, slots=True)
class Filters:
    """What narrows a result without any effect on its order.

    `since` and `until` are Unix times, inclusive; an article's date counts with its whole span, and one
    without a date is left out when either is set. `source` is a publisher's name, case aside, or a host.
    """

    since: int | None = None
    until: int | None = None
    source: str | None = None
    author: str | None = None
    lang: str | None = None

    def __bool__(self) -> bool:
        return any(value is not None for value in (self.since, self.until, self.source, self.author, self.lang))


@dataclass(frozen=True, slots=True)
class Query:
    """A parsed query: the text as typed, its tree, and its filters."""

    text: str
    root: Node
    filters: Filters = field(default_factory=Filters)


def leaves(node: Node) -> Iterator[Word | Phrase]:
    """Yield the words and phrases of a tree that an article may hold, not the excluded ones."""
    match node:
        case Word() | Phrase():
            yield node
        case Words():
            for part in (*node.must, *node.should):
                yield from leaves(part)
        case And() | Or():
            for part in node.parts:
                yield from leaves(part)
        case Not() | Everything():
            return


def _wrapped(node: Node) -> str:
    return f"({node})" if isinstance(node, Words | And | Or | Not | Everything) else str(node)


def _signed(node: Node) -> str:
    """Return a part as it stands after a sign; two signs in a row would be a word."""
    text = _wrapped(node)
    return f"({text})" if text[0] in "+-" else text
