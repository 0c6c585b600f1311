"""From the text of a query to its tree.

    query   := parts joined by OR
    part    := operand+, operands joined by AND                 (AND binds tighter than OR)
    operand := [+ | - | NOT] near
    near    := atom joined by NEAR/n                            (NEAR binds tighter than AND)
    atom    := [field:] (word | "phrase"[~n] | wild* | fuzzy~n | /regex/ | ( query ))[^weight]
             | date:SPAN | since:DATE | until:DATE

What is a word is told in `lexer`. docs/query.md explains the language to users.
"""

from __future__ import annotations

from datetime import date

from nkcorpus.errors import QueryError
from nkcorpus.query.ast import (
    FIELDS,
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
    Weighted,
    Wildcard,
    Word,
    Words,
    is_dates,
    with_field,
)
from nkcorpus.query.dates import HOW_TO_WRITE, parse_span
from nkcorpus.query.lexer import MAX_NEAR, OPERATORS, Token, one_character, plain_leaf, tokenize

MAX_LENGTH = 20_000
"""Code points of a query."""
MAX_PARTS = 1_000
"""Words, phrases and patterns of a query."""
MAX_PATTERNS = 25
"""Wildcards, fuzzy words and regular expressions of a query."""
MAX_DEPTH = 50
"""Parentheses within parentheses."""
DATE_FIELDS = ("date", "since", "until")

_HOW_TO_WRITE = HOW_TO_WRITE.replace("'", '"')  # apostrophes quote nothing in a query


def parse(text: str, today: date | None = None) -> Node:
    """Return the tree of a query; relative dates count from `today`, by default today in UTC.

    Raises QueryError, with the position of the fault, for an operator without an operand, an unbalanced
    parenthesis, an unknown field, what is no date, or a query over the limits.
    """
    if len(text) > MAX_LENGTH:
        raise QueryError(f"the query has {len(text):,} characters, more than {MAX_LENGTH:,}; shorten it", text[:80], 80)
    tokens = list(tokenize(text))
    leaves = [token for token in tokens if token.leaf]
    if len(leaves) > MAX_PARTS:
        raise QueryError(f"the query has more than {MAX_PARTS:,} words; shorten it", text[:80], 80)
    patterns = [
        token for token in leaves if isinstance(token.leaf, Wildcard | Fuzzy | Regex) and not one_character(token.text)
    ]
    if len(patterns) > MAX_PATTERNS:
        raise QueryError(
            f"the query has more than {MAX_PATTERNS} wildcards, fuzzy words and regular expressions; leave some out",
            text,
            patterns[MAX_PATTERNS].start,
        )
    return _Parser(text, tokens, today).parse()


def literal(text: str) -> Node:
    """Return the tree of `text` taken as plain words, with no operators. Never fails for its syntax."""
    words = text.split()
    if len(words) > MAX_PARTS:
        raise QueryError(f"the query has more than {MAX_PARTS:,} words; shorten it", text[:80], 80)
    return Words(should=tuple(plain_leaf(word) for word in words)) if words else Everything()


