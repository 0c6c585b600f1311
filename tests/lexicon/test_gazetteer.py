"""Places that a text names, in English and Korean, and what only looks like one."""

from __future__ import annotations

import time
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nkcorpus.lexicon.gazetteer import gazetteer, places_in

REPOSITORY = Path(__file__).parent.parent.parent


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a trader in North Hamgyong Province said", [("north-hamgyong", "North Hamgyong")]),
        ("NORTH HAMGYONG", [("north-hamgyong", "NORTH HAMGYONG")]),
        ("in South Hamgyŏng’s fields", [("south-hamgyong", "South Hamgyŏng")]),
        ("North\u00a0Hamgyong", [("north-hamgyong", "North\u00a0Hamgyong")]),
        ("North and South Hamgyong provinces", [("hamgyong", "North and South Hamgyong")]),
        ("people from Hamkyung", [("hamgyong", "Hamkyung")]),
        ("the port of Ch'ŏngjin.", [("chongjin", "Ch'ŏngjin")]),
        ("Sinuiju-based traders, Hoeryong's market", [("sinuiju", "Sinuiju"), ("hoeryong", "Hoeryong")]),
        ("Ryanggang-do and Yanggang", [("ryanggang", "Ryanggang-do"), ("ryanggang", "Yanggang")]),
        ("Mt. Paektu and Mount Baekdu", [("mount-paektu", "Mt. Paektu"), ("mount-paektu", "Mount Baekdu")]),
        ("함경북도 청진시에서는", [("north-hamgyong", "함경북도"), ("chongjin", "청진")]),
        ("양강도와 함북", [("ryanggang", "양강도"), ("north-hamgyong", "함북")]),
        ("평양까지 갔다", [("pyongyang", "평양")]),
    ],
)
def test_named(text: str, expected: list[tuple[str, str]]) -> None:
    assert [(mention.place, text[mention.start : mention.end]) for mention in places_in(text)] == expected


@pytest.mark.parametrize(
    "text",
    [
        "South Korea and Seoul, South Koreans in the north",
        "hamgyong",
        "The Hwasong-15 rose on Friday",
        "the Chollima spirit",
        "Kim Jong Suk was born there",
        "Kim Chaek University of Technology",
        "Gangwon Province welcomed the skiers",
        "South Korea’s Sunchon",
        "Northern Hamgyongs",
        "계획이 무산되었다",
        "위원은 연탄을 땠고 과일은 시중에 없었다",
        "강원도 춘천",
        "북청진",
        "평양냉면 한 그릇",
    ],
)
def test_not_named(text: str) -> None:
    assert places_in(text) == []


@pytest.mark.parametrize(
    ("text", "places"),
    [
        ("in Kwail County", ["kwail"]),
        ("the county of Kwail", ["kwail"]),
        ("Hwasong, North Hamgyong Province", ["myonggan", "north-hamgyong"]),
        ("North Korea's Gangwon Province", ["kangwon"]),
        ("Gangwon Province, North Korea", ["kangwon"]),
        ("on the road from Wonsan to Kosan", ["wonsan", "kosan"]),
        ("함경북도 무산에서", ["north-hamgyong", "musan"]),
        ("연탄군에서", ["yonthan"]),
        ("강원도 원산", ["kangwon", "wonsan"]),
        ("북한 강원도", ["kangwon"]),
        ("a village in Kangwon-do", ["kangwon"]),
        ("Unsan County, South Pyongan Province", ["unsan-south", "south-pyongan"]),
        ("Unsan County", ["unsan-north", "unsan-south"]),
    ],
)
def test_what_stands_beside_decides(text: str, places: list[str]) -> None:
    assert [mention.place for mention in places_in(text)] == places


@pytest.mark.parametrize(
    ("name", "ids"),
    [
        ("North Hamgyong", ("north-hamgyong",)),
        ("north hamkyung province", ("north-hamgyong",)),
        ("Hamkyung", ("hamgyong",)),
        ("함경북도", ("north-hamgyong",)),
        ("Musan County", ("musan",)),
        ("Musan-gun", ("musan",)),
        ("청진시", ("chongjin",)),
        ("Kim Jong Suk", ("kim-jong-suk-county",)),
        ("Unsan", ("unsan-north", "unsan-south")),
        ("Hoeryong, North Hamgyong", ("hoeryong",)),
        ("UNSAN, South Pyongan Province", ("unsan-south",)),
        ("Sinuiju, North Korea", ("sinuiju",)),
        ("함경북도 회령시", ("hoeryong",)),
        ("Hoeryong, Ryanggang", ()),
        ("Hoeryong," * 5_000, ()),
        ("South Korea", ()),
        ("MSS", ()),
        ("", ()),
    ],
)
def test_what_a_user_means_by_a_name(name: str, ids: tuple[str, ...]) -> None:
    assert gazetteer().find(name) == ids


SAMPLES = {
    "flood-hoeryong-bridge": {"hoeryong", "north-hamgyong", "tumen", "pyongyang"},
    "south-hwanghae-transplanting": {"south-hwanghae", "haeju", "jaeryong", "sinchon", "anak"},
    "chongjin-electricity-ko": {"chongjin", "north-hamgyong"},
    "novel-banned-bookstall": {"pyongsong", "kaechon", "south-pyongan"},
}


@pytest.mark.parametrize("name", SAMPLES)
def test_the_places_of_whole_articles(name: str) -> None:
    text = (REPOSITORY / "data" / "sample" / "txt" / f"{name}.txt").read_text("utf-8")
    assert {mention.place for mention in places_in(text)} == SAMPLES[name]


def test_a_place_stands_for_its_province() -> None:
    assert gazetteer().with_provinces("hoeryong") == {"hoeryong", "north-hamgyong"}
    assert gazetteer().with_provinces("hamgyong") == {"hamgyong", "north-hamgyong", "south-hamgyong"}
    assert gazetteer().with_provinces("jagang") == {"jagang"}


PARTS = [
    *"North and South Hamgyong Korea's Unsan County , Ch’ŏng jin - 함경북도 무산 에서 강원도 N. 평양".split(),
    "\n",
]


@given(st.lists(st.sampled_from(PARTS), max_size=30).map(" ".join) | st.text(max_size=200))
def test_mentions_are_in_order_and_within_the_text(text: str) -> None:
    mentions = places_in(text)
    for mention in mentions:
        assert 0 <= mention.start < mention.end <= len(text)
        assert text[mention.start : mention.end].strip()
    for mention, following in pairwise(mentions):
        same_span = (mention.start, mention.end) == (following.start, following.end)
        assert same_span or mention.end <= following.start


@pytest.mark.parametrize(
    "unit", ["North ", "North and South ", "Unsan ", "Kim ", "A'", "가", "함경북도", "평양 ", "Hamgyong-"]
)
def test_hostile_texts_take_linear_time(unit: str) -> None:
    text = unit * (200_000 // len(unit))
    started = time.process_time()
    places_in(text)
    assert time.process_time() - started < 5
