"""Line templates: what counts as a slot, and the pattern that is made of the lines."""

from __future__ import annotations

import re
import time

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from nkcorpus.clean.blocks import expand
from nkcorpus.clean.lines import MAX_LINE, normalise
from nkcorpus.clean.templates import SlotValues, template_of, wording_of


def pattern_of(*lines: str) -> str | None:
    """The pattern of lines that are of one template."""
    values = SlotValues()
    keys = set()
    for line in lines:
        key, found = template_of(line)
        keys.add(key)
        values.add(found)
    assert len(keys) == 1, keys
    wording = wording_of(keys.pop(), values)
    return wording.pattern if wording else None


@pytest.mark.parametrize(
    ("lines", "pattern"),
    [
        (["Filed by Nora Feldt", "*Filed by Ludo van der Berg*"], "Filed by {name}"),
        (["Filed by Nora Feldt", "Filed by Tom Weller and Han Bo-ra"], "Filed by {names}"),
        (["Filed from Hyesan.", "Filed from New Wonsan."], r"Filed from {capitalised}\."),
        (["Reporting By Nora Feldt", "Reporting By Tom Weller"], "Reporting By {name}"),
        (["Desk: Nora Feldt, Border Gazette", "Desk: Tom Weller, Border Gazette"], "Desk: {name}, Border Gazette"),
        (
            ["The Border Gazette has 3 offices", "The Border Gazette has 14 offices"],
            "The Border Gazette has {number} offices",
        ),
        (["Printed on May 3, 2024", "Printed on June 14, 2024"], "Printed on {month} {number}, 2024"),
        (["Closed on Monday", "Closed on Friday"], "Closed on {weekday}"),
        (["Write to a@one.example now", "Write to b@two.example now"], "Write to {email} now"),
        (["See https://one.example/a", "See https://two.example/b"], "See {url}"),
        (["From “Salt Road” (part 1)", 'From "Rice, and More" (part 2)'], r"From {quoted} \(part {number}\)"),
        (["한보라 기자가 썼습니다", "노라펠 기자가 썼습니다"], "{korean_names} 기자가 썼습니다"),
        (["2030년 1월 5일 송고함", "2031년 12월 25일 송고함"], "{number}년 {number}월 {number}일 송고함"),
        (["No slots at all."], r"No slots at all\."),
    ],
)
def test_the_pattern_of_a_template(lines: list[str], pattern: str) -> None:
    assert pattern_of(*lines) == pattern
    assert all(re.fullmatch(expand(pattern), normalise(line)) for line in lines)


def test_a_slot_that_no_block_describes_is_listed_while_its_values_are_few() -> None:
    lines = [f"Sold at Kiosk{n} of the Harbour and Pier{n} daily" for n in range(40)]
    few = pattern_of(*(f"Sold at {place} daily" for place in ("A B and C", "D E and F")))
    assert few == "Sold at (?:A B and C|D E and F) daily"
    assert pattern_of(*lines) is None


def test_a_pattern_takes_names_that_were_not_seen_and_no_sentence() -> None:
    pattern = pattern_of("Filed by Nora Feldt.", "Filed by Tom Weller.")
    assert pattern is not None
    regex = re.compile(expand(pattern))
    assert regex.fullmatch("Filed by Mira Okoro.")
    assert not regex.fullmatch("Filed by Mira Okoro, the report was lost.")


LINES = st.text(st.sampled_from("ab AB.({[|]})\\^$*+?#-'\"“”0123456789,:/@\t한기자 \0é"), max_size=60)


@given(LINES)
@example("0 \0")
def test_the_pattern_of_one_line_matches_that_line(line: str) -> None:
    key, values = template_of(line)
    slots = SlotValues()
    slots.add(values)
    wording = wording_of(key, slots)
    assert wording is not None
    assert re.fullmatch(expand(wording.pattern), normalise(line.replace("\0", "")))
    assert wording.slots == 0


@pytest.mark.parametrize(
    "part",
    [
        "A ",
        "A and ",
        "A, ",
        "a@",
        "a.",
        "'",
        '"x',
        "1.",
        "1:",
        "www.",
        "May ",
        "Dr. ",
        "가 ",
        "가나다라",
        "A.",
        "von A ",
    ],
)
def test_hostile_lines_take_time_that_their_length_bounds(part: str) -> None:
    lines = [(part * MAX_LINE)[:MAX_LINE]] * 100
    started = time.process_time()
    for line in lines:
        template_of(line)
    assert time.process_time() - started < 5