class _Parser:
    def __init__(self, text: str, tokens: list[Token], today: date | None) -> None:
        self._text = text
        self._tokens = tokens
        self._today = today
        self._next = 0
        self._depth = 0

    def parse(self) -> Node:
        node = self._alternatives()
        token = self._peek()
        if token is not None:
            raise self._fault("a parenthesis closes that was not opened; remove it or use --literal", token)
        # Quotes, parentheses or a smiley without any word ask for something, not for every article.
        return Words() if isinstance(node, Everything) and self._text.strip() else node

    def _alternatives(self) -> Node:
        """query := part (OR part)*"""
        parts = [self._sequence()]
        while (token := self._peek()) and token.kind == "OR":
            self._next += 1
            self._expect_operand(token, before=parts[-1])
            parts.append(self._sequence())
        return parts[0] if len(parts) == 1 else Or(tuple(parts))

    def _sequence(self) -> Node:
        """part := conjunction+ ; adjacent ones become one Words node, in which dates are required"""
        should: list[Node] = []
        must: list[Node] = []
        must_not: list[Node] = []
        signed = False
        while (token := self._peek()) and token.kind not in ("close", "OR"):
            if token.kind == "sign":
                self._next += 1
                signed = True
                node, parts = self._near(token), must if token.text == "+" else must_not
            else:
                node, parts = self._conjunction(), should
                if isinstance(node, Not):
                    node, parts = node.part, must_not
                elif is_dates(node):
                    parts = must
            if not isinstance(node, Everything):
                parts.append(node)
        if not (should or must or must_not):
            return Everything()
        if len(should) == 1 and not must and not must_not:
            return should[0]
        if len(must) == 1 and is_dates(must[0]) and not signed and not should and not must_not:
            return must[0]
        if len(must_not) == 1 and not should and not must:
            return Not(must_not[0])
        return Words(tuple(should), tuple(must), tuple(must_not))

    def _conjunction(self) -> Node:
        """conjunction := operand (AND operand)*"""
        token = self._peek()
        if token and token.kind in ("AND", "NEAR"):
            raise self._fault(f"{token.text} needs a word on both sides; put it in quotes to search for it", token)
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
            return Not(self._near(token))
        if token and token.kind == "sign":
            self._next += 1
            node = self._near(token)
            return Not(node) if token.text == "-" else node
        return self._near(token)

    def _near(self, opener: Token | None) -> Node:
        """near := atom (NEAR/n atom)*"""
        first = self._atom(opener)
        token = self._peek()
        if token is None or token.kind != "NEAR":
            return first
        operator, parts = token, [first]
        while (token := self._peek()) and token.kind == "NEAR":
            if token.number != operator.number:
                raise self._fault(f"{operator.text} and {token.text} in a row; give all the same number", token)
            if len(parts) == MAX_NEAR:
                raise self._fault(f"NEAR joins at most {MAX_NEAR} parts; leave some out", token)
            self._next += 1
            self._expect_operand(token, before=parts[-1])
            parts.append(self._atom(token))
        near = Near(tuple(self._near_part(part, operator) for part in parts), operator.number)
        if len({leaf.field for part in near.parts for leaf in part}) > 1:
            raise self._fault(f"{operator.text} joins words of one field; put the field before (a NEAR/n b)", operator)
        return near

    def _near_part(self, node: Node, operator: Token) -> tuple[Leaf, ...]:
        """Return the leaves of which one must stand near: a leaf alone or a group of alternatives."""
        nodes = node.parts if isinstance(node, Or) else (node,)
        if isinstance(node, Words) and not node.must and not node.must_not:
            nodes = node.should
        leaves: list[Leaf] = []
        for part in nodes:
            if not isinstance(part, Word | Phrase | Wildcard | Fuzzy | Regex) or (
                isinstance(part, Phrase) and part.distance is not None
            ):
                raise self._fault(
                    f"{operator.text} joins words, phrases and groups of alternatives (a OR b), nothing else", operator
                )
            leaves.append(part)
        return tuple(leaves)

    def _atom(self, opener: Token | None, field: str | None = None) -> Node:
        token = self._peek()
        if token is None or token.kind == "close" or token.kind in OPERATORS:
            fault = opener or token
            assert fault is not None
            raise self._fault(f"{fault.text.rstrip(':')} needs a word after it; quote it to search for it", fault)
        self._next += 1
        if token.kind == "open":
            return self._group(token, field)
        if token.kind == "field" and field is None:
            name = token.text[:-1].lower()
            return self._dated(name, token) if name in DATE_FIELDS else self._atom(token, self._field(name, token))
        leaf = token.leaf or Word(token.text)
        if isinstance(leaf, Phrase) and not leaf.text:
            return Everything()
        node: Node = with_field(leaf, field) if field else leaf
        return node if token.weight is None else Weighted(node, token.weight)

    def _group(self, opener: Token, field: str | None) -> Node:
        self._depth += 1
        if self._depth > MAX_DEPTH:
            raise self._fault(f"more than {MAX_DEPTH} parentheses inside each other; simplify the query", opener)
        node = self._alternatives()
        token = self._peek()
        if token is None:
            raise self._fault("a parenthesis opens that is not closed; close it or use --literal", opener)
        self._next += 1
        self._depth -= 1
        if field:
            node = with_field(node, field)
        if token.weight is None or isinstance(node, Everything | Dated):
            return node
        return Weighted(node, token.weight)

    def _field(self, name: str, token: Token) -> str:
        if name not in FIELDS:
            known = ", ".join((*FIELDS, *DATE_FIELDS))
            raise self._fault(f"there is no field '{name}'; fields are {known} (quote it to search for it)", token)
        return name

    def _dated(self, name: str, opener: Token) -> Node:
        """Return the dates that `date:`, `since:` or `until:` names."""
        token = self._peek()
        if token is None or token.leaf is None:
            raise self._fault(f"{name}: needs a date after it; {_HOW_TO_WRITE}", opener)
        self._next += 1
        text = token.leaf.text if isinstance(token.leaf, Phrase) else token.text
        ends = text.split("..") if name == "date" else [text]
        if not any(end.strip() for end in ends) or len(ends) > 2:
            raise self._fault(f"'{text}' is no span of dates; write date:2020-01..2020-06 or date:2020..", token)
        spans = [self._span(end, token) if end.strip() else None for end in ends]
        first, last = spans[0], spans[-1]
        return Dated(
            first[0] if first and name != "until" else None,
            last[1] if last and name != "since" else None,
        )

    def _span(self, text: str, token: Token) -> tuple[str, str]:
        span = parse_span(text, self._today)
        if span is None:
            raise self._fault(f"'{text}' is no date; {_HOW_TO_WRITE}", token)
        return span

    def _expect_operand(self, operator: Token, before: Node) -> None:
        token = self._peek()
        missing = token is None or token.kind in ("close", "AND", "OR", "NEAR")
        if missing or isinstance(before, Everything):
            raise self._fault(
                f"{operator.text} needs a word on both sides; put it in quotes to search for it", operator
            )

    def _peek(self) -> Token | None:
        return self._tokens[self._next] if self._next < len(self._tokens) else None

    def _fault(self, message: str, token: Token) -> QueryError:
        return QueryError(message, self._text, token.start)
