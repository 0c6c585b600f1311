"""The query language: parsing, explaining, synonyms, marks in a text, dates."""

from __future__ import annotations

import contextlib
from datetime import date

from nkcorpus.analyse.kwic import Finder
from nkcorpus.dates import parse_iso
from nkcorpus.errors import QueryError, UsageError
from nkcorpus.query import dates
from nkcorpus.query.ast import Node, leaves, with_field
from nkcorpus.query.explain import explain
from nkcorpus.query.lexer import tokenize
from nkcorpus.query.parser import literal, parse
from nkcorpus.query.snippet import Highlighter, query_marks
from nkcorpus.query.suggest import suggested
from nkcorpus.wording import rewritten
from tests.fuzz.draw import Draw
from tests.fuzz.target import target, told
from tests.index.agreement import QUERIES

TODAY = date(2020, 2, 29)
WORDS = (
    ' AND ¦ OR ¦ NOT ¦ NEAR/3 ¦ NEAR/1000 ¦title:¦text:¦author:¦source:¦place:¦id:¦notes:¦removed:¦"¦“¦”¦(¦)¦+¦-¦^2'
    '¦^0.5¦~1¦~2¦"~3¦*¦?¦/[a-z]+/¦:)¦;-)¦date:2019¦date:2019..2020¦since:¦until:¦..¦date:yesterday¦date:"3 weeks ago"'
    "¦쌀¦보위부¦mss¦Hyesan¦Ryanggang¦don't¦\u110a\u1161\u11af¦3*4¦http://a/b?c"
)
TEXT = (
    "The Ministry of State Security (MSS) held a lecture in Hyesan, Ryanggang Province. Rice prices rose to 5,500 won; "
    "“rice” is dear, the MSS's officials said.\n\n국가보위성이 혜산에서 강연을 했다. 쌀값이 올랐고 쌀은 귀하다.\n"
    "Ri Sol-ju and Kim Jong Un's sister came on June 3, 2019. lectures lecturing lectured"
)


def seeds() -> list[bytes]:
    odd = ("3 weeks ago", "a -(--b)", "title:(:x)", "(a OR b*) NEAR/2 c", 'since:2019 until:"last month" 쌀', "R&D's")
    return [query.encode() for query in (*QUERIES, *odd)]


def text_of(data: bytes) -> str:
    """Return a query as it comes from a command line."""
    return data.decode("utf-8", "surrogateescape")


def parsed(text: str) -> Node | None:
    """Return the tree of a text, None where it is none and that is told well."""
    try:
        return parse(text, TODAY)
    except QueryError as error:
        assert 0 <= error.position <= len(error.query)
        assert "\n" not in str(error).replace(text, "")
        return None


@target(seeds, words=WORDS, weight=80, longest=2000, examples=60)
def tree(data: bytes) -> None:
    """The text of a tree is a query for it, whatever was typed."""
    text = text_of(data)
    node = parsed(text)
    with contextlib.suppress(QueryError):
        starts = [token.start for token in tokenize(text)]
        assert starts == sorted(starts) and all(0 <= start < len(text) for start in starts)
        literal(text)
    if node is not None:
        assert parse(str(node), TODAY) == node
        assert len(list(leaves(with_field(node, "title")))) == len(list(leaves(node)))
        explain(node)
        explain(node, exact=True)


@target(seeds, words=WORDS, weight=25, longest=600)
def synonyms(data: bytes) -> None:
    """A tree with its synonyms can be explained, and reads as a query."""
    draw = Draw(data)
    aliases = [[draw.text(12) or "a", draw.text(12) or "b"]] if draw.flag() else []
    node = parsed(text_of(draw.rest()))
    if node is None:
        return
    whole = rewritten(node, aliases)
    explain(whole.root)
    with contextlib.suppress(QueryError):  # it may be larger than what may be typed
        parse(str(whole.root), TODAY)
    assert all(0 <= one.start < one.end for one in whole.expansions)
    assert all(str(one) for one in suggested(node, lambda word: (f"{word}s",)))


@target(seeds, words=WORDS, weight=25, longest=600)
def marks(data: bytes) -> None:
    """What is marked in a text lies in it, in order and apart."""
    draw = Draw(data)
    exact, count, width = draw.flag(), draw.number(1, 3), draw.number(20, 300)
    text = TEXT if draw.flag() else draw.text(200) + TEXT[: draw.number(0, 255)]
    node = parsed(text_of(draw.rest()))
    if node is None:
        return
    node = rewritten(node).root
    found = Highlighter(query_marks(node, exact=exact), lambda term: 1.0 + len(term)).snippets(text, count, width)
    for snippet in (found[0], *found[1]):
        _check_spans(snippet.matches, len(snippet.text))
    for start, end, *_ in Finder(node, exact=exact).spans(text):
        assert 0 <= start < end <= len(text)


def _check_spans(spans: tuple[tuple[int, int], ...], length: int) -> None:
    last = 0
    for start, end in spans:
        assert last <= start < end <= length
        last = end


def date_seeds() -> list[bytes]:
    given = (
        "2019|2019-06|2019-06-13|2019-06-13T09:30+09:00|yesterday|last month|3 weeks ago|the past 99999 years|this week"
    )
    return [text.encode() for text in given.split("|")]


@target(date_seeds, words="ago¦last ¦the ¦day¦week¦month¦year¦s¦one¦T¦Z¦+0900", weight=120, longest=80)
def time_span(data: bytes) -> None:
    """Dates of options and queries are dates of the calendar."""
    text = text_of(data)
    span = dates.parse_span(text, TODAY)
    for value in span or ():
        iso = parse_iso(value)
        assert iso is not None and iso[0] == value
    with told(UsageError):
        assert dates.since(text) <= dates.until(text)
