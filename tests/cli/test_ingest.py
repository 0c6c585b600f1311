"""`ingest` and `clean`: what they take, what they report."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli.conftest import Library
from tests.cli.support import LECTURE_BODY, LECTURE_FILE, LECTURE_TEXT, Run

REPORT_KEYS = (
    "new updated unchanged exact_duplicates near_duplicates skipped failed removed_spans failures skips".split()
)
CLEAN_KEYS = (
    "origin title date date_source date_precision authors translator source lang url text raw_text removed repairs"
    " error"
).split()


@pytest.mark.everywhere
def test_report_keys(inside: Run, library: Library) -> None:
    report = inside("-C", "c.db", "ingest", library.inputs, "--format", "json").json
    assert list(report) == REPORT_KEYS
    assert report == dict.fromkeys(REPORT_KEYS, 0) | {
        "new": 6,
        "exact_duplicates": 1,
        "removed_spans": 2,
        "failures": [],
        "skips": [],
    }
    again = inside("-C", "c.db", "ingest", library.inputs, "--format", "json").json
    assert again == dict.fromkeys(REPORT_KEYS, 0) | {"unchanged": 6, "failures": [], "skips": []}


@pytest.mark.parametrize(
    ("content", "count"),
    [
        ("A market opened in Wonsan on Friday.\n\nTraders came from Hamhung.", 1),
        ('{"title": "One", "text": "The first story."}\n{"title": "Two", "text": "The second story."}\n', 2),
        ('[{"title": "One", "text": "The first story."}]', 1),
        ('{"articles": [{"text": "The first story."}, {"text": "The second story."}]}', 2),
        ('title,text\nOne,"The first, and only, story."\n', 1),
        (
            "<!DOCTYPE html><html><head><title>Squid</title></head><body><article><h1>Squid</h1>"
            "<p>Squid was dried on the quay of Wonsan for weeks, a trader said on Monday.</p>"
            "<p>Another trader said that the price of squid had doubled since last autumn.</p></article></body></html>",
            1,
        ),
    ],
    ids=["text", "jsonl", "json", "wrapped", "csv", "html"],
)
def test_stdin_of_each_kind(inside: Run, content: str, count: int) -> None:
    report = inside("-C", "c.db", "ingest", "-", "--format", "json", "--jobs", "1", stdin=content).json
    assert (report["new"], report["failed"]) == (count, 0)
    cleaned = inside("clean", "-", "--format", "jsonl", "--jobs", "1", stdin=content).objects
    assert len(cleaned) == count
    assert {item["origin"] for item in cleaned} == {"-"}


def test_map(inside: Run, tmp_path: Path) -> None:
    record = {"head": "Mapped", "story": {"body": "A story about squid."}, "when": "2018-02", "who": "Ara Fictional"}
    (tmp_path / "odd.jsonl").write_text(json.dumps(record))
    assert inside("-C", "c.db", "ingest", "odd.jsonl").code == 1
    mapping = ("--map", "text=story.body", "--map", "title=head", "--map", "date=when", "--map", "authors=who")
    assert inside("-C", "c.db", "ingest", "odd.jsonl", *mapping).code == 0
    hit = inside("-C", "c.db", "search", "squid", "--format", "jsonl").objects[0]
    assert (hit["title"], hit["date"], hit["authors"]) == ("Mapped", "2018-02", ["Ara Fictional"])


def test_jobs_do_not_change_the_result(run: Run, tmp_path: Path) -> None:
    paragraph = "<p>The lecture in Hoeryong, a trader said, was about phones, rice and the price of both.</p>" * 30
    # Pages large enough together that a pool starts.
    filler = f"<script>{'x' * 150_000}</script>"
    pages = tmp_path / "pages"
    pages.mkdir()
    for number in range(34):
        (pages / f"{number}.html").write_text(
            f"<html><body><article><h1>Page {number}</h1>{paragraph}</article>{filler}</body>"
        )
    (pages / "bad.html").touch()
    reports, articles = [], []
    for jobs in ("1", "2"):
        outcome = run("-C", f"{jobs}.db", "ingest", "pages", "--jobs", jobs, "--format", "json")
        assert outcome.code == 1
        reports.append(outcome.json)
        listed = run("-C", f"{jobs}.db", "search", "lecture", "-n", "0", "--format", "jsonl")
        articles.append(listed.out)
    assert reports[0] == reports[1]
    assert reports[0]["new"] == 34
    assert articles[0] == articles[1]


def test_clean_formats(inside: Run, library: Library) -> None:
    source = library.inputs / LECTURE_FILE
    assert inside("clean", source).out.rstrip("\n") == LECTURE_BODY
    item = inside("clean", source, "--format", "jsonl").objects[0]
    assert list(item)[: len(CLEAN_KEYS)] == CLEAN_KEYS
    assert (item["error"], item["raw_text"], item["translator"]) == (None, LECTURE_TEXT, "Una Fictional")
    assert item["text"].rstrip("\n") == LECTURE_BODY
    assert inside("clean", source, "--format", "json").json == [item]
    diff = inside("clean", source, "--format", "diff").lines
    assert diff[0].startswith("--- a/")
    assert {"-*Translated by Una Fictional", "-Read in Korean"} <= set(diff)
    assert not [line for line in diff[2:] if line.startswith("+")]
    markdown = inside("clean", source, "--format", "markdown").out
    assert "Read in Korean" not in markdown
    assert "A resident said that the lecture was long." in markdown


def test_clean_keep(inside: Run, library: Library) -> None:
    source = library.inputs / LECTURE_FILE
    kept = inside("clean", source, "--keep", "link").out
    assert "Read in Korean" in kept
    assert "Translated by" not in kept
    both = inside("clean", source, "--keep", "link", "--keep", "translator")
    assert both.out.rstrip("\n") == LECTURE_TEXT.rstrip("\n")


def test_clean_error_objects(inside: Run, library: Library, tmp_path: Path) -> None:
    (tmp_path / "empty.txt").touch()
    outcome = inside("clean", "empty.txt", library.inputs / LECTURE_FILE, "--format", "jsonl")
    bad, good = outcome.objects
    assert outcome.code == 1
    assert list(bad) == list(good)
    assert (bad["origin"], bad["text"], bad["raw_text"], bad["removed"]) == ("empty.txt", None, None, [])
    assert bad["error"]
    assert good["error"] is None
    assert len(inside("clean", "empty.txt", "--format", "json").json) == 1
    assert inside("clean", "empty.txt").out == ""


def test_clean_needs_and_makes_no_corpus(run: Run, library: Library, tmp_path: Path) -> None:
    assert run("-C", "none.db", "clean", library.inputs).code == 0
    assert list(tmp_path.rglob("*.db")) == []


@pytest.mark.file_only
def test_the_users_own_corpus_is_made_in_the_data_directory(run: Run, library: Library, tmp_path: Path) -> None:
    assert run("ingest", library.inputs).code == 0
    corpus = tmp_path / ".local" / "share" / "nkcorpus" / "corpus.db"
    assert corpus.is_file()
    assert [path.name for path in corpus.parent.iterdir()] == ["corpus.db"]
    assert (tmp_path / ".cache" / "nkcorpus").is_dir()
    moved = run("list", "--count", env={"XDG_DATA_HOME": str(tmp_path / "elsewhere")})
    assert moved.code == 3
    cached = run("search", "rice", env={"NKCORPUS_CACHE_DIR": str(tmp_path / "cache")})
    assert cached.code == 0
    assert (tmp_path / "cache").is_dir()
