"""`audit`, as a user meets it."""

from __future__ import annotations

import os
import pty
import subprocess
import tomllib
from pathlib import Path

import pytest

from tests.clean.test_audit import Press
from tests.cli.support import PROGRAM, TIMEOUT, Run, environment, one_line, write_records

GAZETTE = "local.border-gazette-reported-from-by-on"


@pytest.fixture(scope="module")
def audited(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A corpus of 100 articles of four sites, with the three tails of theirs."""
    folder = tmp_path_factory.mktemp("audited")
    records = [
        {"id": str(number), "source": article.site, "text": article.text}
        for number, article in enumerate(Press(1).articles(100))
    ]
    write_records(folder / "press.jsonl", records)
    subprocess.run(
        [*PROGRAM, "-C", "p.db", "ingest", "press.jsonl"],
        cwd=folder,
        env=environment(folder),
        check=True,
        timeout=TIMEOUT,
    )
    return folder / "p.db"


@pytest.fixture
def corpus(audited: Path, tmp_path: Path) -> Path:
    copy = tmp_path / "p.db"
    copy.write_bytes(audited.read_bytes())
    return copy


def test_every_format_tells_of_the_same_proposals(inside: Run, corpus: Path) -> None:
    whole = inside("-C", corpus, "audit", "--format", "json").json
    ids = [proposal["id"] for proposal in whole["proposals"]]
    assert (whole["schema"], whole["articles"], whole["sites"], len(ids)) == (1, 100, 4, 3)
    first = next(proposal for proposal in whole["proposals"] if proposal["id"] == GAZETTE)
    assert (first["site"], first["zone"], first["site_articles"]) == ("Border Gazette", "tail", 25)
    assert first["share"] == first["articles"] / 25
    assert len(first["examples"]) == len(first["longest"]) == 3
    assert inside("-C", corpus, "audit", "--format", "jsonl").objects == whole["proposals"]
    rows = [line.split("\t") for line in inside("-C", corpus, "audit").lines]
    assert [row[0] for row in rows] == ids
    assert {len(row) for row in rows} == {10}
    toml = inside("-C", corpus, "audit", "--format", "toml").out
    assert [rule["id"] for rule in tomllib.loads(toml)["rule"]] == ids
    for columns in (40, 120):
        shown = inside("-C", corpus, "audit", "--format", "table", env={"COLUMNS": str(columns)})
        assert max(map(len, shown.lines)) <= columns


def test_nothing_is_added_unasked(inside: Run, corpus: Path) -> None:
    inside("-C", corpus, "audit")
    for options in (("--apply",), ("--yes",), ("--only", GAZETTE)):
        outcome = inside("-C", corpus, "audit", *options)
        assert (outcome.code, outcome.out) == (2, "")
        assert one_line(outcome)
    unknown = inside("-C", corpus, "audit", "--apply", "--only", "local.none")
    assert (unknown.code, "local.none" in one_line(unknown)) == (2, True)
    assert inside("-C", corpus, "rules", "--export").out == ""


def test_added_proposals_are_cut_by_reclean_and_not_proposed_again(inside: Run, corpus: Path) -> None:
    one = inside("-C", corpus, "audit", "--apply", "--only", GAZETTE, "--format", "json")
    assert (one.code, [proposal["id"] for proposal in one.json["proposals"]]) == (0, [GAZETTE])
    assert one_line(one).startswith("added 1; 'nkcorpus reclean'")
    assert len(inside("-C", corpus, "audit").lines) == 2
    assert inside("-C", corpus, "audit", "--apply", "--yes").code == 0
    report = inside("-C", corpus, "reclean", "--format", "json").json
    assert len(report["rules"]) == 3
    assert report["changed"] == report["added"] > 20
    done = inside("-C", corpus, "audit")
    assert (done.code, done.out, one_line(done)) == (0, "", "nothing to propose in 100 articles")
    assert inside("-C", corpus, "audit", "--apply", "--yes").code == 0


def test_the_rule_file_can_be_checked_and_added(inside: Run, corpus: Path) -> None:
    (corpus.parent / "proposed.toml").write_text(inside("-C", corpus, "audit", "--format", "toml").out, "utf-8")
    assert inside("rules", "--check", "proposed.toml").code == 0
    assert inside("-C", corpus, "rules", "--add", "proposed.toml").code == 0
    assert inside("-C", corpus, "audit").out == ""


@pytest.mark.parametrize(("answers", "code", "added"), [("y\nn\ny\n", 0, 2), ("y\nq\n", 0, 1), ("n\nn\nn\n", 1, 0)])
def test_each_proposal_is_asked_about_on_a_terminal(
    run: Run, corpus: Path, answers: str, code: int, added: int
) -> None:
    terminal, side = pty.openpty()
    os.write(terminal, answers.encode())
    asked = subprocess.run(
        [*PROGRAM, "-C", corpus, "audit", "--apply"],
        stdin=side,
        capture_output=True,
        cwd=corpus.parent,
        env=environment(corpus.parent),
        timeout=TIMEOUT,
    )
    os.close(side)
    os.close(terminal)
    assert asked.returncode == code, asked.stderr
    assert len(asked.stdout.splitlines()) == added
    assert b"would cut" in asked.stderr
    assert run("-C", corpus, "rules", "--export").out.count("[[rule]]") == added
