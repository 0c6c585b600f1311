"""`clean --explain`, and the links of list pages that are refused."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.support import Run

SENTENCES = [f"On day {number} the ferry at Sinpo waited for fuel that never came." for number in range(12)]
STORY = "".join(f"<p>{sentence}</p>" for sentence in SENTENCES)
PAGE = f"<title>Ferry</title><body><h1>Ferry</h1><article>{STORY}<p>Read in Korean</p></article>"
HEADLINES = "".join(f"<h2><a href='/a/{n}#top'>Ferry number {n} waits for fuel at Sinpo</a></h2>" for n in range(12))
LIST = f"<title>Ferries</title><link rel=canonical href='https://sea.example/news/'><main>{HEADLINES}</main>"
TEXT = "The ferry at Sinpo waited.\n\n*Translated by Hannah Corwin\n\nRead in Korean\n"


def test_a_page_tells_who_found_its_text(inside: Run, tmp_path: Path) -> None:
    (tmp_path / "ferry.html").write_text(PAGE)
    outcome = inside("clean", "--explain", "ferry.html")
    assert outcome.code == 0
    lines = outcome.out.splitlines()
    assert lines[:2] == ["ferry.html", "  text from vote: own"]
    assert lines[2].endswith("100% like it")
    assert any(line.startswith("    readability: ") for line in lines)
    assert "  cut: Read in Korean" in lines
    assert SENTENCES[0] not in outcome.out
    assert "text from fast" in inside("clean", "--explain", "--fast", "ferry.html").out


def test_each_cut_has_its_rule_and_zone(inside: Run, tmp_path: Path) -> None:
    (tmp_path / "ferry.txt").write_text(TEXT)
    (item,) = inside("clean", "--explain", "--format", "jsonl", "ferry.txt").objects
    assert item["text"] == "The ferry at Sinpo waited.\n\n"
    explanation = item["explanation"]
    assert explanation["path"] == "text"
    assert explanation["candidates"] == explanation["repairs"] == []
    assert explanation["evidence"]["translator"] == "rule:daily-nk.translated-by"
    first, second = explanation["cuts"]
    assert (first["rule"], first["kind"], first["zone"]) == ("daily-nk.translated-by", "translator", "tail")
    assert first["where"] == "line 3 of 6, tail zone: lines below it: all of them cut"
    assert second["where"] == "line 5 of 6, tail zone: nothing stands below it"
    assert first["line"] == "*Translated by Hannah Corwin"
    assert "{names}" in first["pattern"]


def test_an_uncut_line_below_is_counted(inside: Run, tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("The ferry waited.\n\n*Translated by Hannah Corwin\n\nRead in Korean\n")
    out = inside("clean", "--explain", "--keep", "link", "a.txt").out
    assert "tail zone: lines below it: 0 cut, 1 kept" in out


def test_a_cut_by_a_rule_of_a_file_is_explained(inside: Run, tmp_path: Path) -> None:
    (tmp_path / "desk.toml").write_text(
        "[[rule]]\nid = 'desk.end'\nkind = 'notice'\nzone = 'tail'\npattern = 'End of file'\n"
        "cut = ['End of file']\nkeep = []\n"
    )
    (tmp_path / "a.txt").write_text("The ferry waited.\n\nEnd of file\n")
    out = inside("clean", "--explain", "--rules", "desk.toml", "a.txt").out
    assert "desk.end (notice); line 3 of 4, tail zone: nothing stands below it" in out
    assert "pattern: End of file" in out


def test_explanation_is_only_given_when_asked_for(inside: Run, tmp_path: Path) -> None:
    (tmp_path / "ferry.txt").write_text(TEXT)
    (item,) = inside("clean", "--format", "jsonl", "ferry.txt").objects
    assert "explanation" not in item
    assert item["links"] == []


@pytest.mark.parametrize("form", ["markdown", "diff"])
def test_explanation_has_no_such_form(inside: Run, tmp_path: Path, form: str) -> None:
    (tmp_path / "ferry.txt").write_text(TEXT)
    outcome = inside("clean", "--explain", "--format", form, "ferry.txt")
    assert outcome.code == 2
    assert f"--explain has no --format {form}: use text, json or jsonl" in outcome.err


def test_a_refused_list_offers_its_articles(inside: Run, tmp_path: Path) -> None:
    (tmp_path / "list.html").write_text(LIST)
    (item,) = inside("clean", "--format", "jsonl", "--explain", "list.html").objects
    assert item["links"] == [f"https://sea.example/a/{number}" for number in range(12)]
    assert item["explanation"] is None
    quiet = inside("clean", "list.html")
    assert (quiet.code, quiet.out) == (1, "")
    assert quiet.err.splitlines() == [
        "nkcorpus: list.html: this page lists articles and is none: give the address or file of an article",
        "nkcorpus: 12 of its links look like articles (-v lists them)",
    ]
    assert "nkcorpus:   https://sea.example/a/11" in inside("-v", "clean", "list.html").err.splitlines()


@pytest.mark.parametrize(
    ("head", "first"),
    [("", "/a/0"), ("<base href='https://sea.example/old/'>", "https://sea.example/a/0")],
)
def test_links_stay_relative_where_the_address_is_unknown(inside: Run, tmp_path: Path, head: str, first: str) -> None:
    (tmp_path / "list.html").write_text(f"{head}<title>Ferries</title><main>{HEADLINES}</main>")
    (item,) = inside("clean", "--format", "jsonl", "list.html").objects
    assert item["links"][0] == first
