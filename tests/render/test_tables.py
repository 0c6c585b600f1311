from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.cells import cell_len

from nkcorpus.model import ArticleDate
from nkcorpus.render import render_article, render_hits, render_pairs
from nkcorpus.results import SearchResult

from .builders import HOSTILE, RAW, Screen, article, bare_document, document, hit, hostile_article, result

WIDTHS = (40, 41, 60, 71, 72, 80, 99, 100, 200)
SGR = re.compile(r"\x1b\[[0-9;]*m")

KOREAN = document(
    raw_text="국가보위성 강연이 열렸다.\n",
    title="국가보위성 강연에서 주민들은 하품만 했다는데 무엇이 문제였나 알아보니 그렇지도 않았다고 한다",
    source="두만강소식통신사연합뉴스편집국국제부담당기자모임",
    date=ArticleDate("2021-03", "month", "url"),
)
MANY = result(
    hit(1),
    hit(98, article(2, bare_document())),
    hit(99, article(3, KOREAN, near_duplicates=("f" * 32,)), snippet="국가보위성 강연이", matches=((0, 5),)),
    hit(1234567, article(4, document(title="x" * 300, source="y" * 90)), snippet="z" * 400, matches=((3, 390),)),
)


def table(found: SearchResult, columns: int, *, tty: bool = False) -> str:
    screen = Screen(columns=columns, tty=tty)
    render_hits(found, "table", screen.env)
    return screen.out


@pytest.mark.parametrize("columns", WIDTHS)
@pytest.mark.parametrize("tty", [False, True])
def test_no_line_is_wider_than_the_terminal(columns: int, tty: bool) -> None:
    out = table(MANY, columns, tty=tty)
    assert max(cell_len(SGR.sub("", line)) for line in out.splitlines()) <= columns
    assert ("\x1b" in out) is tty


@given(title=st.text(max_size=120), source=st.text(max_size=40), columns=st.sampled_from(WIDTHS))
@settings(max_examples=60, deadline=None)
def test_no_text_makes_a_line_wider(title: str, source: str, columns: int) -> None:
    out = table(result(hit(found=article(1, document(title=title, source=source)), snippet=title)), columns)
    assert max(cell_len(line) for line in out.splitlines()) <= columns


@pytest.mark.parametrize("columns", WIDTHS)
def test_every_width_shows_title_date_source_and_id(columns: int) -> None:
    out = " ".join(table(result(hit()), columns).split())
    for fact in ("Lecture in Saebom", "2023-06-04", "Border Bulletin", "000000000000"):
        assert fact in out


def test_columns_are_left_out_when_no_hit_has_them() -> None:
    assert table(result(hit(found=article(1, bare_document()))), 200).splitlines()[0].split() == ["#", "title", "id"]
    assert table(result(hit()), 200).splitlines()[0].split() == ["#", "title", "date", "source", "id"]


def test_a_lead_is_marked_and_not_said_twice() -> None:
    lead = "Officers of the local branch gave a lecture on vigilance in Saebom County."
    found = article(1, bare_document())
    elsewhere = table(result(hit(found=found, snippet="People “yawned” on June 3.", matches=((0, 6),))), 200)
    assert f"(lead) {lead}" in elsewhere
    assert "People “yawned”" in elsewhere
    at_start = table(result(hit(found=found, snippet=RAW[:90], matches=((0, 8),))), 200)
    assert at_start.count("Officers of") == 1
    assert "(lead) Officers of" in at_start


def test_matches_are_styled_in_colour_and_bare_without() -> None:
    found = result(hit(snippet="gave a lecture\n\non vigilance", matches=((19, 28), (7, 14))))
    styled = table(found, 100, tty=True)
    assert "gave a \x1b[1;4mlecture\x1b[0m on \x1b[1;4mvigilance\x1b[0m" in styled
    assert "gave a lecture on vigilance" in table(found, 100)


def test_matches_outside_the_snippet_are_ignored() -> None:
    found = result(hit(snippet="short text", matches=((0, 5), (3, 6), (6, 99), (-4, 2), (8, 8))))
    assert "\x1b[1;4mshort\x1b[0m text" in table(found, 100, tty=True)


@pytest.mark.parametrize("text", ["[bold]b[/bold]", "[/x]", "[link=https://e.example]y", ":smile:", "[red"])
def test_markup_prints_literally(text: str) -> None:
    out = table(result(hit(found=hostile_article(text), snippet=text, matches=())), 200)
    assert out.count(text) >= 2  # title and snippet; the source may be cut short


def test_no_color_variable_leaves_a_terminal_without_escapes() -> None:
    screen = Screen(tty=True, environ={"NO_COLOR": "1"})
    render_hits(MANY, "table", screen.env)
    assert "\x1b" not in screen.out


@pytest.mark.parametrize("columns", WIDTHS)
def test_removed_and_pairs_fit_the_terminal(columns: int) -> None:
    for text in HOSTILE:
        screen = Screen(tty=True, columns=columns, color="never")
        render_article(hostile_article(text * 9), "text", screen.env, removed=True, explanations={text * 9: text * 9})
        render_pairs([("articles", "1,234"), (text * 9, text * 9)], "table", screen.env)
        assert "1,234" in screen.out
        assert max(cell_len(line) for line in screen.out.splitlines()) <= columns
