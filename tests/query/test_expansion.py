"""What a query's words are expanded to."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nkcorpus.lexicon.folding import spelling_key
from nkcorpus.lexicon.lookup import load_lexicon
from nkcorpus.query.expansion import (
    Alternative,
    Expansion,
    Options,
    also_line,
    expand,
    spelling_variants,
)


def alternatives(query: str, options: Options | None = None) -> dict[str, tuple[float, str, str | None]]:
    """Return text -> (weight, reason, entry) for all that `query` is expanded to."""
    found = expand(query.split(), load_lexicon(), options)
    return {a.text: (a.weight, a.reason, a.entry) for expansion in found for a in expansion.alternatives}


def test_an_acronym_finds_its_long_form_the_hangul_and_older_names_lower() -> None:
    found = alternatives("MSS")
    assert found["Ministry of State Security"] == (1.0, "long form", "state-security")
    assert found["국가보위성"] == (1.0, "hangul", "state-security")
    assert found["보위부"] == (0.8, "related name", "state-security")
    assert found["State Security Department"] == (0.6, "older name", "state-security")
    assert found["National Security Agency"] == (0.4, "older name", "state-security")


def test_the_less_usual_sense_counts_half_and_can_be_chosen() -> None:
    assert alternatives("MSS")["Ministry of Social Security"] == (0.5, "long form", "social-security")
    chosen = alternatives("MSS", Options(senses=frozenset({"social-security"})))
    assert chosen["Ministry of Social Security"] == (1.0, "long form", "social-security")
    assert "Ministry of State Security" not in chosen


@pytest.mark.parametrize(
    "query", ["MSS", "mss", "Ministry of State Security", "국가보위성", "보위부", "보위부가", "SSD"]
)
def test_each_name_of_the_secret_police_finds_the_others(query: str) -> None:
    found = {query.removesuffix("가").casefold(), *(text.casefold() for text in alternatives(query))}
    assert {"mss", "ministry of state security", "보위부", "state security department"} <= found
    assert any("국가보위성" in text or text == "보위성" for text in found)


def test_an_older_name_finds_the_newer_by_its_weight() -> None:
    found = alternatives("State Security Department")
    assert found["SSD"] == (1.0, "acronym", "state-security")
    assert found["Ministry of State Security"] == (0.6, "newer name", "state-security")


@pytest.mark.parametrize(
    ("query", "text", "reason"),
    [
        ("Hamkyung", "Hamgyong", "spelling"),
        ("hamkyung", "함경도", "hangul"),
        ("함경북도", "North Hamgyong", "english"),
        ("함북에서", "North Hamgyong", "english"),
        ("Shineju", "Sinuiju", "spelling"),
        ("Chungjin", "Cheongjin", "romanization"),
        ("Yangkang", "양강도", "hangul"),
        ("Rasun", "Rason", "spelling"),
        ("Kim Jŏng-ŭn", "Kim Jong Eun", "spelling"),
        ("Kim Jong Un", "Kim Jongun", "spelling"),
        ("Nodong Sinmun", "Rodong Sinmun", "spelling"),
        ("jangmadang", "장마당", "hangul"),
        ("돈주", "donju", "english"),
        ("songbun", "출신성분", "hangul"),
        ("kwalliso", "정치범수용소", "hangul"),
        ("혜산시", "Hyesan", "english"),
        ("온성군에서", "Onsong", "english"),
        ("평양시민", "", ""),
        ("인민반장의", "", ""),
    ],
)
def test_names(query: str, text: str, reason: str) -> None:
    found = alternatives(query)
    assert (text in found and found[text][:2] == (1.0, reason)) if text else not found


def test_a_name_found_by_its_sound_counts_less() -> None:
    assert alternatives("Hoiryung")["Hoeryong"] == (0.8, "spelling", "hoeryong")


@pytest.mark.parametrize(
    "query", ["the wall", "do to", "spa", "south", "a b c", "", "'", "x" * 100_000, "Robert Baker"]
)
def test_other_words_are_left_alone(query: str) -> None:
    assert alternatives(query) == {}


def test_an_acronym_that_is_a_word_is_looked_for_at_a_low_weight() -> None:
    assert alternatives("Supreme People's Assembly")["SPA"] == (0.3, "acronym", "supreme-assembly")


def test_a_region_finds_its_provinces_in_korean_too() -> None:
    found = alternatives("Hamkyung")
    assert {"함경도", "함경북도", "함남"} <= set(found)
    assert found["함경북도"] == (0.8, "related name", "hamgyong")


def test_a_place_that_is_another_word_is_looked_for_at_a_low_weight() -> None:
    assert alternatives("Musan")["무산"] == (0.3, "hangul", "musan")
    assert alternatives("Chongjin")["청진"][0] == 1.0
    assert alternatives("Nyongbyon")["Yongbyon"][0] == 1.0


def test_the_longest_run_counts() -> None:
    (expansion,) = expand("a lecture in North Hamkyong Province".split(), load_lexicon())
    assert (expansion.start, expansion.end, expansion.text) == (3, 5, "North Hamkyong")
    assert {alternative.entry for alternative in expansion.alternatives} == {"north-hamgyong"}
    both = expand(["MSS", "or", "WPK"], load_lexicon())
    assert [(expansion.start, expansion.end) for expansion in both] == [(0, 1), (2, 3)]


def test_what_finds_nothing_more_is_left_out() -> None:
    found = alternatives("Pyongyang")
    assert "평양" in found
    assert not [text for text in found if "Pyongyang" in text.split()]


def test_own_aliases_are_merged_in() -> None:
    options = Options(aliases=[("barley mill", "BM", "보리방앗간"), ("MSS", "the grey men")])
    assert alternatives("Barley Mill", options) == {"BM": (1.0, "alias", None), "보리방앗간": (1.0, "alias", None)}
    merged = alternatives("MSS", options)
    assert merged["the grey men"] == (1.0, "alias", None)
    assert "국가보위성" in merged


def test_the_number_of_alternatives_is_bounded() -> None:
    assert list(alternatives("MSS", Options(limit=2))) == ["Ministry of State Security", "국가보위성"]


def test_also_line() -> None:
    line = also_line(expand(["MSS"], load_lexicon()))
    assert line.startswith("also: Ministry of State Security, 국가보위성, ")
    assert "Ministry of Social Security" in line
    assert line.endswith(" more")
    assert also_line(expand(["donju"], load_lexicon())) == "also: tonju, 돈주"
    assert also_line([]) == ""
    twice = Expansion(0, 1, "a", (Alternative("b", 1.0, "alias"), Alternative("b", 0.5, "spelling")))
    assert also_line([twice]) == "also: b"


def spellings(terms: list[str]) -> Callable[[str], list[str]]:
    """Return the lookup of a corpus' own words by their key."""
    return lambda key: [term for term in terms if key and spelling_key(term) == key]


