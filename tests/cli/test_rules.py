"""`rules`, `reclean`, `uncut`, and `clean --rules`, as a user meets them."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from tests.cli.support import Run, one_line

RULE = """[[rule]]
id = "local.filed"
kind = "credit"
zone = "tail"
pattern = 'Filed from {capitalised} by {name}\\.'
cut = ["Filed from Wonsan by Nora Feldt."]
keep = ["Filed from Wonsan by boat."]
note = "the desk's sign-off"
"""
TEXT = "The ferry stopped.\n\nFiled from Wonsan by Nora Feldt.\n\n*Translated by Una Fictional\n"


@pytest.fixture
def run(inside: Run) -> Run:
    """Run a command in this process: there are many."""
    return inside


@pytest.fixture
def corpus(run: Run, tmp_path: Path) -> Path:
    (tmp_path / "own.toml").write_text(RULE, "utf-8")
    (tmp_path / "a.txt").write_text(TEXT, "utf-8")
    assert run("-C", "c.db", "ingest", "a.txt").code == 0
    return tmp_path / "c.db"


@pytest.fixture
def article(run: Run, corpus: Path) -> str:
    return run("-C", corpus, "list", "--format", "ids").out.strip()


def test_all_rules_are_listed_with_their_cuts(run: Run, corpus: Path) -> None:
    rows = [line.split("\t") for line in run("-C", corpus, "rules").lines]
    assert {len(row) for row in rows} == {5}
    listed = {row[0]: row[1:] for row in rows}
    assert listed["daily-nk.translated-by"] == ["translator", "tail", "daily_nk.toml", "1"]
    whole = run("-C", corpus, "rules", "--format", "json").json
    assert [rule["id"] for rule in whole["rules"]] == [row[0] for row in rows]
    assert run("-C", corpus, "rules", "--format", "jsonl").objects == whole["rules"]
    for columns in (40, 100):
        shown = run("-C", corpus, "rules", "--format", "table", env={"COLUMNS": str(columns)})
        assert max(map(len, shown.lines)) <= columns


def test_without_a_corpus_the_rules_have_no_counts(inside: Run) -> None:
    rules = inside("-C", "none.db", "rules", "--format", "json").json["rules"]
    assert {rule["cuts"] for rule in rules} == {None}


def test_a_rule_from_file_to_corpus_and_back(inside: Run, corpus: Path, article: str) -> None:
    on = ("-C", str(corpus))
    added = inside(*on, "rules", "--add", "own.toml")
    assert (added.code, added.out) == (0, "")
    assert "nkcorpus reclean" in one_line(added)
    exported = inside(*on, "rules", "--export").out
    assert tomllib.loads(exported) == tomllib.loads(RULE)
    (corpus.parent / "again.toml").write_text(exported, "utf-8")
    assert inside(*on, "rules", "--add", "again.toml").code == 0
    assert inside(*on, "rules", "--export").out == exported

    would = inside(*on, "reclean", "--dry-run")
    assert would.out == "local.filed\t1\t0\tFiled from Wonsan by Nora Feldt.\n"
    assert one_line(would) == "1 articles, 1 would change: 1 cuts and repairs added, 0 removed"
    report = inside(*on, "reclean", "--format", "json").json
    assert (report["dry_run"], report["changed"], report["added"], report["rules"][0]["rule"]) == (
        False,
        1,
        1,
        "local.filed",
    )
    assert inside(*on, "reclean").out == ""
    assert inside(*on, "show", article).out == "The ferry stopped.\n"
    explained = inside(*on, "show", article, "--removed", "--format", "json").json
    assert explained[0]["explanation"] == "the desk's sign-off"
    assert "local.filed\tcredit\ttail\tagain.toml\t1" in inside(*on, "rules").lines

    assert inside(*on, "rules", "--remove", "local.filed").code == 0
    assert inside(*on, "reclean").out == "local.filed\t0\t1\tFiled from Wonsan by Nora Feldt.\n"
    assert "Wonsan" in inside(*on, "show", article).out
    empty = inside(*on, "rules", "--export")
    assert (empty.out, one_line(empty)) == ("", "the corpus has no rules of its own")


def test_check_names_file_and_rule(inside: Run, corpus: Path) -> None:
    good = inside("rules", "--check", "own.toml")
    assert (good.code, good.out, one_line(good)) == (0, "", "own.toml: 1 rule, no fault")
    (corpus.parent / "bad.toml").write_text(RULE.replace("by boat", "by Tom Weller"), "utf-8")
    bad = inside("-q", "rules", "--check", "bad.toml")
    assert bad.code == 1
    assert one_line(bad).startswith("bad.toml: rule 'local.filed': the pattern matches its example")
    twice = inside("-q", "rules", "--check", "own.toml", "own.toml")
    assert (twice.code, "there twice" in one_line(twice)) == (1, True)
    missing = inside("rules", "--check", "own.toml", "none.toml")
    assert (missing.code, one_line(missing)) == (2, "none.toml: there is no such file")


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (("rules", "--check"), 2, "give a FILE"),
        (("rules", "--remove"), 2, "give an ID"),
        (("rules", "own.toml"), 2, "--add"),
        (("rules", "--add", "--export"), 2, "give one"),
        (("rules", "--add", "none.toml"), 2, "none.toml"),
        (("rules", "--remove", "daily-nk.bio"), 2, "comes with nkcorpus"),
        (("rules", "--remove", "local.none"), 2, "no such rule"),
        (("-C", "none.db", "rules", "--export"), 3, "no corpus yet"),
        (("-C", "none.db", "rules", "--add", "own.toml"), 3, "no corpus yet"),
        (("-C", "none.db", "reclean"), 3, "no corpus yet"),
        (("uncut", "ffff"), 2, "ffff"),
        (("uncut", "ffff", "--undo", "--list"), 2, "give one"),
        (("clean", "a.txt", "--rules", "none.toml"), 2, "none.toml"),
    ],
)
def test_what_cannot_be_done(inside: Run, corpus: Path, arguments: tuple[str, ...], code: int, said: str) -> None:
    given = arguments if arguments[0] == "-C" else ("-C", str(corpus), *arguments)
    outcome = inside(*given)
    assert (outcome.code, outcome.out) == (code, "")
    assert said in one_line(outcome)


def test_clean_by_the_rules_of_a_file(inside: Run, corpus: Path) -> None:
    cleaned = inside("clean", "a.txt", "--rules", "own.toml", "--format", "json").json[0]
    assert [cut["rule"] for cut in cleaned["removed"]] == ["local.filed", "daily-nk.translated-by"]
    assert len(inside("clean", "a.txt", "--format", "json").json[0]["removed"]) == 1
    diff = inside("clean", "a.txt", "--rules", "own.toml", "--format", "diff").out
    assert "-Filed from Wonsan by Nora Feldt.\n" in diff


def test_lines_put_back_and_let_go(inside: Run, corpus: Path, article: str) -> None:
    on = ("-C", str(corpus))
    done = inside(*on, "uncut", article, "1")
    assert (done.out, one_line(done)) == ("1\t*Translated by Una Fictional\n", "1 line put back")
    assert inside(*on, "show", article, "--removed").out == ""
    assert inside(*on, "show", article).out == inside(*on, "show", article, "--raw").out
    listed = inside(*on, "uncut", article, "--list", "--format", "json").json
    assert listed == {
        "schema": 1,
        "id": article,
        "put_back": [],
        "undone": [],
        "kept": ["*Translated by Una Fictional"],
    }
    assert "Fictional" in inside(*on, "uncut", article, "--list", "--format", "table").out
    bad = inside(*on, "uncut", article, "--undo", "x")
    assert (bad.code, "not the number" in one_line(bad)) == (2, True)
    assert inside(*on, "uncut", article, "--undo", "2").code == 2
    undone = inside(*on, "uncut", article, "--undo", "1", "--format", "json").json
    assert (undone["undone"], undone["kept"]) == (["*Translated by Una Fictional"], [])
    assert len(inside(*on, "show", article, "--removed").lines) == 1
    nothing = inside(*on, "uncut", article, "--undo")
    assert (nothing.code, "nothing was put back" in one_line(nothing)) == (2, True)
