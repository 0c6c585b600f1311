from __future__ import annotations

import json
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nkcorpus.render.safe import cell_width, json_text, one_line, spreadsheet_cell, visible

from .builders import HOSTILE

# Written out again on purpose, from DESIGN's list: what must never come out raw.
RAW_CONTROLS = re.compile(
    r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u2069\ufeff"
    r"\ufff9-\ufffb\U000e0000-\U000e007f\ud800-\udfff]"
)
hostile_text = st.text(
    st.one_of(
        st.characters(),
        st.sampled_from("\x1b\x07\x7f\x9b\t\n\r\u061c\u200b\u200c\u200d\u202e\u2066\u2028\ufeff\U000e0041\ud800\udc00"),
        st.sampled_from("aک국क्👩\ufe0f💻"),
    )
)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("\x1b[31m", r"\x1b[31m"),
        ("a\x00\x7f\x9b", r"a\x00\x7f\x9b"),
        ("\u202eevil\u202c", r"\u202eevil\u202c"),
        ("a\u200bb\u2060\ufeff\u061c", r"a\u200bb\u2060\ufeff\u061c"),
        ("\U000e0041", r"\U000e0041"),
        ("\ud800x\udfff", "\ufffdx\ufffd"),
        ("a\tb\nc", r"a\x09b\x0ac"),
        ("a\u200cb \u200d", r"a\u200cb \u200d"),
    ],
)
def test_hidden_and_control_characters_become_escapes(text: str, shown: str) -> None:
    assert visible(text) == shown


@pytest.mark.parametrize(
    "text",
    [
        "plain “quotes” – dash\u00a0nbsp soft\u00adhyphen",
        "국가보위성 강연 朝鮮",
        "می\u200cخواهم",  # Persian needs the non-joiner
        "क्\u200dष",
        "👩\u200d💻 🏳️\u200d🌈",
        "Kim Jo\u0306ng-u\u0306n",
        "[bold] \\x1b %s {}",
    ],
)
def test_ordinary_text_and_needed_joiners_stay(text: str) -> None:
    assert visible(text) == text
    assert one_line(text) == text
    assert json.loads(json_text(text)) == text


def test_newlines_and_tabs_stay_on_request_and_crlf_becomes_lf() -> None:
    assert visible("a\r\n\tb\rc\n", newlines=True) == "a\n\tb\\x0dc\n"


@pytest.mark.parametrize("text", HOSTILE)
def test_no_control_survives(text: str) -> None:
    for shown in (visible(text), visible(text, newlines=True), one_line(text), json_text({text: [text]})):
        assert not RAW_CONTROLS.search(shown)


@given(hostile_text, st.booleans())
def test_visible_leaves_no_control_and_is_idempotent(text: str, newlines: bool) -> None:
    shown = visible(text, newlines=newlines)
    assert not RAW_CONTROLS.search(shown)
    assert visible(shown, newlines=newlines) == shown
    shown.encode("utf-8")
    if not newlines:
        assert "\n" not in shown and "\t" not in shown


@given(hostile_text)
def test_one_line_is_one_line(text: str) -> None:
    line = one_line(text)
    assert len(line.splitlines()) <= 1
    assert "\t" not in line
    assert not RAW_CONTROLS.search(line)


def test_one_line_makes_a_run_of_breaks_one_space() -> None:
    assert one_line("a\r\n\n\tb\u2028c\x85d") == "a b c d"


without_surrogates = st.text(st.characters(exclude_categories=["Cs"]))


@given(
    st.recursive(
        st.none()
        | st.booleans()
        | st.integers()
        | st.floats(allow_nan=False, allow_infinity=False)
        | without_surrogates,
        lambda inner: st.lists(inner, max_size=4) | st.dictionaries(without_surrogates, inner, max_size=4),
        max_leaves=12,
    )
)
def test_json_gives_every_value_back(value: object) -> None:
    assert json.loads(json_text(value)) == value
    assert json.loads(json_text(value, indent=2)) == value


@given(hostile_text)
def test_json_is_safe_utf8_on_one_line(text: str) -> None:
    dumped = json_text([text])
    dumped.encode("utf-8")
    assert not RAW_CONTROLS.search(dumped)
    assert "\n" not in dumped and "\t" not in dumped
    assert json.loads(dumped) == [re.sub("[\ud800-\udfff]", "\ufffd", text)]


def test_json_keeps_korean_readable_and_escapes_astral_controls_as_a_pair() -> None:
    assert json_text("국경\U000e0041\u202e") == '"국경\\udb40\\udc41\\u202e"'


def test_json_refuses_what_json_lacks() -> None:
    with pytest.raises(ValueError, match="not JSON compliant"):
        json_text(float("nan"))


@pytest.mark.parametrize(
    "text",
    [
        "=1+1",
        "+cmd",
        "-2+3",
        "@SUM(A1)",
        "  =1",
        '"=1',
        "' =1",
        "\u00a0=1",
        "＝1",
        "＋a",
        "－a",
        "＠a",
        "\tx",
        "\rx",
        "\nx",
    ],
)
def test_cells_that_a_spreadsheet_would_run_are_defused(text: str) -> None:
    assert spreadsheet_cell(text) == f"'{text}"


@pytest.mark.parametrize("text", ["", "text", "-3.5", "+1", "-.5", "1e-5", "-2E+3", "a=b", "2019-06-13", "(=1)", "“=”"])
def test_other_cells_stay(text: str) -> None:
    assert spreadsheet_cell(text) == text


def test_cell_width_counts_wide_and_combining_characters() -> None:
    assert cell_width("ab국가e\u0301") == 7
