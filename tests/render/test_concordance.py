"""Concordances in every format: alignment by display width, nothing wider than the terminal, exact offsets."""

from __future__ import annotations

import csv
import io
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nkcorpus.analyse.kwic import Concordance, ConcordanceLine
from nkcorpus.render.concordance import ConcordanceFormat, render_concordance
from nkcorpus.render.safe import cell_width

from .builders import Screen

KEYS = "id start end left match right title date source".split()


def line(left: str, match: str, right: str) -> ConcordanceLine:
    start = len(left)
    return ConcordanceLine("09a7" * 8, start, start + len(match), left, match, right, "Rice", "2019-06", None)


ENGLISH = line("A trader in\n\nHyesan spoke of a ", "lecture", " on rice, then\tleft.")
KOREAN = line("양강도 혜산시에서 국가", "보위성", "은 강연을 열었다")


def shown(format: ConcordanceFormat, *lines: ConcordanceLine, columns: int = 80, tty: bool = False) -> str:
    screen = Screen(columns=columns, tty=tty, color="never")
    render_concordance(Concordance("lecture", lines, True), format, screen.env)
    return screen.out


def test_matches_begin_in_one_column_whatever_the_width_of_the_characters() -> None:
    for columns in (40, 72, 80, 200):
        english, korean = shown("table", ENGLISH, KOREAN, columns=columns).splitlines()
        assert cell_width(english.partition("lecture")[0]) == cell_width(korean.partition("보위성")[0])
        assert max(cell_width(english), cell_width(korean)) <= columns
        assert english.startswith("09a709a709a7  ") == (columns >= 72)


def test_a_match_within_a_word_stays_joined_to_it() -> None:
    assert "국가보위성은 강연을" in shown("table", KOREAN)
    assert "Hyesan spoke of a  lecture  on rice, then left." in shown("table", ENGLISH)


@given(st.text(max_size=80), st.text(min_size=1, max_size=80), st.text(max_size=80), st.integers(40, 120))
def test_no_line_of_a_table_is_broken_or_wider_than_the_terminal(
    left: str, match: str, right: str, columns: int
) -> None:
    (row,) = shown("table", line(left, match, right), columns=columns).split("\n")[:-1]
    assert cell_width(row) <= columns


def test_a_long_match_is_cut_where_it_fills_half_the_line() -> None:
    assert "  Ministry of State Security  " in shown(
        "table", line("The ", "Ministry of State Security", " met."), columns=80
    )
    cut = shown("table", line("The ", "word " * 40, " met."), columns=80)
    assert "word wo…  met." in cut


def test_json_has_the_exact_pieces_and_offsets() -> None:
    (found,) = [json.loads(each) for each in shown("jsonl", ENGLISH).splitlines()]
    assert list(found) == KEYS
    assert (found["start"], found["end"], found["source"]) == (ENGLISH.start, ENGLISH.end, None)
    assert found["left"] == ENGLISH.left
    whole = json.loads(shown("json", ENGLISH, KOREAN))
    assert list(whole) == ["schema", "query", "complete", "lines"]
    assert (whole["complete"], whole["lines"][0]) == (True, found)


def test_lines_for_tools() -> None:
    assert shown("plain", ENGLISH).rstrip("\n").split("\t") == [
        "09a7" * 8,
        "31",
        "38",
        "A trader in Hyesan spoke of a ",
        "lecture",
        " on rice, then left.",
        "2019-06",
        "",
        "Rice",
    ]
    header, row = csv.reader(io.StringIO(shown("csv", ENGLISH)))
    assert header == KEYS
    assert row[3] == ENGLISH.left
    assert shown("tsv", ENGLISH).splitlines()[0].split("\t") == KEYS


@pytest.mark.parametrize("format", ["table", "plain", "jsonl"])
def test_no_lines_are_nothing(format: ConcordanceFormat) -> None:
    assert shown(format) == ""
