"""The query language: what each query means, that a tree's text is its query, and how faults are told."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Sequence
from datetime import date

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

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
    leaves,
)
from nkcorpus.query.lexer import one_character, plain_leaf
from nkcorpus.query.parser import MAX_DEPTH, MAX_LENGTH, MAX_PARTS, MAX_PATTERNS, literal, parse
from tests.cpu import seconds

A, B, C = Word("a"), Word("b"), Word("c")
TODAY = date(2020, 3, 31)


@pytest.mark.parametrize(
    ("text", "tree"),
    [
        ("", Everything()),
        (" \t\n", Everything()),
        ('""', Words()),
        ('"', Words()),
        (":)", Words()),
        ("()", Words()),
        ('NOT ""', Words()),
        ('a -""', A),
        ("a -()", A),
        ('+"" a', A),
        ('a -"', Words((A, Word("-")))),
        ('a -"b', Words((A, Word("-"), B))),
        ("a", A),
        ("a b", Words((A, B))),
        ('"a b"', Phrase("a b")),
        ("“a b”", Phrase("a b")),
        ('title:"a b"', Phrase("a b", "title")),
        ("TITLE:a", Word("a", "title")),
        ("title:(a text:b)", Words((Word("a", "title"), Word("b", "text")))),
        ("title:(a OR -b)", Or((Word("a", "title"), Not(Word("b", "title"))))),
        ("a AND b", And((A, B))),
        ("a AND b AND c", And((A, B, C))),
        ("a OR b", Or((A, B))),
        ("a OR b AND c", Or((A, And((B, C))))),
        ("(a OR b) AND c", And((Or((A, B)), C))),
        ("a b OR c", Or((Words((A, B)), C))),
        ("a AND b c", Words((And((A, B)), C))),
        ("NOT a", Not(A)),
        ("-a", Not(A)),
        ("a NOT b", Words((A,), (), (B,))),
        ("a -b", Words((A,), (), (B,))),
        ("a AND NOT b", And((A, Not(B)))),
        ("a AND -b", And((A, Not(B)))),
        ("NOT (NOT a)", Not(Not(A))),
        ("+a b", Words((B,), (A,))),
        ('+"a b" -title:c', Words((), (Phrase("a b"),), (Word("c", "title"),))),
        ("-a -b", Words((), (), (A, B))),
        ("((a))", A),
        ("and or not", Words((Word("and"), Word("or"), Word("not")))),
        ("id:0123", Word("0123", "id")),
        ('"a b"~5', Phrase("a b", distance=5)),
        ('title:"a b"~0^2', Weighted(Phrase("a b", "title", 0), 2)),
        ("a NEAR/5 b", Near(((A,), (B,)), 5)),
        ("a NEAR/0 b NEAR/0 c", Near(((A,), (B,), (C,)), 0)),
        ('(a OR b*) NEAR/2 "a c"', Near(((A, Wildcard("b*")), (Phrase("a c"),)), 2)),
        ("(a b) NEAR/2 c", Near(((A, B), (C,)), 2)),
        ("title:(a NEAR/1 b)", Near(((Word("a", "title"),), (Word("b", "title"),)), 1)),
        ("a NEAR/1 b AND c", And((Near(((A,), (B,)), 1), C))),
        ("-a NEAR/1 b c", Words((C,), (), (Near(((A,), (B,)), 1),))),
        ("smuggl*", Wildcard("smuggl*")),
        ("title:wom?n", Wildcard("wom?n", "title")),
        ("-*ship", Not(Wildcard("*ship"))),
        ("word~1", Fuzzy("word", 1)),
        ("author:word~2", Fuzzy("word", 2, "author")),
        ("/ab+/", Regex("ab+")),
        ("title:/(a|b)c/", Regex("(a|b)c", "title")),
        ("(/a/)", Regex("a")),
        ("보위*", Word("보위")),
        ("보*", Wildcard("보*")),
        ("쌀", Wildcard("쌀*")),
        ("text:(“쌀, 값?)", Words((Wildcard("쌀*", "text"), Wildcard("값*", "text")))),
        ("\u110a\u1161\u11af", Wildcard("쌀*")),
        ("*쌀", Wildcard("*쌀")),
        ('"쌀"', Phrase("쌀")),
        ("쌀값", Word("쌀값")),
        ("보위성~1", Word("보위성")),
        ("a^2", Weighted(A, 2)),
        ("a^0.25", Weighted(A, 0.25)),
        ('"a b"^1.5', Weighted(Phrase("a b"), 1.5)),
        ("/a/^3", Weighted(Regex("a"), 3)),
        ("(a OR b)^2 c", Words((Weighted(Or((A, B)), 2), C))),
        ("title:(a b)^2", Weighted(Words((Word("a", "title"), Word("b", "title"))), 2)),
        ("date:2019", Dated("2019", "2019")),
        ("date:2019-06..2020", Dated("2019-06", "2020")),
        ("date:2019..", Dated("2019", None)),
        ("DATE:..2019", Dated(None, "2019")),
        ("since:2019 until:2020-02", Words((), (Dated("2019", None), Dated(None, "2020-02")))),
        ("a date:2019 b", Words((A, B), (Dated("2019", "2019"),))),
        (
            "a (date:2019 OR date:2021)",
            Words((A,), (Or((Dated("2019", "2019"), Dated("2021", "2021"))),)),
        ),
        ("(date:2019 OR date:2021)", Or((Dated("2019", "2019"), Dated("2021", "2021")))),
        ("a -date:2019", Words((A,), (), (Dated("2019", "2019"),))),
        ("a OR date:2019", Or((A, Dated("2019", "2019")))),
        ('since:"last month"', Dated("2020-02", None)),
        ('date:"last week"', Dated("2020-03-23", "2020-03-29")),
        ('date:"last year..yesterday"', Dated("2019", "2020-03-30")),
        ("until:yesterday", Dated(None, "2020-03-30")),
        ("a :) :-( ;) b", Words((A, B))),
        ("(a :) b", Words((Words((A, Word(":"))), B))),
    ],
)
def test_tree(text: str, tree: Node) -> None:
    assert parse(text, TODAY) == tree


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("what did the MSS say?", ["what", "did", "the", "MSS", "say?"]),
        ('an "unbalanced quote', ["an", "unbalanced", "quote"]),
        ("Daily NK's source", ["Daily", "NK's", "source"]),
        ("rice/corn 5,500 won", ["rice/corn", "5,500", "won"]),
        ("https://news.example/a?b=c&d", ["https://news.example/a?b=c&d"]),
        ("at 10:30 - in Hyesan", ["at", "10:30", "-", "in", "Hyesan"]),
        ("a source said: nothing", ["a", "source", "said:", "nothing"]),
        ("Kim Jong-un C++ 50% *.*", ["Kim", "Jong-un", "C++", "50%", "*.*"]),
        ("보위성 강연", ["보위성", "강연"]),
        ("[bold]x[/bold] {y} \\ ^ ~", ["[bold]x[/bold]", "{y}", "\\", "^", "~"]),
        ("who? what?? why?!", ["who?", "what??", "why?!"]),
        ("and/or 24/7 50/50 3*4 2^ ~9", ["and/or", "24/7", "50/50", "3*4", "2^", "~9"]),
        ("/ // /usr/bin/env /r/ x/", ["/", "//", "/usr/bin/env", "r", "x/"]),
        ("mail desk@news.example mailto:desk@news.example", ["mail", "desk@news.example", "mailto:desk@news.example"]),
        ("* ** ???? [a TO z] a~ ^2", ["*", "**", "????", "[a", "TO", "z]", "a~", "^2"]),
        ("e.g.* -- (*) 10^6", ["e.g.*", "--", "*", "10"]),
        ("NEAR near/5 NEAR/x", ["NEAR", "near/5", "NEAR/x"]),
    ],
)
def test_human_text_is_words(text: str, words: list[str]) -> None:
    assert [leaf.text for leaf in leaves(parse(text))] == words


@pytest.mark.parametrize(
    ("text", "position", "told"),
    [
        ("a AND", 2, "AND needs a word on both sides"),
        ("AND a", 0, "AND needs a word on both sides"),
        ("a OR", 2, "OR needs a word on both sides"),
        ("OR a", 0, "OR needs a word on both sides"),
        ("a OR OR b", 2, "OR needs a word on both sides"),
        ("a AND AND b", 2, "AND needs a word on both sides"),
        ("x NOT", 2, "NOT needs a word after it"),
        ("(a b", 0, "opens that is not closed"),
        ("x (a (b)", 2, "opens that is not closed"),
        ("a)", 1, "closes that was not opened"),
        ("a publsher:b", 2, "no field 'publsher'"),
        ("보위성 -writer:b", 5, "no field 'writer'"),
        ('a title:"', 2, "title needs a word after it"),
        ("a NEAR/5", 2, "NEAR/5 needs a word on both sides"),
        ("NEAR/5 a", 0, "NEAR/5 needs a word on both sides"),
        ("a NEAR/5 OR b", 2, "NEAR/5 needs a word on both sides"),
        ("a NEAR/5 (b AND c)", 2, "joins words, phrases and groups"),
        ("a NEAR/5 (-b)", 2, "joins words, phrases and groups"),
        ('a NEAR/5 "b c"~2', 2, "joins words, phrases and groups"),
        ("a NEAR/5 b NEAR/6 c", 11, "give all the same number"),
        ("title:a NEAR/5 b", 8, "one field"),
        ("a NEAR/99999 b", 2, "at most 1,000"),
        ('x "a b"~1001', 2, "at most 1,000"),
        ("x word~3", 2, "write ~1 or ~2"),
        ("x word^0", 2, "above 0 and at most 100"),
        ("x word^101", 2, "above 0 and at most 100"),
        ("x 보*성", 2, "no wildcards inside"),
        ("x /a(/", 2, "does not parse"),
        ("x /(?=a)b/", 2, "(?: ...) only"),
        (r"x /(a)\1/", 2, r"\1 is not supported"),
        ("x /a{1000}/", 2, "counts to 100"),
        ("x date:soon", 7, "is no date"),
        ("since:'last month'", 6, 'write 2019, 2019-06, 2019-06-13, 2019-06-13T09:30+09:00, "yesterday", "last month"'),
        ("x date:..", 7, "no span of dates"),
        ("x date:1..2..3", 7, "no span of dates"),
        ("x date:(2019)", 2, "date: needs a date"),
        ("x since:2019-13", 8, "is no date"),
        ("a" + " NEAR/2 a" * 20, 173, "at most 20 parts"),
        ('x "' + "a " * 21 + '"~2', 2, "at most 20 words"),
        ("x " + "a* " * (MAX_PATTERNS + 1), 2 + 3 * MAX_PATTERNS, "more than 25 wildcards"),
    ],
)
def test_fault_is_told_with_its_place(text: str, position: int, told: str) -> None:
    with pytest.raises(QueryError) as caught:
        parse(text)
    assert (caught.value.query, caught.value.position) == (text, position)
    assert told in str(caught.value)
    assert "\n" not in str(caught.value)


def test_an_unknown_field_names_the_known_ones() -> None:
    with pytest.raises(QueryError) as caught:
        parse("written:today")
    assert all(field in str(caught.value) for field in FIELDS)


@given(st.text(alphabet='ab보 +-:"“()/.,*?~^12', max_size=40) | st.text(max_size=60))
def test_any_text_parses_or_is_a_query_error(text: str) -> None:
    try:
        tree = parse(text)
    except QueryError as error:
        assert 0 <= error.position <= len(error.query)
        return
    assert parse(str(tree)) == tree


@pytest.mark.parametrize(
    "text",
    [
        "a AND ()",
        "a OR ()",
        "+() a",
        "NOT ()",
        "-() b",
        "+(--a) b",
        "a -(--b)",
        "+(-) a",
        "-(+a) b",
        "title:(/x)",
        "title:(:x)",
        "title:(--x)",
    ],
)
def test_odd_trees_round_trip(text: str) -> None:
    assert parse(str(parse(text))) == parse(text)


@given(
    st.lists(
        st.sampled_from(
            ["AND", "OR", "NOT", "(", ")", "+", "-", '"', "title:", "id:", "a", "b", "--", "()", " ", ":", "/"]
        )
        | st.sampled_from(
            ["*", "?", "~1", "~2", "^2", "^.5", " NEAR/2 ", "/a/", "date:2019", "since:", "..", ":)", ";-)", "^"]
        )
    ).map("".join)
    | st.lists(
        st.sampled_from(["AND", "OR", "NOT", "(", ")", "+(", "-(", '""', "title:(", "text:", "a", "--b", "-", "+"])
        | st.sampled_from(["NEAR/1", "a*", "b~1", "/c/", ")^2", '"a b"~3', '"a"^2', "date:2019", "until:2020", ":)"])
    ).map(" ".join)
)
def test_text_in_the_manner_of_queries_round_trips(text: str) -> None:
    try:
        tree = parse(text)
    except QueryError:
        return
    assert parse(str(tree)) == tree


_FIELDS = st.none() | st.sampled_from(FIELDS)
_WORDS = st.text(alphabet="abcXYZ0189'.보위성", min_size=1, max_size=6).filter(lambda text: not one_character(text))
_LEAVES = st.builds(Word, _WORDS, _FIELDS) | st.builds(
    Phrase,
    st.text(alphabet="ab 위+:()-", max_size=8).map(lambda text: f"a{text}b"),
    _FIELDS,
    st.none() | st.integers(0, 1000),
)
_PATTERNS = (
    st.builds(Wildcard, st.sampled_from(["a*", "*b", "a?b", "*a*", "a??b*", "보*", "x'*"]), _FIELDS)
    | st.builds(Fuzzy, st.sampled_from(["ab", "O'b", "a1"]), st.sampled_from([1, 2]), _FIELDS)
    | st.builds(Regex, st.sampled_from(["a", "(a|b)c", r"a\/b", "[^x]+", "a{2,3}", r"\w"]), _FIELDS)
)
_DATES = st.sampled_from(["2019", "2019-06", "2019-06-13", "2019-06-13T09:30+09:00"])
_DATED = st.builds(Dated, _DATES, st.none() | _DATES) | st.builds(Dated, st.none(), _DATES)


@st.composite
def _near(draw: st.DrawFn) -> Node:
    name = draw(_FIELDS)
    leaves: list[Leaf] = [Word("a", name), Phrase("a b", name), Wildcard("a*", name), Regex("(a|b)", name)]
    part = st.lists(st.sampled_from(leaves), min_size=1, max_size=3)
    parts = draw(st.lists(part, min_size=2, max_size=3))
    return Near(tuple(tuple(alternatives) for alternatives in parts), draw(st.integers(0, 9)))


def _positive(node: Node) -> Node:
    """`(NOT a) b` reads `b -a`, so the parser never makes a Not of what an article should hold."""
    while isinstance(node, Not):
        node = node.part
    return node


def _words(should: list[Node], must: list[Node], must_not: list[Node]) -> Node:
    """The parser makes no Words of a single part, unless it is a required one, and requires dates."""
    should = [A if is_dates(node) else node for node in map(_positive, should)]
    if not must and len(should) + len(must_not) < 2:
        must = [A]
    return Words(tuple(map(_positive, should)), tuple(must), tuple(must_not))


def _compound(parts: st.SearchStrategy[Node]) -> st.SearchStrategy[Node]:
    several = st.lists(parts, min_size=2, max_size=3).map(tuple)
    few = st.lists(parts, max_size=2)
    weighable = parts.filter(lambda node: not isinstance(node, Dated))
    weighted = st.builds(Weighted, weighable, st.sampled_from([0.001, 0.5, 2.0, 1.125, 99.999, 100.0]))
    return (
        st.builds(And, several) | st.builds(Or, several) | st.builds(Not, parts) | weighted
        | st.builds(_words, few, few, few)
    )  # fmt: skip


_TREES: st.SearchStrategy[Node] = st.recursive(_LEAVES | _PATTERNS | _DATED | _near(), _compound, max_leaves=12)


@given(_TREES)
def test_the_text_of_a_tree_parses_to_it(tree: Node) -> None:
    assume(len(re.findall(r"\b(?:Wildcard|Fuzzy|Regex)\(", repr(tree))) <= MAX_PATTERNS)
    assert parse(str(tree)) == tree


def test_leaves_are_what_an_article_may_hold() -> None:
    assert [str(leaf) for leaf in leaves(parse('+a (b OR NOT c) AND "d e" -f'))] == ["a", "b", '"d e"']


@pytest.mark.parametrize("text", ["AND", "a OR", "(x", 'title:"y', "-z", "no:field", '"'])
def test_literal_takes_any_text_as_words(text: str) -> None:
    assert literal(text) == Words(tuple(Word(word) for word in text.split()))


def test_words_of_one_character_are_no_patterns_to_count() -> None:
    words = "그 돈 쌀 " * 100
    assert len(list(leaves(parse(words)))) == len(list(leaves(literal(words)))) == 300


@given(st.text())
def test_literal_never_fails(text: str) -> None:
    assert list(leaves(literal(text))) == [plain_leaf(word) for word in text.split()]


@pytest.mark.parametrize(
    "text",
    [
        "a" * (MAX_LENGTH + 1),
        "a " * (MAX_PARTS + 1),
        "(" * 5_000 + "a" + ")" * 5_000,
        "(" * MAX_LENGTH,
        "-(" * (MAX_LENGTH // 2),
        "(" * (MAX_DEPTH + 1) + "a" + ")" * (MAX_DEPTH + 1),
        "a\n" * 10_000,
    ],
    ids=["long", "words", "deep", "open", "negated", "depth", "lines"],
)
def test_a_query_beyond_the_limits_is_refused_at_once(text: str) -> None:
    with pytest.raises(QueryError) as caught:
        parse(text)
    assert "\n" not in str(caught.value)

    def refused() -> None:
        with contextlib.suppress(QueryError):
            parse(text)

    assert seconds(refused) < 0.5


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("x" * MAX_LENGTH, 1),
        ("ab " * MAX_PARTS, MAX_PARTS),
        ("(" * MAX_DEPTH + "a" + ")" * MAX_DEPTH, 1),
        ("title:" * 3_000, 1_500),
        ('"' * MAX_LENGTH, None),
        ("+-" * (MAX_LENGTH // 2), 1),
        (")" * MAX_LENGTH, None),
        ("OR " * 6_000, None),
    ],
    ids=["word", "words", "depth", "fields", "quotes", "signs", "closing", "operators"],
)
def test_the_largest_queries_are_fast(text: str, parts: int | None) -> None:
    def found() -> Sequence[Node] | None:
        try:
            return list(leaves(parse(text)))
        except QueryError:
            return None

    nodes = found()
    assert (None if nodes is None else len(nodes)) == parts
    assert seconds(found) < 0.5


def test_literal_has_the_same_limit_of_words() -> None:
    with pytest.raises(QueryError):
        literal("a " * (MAX_PARTS + 1))
