"""The query language: what each query means, that a tree's text is its query, and how faults are told."""

from __future__ import annotations

import time
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nkcorpus.errors import QueryError
from nkcorpus.query.ast import FIELDS, And, Everything, Node, Not, Or, Phrase, Word, Words, leaves
from nkcorpus.query.parser import MAX_DEPTH, MAX_LENGTH, MAX_PARTS, literal, parse

A, B, C = Word("a"), Word("b"), Word("c")


@pytest.mark.parametrize(
    ("text", "tree"),
    [
        ("", Everything()),
        (" \t\n", Everything()),
        ('""', Everything()),
        ("()", Everything()),
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
    ],
)
def test_tree(text: str, tree: Node) -> None:
    assert parse(text) == tree


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


@given(st.text(alphabet='ab보 +-:"“()/.,', max_size=40) | st.text(max_size=60))
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
    ).map("".join)
    | st.lists(
        st.sampled_from(["AND", "OR", "NOT", "(", ")", "+(", "-(", '""', "title:(", "text:", "a", "--b", "-", "+"])
    ).map(" ".join)
)
def test_text_in_the_manner_of_queries_round_trips(text: str) -> None:
    try:
        tree = parse(text)
    except QueryError:
        return
    assert parse(str(tree)) == tree


_FIELDS = st.none() | st.sampled_from(FIELDS)
_LEAVES = st.builds(Word, st.text(alphabet="abcXYZ0189'.보위성", min_size=1, max_size=6), _FIELDS) | st.builds(
    Phrase, st.text(alphabet="ab 위+:()-", max_size=8).map(lambda text: f"a{text}b"), _FIELDS
)


def _positive(node: Node) -> Node:
    """`(NOT a) b` reads `b -a`, so the parser never makes a Not of what an article should hold."""
    while isinstance(node, Not):
        node = node.part
    return node


def _words(should: list[Node], must: list[Node], must_not: list[Node]) -> Node:
    """The parser makes no Words of a single part, unless it is a required one."""
    if not must and len(should) + len(must_not) < 2:
        must = [A]
    return Words(tuple(map(_positive, should)), tuple(must), tuple(must_not))


def _compound(parts: st.SearchStrategy[Node]) -> st.SearchStrategy[Node]:
    several = st.lists(parts, min_size=2, max_size=3).map(tuple)
    few = st.lists(parts, max_size=2)
    return st.builds(And, several) | st.builds(Or, several) | st.builds(Not, parts) | st.builds(_words, few, few, few)


_TREES: st.SearchStrategy[Node] = st.recursive(_LEAVES, _compound, max_leaves=12)


@given(_TREES)
def test_the_text_of_a_tree_parses_to_it(tree: Node) -> None:
    assert parse(str(tree)) == tree


def test_leaves_are_what_an_article_may_hold() -> None:
    assert [str(leaf) for leaf in leaves(parse('+a (b OR NOT c) AND "d e" -f'))] == ["a", "b", '"d e"']


@pytest.mark.parametrize("text", ["AND", "a OR", "(x", 'title:"y', "-z", "no:field", '"'])
def test_literal_takes_any_text_as_words(text: str) -> None:
    assert literal(text) == Words(tuple(Word(word) for word in text.split()))


@given(st.text())
def test_literal_never_fails(text: str) -> None:
    assert [leaf.text for leaf in leaves(literal(text))] == text.split()


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
    started = time.process_time()
    with pytest.raises(QueryError) as caught:
        parse(text)
    assert time.process_time() - started < 0.5
    assert "\n" not in str(caught.value)


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
    started = time.process_time()
    found: Sequence[Node] | None
    try:
        found = list(leaves(parse(text)))
    except QueryError:
        found = None
    assert time.process_time() - started < 0.5
    assert (None if found is None else len(found)) == parts


def test_literal_has_the_same_limit_of_words() -> None:
    with pytest.raises(QueryError):
        literal("a " * (MAX_PARTS + 1))
