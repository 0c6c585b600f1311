"""Which words a pattern stands for, and that each word of a stem keeps its own form."""

from __future__ import annotations

import contextlib
import fnmatch
import re
import time
from collections import defaultdict

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nkcorpus.query.analysis import fold, prose, prose_gathering, stems
from nkcorpus.query.ast import Fuzzy, Regex, Wildcard
from nkcorpus.query.forms import POSITION_BITS, POSITION_MASK, form_of
from nkcorpus.query.patterns import PatternTooSlow, check_regex, is_prefix, literal_prefix, matcher, matching

WORDS = ["lecture", "lectures", "lecturing", "hamgyong", "mss", "rice", "price", "kim's", "2019"]


@given(st.text(alphabet="ab*?", max_size=8), st.lists(st.text(alphabet="abc", max_size=8), max_size=8))
def test_wildcards_match_as_in_file_names(pattern: str, words: list[str]) -> None:
    assert matching(Wildcard(pattern), words) == [word for word in words if fnmatch.fnmatchcase(word, pattern)]


@pytest.mark.parametrize(
    ("pattern", "found"),
    [
        (Wildcard("LECTUR*"), ["lecture", "lectures", "lecturing"]),
        (Wildcard("*ice"), ["rice", "price"]),
        (Wildcard("Hamgy?ng"), ["hamgyong"]),
        (Wildcard("kim’*"), ["kim's"]),
        (Fuzzy("lectrue", 1), ["lecture"]),
        (Fuzzy("Lectures", 1), ["lecture", "lectures"]),
        (Fuzzy("Hamgyŏn", 1), ["hamgyong"]),
        (Fuzzy("price", 2), ["rice", "price"]),
        (Regex("P?RICE"), ["rice", "price"]),
        (Regex(r"\d+"), ["2019"]),
        (Regex("hamgyŏng"), ["hamgyong"]),
        (Regex("lectur"), []),
    ],
    ids=str,
)
def test_patterns(pattern: Wildcard | Fuzzy | Regex, found: list[str]) -> None:
    assert matching(pattern, WORDS) == found
    fits = matcher(pattern)
    assert [word for word in WORDS if fits(word)] == found


def test_the_beginning_that_all_words_of_a_pattern_share() -> None:
    assert [literal_prefix(Wildcard(text)) for text in ("Smuggl*", "wom?n", "*ship")] == ["smuggl", "wom", ""]
    assert [is_prefix(Wildcard(text)) for text in ("Smuggl*", "wom?n*", "*ship")] == [True, False, False]


def test_wildcards_are_linear() -> None:
    started = time.process_time()
    assert not matching(Wildcard("*a" * 30 + "*b"), ["a" * 100] * 1000)
    assert time.process_time() - started < 2


@pytest.mark.parametrize("expression", ["(a+)+b", "(a|a)*b", "(.*)(.*)(.*)(.*)(.*)(.*)b", "((a{1,9}){1,9}){1,9}b"])
def test_a_regular_expression_ends_in_time(expression: str) -> None:
    assert check_regex(expression) is None
    started = time.monotonic()
    with contextlib.suppress(PatternTooSlow):
        assert not matching(Regex(expression), ["a" * 100] * 100)
    assert time.monotonic() - started < 5


@pytest.mark.parametrize(
    "expression",
    ["(", "[[a]", "a{101}", r"\1", r"\bé\p{L}", "(?i)a", "(?=a)", "a" * 201, "*", "a{d}", "((a{99}){99}){99}"],
)
def test_what_is_refused(expression: str) -> None:
    reason = check_regex(expression)
    assert reason
    assert "\n" not in reason


@given(st.text(alphabet="ab()[]{}|*+?.^$\\d1,-:=!<>P", max_size=20))
def test_any_expression_is_refused_or_usable(expression: str) -> None:
    if check_regex(expression) is None:
        found = matching(Regex(expression), ["ab", "b1", ""])
        assert found == [word for word in ["ab", "b1", ""] if re.fullmatch(expression, word, re.IGNORECASE)]


@given(st.text(max_size=30))
def test_a_form_fits_beside_a_position(text: str) -> None:
    for token in prose().tokens(text):
        assert token.place & POSITION_MASK == token.position
        assert token.place >> POSITION_BITS == form_of(token.word, token.term) < 128
        assert token.place < 2**32


def test_the_words_of_a_stem_have_forms_of_their_own() -> None:
    words = (
        "lecture lectures lectured lecturing lecturer lecturers lecture's plan plans planned planning planner planners"
        " story stories story's nation nations national nationally nationality nationalities nationalism"
        " smuggle smuggles smuggled smuggling run runs running operate operates operated operating operation"
        " operations operational operator operators general generally generals skies sky dying die dies died"
    ).split()
    pairs = list(zip(words, stems(words), strict=True))
    assert len({(stem, form_of(word, stem)) for word, stem in pairs}) == len(words)
    assert all((form_of(word, stem) == 0) == (word == stem) for word, stem in pairs)


@given(st.lists(st.sampled_from(["Lectures", "the", "보위성에서", "U.S.", "5,500", "café", "MSS강연"]), max_size=6))
def test_words_are_gathered_as_they_are_written(texts: list[str]) -> None:
    gathered: set[str] = set()
    analyzer = prose_gathering(gathered)
    for text in texts:
        analyzer.places(text, defaultdict(list))
    assert gathered == {token.word for text in texts for token in prose().tokens(text)}
    assert all(fold(word) == word for word in gathered)
