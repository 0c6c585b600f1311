"""Analysis: which terms a text has, and where."""

from __future__ import annotations

import time
import unicodedata
from collections import defaultdict

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from nkcorpus.query.analysis import STOP_WORDS, Analyzer, Selection, Token, fold, name, prose, split
from nkcorpus.query.forms import PLACE_BITS

TEXTS = st.text(max_size=200) | st.text(alphabet="abcé'’.,-5 0Uu한국어의보위성日本ก\u0306\u0301\n", max_size=80)


def terms(text: str, analyzer: Analyzer | None = None) -> list[str]:
    return [token.term for token in (analyzer or prose()).tokens(text)]


@given(TEXTS, st.sampled_from([prose, name]))
@example("The lecture of the MSS in Hyesan was given on the 5,500 won", prose)
@example("혜산시의 MSS강연a보", prose)
def test_places_agree_with_tokens(text: str, make: type) -> None:
    analyzer: Analyzer = make()
    expected: dict[str, list[int]] = {}
    for token in analyzer.tokens(text):
        expected.setdefault(token.term, []).append(token.place)
    found: defaultdict[str, list[int]] = defaultdict(list)
    length = analyzer.places(text, found)
    assert found == expected
    assert length >= max((places[-1] % 2**25 + 1 for places in found.values()), default=0)
    again: defaultdict[str, list[int]] = defaultdict(list)
    assert analyzer.places(text, again, 7) == length, "the cache gives what analysis gave"
    assert again == {term: [7 << PLACE_BITS | place for place in places] for term, places in found.items()}


@given(st.lists(TEXTS, max_size=3), st.booleans())
def test_a_selection_gives_the_wanted_tokens(texts: list[str], exact: bool) -> None:
    def wanted(term: str, word: str) -> bool:
        return (word if exact else term) < "c"

    selection = Selection(wanted)
    for text in [*texts, *texts]:
        expected = [token for token in prose().tokens(text) if wanted(token.term, token.word)]
        assert list(selection.tokens(text)) == expected


@given(TEXTS)
def test_offsets_slice_the_surface(text: str) -> None:
    previous = Token("", -1, 0, 0, "")
    for token in name().tokens(text):
        assert 0 <= token.start < token.end <= len(text)
        assert token.position > previous.position
        assert token.start >= previous.start
        assert token.end > previous.end
        assert token.term in terms(text[token.start : token.end], name())
        previous = token


@given(TEXTS)
@example("A.À")  # initials, of which only the composed form was none
def test_unicode_composition_makes_no_difference(text: str) -> None:
    composed, decomposed = unicodedata.normalize("NFC", text), unicodedata.normalize("NFD", text)
    assert terms(composed) == terms(decomposed)


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("MSS", "mss"),
        ("Hamgyŏng", "hamgyong"),
        ("Hamgyo\u0306ng", "hamgyong"),
        ("HAMGYŎNG", "hamgyong"),
        ("café", "cafe"),
        ("İstanbul", "istanbul"),
        ("ﬁsh", "fish"),
        ("Straße", "strasse"),
        ("ＭＳＳ", "mss"),
        ("Kim’s", "kim's"),
        ("혜산", "혜산"),
        (unicodedata.normalize("NFD", "혜산"), "혜산"),
        ("й", "и"),
    ],
)
def test_folding(text: str, folded: str) -> None:
    assert fold(text) == folded


@given(st.text())
def test_folding_leaves_no_case_behind(text: str) -> None:
    assert fold(text.upper().lower()) == fold(fold(text.upper().lower()))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("lecture", "Lectures"),
        ("Daily NK's", "Daily NK’s"),
        ("Daily NK's", "Daily NKʼs"),
        ("P'yongyang", "P‘yŏngyang"),
        ("P'yongyang", "Pʻyŏngyang"),
        ("Hamgyŏng", "Hamgyong"),
        ("5,500", "5500"),
        ("U.S.", "US"),
        ("D.P.R.K.", "DPRK"),
        ("smuggling", "smuggled"),
    ],
)
def test_spellings_of_one_term(one: str, other: str) -> None:
    assert terms(one) == terms(other)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("13.9", ["13.9"]),
        ("1,234,567.5", ["1234567.5"]),
        ("2019-06-13", ["2019", "06", "13"]),
        ("state-run", ["state", "run"]),
        ("보", ["보"]),
        ("‘보위성’은", ["보위", "위성", "은"]),
        ("‘MSS’는", ["mss", "는"]),
        ("그는‘보위성’을", ["그는", "보위", "위성", "을"]),
        ("the traders’ prices", ["trader", "price"]),
        ("보위", ["보위"]),
        ("보위성", ["보위", "위성"]),
        ("보위성의", ["보위", "위성", "성의"]),
        ("MSS강연", ["mss", "강연"]),
        ("5월", ["5", "월"]),
        ("保衛省", ["保衛", "衛省"]),
        ("the of and", []),
        ("Привет мир", ["привет", "мир"]),
        ("snake_case", ["snake_cas"]),
        ("...!? --", []),
        ("", []),
    ],
)
def test_terms(text: str, expected: list[str]) -> None:
    assert terms(text) == expected


def test_a_particle_does_not_hide_a_korean_noun() -> None:
    assert set(terms("보위성")) <= set(terms("국가보위성에서는"))
    assert set(terms("장마당")) <= set(terms("혜산장마당을"))


def test_stop_words_have_no_term_but_a_place() -> None:
    assert [(token.term, token.position) for token in prose().tokens("the state of the nation")] == [
        ("state", 1),
        ("nation", 4),
    ]
    assert prose().places("the state of the nation", defaultdict(list)) == 5


def test_names_are_neither_stemmed_nor_stopped() -> None:
    assert terms("Will Andrews", name()) == ["will", "andrews"]
    assert "will" in STOP_WORDS


@pytest.mark.parametrize(
    "text",
    ["a" * 2_000_000, "a'" * 1_000_000, "1," * 1_000_000, "U." * 1_000_000, "보" * 300_000, "\u0301" * 1_000_000],
    ids=["word", "apostrophes", "numbers", "initials", "hangul", "marks"],
)
def test_time_is_linear_in_the_text(text: str) -> None:
    started = time.process_time()
    length = prose().places(text, defaultdict(list))
    assert length > 0
    assert time.process_time() - started < 6


def test_a_term_has_a_bound() -> None:
    assert [len(term) for term in terms("x" * 10_000)] == [100]


@example("U.S. and D.P.R.K., 5,500 won; don't 'quote' a.bc _x_")
@given(st.text(st.characters(max_codepoint=127)))
def test_ascii_is_split_as_other_text_is(text: str) -> None:
    assert split(f"{text} é") == [*split(text), "é"]
