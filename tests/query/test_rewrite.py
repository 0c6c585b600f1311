"""Where in the tree of a query synonyms come in, and where not."""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nkcorpus.errors import QueryError
from nkcorpus.lexicon.folding import sense_key
from nkcorpus.lexicon.lookup import load_lexicon
from nkcorpus.query.ast import And, Node, Not, Or, Synonyms, Weighted, Words, leaves, synonyms, with_field
from nkcorpus.query.expansion import Alternative
from nkcorpus.query.parser import literal, parse
from nkcorpus.query.rewrite import MOST_SYNONYMS, Rewriter

ALIASES = (("squid", "cuttlefish", "dried octopus"), ("border town", "Hyesan"))
REWRITER = Rewriter(load_lexicon(), ALIASES)


def groups(node: Node) -> Iterator[Synonyms]:
    """Yield the groups of synonyms in a tree."""
    match node:
        case Synonyms():
            yield node
        case Weighted():
            yield from groups(node.part)
        case Words():
            for part in (*node.must, *node.should, *node.must_not):
                yield from groups(part)
        case And() | Or():
            for part in node.parts:
                yield from groups(part)
        case Not():
            yield from groups(node.part)


def typed(query: str) -> list[str]:
    """Return the parts of a query that get synonyms, as typed."""
    return [str(group.original) for group in groups(REWRITER.rewrite(parse(query)).root)]


@pytest.mark.parametrize(
    ("query", "parts"),
    [
        ("MSS", ["MSS"]),
        ("(MSS?)", ["MSS?"]),
        ("the MSS's lecture", ["MSS's"]),
        ('"Ministry of People\'s Security"', ['"Ministry of People\'s Security"']),
        ("Ministry of People’s Security's plan", ["Ministry of People’s Security's"]),
        ("Hamkyung's", ["Hamkyung's"]),
        ("Ministry of State Security lecture", ["Ministry of State Security"]),
        ("a lecture of the Ministry of State Security", ["Ministry of State Security"]),
        ("title:(Ministry of State Security)", ["title:Ministry title:of title:State title:Security"]),
        ("Ministry of title:State Security", []),
        ('"Ministry of State Security"', ['"Ministry of State Security"']),
        ('text:"Ministry of State Security"', ['text:"Ministry of State Security"']),
        ('"lecture of the MSS"', []),
        ('"State Security"~3', []),
        ("squid OR MSS^2", ["squid", "MSS"]),
        ("+MSS rice", ["MSS"]),
        ("MSS AND rice", ["MSS"]),
        ("border town prices", ["border town"]),
        ("-MSS rice", []),
        ("NOT MSS", []),
        ("rice AND NOT MSS", []),
        ("MSS NEAR/3 rice", []),
        ("author:MSS source:MSS removed:MSS tag:MSS", []),
        ("MSS* /mss/ mss~1", []),
        ("rice corn", []),
        ("쌀값은 휘발유값", ["쌀값은"]),
        ('"쌀값은 올랐다"', []),
        ("북, 쌀", []),
        ("", []),
    ],
)
def test_what_gets_synonyms(query: str, parts: list[str]) -> None:
    assert typed(query) == parts


def test_an_alias_of_one_character_is_the_words_that_it_begins() -> None:
    rewriter = Rewriter(load_lexicon(), (("barley", "쌀"),))
    assert str(rewriter.rewrite(parse("barley")).root) == "barley OR 쌀*"
    assert str(rewriter.rewrite(parse("쌀 squid")).root) == "(쌀* OR barley^1) squid"


def test_what_was_typed_is_no_synonym() -> None:
    (group,) = groups(REWRITER.rewrite(parse('"Workers\' Party of Korea"')).root)
    assert "Workers' Party of Korea" not in [one.leaf.text for one in group.synonyms]


def test_synonyms_have_the_field_and_the_weight_of_what_was_typed() -> None:
    weighted = REWRITER.rewrite(parse("title:squid^2")).root
    assert str(weighted) == '(title:squid OR title:cuttlefish OR title:"dried octopus")^2'
    assert str(REWRITER.rewrite(parse("rice squid")).root) == 'rice (squid OR cuttlefish OR "dried octopus")'


def test_a_field_reaches_all_names() -> None:
    for query in ("squid", "border town"):
        found = with_field(REWRITER.rewrite(parse(f"{query} rice")).root, "title")
        assert {leaf.field for leaf in leaves(found)} == {"title"}
        assert found == REWRITER.rewrite(parse(f"title:({query} rice)")).root


def test_only_acronyms_have_senses() -> None:
    found = {
        str(one.leaf): one.senses for one in synonyms(REWRITER.rewrite(parse('"Ministry of State Security"')).root)
    }
    assert {name for name, senses in found.items() if senses} == {"MSS", "SSD", "NSA"}
    assert sense_key("Ministry for State Security") in found["MSS"]
    assert sense_key("Ministry of Social Security") not in found["MSS"]


def test_other_spellings_are_asked_for_only_where_nothing_is_known() -> None:
    asked: list[str] = []

    def variants(word: str) -> list[Alternative]:
        asked.append(word)
        return [Alternative("taekjong", 0.6, "spelling")] if word == "Taekjeong" else []

    root = Rewriter(load_lexicon(), (), variants).rewrite(parse("MSS in “Taekjeong,” Taekjeong's")).root
    assert asked == ["in", "Taekjeong", "Taekjeong"]
    assert str(root).count("taekjong^0.6") == 2


def test_a_query_has_a_bounded_number_of_synonyms() -> None:
    names = [entry.name for entry in load_lexicon().entries.values()]
    started = time.monotonic()
    found = REWRITER.rewrite(literal(" ".join(names)[:19_000]))
    assert time.monotonic() - started < 2
    assert not found.is_whole
    assert MOST_SYNONYMS - 50 < sum(1 for _ in synonyms(found.root)) <= MOST_SYNONYMS
    assert REWRITER.rewrite(literal("MSS " * 10)).is_whole


WORDS = "MSS Ministry of State Security squid Hamkyung AND OR NOT ( ) -MSS +squid title:MSS rice* a NEAR/2".split()
WORDS += ['"', "보위부", "'s"]


TEXTS = st.lists(st.sampled_from(WORDS) | st.text(max_size=5), max_size=12).map(" ".join)


@given(TEXTS)
def test_any_tree_keeps_its_words(text: str) -> None:
    root = literal(text)
    found = REWRITER.rewrite(root).root
    assert set(leaves(root)) <= set(leaves(found))
    assert all(one.weight > 0 for one in synonyms(found))


@given(TEXTS)
def test_a_tree_with_synonyms_is_written_as_the_query_that_finds_them(text: str) -> None:
    try:
        root = parse(text)
    except QueryError:
        return
    found = REWRITER.rewrite(root).root
    assert set(leaves(root)) <= set(leaves(found))
    assert set(leaves(parse(str(found)))) == set(leaves(found))
