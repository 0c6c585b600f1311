"""`check` and `repair` as a user has them: formats, exit codes, what is asked, what is printed where."""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from tests.cli.conftest import Library
from tests.cli.support import Run


@pytest.fixture
def damaged(library: Library, tmp_path: Path) -> Path:
    """A copy of the shared corpus in which one title says something else."""
    copy = Path(shutil.copy(library.corpus, tmp_path / "copy.db"))
    with closing(sqlite3.connect(copy, isolation_level=None)) as connection:
        connection.execute("UPDATE version SET title = 'Invented \x1b[31m' WHERE external_id = 'rice-1'")
    return copy


def test_a_whole_corpus_is_counted_by_kind(ask: Run) -> None:
    plain = ask("check", "--format", "plain")
    assert plain.code == 0
    rows = [line.split("\t") for line in plain.lines]
    assert ["content digests", "6", "0"] in rows
    assert {row[2] for row in rows} == {"0"}
    assert plain.err.endswith("0 problems\n")
    table = ask("check", "--format", "table")
    assert "content digests" in table.out
    sampled = ask("check", "--sample", "2", "--format", "json")
    assert list(sampled.json) == "schema is_clean articles all_articles found checks problems notes export_hash".split()
    assert (sampled.json["is_clean"], sampled.json["articles"], sampled.json["all_articles"]) == (True, 2, 6)
    assert "looked at 2 of 6 articles (33.3%)" in sampled.err


def test_problems_end_with_1_and_are_named(run: Run, damaged: Path, library: Library) -> None:
    found = run("-C", damaged, "check", "--format", "json")
    assert found.code == 1
    what = f"{library.ids['rice-1']}/1"
    assert found.json["problems"] == [
        {"kind": "content digests", "what": what, "detail": "is not what content_sha256 says"}
    ]
    assert {"kind": "content digests", "checked": 6, "wrong": 1} in found.json["checks"]
    assert f"content digests: {what}: is not what content_sha256 says\n" in found.err
    assert "1 problem; 'nkcorpus repair'" in found.err


def test_what_cannot_be_opened_ends_with_3(run: Run, damaged: Path) -> None:
    with damaged.open("r+b") as file:
        file.truncate(5000)
    refused = run("-C", damaged, "check")
    assert refused.code == 3
    assert refused.out == ""
    assert refused.err.count("\n") == 1
    assert "Traceback" not in refused.err
    assert run("-C", damaged.with_name("none.db"), "check").code == 3


def test_repair_tells_asks_and_mends(run: Run, damaged: Path, library: Library) -> None:
    before = damaged.read_bytes()
    declined = run("-C", damaged, "repair", stdin="n\n")
    assert declined.code == 1
    assert damaged.read_bytes() == before
    assert f"mended: version {library.ids['rice-1']}/1: read again from the original bytes" in declined.err
    unasked = run("-C", damaged, "repair", stdin="")
    assert unasked.code == 1
    assert damaged.read_bytes() == before
    done = run("-C", damaged, "repair", "--yes")
    assert (done.code, done.out) == (0, "")
    (kept,) = damaged.parent.glob("copy.db.damaged-*")
    assert str(kept) in done.err
    assert kept.read_bytes() == before
    assert run("-C", damaged, "check").code == 0
    (shown,) = run("-C", damaged, "list", "--source", "River Post", "--format", "jsonl").objects
    assert shown["title"] == "Rice prices rise in Sinuiju"
    again = run("-C", damaged, "repair", "--yes")
    assert (again.code, "nothing to repair" in again.err) == (0, True)


def test_what_is_in_quarantine_is_printed_with_nothing_raw(run: Run, damaged: Path, library: Library) -> None:
    with closing(sqlite3.connect(damaged, isolation_level=None)) as connection:
        connection.execute("UPDATE payload SET bytes = x'00'")
    done = run("-C", damaged, "repair", "--yes")
    assert done.code == 0
    assert f"to quarantine: version {library.ids['rice-1']}/1: content digests" in done.err
    listed = run("-C", damaged, "repair", "--quarantine")
    assert listed.code == 0
    assert "\x1b" not in listed.out
    rows = listed.objects
    assert [list(row) for row in rows] == ["source article reason taken_at values".split()] * len(rows)
    (version,) = (row for row in rows if row["source"] == "version")
    assert version["article"] == library.ids["rice-1"]
    assert version["values"]["title"] == "Invented \x1b[31m"
    assert {"hex": "00"} in [row["values"]["bytes"] for row in rows if row["source"] == "payload"]
    assert run("-C", damaged, "show", library.ids["rice-1"]).code == 2
    assert "in quarantine" in run("-C", damaged, "check").err
