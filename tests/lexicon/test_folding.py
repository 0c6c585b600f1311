"""Spellings of one name fall together, English words do not count as names."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nkcorpus.lexicon.folding import LONGEST, Level, fold_name, looks_korean

LEVELS: tuple[Level, ...] = (1, 2, 3, 4)


@pytest.mark.parametrize(
    ("level", "spellings"),
    [
        (1, ["Kim Jong Un", "Kim Jong-un", "KIM JONGUN"]),
        (1, ["Hamgyŏng", "Hamgyong"]),
        (1, ["Ch’ŏngjin", "Ch‘ŏngjin", "Chʻŏngjin", "Chʼŏngjin", "Ch'ongjin", "Chongjin"]),
        (2, ["Kim Jong Un", "Kim Jŏng-ŭn", "Kim Jong Eun"]),
        (2, ["Hamgyong", "Hamgyeong"]),
        (3, ["Pyongan", "Phyongan"]),
        (3, ["Jagang", "Chagang"]),
        (3, ["Kangwon", "Gangwon"]),
        (3, ["Baekdu", "Paektu"]),
        (4, ["Hamgyong", "Hamgyeong", "Hamkyung"]),
        (4, ["Ryanggang", "Yanggang", "Yangkang"]),
        (4, ["Hoeryong", "Hoiryeong"]),
        (4, ["Rodong", "Nodong"]),
    ],
)
def test_spellings_fall_together_from_their_level_on(level: Level, spellings: list[str]) -> None:
    for at in LEVELS:
        keys = {fold_name(spelling, at) for spelling in spellings}
        assert (len(keys) == 1) == (at >= level), (at, keys)


def test_different_places_stay_apart() -> None:
    names = (
        "Hamgyong Hamhung Hoeryong Hyesan Haeju Pyongan Pyongyang Pyongsong Phyonggang Chongjin Jongju Kangwon Jagang"
    )
    for level in LEVELS:
        assert len({fold_name(name, level) for name in names.split()}) == len(names.split())


@pytest.mark.parametrize(
    "word", ["Hamgyong", "Hoeryŏng", "Shinuiju", "Paekdu", "Wiwon", "Singye", "Jong-un", "jangmadang"]
)
def test_names_look_korean(word: str) -> None:
    assert looks_korean(word)


@pytest.mark.parametrize(
    "word",
    ["the", "class", "grass", "Robert", "Baker", "Taking", "Street", "world", "Tower", "", "un", "MSS", "a" * 100_000],
)
def test_english_words_do_not(word: str) -> None:
    assert not looks_korean(word)


@given(st.text(max_size=LONGEST))
def test_a_higher_level_joins_what_a_lower_one_joins(text: str) -> None:
    assert fold_name(text.upper().lower(), 1) == fold_name(fold_name(text.upper().lower(), 1), 1)
    for level in LEVELS:
        assert fold_name(text, level) == fold_name(fold_name(text, 1), level)


def test_a_word_that_can_be_cut_in_many_ways_takes_no_time() -> None:
    started = time.process_time()
    assert not looks_korean("anaekko" * 8 + "q")
    assert looks_korean("anaekko" * 8)
    assert time.process_time() - started < 0.5
