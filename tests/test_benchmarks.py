"""The benchmark runs, from generator to table, and its articles are what it says they are."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from nkcorpus import Corpus

ROOT = Path(__file__).resolve().parent.parent


def python(*arguments: str) -> str:
    done = subprocess.run([sys.executable, *arguments], cwd=ROOT, capture_output=True, text=True, check=True)
    return done.stdout


def test_table_and_figures(tmp_path: Path) -> None:
    figures = tmp_path / "figures.json"
    table = python("-m", "benchmarks.run", "--sizes", "20", "--runs", "1", "--json", str(figures))
    rows = json.loads(figures.read_text(encoding="utf-8"))["rows"]
    steps = {(row["step"], row["tool"]) for row in rows}
    tools = ("nkcorpus", "nkcorpus --jobs 1", "plain script")
    assert steps == {(step, tool) for step in ("ingest", "ingest again") for tool in tools} | {
        ("search", tool) for tool in ("nkcorpus", "plain script", "python -c pass")
    }
    assert all(0 < row["usage"]["cpu"] < 60 and 1 < row["usage"]["peak_mb"] < 1_000 for row in rows)
    assert "search, 20 articles" in table


@pytest.mark.parametrize("form", ["text", "html", "jsonl"])
def test_articles_are_the_same_each_time_and_hold_duplicates(tmp_path: Path, form: str) -> None:
    contents = []
    for folder in (tmp_path / "a", tmp_path / "b"):
        python("-m", "benchmarks.generate", str(folder), "--count", "100", "--format", form)
        contents.append({file.name: file.read_bytes() for file in folder.rglob("*.*")})
    assert contents[0] == contents[1]
    with Corpus.open(tmp_path / "c.db", cache_dir=tmp_path / "cache") as corpus:
        report = corpus.ingest([tmp_path / "a"])
        assert report.new + report.unchanged == 100
        assert report.failed == 0
        assert 0 < report.exact_duplicates < 10
        assert report.removed_spans > 100
        assert corpus.search("source told Daily NK").total > 30


def test_boilerplate_table() -> None:
    table = python("-m", "benchmarks.boilerplate")
    row = next(line for line in table.splitlines() if line.startswith("| nkcorpus, text"))
    assert row.count("100.0%") == 2


def test_extraction_table(tmp_path: Path) -> None:
    page = "<title>Ferry</title><article>" + "<p>The ferry at Sinpo waited for fuel that never came.</p>" * 9
    (tmp_path / "a.html").write_text(page, encoding="utf-8")
    pages = tmp_path / "pages.jsonl"
    pages.write_text(json.dumps({"html": page}) + "\n", encoding="utf-8")
    for given in ([str(tmp_path)], [str(pages)], ["--count", "2"]):
        table = python("-m", "benchmarks.extraction", *given).splitlines()
        rows = {line.split("|")[1].strip(): line.split("|")[2:4] for line in table if line.startswith("| ")}
        assert float(rows["trafilatura"][1]) == 1.0
        assert float(rows["nkcorpus --fast"][0]) > 0
