"""Near duplicates: edited copies are found, new stories from an old template and other stories are not."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks.generate import stories
from nkcorpus import clean_sources
from nkcorpus.dedupe import BANDS, THRESHOLD, band_keys, components, is_near, jaccard, profile, shingles

SAMPLE = Path(__file__).parents[1] / "data" / "sample"
NEW_WORDS = "granite lantern Hamhung seven 1,340 quietly Tuesday 등불을 화강암 조용히".split()


def generated() -> list[str]:
    return [story.text for story in stories(300, seed=11)]


def sample() -> list[str]:
    return [item.document.text for item in clean_sources([SAMPLE]) if item.document] * 5


def edited(text: str, share: float, rng: random.Random) -> str:
    """Exchange a share of the words, each at a random place, for another one."""
    words = text.split(" ")
    for place in rng.sample(range(len(words)), round(len(words) * share)):
        words[place] = rng.choice(NEW_WORDS)
    return " ".join(words)


def is_found(one: str, other: str) -> bool:
    return bool(set(band_keys(one)) & set(band_keys(other))) and is_near(profile(one), profile(other))


@pytest.mark.parametrize("texts", [generated, sample])
@pytest.mark.parametrize(("share", "least"), [(0.03, 0.99), (0.08, 0.95)])
def test_edited_copies_are_found(texts: Callable[[], list[str]], share: float, least: float) -> None:
    rng = random.Random(20260705)
    found = [is_found(text, edited(text, share, rng)) for text in texts()]
    assert len(found) > 280
    assert sum(found) / len(found) >= least


def test_other_stories_are_not_near() -> None:
    different = dict.fromkeys([*generated(), *sample()])
    names = {str(number): text for number, text in enumerate(different)}
    for group in components(names):
        profiles = [profile(names[name]) for name in group]
        assert all(jaccard(profiles[0].shingles, other.shingles) >= THRESHOLD for other in profiles)
    assert sum(len(group) > 1 for group in components(names)) <= 3 + 300 * 0.02 * 2  # the planted copies


TEMPLATE = (
    "The grain office of {place} put {sum} tons of maize up for sale on {day}, a notice in the market said. Bids"
    " are taken until {date} at a counter behind the scales, where a clerk of {buyer} writes them into a ledger that"
    " anybody may read. The lowest bid that counts is {least} won a kilogram, traders said, while the office itself"
    " keeps {own} tons back for schools and paid {paid} won for the last lot. Who wins has a week to fetch the sacks;"
    " what is left after that goes back to the store, and {held} tons of it were still there on the eve of the sale."
)


def issue(rng: random.Random) -> str:
    figures = {name: f"{rng.randint(1, 99)}.{rng.randint(1, 999)}" for name in ("sum", "paid", "held", "least", "own")}
    return TEMPLATE.format(
        date=f"March {rng.randint(1, 30)}",
        day=rng.choice(["Monday", "Tuesday", "Friday"]),
        place=rng.choice(["Sariwon", "Haeju", "Anju", "Kaechon"]),
        buyer=rng.choice(["Chollima", "Mirae", "Sobaeksu", "Ryonha"]),
        **figures,
    )


def test_a_new_issue_of_an_old_template_is_another_story() -> None:
    rng = random.Random(4)
    issues = [profile(issue(rng)) for _ in range(40)]
    like = [(one, other) for one in issues for other in issues if one is not other]
    assert all(jaccard(one.shingles, other.shingles) > THRESHOLD for one, other in like)
    assert not any(is_near(one, other) for one, other in like)


def test_case_diacritics_punctuation_and_white_space_make_no_difference() -> None:
    one = "Traders in Hamgyŏng don’t sell rice,\u00a0they said; 보위부 강연이 있었다."
    other = "TRADERS in Hamgyong, dont sell -- rice.\n\nThey said 보위부\u00a0강연이  있었다!"
    assert shingles(one) == shingles(other)
    assert b"traders in hamgyong" in shingles(one)
    assert "보위부강연".encode() in shingles(one)


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [("a b c d", "a b c d", 1.0), ("a b c d", "a b c e", 1 / 3), ("a b c", "d e f", 0.0), ("", "", 0.0)],
)
def test_jaccard_is_the_share_of_common_shingles(one: str, other: str, expected: float) -> None:
    assert jaccard(shingles(one), shingles(other)) == expected


def test_short_texts_have_no_band() -> None:
    words = [f"word{number}" for number in range(200)]
    assert band_keys("") == band_keys(" ".join(words[:81])) == ()
    assert len(set(band_keys(" ".join(words)))) == BANDS


def test_band_keys_are_the_same_everywhere() -> None:
    """They lie in stored corpora: whoever changes them changes SCHEME and this number."""
    keys = band_keys(" ".join(f"word{number}" for number in range(200)))
    assert sum(keys) == 2067031430
    assert all(-(2**31) <= key < 2**31 for key in keys)


@given(st.text(max_size=400))
def test_any_text_has_a_profile(text: str) -> None:
    assert jaccard(shingles(text), shingles(text)) in (0.0, 1.0)
    assert is_near(profile(text), profile(text)) == bool(shingles(text))
    assert len(band_keys(text)) in (0, BANDS)


@settings(max_examples=20, deadline=None)
@given(st.randoms(use_true_random=False))
def test_components_do_not_depend_on_the_order(rng: random.Random) -> None:
    texts = {f"{n}": edited(base, 0.04 * (n % 3), random.Random(n)) for n, base in enumerate(sample()[:20] * 3)}
    shuffled = list(texts.items())
    rng.shuffle(shuffled)
    assert {frozenset(group) for group in components(dict(shuffled))} == {frozenset(g) for g in components(texts)}


@pytest.mark.parametrize(
    "text", ["a" * 100_000, "A" * 100_000, "1." * 50_000, "가" * 100_000, "a " * 50_000, "'" * 100_000]
)
def test_hostile_text_takes_linear_time(text: str) -> None:
    started = time.perf_counter()
    profile(text)
    band_keys(text)
    assert time.perf_counter() - started < 2


@given(st.text(st.characters(max_codepoint=127), max_size=200))
def test_the_short_way_of_ascii_leads_to_the_same_shingles(text: str) -> None:
    assert shingles(text) <= shingles(text + " é")
