"""Hangul in Latin letters, by the examples of the two standards and by names whose spelling is settled."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nkcorpus.lexicon.romanization import romanize, southern


@pytest.mark.parametrize(
    ("hangul", "revised", "mccune"),
    [
        ("함경", "hamgyeong", "hamgyŏng"),
        ("평양", "pyeongyang", "p'yŏngyang"),
        ("신의주", "sinuiju", "sinŭiju"),
        ("청진", "cheongjin", "ch'ŏngjin"),
        ("회령", "hoeryeong", "hoeryŏng"),
        ("강령", "gangnyeong", "kangnyŏng"),  # ng and r
        ("신계", "singye", "sin'gye"),  # n and g, not ng
        ("길주", "gilju", "kilchu"),  # tense after l
        ("백두", "baekdu", "paektu"),
        ("백마", "baengma", "paengma"),  # k before m
        ("독립문", "dongnimmun", "tongnimmun"),
        ("왕십리", "wangsimni", "wangsimni"),
        ("신라", "silla", "silla"),  # n and r
        ("별내", "byeollae", "pyŏllae"),  # l and n
        ("해돋이", "haedoji", "haedoji"),  # t before i
        ("좋고", "joko", "chok'o"),  # h and k
        ("많이", "mani", "mani"),
        ("값이", "gapsi", "kapsi"),
        ("묵호", "mukho", "mukho"),
        ("결혼", "gyeolhon", "kyŏrhon"),
        ("압구정", "apgujeong", "apkujŏng"),
    ],
)
def test_words(hangul: str, revised: str, mccune: str) -> None:
    assert romanize(hangul, "rr") == revised
    assert romanize(hangul, "mr") == mccune


def test_what_is_no_hangul_stays() -> None:
    assert romanize("MSS 39호실, 강원!", "rr") == "MSS 39hosil, gangwon!"


def test_conjoining_jamo_are_syllables() -> None:
    assert romanize("\u1112\u1161\u11b7\u1112\u1173\u11bc", "rr") == "hamheung"


@pytest.mark.parametrize(
    ("north", "south"),
    [
        ("량강도", "양강도"),
        ("로동신문", "노동신문"),
        ("리설주", "이설주"),
        ("녕변", "영변"),
        ("라선", "나선"),
        ("평양", "평양"),
        ("", ""),
    ],
)
def test_the_first_sound_in_the_south(north: str, south: str) -> None:
    assert southern(north) == south


@given(st.text(st.characters(min_codepoint=0xAC00, max_codepoint=0xD7A3), max_size=12))
def test_any_syllables_become_letters(hangul: str) -> None:
    for text in (hangul, southern(hangul)):
        assert set(romanize(text, "rr")) <= set("abcdefghijklmnopqrstuwy")
        assert set(romanize(text, "mr")) <= set("abcdefghijklmnopqrstuwyŏŭ'")
    assert southern(southern(hangul)) == southern(hangul)
