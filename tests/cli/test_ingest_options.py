"""Which of the sources `ingest` takes, and as what."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli.support import Run, one_line

RECORDS = [
    {"title": f"Rice {day}", "text": f"Rice rose on day {day}.", "date": f"2019-06-{day:02}", "source": "River Post"}
    for day in range(1, 6)
] + [{"title": "Undated", "text": "Nobody knows when."}]


@pytest.fixture
def inputs(tmp_path: Path) -> Path:
    folder = tmp_path / "in"
    (folder / "old").mkdir(parents=True)
    (folder / "news.jsonl").write_text("".join(json.dumps(record) + "\n" for record in RECORDS))
    (folder / "old" / "2018-05-01 ferry.txt").write_text("The ferry at Sinpo did not leave.")
    (folder / "old" / "page").write_text("# Salt\n\nSalt was dear in Wonsan.")
    return folder


def taken(inside: Run, *options: str) -> dict[str, object]:
    report = inside("-C", "c.db", "ingest", "in", "--jobs", "1", "--format", "json", *options).json
    return {key: value for key, value in report.items() if value and key not in ("skips", "near_duplicates")}


def test_since_and_until(inside: Run, inputs: Path) -> None:
    outcome = inside("-C", "c.db", "ingest", "in", "--since", "2019-06-02", "--until", "2019-06-03", "--jobs", "1")
    assert set(outcome.err.splitlines()[:-1]) == {
        "nkcorpus: skipped 2: dated after --until",
        "nkcorpus: skipped 2: dated before --since",
        "nkcorpus: skipped 1: no date, which --since and --until need",
        "nkcorpus: skipped 1: a file without an extension; name the file itself to take it",
    }
    assert outcome.err.splitlines()[-1] == "nkcorpus: 2 new, 0 updated, 0 unchanged, 6 skipped"
    bad = inside("-C", "c.db", "ingest", "in", "--since", "someday")
    assert bad.code == 2
    assert "--since" in one_line(bad)


def test_limit_counts_articles_known_or_not(inside: Run, inputs: Path) -> None:
    assert taken(inside, "--limit", "2") == {"new": 2}
    assert taken(inside, "--limit", "3") == {"new": 1, "unchanged": 2}
    assert taken(inside, "--limit", "2", "--since", "2019-06-04") == {"new": 2, "skipped": 3}
    assert taken(inside) == {"new": 2, "unchanged": 5, "skipped": 1}


def test_limit_with_a_pool_of_workers(run: Run, tmp_path: Path) -> None:
    filler = "x" * 150_000
    (tmp_path / "in").mkdir()
    for number in range(40):
        page = f"<html><head><title>Page {number}</title></head><body><p>Rice {number} rose.</p><!--{filler}--></body>"
        (tmp_path / "in" / f"{number:02}.html").write_text(page)
    report = run("-C", "c.db", "ingest", "in", "--limit", "35", "--jobs", "2", "--format", "json").json
    assert (report["new"], report["failed"]) == (35, 0)
    assert len(run("-C", "c.db", "list", "-n", "0", "--format", "ids").lines) == 35


def test_include_and_exclude(inside: Run, inputs: Path) -> None:
    assert taken(inside, "--include", "*.txt") == {"new": 1}
    assert taken(inside, "--exclude", "old") == {"new": 6}
    assert taken(inside, "--include", "old/*", "--exclude", "*.txt") == {"new": 1}


def test_what_the_files_are(inside: Run, inputs: Path) -> None:
    assert taken(inside, "--include", "page", "--as", "markdown") == {"new": 1, "removed_spans": 1}
    (salt,) = inside("-C", "c.db", "search", "salt", "--format", "jsonl").objects
    assert salt["title"] == "Salt"
    items = inside("clean", "in", "--include", "page", "--as", "text", "--format", "jsonl", "--jobs", "1").objects
    assert [item["title"] for item in items] == [None]
    assert inside("clean", "in", "--as", "novel").code == 2


def test_the_publisher_of_all(inside: Run, inputs: Path) -> None:
    assert taken(inside) == {"new": 7, "skipped": 1}
    assert taken(inside, "--source", "Daily Invented") == {"updated": 7, "skipped": 1}
    assert taken(inside, "--source", "Daily Invented") == {"unchanged": 7, "skipped": 1}
    hits = inside("-C", "c.db", "list", "-n", "0", "--format", "jsonl").objects
    assert {hit["source"] for hit in hits} == {"Daily Invented"}
    shown = inside("-C", "c.db", "show", hits[0]["id"], "--format", "json").json
    assert shown["evidence"]["source"] == "option"


def test_a_dry_run_tells_and_takes_nothing(inside: Run, inputs: Path, tmp_path: Path) -> None:
    (inputs / "bad.json").write_text("{")
    options = ("--until", "2019-06-02", "--source", "X", "--limit", "2")
    outcome = inside("-C", "c.db", "ingest", "in", "--dry-run", "--jobs", "1", *options)
    assert outcome.code == 1
    assert outcome.lines == ["in/news.jsonl\t2019-06-01\tX\tRice 1", "in/news.jsonl\t2019-06-02\tX\tRice 2"]
    failure, summary = outcome.err.splitlines()
    assert failure.startswith("nkcorpus: in/bad.json: ")
    assert summary == "nkcorpus: would take 2 articles, 1 failed"
    assert not (tmp_path / "c.db").exists()
    assert inside("ingest", "gone", "--dry-run").code == 2
    assert "--format" in one_line(inside("ingest", "in", "--dry-run", "--format", "json"))
