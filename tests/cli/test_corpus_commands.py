"""`stats`, `where`, `reindex`, completion, version and help."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from nkcorpus import __version__
from nkcorpus.cli.app import COMMANDS
from tests.cli.conftest import Library
from tests.cli.support import PROGRAM, Run, environment, one_line
from tests.news import record


def test_stats(inside: Run, library: Library) -> None:
    plain = dict(line.split("\t") for line in inside("-C", library.corpus, "stats").lines)
    assert plain["articles"] == "6"
    assert plain["source: River Post"] == "1"
    assert plain["year: 2020"] == "2"
    assert plain["cut lines"] == "2"
    data = inside("-C", library.corpus, "stats", "--format", "json").json
    assert list(data) == "articles versions words removed failures sources years cuts cut_lines".split()
    assert (data["articles"], data["versions"], data["removed"], data["cut_lines"]) == (6, 6, 0, 2)
    assert data["years"] == {"": 2, "2019": 1, "2020": 2, "2021": 1}
    assert sum(data["sources"].values()) == 6
    assert sum(data["cuts"].values()) == 2
    assert "articles" in inside("-C", library.corpus, "stats", "--format", "table").out


def test_where(inside: Run, library: Library, tmp_path: Path) -> None:
    places = inside("-C", library.corpus, "where", "--format", "json").json
    assert list(places) == ["corpus", "index", "settings"]
    assert places["corpus"] == {"path": str(library.corpus), "bytes": library.corpus.stat().st_size}
    index = Path(places["index"]["path"])
    assert index.is_dir()
    assert library.corpus.parent not in index.parents or ".cache" in index.parts
    assert places["settings"]["bytes"] == 0
    nowhere = inside("where", "--format", "json")
    assert nowhere.code == 0
    assert nowhere.json["corpus"] == {"path": str(tmp_path / ".local/share/nkcorpus/corpus.db"), "bytes": 0}
    assert [line.split("\t")[0] for line in inside("where").lines] == ["corpus", "index", "settings"]


def test_reindex_and_a_lost_index_change_no_result(run: Run, copy: Path) -> None:
    query = ("-C", copy, "search", "lecture rice squid 쌀값", "-n", "0", "--format", "json")
    before = run(*query).out
    outcome = run("-C", copy, "reindex")
    assert (outcome.code, outcome.out, outcome.err) == (0, "", "nkcorpus: indexed 6 articles\n")
    assert run(*query).out == before
    index = Path(run("-C", copy, "where", "--format", "json").json["index"]["path"])
    for path in index.rglob("*"):
        if path.is_file():
            path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    assert run(*query).out == before
    shutil.rmtree(index)
    assert run(*query).out == before


def test_an_index_built_in_little_memory_finds_the_same(run: Run, tmp_path: Path) -> None:
    numbers = range(0, 40_000, 2)  # more terms than the postings of one MB
    lines = (record(f"n{start}", " ".join(f"word{n}" for n in numbers[start::4])) for start in range(4))
    (tmp_path / "news.jsonl").write_text("".join(lines), "utf-8")
    small = {"NKCORPUS_INDEX_MEMORY": "1"}
    assert run("-C", "c.db", "ingest", "news.jsonl", env=small).code == 0
    queries = [("-C", "c.db", "search", query, "--format", "jsonl") for query in ("word0", "word39998 word2", "word1*")]
    found = [run(*query).out for query in queries]
    assert all(found)
    assert run("-C", "c.db", "reindex").code == 0
    assert [run(*query).out for query in queries] == found


@pytest.mark.parametrize("memory", ["0", "-1", "48M", "1.5", "9" * 30])
def test_memory_for_an_index_that_is_no_number_of_mb(inside: Run, copy: Path, memory: str) -> None:
    outcome = inside("-C", copy, "reindex", env={"NKCORPUS_INDEX_MEMORY": memory})
    assert (outcome.code, outcome.out) == (2, "")
    assert "NKCORPUS_INDEX_MEMORY" in one_line(outcome)


def test_version(run: Run) -> None:
    assert run("--version").out == f"nkcorpus {__version__}\n"


@pytest.mark.parametrize("columns", ["60", "100", "200"])
def test_help_of_every_command(inside: Run, columns: str) -> None:
    for arguments in ((), *((name,) for name in COMMANDS)):
        outcome = inside(*arguments, "--help", env={"COLUMNS": columns})
        assert (outcome.code, outcome.err) == (0, "")
        assert outcome.out.startswith("Usage: nkcorpus")
        for line in outcome.lines:
            # The choices of an option are one word, and an example of a command stays on one line.
            assert len(line) <= int(columns) or "|" in line or " completion " in line, line
            # To `tag`, -h is the tag h, taken away.
            assert inside(*arguments, "-h").code == (2 if arguments == ("tag",) else 0)
    listed = inside("--help").out
    for name in COMMANDS:
        assert re.search(rf"(?m)^  {name} +\S", listed), name


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion_scripts(inside: Run, shell: str) -> None:
    outcome = inside("completion", shell)
    assert (outcome.code, outcome.err) == (0, "")
    assert "_NKCORPUS_COMPLETE" in outcome.out


def test_completion_script_in_bash(run: Run, tmp_path: Path) -> None:
    if not shutil.which("bash"):
        pytest.skip("there is no bash")
    (tmp_path / "script").write_text(run("completion", "bash").out)
    checked = subprocess.run(
        ["bash", "-eu", "-c", "source ./script && complete -p nkcorpus"], cwd=tmp_path, capture_output=True, text=True
    )
    assert (checked.returncode, checked.stderr) == (0, "")
    assert "nkcorpus" in checked.stdout


@pytest.mark.parametrize(
    ("line", "offered"),
    [("nkcorpus sea", ["search", "searches"]), ("nkcorpus search --form", ["--format"]), ("nkcorpus ", COMMANDS)],
)
def test_a_completion_request(tmp_path: Path, line: str, offered: tuple[str, ...]) -> None:
    request = {"_NKCORPUS_COMPLETE": "bash_complete", "COMP_WORDS": line, "COMP_CWORD": str(line.count(" "))}
    finished = subprocess.run(
        [*PROGRAM],
        env=environment(tmp_path) | request, cwd=tmp_path, capture_output=True, text=True,
    )  # fmt: skip
    assert finished.stderr == ""
    assert [entry.partition(",")[2] for entry in finished.stdout.split()] == list(offered)
