"""`nkcorpus copy` as a user runs it."""

from __future__ import annotations

import contextlib
import shutil
import sqlite3
from pathlib import Path

import pytest

from tests.cli.support import Run, one_line

REPORT_KEYS = (
    "schema new joined unchanged skipped failed versions added followed rules conflicts failures export_hash is_whole"
    " compared"
).split()
COMPARED_KEYS = "articles versions removed others differ differing lacking source_export_hash".split()


@pytest.fixture
def corpus(filled: Path, tmp_path: Path) -> Path:
    return Path(shutil.copy(filled, tmp_path / "c.db"))


def test_copy(inside: Run, corpus: Path, tmp_path: Path) -> None:
    done = inside("copy", corpus, "d.db", "--format", "json")
    assert done.code == 0
    report = done.json
    assert (list(report), list(report["compared"])) == (REPORT_KEYS, COMPARED_KEYS)
    assert report["is_whole"]
    assert report["export_hash"] == report["compared"]["source_export_hash"]
    assert f"the same, export hash {report['export_hash']}" in done.err
    again = inside("-C", "unused.db", "copy", "c.db", tmp_path / "d.db")
    assert (again.code, again.out) == (0, "")
    assert f"0 new, 0 joined, {report['new']} unchanged" in again.err
    assert not (tmp_path / "unused.db").exists()
    assert inside("-C", "d.db", "search", "rice", "--count").code == 0


def test_a_copy_into_a_corpus_with_other_articles_says_so(inside: Run, corpus: Path, tmp_path: Path) -> None:
    (tmp_path / "other.txt").write_text("Zinc was sold out in Rason.")
    assert inside("-C", "d.db", "ingest", "other.txt").code == 0
    done = inside("copy", corpus, "d.db")
    assert done.code == 0
    assert "it is a merge, with 1 other article" in done.err


def test_what_cannot_be_copied_is_named(inside: Run, corpus: Path) -> None:
    with contextlib.closing(sqlite3.connect(corpus)) as connection, connection:
        (article,) = connection.execute("SELECT article FROM version WHERE number = 1 LIMIT 1").fetchone()
        connection.execute("UPDATE version SET raw_text = 'forged' WHERE article = ?", (article,))
    done = inside("copy", corpus, "d.db", "--format", "json")
    assert (done.code, done.json["is_whole"], done.json["compared"]["differing"]) == (1, False, [article])
    assert f"{article}: is not there as it is in the source" in done.err


@pytest.mark.parametrize(
    ("source", "target", "code", "said"),
    [
        ("c.db", "c.db", 2, "itself"),
        ("none.db", "d.db", 3, "none.db"),
        ("text.db", "d.db", 3, "not a corpus"),
        ("c.db", "text.db", 3, "not a corpus"),
        ("c.db", "none/d.db", 3, "none/d.db"),
        ("c.db", "https://host.example/d", 2, "is no corpus"),
        ("ftp://host.example/d", "d.db", 2, "is no corpus"),
    ],
)
def test_places_that_cannot_be_used(
    inside: Run, corpus: Path, tmp_path: Path, source: str, target: str, code: int, said: str
) -> None:
    (tmp_path / "text.db").write_text("no corpus")
    outcome = inside("copy", source, target)
    assert (outcome.code, outcome.out) == (code, "")
    assert said in one_line(outcome)
    assert not (tmp_path / "d.db").exists()
