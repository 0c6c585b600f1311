from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nkcorpus.model import Span
from nkcorpus.render import render_article, render_articles, render_cleaned
from nkcorpus.render.articles import CLEAN_FORMATS, ArticleFormat, CleanFormat
from nkcorpus.render.fields import article_fields, clean_fields
from nkcorpus.results import Cleaned

from .builders import BODY, CUT, FETCHED, RAW, TAIL, Screen, article, bare_document, document

ONE = article()
UNTITLED = article(2, bare_document())
GOOD = Cleaned("a.txt", document())
BARE = Cleaned("in/b.txt", bare_document())
BAD = Cleaned("c.bin", None, "is binary, not text; leave it out")


def shown(format: ArticleFormat, *, raw: bool = False, removed: bool = False, tty: bool = False) -> str:
    screen = Screen(tty=tty, color="never")
    render_article(ONE, format, screen.env, raw=raw, removed=removed)
    return screen.out


def cleaned(format: CleanFormat, *items: Cleaned) -> tuple[str, str, int]:
    screen = Screen()
    failed = render_cleaned(items, format, screen.env)
    return screen.out, screen.err, failed


def test_a_pipe_gets_the_clean_text_byte_for_byte_with_one_final_line_feed() -> None:
    assert shown("text") == f"{BODY}\n"
    assert shown("text", raw=True) == RAW


@given(st.text(st.characters(categories=["L", "N", "P", "Zs"], include_characters="\n\t"), min_size=1))
def test_ordinary_text_passes_unchanged(text: str) -> None:
    screen = Screen()
    render_article(article(1, bare_document(text)), "text", screen.env)
    assert screen.out == text.rstrip("\n") + "\n"


def test_a_terminal_gets_the_facts_above_the_text() -> None:
    out = shown("text", tty=True)
    header, body = out.split("\n\n", 1)
    assert body == f"{BODY}\n"
    assert header.splitlines()[0] == "Lecture in Saebom"
    for fact in (
        "2023-06-04T09:30+09:00 (minute, from meta)",
        "Border Bulletin",
        "Han Mi-rae; O Il",
        "Nam Bo-ra",
        "https://bulletin.example/lecture",
        "0" * 31 + "1",
        "in/a.txt",
    ):
        assert fact in header
    assert "versions    2" in header
    assert f"retrieved   {FETCHED.retrieved_at}, status {FETCHED.status}" in header


def test_a_terminal_marks_a_lead_in_place_of_a_title_and_leaves_unknown_facts_out() -> None:
    screen = Screen(tty=True)
    render_article(UNTITLED, "text", screen.env)
    assert screen.out.startswith("\x1b[2m(lead) Officers of the local branch")
    assert "translator" not in screen.out.split("\n\n")[0]


def test_several_articles_are_apart_by_a_blank_line_or_one_object_a_line() -> None:
    text, lines = Screen(), Screen()
    render_articles([ONE, UNTITLED], "text", text.env)
    render_articles([ONE, UNTITLED], "json", lines.env)
    assert text.out == f"{BODY}\n\n{BODY}\n"
    assert [json.loads(line)["id"] for line in lines.out.splitlines()] == [ONE.id, UNTITLED.id]


def test_one_article_is_one_object() -> None:
    assert json.loads(shown("json")) == article_fields(ONE)
    assert shown("json").count("\n") == 1
    assert json.loads(shown("json", tty=True)) == article_fields(ONE)


def test_removed_is_four_columns_in_a_pipe() -> None:
    raw = "Head\tline\nBody text.\n\nLast “line”\nof two\n"
    cuts = (Span(0, 10, "chrome", "a.head"), Span(22, len(raw), "bio", "a.bio"))
    screen = Screen()
    render_article(article(1, document(raw_text=raw, removed=cuts)), "text", screen.env, removed=True)
    assert screen.out == f"a.head\tchrome\t0-10\tHead line\na.bio\tbio\t22-{len(raw)}\tLast “line” of two\n"


def test_removed_as_json_lists_the_cuts_with_explanations_on_request() -> None:
    cut = {"start": CUT.start, "end": CUT.end, "text": f"{TAIL}\n", "kind": "credit", "rule": CUT.rule}
    assert json.loads(shown("json", removed=True)) == [cut]
    screen = Screen()
    render_articles([ONE, UNTITLED], "json", screen.env, removed=True, explanations={CUT.rule: "names the translator"})
    assert [json.loads(line) for line in screen.out.splitlines()] == [
        [cut | {"explanation": "names the translator"}]
    ] * 2


