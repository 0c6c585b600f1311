"""What clings to a Korean noun, and what only looks like it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nkcorpus.lexicon.korean import noun_of, without_kind


@pytest.mark.parametrize(
    ("word", "noun"),
    [
        ("쌀값은", "쌀값"),
        ("손전화를", "손전화"),
        ("돈주들이", "돈주"),
        ("돈주들", "돈주"),
        ("국경으로", "국경"),
        ("자전거로", "자전거"),
        ("교실로", "교실"),
        ("장마당에서는", "장마당"),
        ("휘발유의", "휘발유"),
        ("핵실험과", "핵실험"),
        ("전문가", ""),
        ("음악가", ""),
        ("쌀값", ""),
        ("쌀값는", ""),
        ("국가", ""),
        ("아들", ""),
        ("쌀이", ""),
        ("rice는", ""),
        ("", ""),
    ],
)
def test_the_noun_of_a_declined_word(word: str, noun: str) -> None:
    assert noun_of(word) == noun


@given(st.text(alphabet="가나들은는에서으로쌀값", max_size=40))
def test_a_noun_begins_its_word_and_has_two_syllables(word: str) -> None:
    noun = noun_of(word)
    assert not noun or (word.startswith(noun) and 2 <= len(noun) < len(word))


@pytest.mark.parametrize(
    ("word", "name"),
    [("온성군", "온성"), ("라선특별시", "라선"), ("만경대구역", "만경대"), ("평양시민", ""), ("다시", ""), ("군", "")],
)
def test_the_name_of_a_place_without_its_kind(word: str, name: str) -> None:
    assert without_kind(word) == name
