"""From the text of a query to its tree.

    query   := group
    group   := operand+ with AND, OR between operands          (AND binds tighter than OR)
    operand := [+ | - | NOT] atom
    atom    := [field:] (word | "phrase") | ( group )

Plain human text parses: an unbalanced quote, an apostrophe, a question mark, a slash or a URL are words.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from nkcorpus.errors import QueryError
from nkcorpus.query.ast import FIELDS, And, Everything, Node, Not, Or, Phrase, Word, Words

MAX_LENGTH = 20_000
"""Code points of a query."""
MAX_PARTS = 2_000
"""Words and phrases of a query."""
MAX_DEPTH = 50
"""Parentheses within parentheses."""

_TOKEN = re.compile(
    r"""(?P<space>\s+)
    | (?P<open>\() | (?P<close>\))
    | (?P<sign>[+-](?=[^\s+\-)]))
    | (?P<field>[A-Za-z_]+:(?=["“”(]|[^\s/:)]))
    | ["“”](?P<phrase>[^"“”]*)["“”]
    | (?P<quote>["“”])
    | (?P<word>[^\s()"“”]+)
    """,
    re.VERBOSE,
)
_OPERATORS = {"AND", "OR", "NOT"}


@dataclass(frozen=True, slots=True)
class _Token:
    kind: str
    text: str
    start: int


def parse(text: str) -> Node:
    """Return the tree of a query.

    Raises QueryError, with the position of the fault, for an operator without an operand, an unbalanced
    parenthesis, an unknown field, or a query over the limits.
    """
    if len(text) > MAX_LENGTH:
        raise QueryError(f"the query has {len(text):,} characters, more than {MAX_LENGTH:,}; shorten it", text[:80], 80)
    tokens = _tokenize(text)
    if sum(token.kind in ("word", "phrase") for token in tokens) > MAX_PARTS:
        raise QueryError(f"the query has more than {MAX_PARTS:,} words; shorten it", text[:80], 80)
    return _Parser(text, tokens).parse()


def literal(text: str) -> Node:
    """Return the tree of `text` taken as plain words, with no operators. Never fails for its syntax."""
    words = text.split()
    if len(words) > MAX_PARTS:
        raise QueryError(f"the query has more than {MAX_PARTS:,} words; shorten it", text[:80], 80)
    return Words(should=tuple(Word(word) for word in words)) if words else Everything()


def _tokenize(text: str) -> list[_Token]:
    tokens: list[_Token] = []
    for match in _TOKEN.finditer(text):
        kind = match.lastgroup or ""
        value = match.group(kind)
        if kind in ("space", "quote"):
            continue
        if kind == "word" and value in _OPERATORS:
            kind = value
        tokens.append(_Token(kind, value, match.start()))
    return tokens


class _Parser:
    def __init__(self, text: str, tokens: list[_Token]) -> None:
        self._text = text
        self._tokens = tokens
        self._next = 0
        self._depth = 0

    def parse(self) -> Node:
        node = self._alternatives()
        token = self._peek()
        if token is not None:
            raise self._fault("a parenthesis closes that was not opened; remove it or use --literal", token)
        return node

    def _alternatives(self) -> Node:
        """group := sequence (OR sequence)*"""
        parts = [self._sequence()]
        while (token := self._peek()) and token.kind == "OR":
            self._next += 1
            self._expect_operand(token, before=parts[-1])
            parts.append(self._sequence())
        return parts[0] if len(parts) == 1 else Or(tuple(parts))

    def _sequence(self) -> Node:
        """sequence := conjunction+ ; adjacent words become one Words node"""
        should: list[Node] = []
        must: list[Node] = []
        must_not: list[Node] = []
        while (token := self._peek()) and token.kind not in ("close", "OR"):
            if token.kind == "sign":
                self._next += 1
                (must if token.text == "+" else must_not).append(self._atom(token))
            else:
                node = self._conjunction()
                if isinstance(node, Not):
                    must_not.append(node.part)
                elif not isinstance(node, Everything):
                    should.append(node)
        if not (should or must or must_not):
            return Everything()
        if len(should) == 1 and not must and not must_not:
            return should[0]
        if len(must_not) == 1 and not should and not must:
            return Not(must_not[0])
        return Words(tuple(should), tuple(must), tuple(must_not))

    def _conjunction(self) -> Node:
        """conjunction := operand (AND operand)*"""
        token = self._peek()
        if token and token.kind == "AND":
            raise self._fault("AND needs a word on both sides; put it in quotes to search for it", token)
        parts = [self._operand()]
        while (token := self._peek()) and token.kind == "AND":
            self._next += 1
            self._expect_operand(token, before=parts[-1])
            parts.append(self._operand())
        return parts[0] if len(parts) == 1 else And(tuple(parts))

    def _operand(self) -> Node:
        token = self._peek()
        if token and token.kind == "NOT":
            self._next += 1
            return Not(self._atom(token))
        if token and token.kind == "sign":
            self._next += 1
            node = self._atom(token)
            return Not(node) if token.text == "-" else node
        return self._atom(token)

    def _atom(self, opener: _Token | None, field: str | None = None) -> Node:
        token = self._peek()
        if token is None or token.kind in ("close", *_OPERATORS):
            fault = opener or token
            assert fault is not None
            raise self._fault(f"{fault.text.rstrip(':')} needs a word after it; quote it to search for it", fault)
        self._next += 1
        match token.kind:
            case "open":
                return self._group(token, field)
            case "field" if field is None:
                return self._atom(token, self._field(token))
            case "phrase":
                return Phrase(token.text.strip(), field) if token.text.strip() else Everything()
            case _:
                return Word(token.text, field)

    def _group(self, opener: _Token, field: str | None) -> Node:
        self._depth += 1
        if self._depth > MAX_DEPTH:
            raise self._fault(f"more than {MAX_DEPTH} parentheses inside each other; simplify the query", opener)
        node = self._alternatives()
        token = self._peek()
        if token is None:
            raise self._fault("a parenthesis opens that is not closed; close it or use --literal", opener)
        self._next += 1
        self._depth -= 1
        return _with_field(node, field) if field else node

    def _field(self, token: _Token) -> str:
        field = token.text[:-1].lower()
        if field not in FIELDS:
            known = ", ".join(FIELDS)
            raise self._fault(f"there is no field '{field}'; fields are {known} (quote it to search for it)", token)
        return field

    def _expect_operand(self, operator: _Token, before: Node) -> None:
        token = self._peek()
        missing = token is None or token.kind in ("close", "AND", "OR")
        if missing or isinstance(before, Everything):
            raise self._fault(
                f"{operator.text} needs a word on both sides; put it in quotes to search for it", operator
            )

    def _peek(self) -> _Token | None:
        return self._tokens[self._next] if self._next < len(self._tokens) else None

    def _fault(self, message: str, token: _Token) -> QueryError:
        return QueryError(message, self._text, token.start)


def _with_field(node: Node, field: str) -> Node:
    """Return `node` with `field` on every leaf that has none."""
    match node:
        case Word():
            return node if node.field else Word(node.text, field)
        case Phrase():
            return node if node.field else Phrase(node.text, field)
        case Words():
            should, must, must_not = (
                tuple(_with_field(part, field) for part in parts) for parts in (node.should, node.must, node.must_not)
            )
            return Words(should, must, must_not)
        case And():
            return And(tuple(_with_field(part, field) for part in node.parts))
        case Or():
            return Or(tuple(_with_field(part, field) for part in node.parts))
        case Not():
            return Not(_with_field(node.part, field))
        case Everything():
            return node
