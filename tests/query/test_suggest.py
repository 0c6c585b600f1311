"""Did you mean: what the corpus has words for, in time."""

from __future__ import annotations

import time
from collections.abc import Collection, Iterable, Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rapidfuzz.distance import OSA

from nkcorpus.query.parser import parse
from nkcorpus.query.suggest import SUGGESTIONS, corrections, suggested

HOLDERS = {"lecture": 40, "lectures": 12, "lectern": 1, "security": 30, "state": 50, "hyesan": 9, "rice": 80, "them": 3}


class WordList:
    """Fulfils Spellings."""

    def __init__(self, words: Iterable[str]) -> None:
        self._words = sorted(words)

    def near(self, word: str, slips: int) -> list[str]:
        return self._words

    def known(self, words: Collection[str]) -> set[str]:
        return set(words).intersection(self._words)


def corrected(text: str, holders: Mapping[str, int] = HOLDERS) -> tuple[str, ...]:
    return corrections(text, WordList(holders), lambda words: {word: holders.get(word, 0) for word in words})


@pytest.mark.parametrize(
    ("typed", "first"),
    [
        ("lectrue", "lecture"),
        ("Lecure", "lecture"),
        ("hyeson", "hyesan"),
        ("Hyesän̈", None),
        ("rixe", "rice"),
        ("statesecurity", "state security"),
        ("sta te", "state"),
        ("rice", None),
        ("ri ce", "rice"),
        ("rc", None),
        ("5500", None),
        ("보위송", None),
        ("x" * 5000, None),
        ("zeppelin", None),
        ("then", None),
    ],
)
def test_a_slip_is_mended(typed: str, first: str | None) -> None:
    assert next(iter(corrected(typed)), None) == first


def test_a_common_word_comes_before_a_rare_one_and_the_near_before_the_far() -> None:
    assert corrected("lecturs") == ("lecture", "lectures", "lectern")
    assert corrected("ricde", {"rice": 1, "ride": 1}) == ("rice", "ride")
    assert corrected("lecturess", {"lecture": 30, "lectures": 3}) == ("lectures", "lecture")


@given(
    st.text(alphabet="abcde ", max_size=12),
    st.dictionaries(st.text("abcde", min_size=1, max_size=8), st.integers(0, 9)),
)
def test_corrections_are_held_and_near(typed: str, holders: dict[str, int]) -> None:
    for better in corrected(typed, holders):
        assert all(holders[word] for word in better.split())
        assert OSA.distance(better, typed.rstrip(" ")) <= 2


@pytest.mark.parametrize(
    ("query", "first"),
    [
        ("lectrue", "lecture"),
        ("rice lectrue", "rice lecture"),
        ('"state secruity" AND lectrue', '"state security" AND lecture'),
        ("+lectrue -hyeson", "+lecture -hyeson"),
        ("(lectrue OR rixe)^2 title:hyeson", "(lecture OR rice)^2 title:hyesan"),
        ("statesecurity", '"state security"'),
        ("sta te rice", "state rice"),
        ("author:lectrue", None),
        ("rice", None),
        ("lectrue~1", None),
        ("", None),
    ],
)
def test_the_rest_of_a_query_stays(query: str, first: str | None) -> None:
    found = [str(node) for node in suggested(parse(query), corrected)]
    assert next(iter(found), None) == first
    assert len(found) <= SUGGESTIONS
    for text in found:
        assert str(parse(text)) == text


def test_a_large_vocabulary_and_a_long_query_take_little_time() -> None:
    consonants, vowels = "bcdfghklmnprstvz", "aeiou"
    syllables = [c + v for c in consonants for v in vowels]
    words = sorted(a + b + c for a in syllables for b in syllables for c in syllables[:16])
    assert len(words) > 100_000
    query = parse(" ".join(f"qx{word}xq" for word in words[:40]))
    vocabulary, held = WordList(words), {"babibu", "dodado"}

    def correct(text: str) -> tuple[str, ...]:
        return corrections(text, vocabulary, lambda words: {word: word in held for word in words})

    started = time.process_time()
    list(suggested(query, correct))
    assert time.process_time() - started < 2


def test_nothing_is_suggested_for_a_query_of_many_words() -> None:
    assert next(suggested(parse("lectrue " * 50), corrected))
    assert not list(suggested(parse("lectrue " * 51), corrected))
