"""What every engine must find in Korean, Chinese, Japanese and mixed text, and with diacritics."""

from __future__ import annotations

import unicodedata

import pytest

from nkcorpus.index import Index

from .builders import filled, named, names

TEXTS = named(
    particles="국가보위성에서는 어제 강연을 했다.",
    satellite="국가는 인공위성을 쏘았다. 보위 사업도 한다.",
    spaced="국가 보위성 성원들",
    mixed="MSS(국가보위성) 요원이 Hyesan에서 lectures를 했다.",
    hanja="北韓의 金正恩 國務委員長",
    kana="デイリーNKによると、両江道の市場で",
    latin="The café in Hamgyŏng and Ryŏnggang’s fiancés",
    numbers="쌀 1kg은 5,500원, 13.9달러",
)


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("보위성", {"particles", "spaced", "mixed"}),
        ("국가보위성", {"particles", "mixed"}),
        ('"국가 보위성"', {"spaced"}),
        ('"국가보위성"', {"particles", "mixed"}),
        ("위성", {"particles", "satellite", "spaced", "mixed"}),
        ("보위사업", set()),
        ("강연", {"particles"}),
        ("강연회", set()),
        ("요원 lecture", {"mixed"}),
        ('"hyesan에서 lectures"', {"mixed"}),
        ("+보위성 +hyesan", {"mixed"}),
        ("보위성 -요원", {"particles", "spaced"}),
        ("보위성 NEAR/1 성원", {"spaced"}),
        ("北韓", {"hanja"}),
        ("正恩", {"hanja"}),
        ("正恩國", set()),
        ("市場", {"kana"}),
        ("デイリー", {"kana"}),
        ("デイリーNK", {"kana"}),
        ("cafe", {"latin"}),
        ("CAFÉ", {"latin"}),
        ("hamgyong", {"latin"}),
        ("ryonggang", {"latin"}),
        ("fiance", {"latin"}),
        ("5500", {"numbers"}),
        ("5,500원", {"numbers"}),
        ("13.9", {"numbers"}),
        ("139", set()),
    ],
)
def test_words_of_any_script_are_found(index: Index, query: str, found: set[str]) -> None:
    filled(index, *TEXTS.values())
    assert set(names(index, TEXTS, query, match="all")) == found


def test_an_order_of_characters_is_needed_whatever_the_field(index: Index) -> None:
    known = named(one="보위성", other="성위보")
    filled(index, *known.values())
    assert names(index, known, "text:보위성") == ["one"]
    assert names(index, known, "title:보위성") == []


def test_conjoining_jamo_are_syllables(index: Index) -> None:
    """File names of a Mac decompose Hangul."""
    known = named(composed="보위성 강연", decomposed=unicodedata.normalize("NFD", "보위성 강연"))
    filled(index, *known.values())
    assert set(names(index, known, "보위성")) == {"composed", "decomposed"}
    assert set(names(index, known, unicodedata.normalize("NFD", "강연"))) == {"composed", "decomposed"}