def test_removed_is_a_table_with_explanations_on_a_terminal() -> None:
    screen = Screen(tty=True, color="never", columns=100)
    render_article(ONE, "text", screen.env, removed=True, explanations={CUT.rule: "names the translator"})
    out = screen.out
    for part in (CUT.rule, "credit", f"{CUT.start}-{CUT.end}", TAIL, "names the translator"):
        assert part in out


@pytest.mark.parametrize("format", ["markdown", "html"])
def test_removed_is_a_list_in_markup(format: ArticleFormat) -> None:
    out = shown(format, removed=True)
    assert f"{CUT.rule}, credit, {CUT.start}-{CUT.end}" in out
    assert "Translated by Nam Bo-ra" in out


def test_nothing_removed_prints_nothing() -> None:
    for tty in (False, True):
        screen = Screen(tty=tty)
        render_article(article(1, document(removed=())), "text", screen.env, removed=True)
        assert screen.out == ""


def test_cleaned_text_is_apart_by_blank_lines_and_failures_are_named_on_stderr() -> None:
    out, err, failed = cleaned("text", GOOD, BAD, BARE)
    assert out == f"{BODY}\n\n{BODY}\n"
    assert err == "nkcorpus: c.bin: is binary, not text; leave it out\n"
    assert failed == 1


@pytest.mark.parametrize("format", ["json", "jsonl"])
def test_cleaned_json_holds_every_item(format: CleanFormat) -> None:
    out, _, failed = cleaned(format, GOOD, BAD, BARE)
    objects = json.loads(out) if format == "json" else [json.loads(line) for line in out.splitlines()]
    assert objects == [clean_fields(item) for item in (GOOD, BAD, BARE)]
    assert failed == 1


def test_cleaned_json_without_items_is_an_empty_list() -> None:
    assert cleaned("json") == ("[]\n", "", 0)
    assert cleaned("jsonl") == ("", "", 0)


def test_diff_names_the_origin_and_shows_only_what_changed() -> None:
    out, _, _ = cleaned("diff", GOOD, BAD, Cleaned("same.txt", document(removed=())))
    lines = out.splitlines()
    assert lines[:2] == ["--- a/a.txt", "+++ b/a.txt"]
    assert [line for line in lines[2:] if line[:1] in "+-"] == [f"-{TAIL}"]
    assert "same.txt" not in out


def test_diff_is_coloured_only_where_colour_is_on() -> None:
    screen = Screen(tty=True)
    render_cleaned([GOOD], "diff", screen.env)
    assert f"\x1b[31m-{TAIL}\x1b[0m\n" in screen.out
    assert "\x1b" not in cleaned("diff", GOOD)[0]


@pytest.mark.skipif(shutil.which("patch") is None, reason="needs patch(1)")
@pytest.mark.parametrize(
    "raw", ["Body one.\n\nTail", "Tail\nBody one.", "Body\n\nTail\nBody two.\n", "-- x\n\nTail\n++ y"]
)
def test_patch_makes_the_clean_text_from_the_diff(raw: str, tmp_path: Path) -> None:
    start = raw.index("Tail")
    end = raw.find("\n", start) + 1 or len(raw)
    described = document(raw_text=raw, removed=(Span(start, end, "tail", "t"),))
    out, _, _ = cleaned("diff", Cleaned("x.txt", described))
    (tmp_path / "x.txt").write_text(raw, encoding="utf-8", newline="")
    subprocess.run(["patch", "-s", "-p1"], input=out.encode(), cwd=tmp_path, check=True, timeout=60)
    assert (tmp_path / "x.txt").read_text(encoding="utf-8") == described.text


@pytest.mark.parametrize("format", CLEAN_FORMATS)
def test_items_are_written_as_they_come(format: CleanFormat) -> None:
    screen = Screen()
    seen: list[str] = []

    def items() -> Iterator[Cleaned]:
        for item in (GOOD, BARE):
            yield item
            seen.append(screen.out)

    render_cleaned(items(), format, screen.env)
    assert 0 < len(seen[0]) < len(screen.out)
    assert screen.out.startswith(seen[0])
