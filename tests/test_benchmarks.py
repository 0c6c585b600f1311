"""The benchmark runs, from generator to table, and its articles are what it says they are."""

from __future__ import annotations

import json
import platform
import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks import report
from benchmarks.growth import curves
from benchmarks.queries import KINDS
from benchmarks.results import OtherMachine, Results
from benchmarks.targets import USUAL, targets
from nkcorpus import Corpus

ROOT = Path(__file__).resolve().parent.parent


def python(*arguments: str) -> str:
    done = subprocess.run([sys.executable, *arguments], cwd=ROOT, capture_output=True, text=True, check=True)
    return done.stdout


@pytest.fixture(scope="module")
def measured(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Results]:
    """All parts on a few articles."""
    folder = tmp_path_factory.mktemp("benchmark")
    common = ("--runs", "1", "--work", str(folder / "work"), "--results", str(folder / "results.json"))
    slow = "recoll,xapian,whoosh-1,tantivy-1,whoosh-command,tantivy-command"
    performance = ("-m", "benchmarks.performance", *common)
    python(*performance, "--only", "ingest,warm", "--sizes", "40", "--without", slow)
    python(*performance, "--only", "cold,add", "--sizes", "40", "--without", f"{slow},script,tantivy-py,imports,rg")
    python(*performance, "--only", "html,extraction", "--sizes", "4")
    python(*performance, "--only", "scale", "--sizes", "2500")
    return folder, Results.read(folder / "results.json")


def test_every_part_gives_figures(measured: tuple[Path, Results]) -> None:
    _, results = measured
    blocks = {"ingest/40", "cold/40", "warm/40", "add/40", "html/4", "extraction/4", "scale/2500"}
    assert set(results.blocks) == blocks
    for engine in ("whoosh", "tantivy", "fts5", "tantivy-py", "script"):
        assert 0 < (results.value("ingest", 40, "cpu_s", tool=engine) or 0) < 60
        assert 0 < (results.value("ingest", 40, "index_mb", tool=engine) or 0) < 60
        assert 0 < (results.value("warm", 40, "median_ms", tool=engine, kind="any of four") or 0) < 1_000
    for engine in ("whoosh", "tantivy", "fts5"):
        assert 1 < (results.value("cold", 40, "peak_mb", tool=engine, step="search") or 0) < 1_000
        assert 0 < (results.value("add", 40, "cpu_s", tool=engine, articles=100) or 0) < 60
    assert {row["kind"] for row in results.rows("warm", 40, tool="whoosh")} == set(KINDS)
    assert {(row["tool"], row["step"]) for row in results.rows("html", 4)} == {
        ("pages-1", "clean"),
        ("pages-2", "clean"),
        ("pages-1", "ingest"),
        ("pages-2", "ingest"),
        ("pages-script", "ingest"),
    }


def test_killed_ingest_loses_nothing_and_takes_nothing_twice(measured: tuple[Path, Results]) -> None:
    (row,) = measured[1].rows("scale", 2_500)
    assert row["articles"] == row["found_by_search"] == 2_500
    assert 0 < row["stored_at_kill"] < 2_500
    assert (row["missing"], row["twice"]) == (0, 0)


def test_page_tells_what_was_measured_and_what_was_not(measured: tuple[Path, Results]) -> None:
    page = report.page(measured[1])
    assert (
        "| ingest of text, Whoosh: articles a CPU second beside the plain script's | at least 1.3 × |  | not measured |"
        in page
    )
    assert "### 40 articles" in page
    assert str(measured[0]) not in page
    assert platform.node() not in page.split()


def test_targets_are_met_or_missed() -> None:
    def found(cpu: float) -> list[bool | None]:
        results = Results({})
        results.put("ingest", USUAL, 1, 1.0, [{"tool": "script", "cpu_s": 2.0}, {"tool": "whoosh", "cpu_s": cpu}])
        return [target.met for target in targets(results)]

    assert found(1.0) == [True, *[None] * (len(found(1.0)) - 1)]
    assert found(1.9) == [False, *[None] * (len(found(1.9)) - 1)]


def test_growth_is_what_doubles_when_the_corpus_doubles() -> None:
    results = Results({})
    for size in (1_000, 2_000, 4_000):
        row = {"tool": "fts5", "cpu_s": size / 1_000, "index_mb": size**2 / 1e6, "peak_mb": 5.0}
        results.put("ingest", size, 1, 1.0, [row])
    factors = {curve.name: round(curve.factor or 0, 3) for curve in curves(results)}
    assert factors == {"ingest": 2.0, "index": 4.0, "peak memory of ingest": 1.0}
    assert factors == {curve.name: round(curve.last_factor or 0, 3) for curve in curves(results)}


def test_page_is_the_same_in_whatever_order_parts_are_measured(tmp_path: Path) -> None:
    results = Results({"system": "Linux"})
    for part, size in (("warm", 20_000), ("ingest", 20_000), ("ingest", 1_000), ("cold", 100_000)):
        results.put(part, size, 1, 60.0, [])
    results.write(tmp_path / "results.json")
    assert report.page(Results.read(tmp_path / "results.json")) == report.page(results)


def test_figures_of_two_machines_are_not_mixed(measured: tuple[Path, Results], tmp_path: Path) -> None:
    results = Results.read(measured[0] / "results.json")
    other = tmp_path / "results.json"
    Results({**results.machine, "processors": "96"}, results.blocks).write(other)
    with pytest.raises(OtherMachine, match="another processors; --fresh drops them"):
        Results.here(other)
    assert Results.here(other, fresh=True).blocks == {}


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
