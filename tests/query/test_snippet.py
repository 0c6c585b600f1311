"""Snippets: a passage that holds the matches, no longer than asked, with each match marked."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nkcorpus.query.analysis import prose
from nkcorpus.query.ast import Phrase, Synonym, Synonyms, Word
from nkcorpus.query.parser import parse
from nkcorpus.query.snippet import WIDTH, Marks, query_marks, snippet

FILLER = "Traders in the border town said that prices had not moved for a week. "


def marked(text: str, query: str, width: int = WIDTH) -> list[str]:
    found = snippet(text, query_marks(parse(query)), width=width)
    return [found.text[start:end] for start, end in found.matches]


_WORDS = st.sampled_from(
    ["MSS", "lecture", "lectures", "Hyesan", "the", "보위성", "보위성에서", "위성", "5,500", "U.S.", "NK’s", "x" * 300]
) | st.text(max_size=12)
_SPACES = st.sampled_from([" ", "  ", "\n\n", ". ", "\u00a0", "", "\t", "? "])


@st.composite
def _texts(draw: st.DrawFn) -> str:
    return "".join(draw(_WORDS) + draw(_SPACES) for _ in range(draw(st.integers(0, 60))))


@given(
    _texts(),
    st.lists(st.sampled_from(["MSS", "lecture", "보위성", "5,500", "US", "NK's", "x" * 300]), max_size=4).map(" ".join),
    st.integers(60, 300),
)
def test_every_match_lies_in_the_passage_and_is_a_word_of_the_query(text: str, query: str, width: int) -> None:
    marks = query_marks(parse(query))
    found = snippet(text, marks, width=width)
    assert len(found.text) <= width
    assert found.text == " ".join(found.text.split())
    end = 0
    for start, stop in found.matches:
        assert end <= start < stop <= len(found.text)
        assert {token.term for token in prose().tokens(found.text[start:stop])} <= set(marks.terms)
        end = stop
    assert found.text in " ".join(text.split())


@given(_texts())
def test_something_is_marked_when_a_word_matches(text: str) -> None:
    text = text.replace("x" * 300, "y")
    marks = query_marks(parse("lecture 보위성"))
    matches = any(token.term in marks.terms for token in prose().tokens(text))
    assert bool(snippet(text, marks).matches) == matches


def test_the_passage_is_where_most_words_of_the_query_stand() -> None:
    text = (
        FILLER * 5
        + "The lecture was dull. "
        + FILLER * 9
        + "Officers of the MSS gave a lecture in Hyesan. "
        + FILLER * 5
    )
    found = snippet(text, query_marks(parse("MSS lecture Hyesan")))
    assert "Officers of the MSS gave a lecture in Hyesan." in found.text
    assert found.text.startswith("Traders"), "it begins with a sentence"
    assert [found.text[start:end] for start, end in found.matches] == ["MSS", "lecture", "Hyesan"]


def test_inflected_forms_are_marked_whole() -> None:
    assert marked("Smugglers were smuggling; the smuggled goods were sold.", "smuggle") == ["smuggling", "smuggled"]


def test_possessives_and_diacritics_are_marked() -> None:
    assert marked("The NK’s office in Hamgyŏng", "NK's hamgyong") == ["NK’s", "Hamgyŏng"]


def test_korean_is_marked_without_its_particle() -> None:
    assert marked("국가보위성에서는 강연을 했다", "보위성") == ["보위성"]


def test_a_phrase_is_marked_word_by_word() -> None:
    assert marked("the state security lecture", '"state security"') == ["state", "security"]


def test_excluded_words_and_other_fields_are_not_marked() -> None:
    assert marked("rice and corn by Rim Sol", "rice -corn author:Rim") == ["rice"]


def test_without_any_match_it_is_the_beginning() -> None:
    found = snippet("  First  words.\n\n" + FILLER * 20, Marks())
    assert found.text.startswith("First words. Traders")
    assert found.matches == ()
    assert 100 < len(found.text) <= WIDTH


def test_an_empty_text_has_an_empty_snippet() -> None:
    assert snippet("", query_marks(parse("rice"))).text == ""


@pytest.mark.parametrize("unit", ["lecture MSS ", "보위성", "lecture" * 100 + " ", "\n", "....", "a ", "lecture\n"])
def test_time_is_linear_in_five_megabytes(unit: str) -> None:
    text = unit * (5_000_000 // len(unit))
    marks = query_marks(parse("MSS lecture 보위성"))
    started = time.process_time()
    snippet(text, marks)
    assert time.process_time() - started < 10


def test_synonyms_are_marked_where_all_their_words_stand_side_by_side() -> None:
    names = (
        Synonym(Phrase("Ministry of State Security"), 1.0, "long form"),
        Synonym(Word("국가보위성"), 1.0, "hangul"),
        Synonym(Word("SSD"), 0.6, "older name"),
    )
    node = Synonyms(Word("MSS"), names)
    text = "State and security. The Ministry of State Security, or SSD; 국가 위성 and 국가보위성에서. An MSS ministry."
    found = snippet(text, query_marks(node))
    assert [found.text[start:end] for start, end in found.matches] == [
        "Ministry of State Security", "SSD", "국가보위성", "MSS",
    ]  # fmt: skip


def test_a_phrase_at_a_border_is_marked_once() -> None:
    node = Synonyms(Word("a1"), (Synonym(Phrase("b b"), 1.0, "alias"), Synonym(Phrase("b"), 1.0, "alias")))
    found = snippet("b b b", query_marks(node))
    assert [found.text[start:end] for start, end in found.matches] == ["b b b"]