def test_names_that_the_lexicon_lacks_are_looked_up_among_the_corpus_own_words() -> None:
    table = spellings(["taekjong", "daekjong", "wall", "war", "the", "de", "tower", "market", "sangwon", "dokdo"])
    daekjong, taekjong = (Alternative(term, 0.6, "spelling") for term in ("daekjong", "taekjong"))
    assert spelling_variants("Taekjeong", table) == (daekjong, taekjong)
    assert spelling_variants("Taekchong", table, limit=1) == (daekjong,)
    assert spelling_variants("Taekjong", table) == (daekjong,)


@pytest.mark.parametrize(
    "word", ["daekchong", "DAEKCHONG", "Wall", "The", "Dower", "Marked", "Dokto-1", "", "가나다라마"]
)
def test_only_capitalised_names_have_spelling_variants(word: str) -> None:
    table = spellings(["taekjong", "wall", "war", "the", "de", "tower", "market", "tokto"])
    assert spelling_variants(word, table) == ()


def test_an_engine_may_keep_the_keys_itself() -> None:
    stored = {spelling_key("sangdok"): ["sangdok"], "": ["wall"]}
    assert spelling_key("wall") == ""
    assert spelling_variants("Sangdeok", lambda key: stored.get(key, ())) == (Alternative("sangdok", 0.6, "spelling"),)


KNOWN = "MSS North Hamkyung of State Security 보위부가 Kim Jong-un spa 3 ' Ministry".split()
WORDS = st.lists(st.sampled_from(KNOWN) | st.text(max_size=8))


@given(WORDS, st.integers(0, 5))
def test_runs_are_in_order_and_never_offer_what_was_typed(words: list[str], limit: int) -> None:
    end = 0
    for expansion in expand(words, load_lexicon(), Options(limit=limit)):
        assert end <= expansion.start < expansion.end <= len(words)
        assert expansion.text == " ".join(words[expansion.start : expansion.end])
        assert 0 < len(expansion.alternatives) <= limit
        weights = [alternative.weight for alternative in expansion.alternatives]
        assert weights == sorted(weights, reverse=True)
        assert all(0 < weight <= 1 for weight in weights)
        assert expansion.text not in [alternative.text for alternative in expansion.alternatives]
        end = expansion.end


@pytest.mark.parametrize(
    "words", [["MSS"], ["the", "source"], ["Kim"], ["Hamkyung"], ["North", "and"], ["x" * 100_000]]
)
def test_ten_thousand_words_take_no_time(words: list[str]) -> None:
    started = time.process_time()
    expand(words * (10_000 // len(words)), load_lexicon())
    assert time.process_time() - started < 2
