"""`engine`, and `--engine` of commands that search."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from nkcorpus.index.engines import is_installed
from nkcorpus.opened import file
from tests.cli.conftest import Library
from tests.cli.support import Run, environment, one_line

pytestmark = pytest.mark.skipif(not is_installed("tantivy"), reason="the extra tantivy is not installed")

SEARCH = ("search", "lecture rice 쌀값", "-n", "0", "--format", "json")


@pytest.fixture
def run(inside: Run) -> Run:
    """Run a command in this process: there are many."""
    return inside


def states(run: Run, corpus: Path) -> dict[str, tuple[bool, str]]:
    listed = run("-C", corpus, "engine", "--format", "json").json
    assert list(listed) == ["schema", "engines"]
    return {one["name"]: (one["used"], one["state"]) for one in listed["engines"]}


def folders(run: Run, corpus: Path) -> list[str]:
    index = Path(run("-C", corpus, "where", "--format", "json").json["index"]["path"])
    return sorted(entry.name.partition("-")[0] for entry in index.parent.iterdir() if entry.is_dir())


def test_a_corpus_is_switched_and_finds_the_same(run: Run, copy: Path) -> None:
    before = run("-C", copy, *SEARCH).json
    assert states(run, copy) == {"whoosh": (True, "current"), "tantivy": (False, "none")}
    outcome = run("-C", copy, "engine", "tantivy")
    assert (outcome.code, outcome.out, one_line(outcome)) == (0, "", "the corpus uses tantivy now")
    assert states(run, copy) == {"whoosh": (False, "none"), "tantivy": (True, "current")}
    assert folders(run, copy) == ["tantivy"]
    assert run("-C", copy, *SEARCH).json == before
    assert run("-C", copy, "reindex").code == 0
    assert run("-C", copy, *SEARCH).json == before
    assert run("-C", copy, "engine", "whoosh").code == 0
    assert states(run, copy) == {"whoosh": (True, "current"), "tantivy": (False, "none")}
    assert folders(run, copy) == ["whoosh"]
    assert run("-C", copy, *SEARCH).json == before


def test_the_choice_is_in_the_corpus_file(run: Run, copy: Path, tmp_path: Path) -> None:
    assert run("-C", copy, "engine", "tantivy").code == 0
    (tmp_path / "elsewhere").mkdir()
    moved = copy.rename(tmp_path / "elsewhere" / "moved.db")
    assert run("-C", moved, *SEARCH).code == 0
    assert folders(run, moved) == ["tantivy"]


def test_another_engine_for_once(run: Run, copy: Path) -> None:
    before = run("-C", copy, *SEARCH).json
    assert run("-C", copy, *SEARCH, "--engine", "tantivy").json == before
    assert run("-C", copy, "kwic", "lecture", "--engine", "tantivy").out == run("-C", copy, "kwic", "lecture").out
    similar = ("similar", before["hits"][0]["id"], "--format", "json")
    assert run("-C", copy, *similar, env={"NKCORPUS_SIMILAR_ENGINE": "tantivy"}).json == run("-C", copy, *similar).json
    assert states(run, copy) == {"whoosh": (True, "current"), "tantivy": (False, "current")}
    assert folders(run, copy) == ["tantivy", "whoosh"]
    outcome = run("-C", copy, "search", "rice", "--engine", "xapian")
    assert outcome.code == 2
    assert "tantivy" in one_line(outcome)


def test_a_new_corpus_is_made_with_an_engine(run: Run, library: Library, tmp_path: Path) -> None:
    made = tmp_path / "made.db"
    assert run("-C", made, "ingest", "--engine", "tantivy", library.inputs).code == 0
    assert states(run, made) == {"whoosh": (False, "none"), "tantivy": (True, "current")}
    assert folders(run, made) == ["tantivy"]
    again = ("-C", made, "ingest", library.inputs)
    assert run(*again).code == 0
    assert run(*again, env={"NKCORPUS_INGEST_ENGINE": "tantivy"}).code == 0
    outcome = run(*again, "--engine", "whoosh")
    assert (outcome.code, outcome.out) == (2, "")
    assert "uses the search engine tantivy; 'nkcorpus engine whoosh' changes that" in one_line(outcome)


def test_a_corpus_without_articles_takes_an_engine(run: Run, tmp_path: Path) -> None:
    empty, made = tmp_path / "empty", tmp_path / "made.db"
    empty.mkdir()
    assert run("-C", made, "ingest", tmp_path / "absent", "--engine", "tantivy").code == 2
    assert not made.exists()
    assert run("-C", made, "ingest", empty).code == 0
    assert run("-C", made, "ingest", empty, "--engine", "tantivy").code == 0
    assert states(run, made)["tantivy"][0]


def test_what_is_removed_stays_in_no_index(run: Run, copy: Path) -> None:
    found = run("-C", copy, "search", "lecture", "--format", "ids", "--engine", "tantivy").lines
    assert run("-C", copy, "remove", found[0], "--yes").code == 0
    assert folders(run, copy) == ["whoosh"]


def test_one_engine_does_not_import_the_other(run: Run, copy: Path, tmp_path: Path) -> None:
    script = "import sys\nfrom nkcorpus.cli import run\nrun(sys.argv[1:])\nprint(*sys.modules, file=sys.stderr)"
    for engine, other in (("whoosh", "tantivy"), ("tantivy", "whoosh")):
        done = subprocess.run(
            [sys.executable, "-c", script, "-C", str(copy), "-q", "search", "lecture", "--engine", engine],
            cwd=tmp_path, env=environment(tmp_path) | {"PYTHONPATH": os.pathsep.join(sys.path)},
            capture_output=True, text=True, check=False,
        )  # fmt: skip
        modules = done.stderr.split()
        assert engine in modules
        assert other not in modules


def test_a_corpus_that_has_grown_is_told_of_the_engine_for_many(
    inside: Run, copy: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(file, "_GROWN", 6)
    (tmp_path / "new.txt").write_text("A lecture on zinc was held.")
    outcome = inside("-C", copy, "ingest", "new.txt")
    assert "7 articles are many for the search engine Whoosh" in outcome.err
    assert "nkcorpus engine tantivy" in outcome.err
    assert "many" not in inside("-C", copy, "search", "zinc").err
    assert inside("-C", copy, "engine", "tantivy").code == 0
    (tmp_path / "new.txt").write_text("A lecture on lead was held.")
    assert "many" not in inside("-C", copy, "ingest", "new.txt").err


def test_an_index_that_is_behind(run: Run, copy: Path, tmp_path: Path) -> None:
    assert run("-C", copy, "search", "lecture", "--engine", "tantivy").code == 0
    (tmp_path / "new.txt").write_text("A lecture on zinc was held.")
    assert run("-C", copy, "ingest", "new.txt").code == 0
    assert states(run, copy) == {"whoosh": (True, "current"), "tantivy": (False, "behind")}
    assert run("-C", copy, "search", "zinc", "--engine", "tantivy").code == 0
    assert states(run, copy)["tantivy"] == (False, "current")


def test_formats(inside: Run, library: Library) -> None:
    lines = inside("-C", library.corpus, "engine").lines
    assert [line.split("\t")[:3] for line in lines] == [["whoosh", "used", "up to date"], ["tantivy", "", "not built"]]
    assert "up to date" in inside("-C", library.corpus, "engine", "--format", "table").out
    outcome = inside("-C", library.corpus, "engine", "tantivy", "--format", "json")
    assert (outcome.code, outcome.out) == (2, "")


def test_without_the_extra_the_error_names_it(run: Run, copy: Path, tmp_path: Path) -> None:
    """Run in a process in which the package cannot be imported."""
    assert run("-C", copy, "engine", "tantivy").code == 0
    script = "import sys\nsys.modules['tantivy'] = None\nfrom nkcorpus.cli import run\nsys.exit(run(sys.argv[1:]))"

    def without(*arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-c", script, "-C", str(copy), *arguments],
            cwd=tmp_path, env=environment(tmp_path) | {"PYTHONPATH": os.pathsep.join(sys.path)},
            capture_output=True, text=True, check=False,
        )  # fmt: skip

    for arguments in (("search", "lecture"), ("engine", "tantivy"), ("list",)):
        done = without(*arguments)
        assert (done.returncode, done.stdout) == (3, "")
        assert done.stderr == (
            f"nkcorpus: {copy}: the search engine tantivy is not installed: pip install 'nkcorpus[tantivy]',"
            " or index it anew with 'nkcorpus engine whoosh'\n"
        )
    assert [line.split("\t")[:3] for line in without("engine").stdout.splitlines()] == [
        ["whoosh", "", "not built"],
        ["tantivy", "used", "not installed"],
    ]
    assert without("stats").returncode == without("where").returncode == 0
    assert without("search", "lecture", "--engine", "whoosh").returncode == 0
    assert without("engine", "whoosh").returncode == 0
    assert without("search", "lecture").returncode == 0


def test_an_engine_of_a_later_version(run: Run, copy: Path) -> None:
    connection = sqlite3.connect(copy)
    with connection:
        connection.execute("INSERT INTO corpus (key, value) VALUES ('engine', 'xapian')")
    connection.close()
    outcome = run("-C", copy, "search", "lecture")
    assert (outcome.code, outcome.out) == (3, "")
    assert "'xapian'" in one_line(outcome)
    assert run("-C", copy, "engine", "whoosh").code == 0
    assert run("-C", copy, "search", "lecture").code == 0
