"""What a text says its acronyms mean."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nkcorpus.lexicon.definitions import entry_of, find_definitions
from nkcorpus.lexicon.lookup import load_lexicon


@pytest.mark.parametrize(
    ("text", "acronym", "long_form"),
    [
        ("men of the Ministry of State Security (MSS) came", "MSS", "Ministry of State Security"),
        ("the Organization and Guidance Department (OGD)", "OGD", "Organization and Guidance Department"),
        ("the Ministry of\nSocial  Security (MSS; until 2020 the MPS)", "MSS", "Ministry of Social Security"),
        ("the Board of Grain’s “Harvest Office” (HO)", "HO", "Harvest Office"),
        ("the Workers’ Party of Korea (“WPK”)", "WPK", "Workers’ Party of Korea"),
        ("new Special Trade Zones (STZs)", "STZ", "Special Trade Zones"),
        ("the Department of Barley (DoB)", "DoB", "Department of Barley"),
        ("a Non-Salting Treaty (NST)", "NST", "Non-Salting Treaty"),
        ("the U.S. Office of Radish (USOR)", "USOR", "U.S. Office of Radish"),
        ("Northern Barley Board's (NBB) fields", "NBB", "Northern Barley Board"),
        ("rice-and-barley disease (RBD)", "RBD", "rice-and-barley disease"),
        ("the NBB (Northern Barley Board) paid", "NBB", "Northern Barley Board"),
        ("국가보위성(MSS)은", "MSS", "국가보위성"),
        ("국가보위성 (MSS) 요원", "MSS", "국가보위성"),
        ("MSS(국가보위성)", "MSS", "국가보위성"),
    ],
)
def test_found(text: str, acronym: str, long_form: str) -> None:
    (definition,) = find_definitions(text)
    assert (definition.acronym, definition.long_form) == (acronym, long_form)
    assert text[definition.start : definition.end].endswith(")")
    assert acronym in text[definition.start : definition.end]


@pytest.mark.parametrize(
    "text",
    [
        "Pyongyang, May 27 (KCNA) --",
        "after a parade (AP)",
        "He left the Ministry. State Security (MSS)",
        "the Ministry of Grain (MSS)",
        "Ministry of State (a body) Security (MSS)",
        "Kim (he) said (I)",
        "중국(US)",
        "핵실험(II)",
        "(MSS)",
        "MSS ()",
        "The MSS (see below) is feared",
    ],
)
def test_not_found(text: str) -> None:
    assert find_definitions(text) == []


@pytest.mark.parametrize(
    ("text", "entry"),
    [
        ("Ministry of State Security (MSS)", "state-security"),
        ("Ministry of Social Security (MSS)", "social-security"),
        ("사회안전성(MSS)", "social-security"),
        ("Ministry of Salted Squid (MSS)", None),
    ],
)
def test_a_definition_decides_the_sense(text: str, entry: str | None) -> None:
    (definition,) = find_definitions(text)
    assert entry_of(definition, load_lexicon()) == entry


@given(st.text(st.sampled_from("AaBb of(),.;-’'\n\"가나다S"), max_size=200))
def test_a_long_form_has_the_initials_and_stands_in_the_text(text: str) -> None:
    for definition in find_definitions(text):
        span = text[definition.start : definition.end]
        assert definition.long_form in " ".join(span.split())
        if definition.long_form[0].isascii():
            assert definition.long_form[0].lower() == definition.acronym[0].lower()


@pytest.mark.parametrize(
    "unit",
    ["(", "A (B", "AA (", "Aa Ab (AA) ", "a ", "(AAAAAAAAAA) ", "A", "A.-", "가", "AB (a", "(AB,", "Of A (OA) of "],
)
def test_hostile_texts_take_linear_time(unit: str) -> None:
    text = unit * (200_000 // len(unit)) + "(AA)"
    started = time.process_time()
    find_definitions(text)
    assert time.process_time() - started < 5
