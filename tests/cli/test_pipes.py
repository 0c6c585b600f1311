"""stdout is data, stderr is notes; readers that close early and streams that are closed."""

from __future__ import annotations

import os
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.conftest import Library
from tests.cli.support import PROGRAM, Outcome, Run, environment, write_records

COMMAND = shlex.join(PROGRAM)


@pytest.fixture(scope="module")
def many(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with a corpus, `many.db`, in which 4,000 articles hold the word squid."""
    home = tmp_path_factory.mktemp("many")
    records = [{"id": f"n{n}", "title": f"Squid {n}", "text": f"Squid number {n} was dried."} for n in range(4000)]
    write_records(home / "many.jsonl", records)
    finished = subprocess.run(
        [*PROGRAM, "-C", "many.db", "ingest", "many.jsonl"], env=environment(home), cwd=home, capture_output=True
    )
    assert finished.returncode == 0, finished.stderr
    return home


def _shell(home: Path, script: str) -> Outcome:
    """Run a bash script in which `$N` is the command."""
    finished = subprocess.run(
        ["bash", "-c", f"set -o pipefail; {script}"],
        capture_output=True, text=True, cwd=home, timeout=60, env=environment(home) | {"N": COMMAND},
    )  # fmt: skip
    assert "Traceback" not in finished.stderr
    return Outcome(finished.returncode, finished.stdout, finished.stderr)


@pytest.mark.parametrize("format", ["plain", "jsonl", "json", "csv", "table", "text"])
def test_a_reader_that_closes_the_pipe(many: Path, format: str) -> None:
    outcome = _shell(many, f"$N -C many.db search squid -n 0 --format {format} | head -1")
    assert (outcome.code, outcome.err) == (0, "")
    assert len(outcome.lines) == 1


@pytest.mark.parametrize(
    "arguments", ["--help", "--version", "list --help", "completion bash", "-C many.db list -n 0", "-C many.db stats"]
)
def test_a_reader_that_never_reads(many: Path, arguments: str) -> None:
    reader, writer = os.pipe()
    os.close(reader)
    finished = subprocess.run(
        [*PROGRAM, *arguments.split()], stdout=writer, stderr=subprocess.PIPE, env=environment(many), cwd=many
    )
    os.close(writer)
    assert (finished.returncode, finished.stderr) == (0, b"")


def test_many_queries_and_the_clean_filter_into_head(many: Path) -> None:
    outcome = _shell(many, "printf 'squid %d\\n' {1..300} | $N -C many.db search --queries - --format trec | head -2")
    assert (outcome.code, outcome.err) == (0, "")
    assert len(outcome.lines) == 2
    outcome = _shell(many, "$N clean many.jsonl --format jsonl | head -2")
    assert (outcome.code, outcome.err) == (0, "")
    assert len(outcome.lines) == 2


@pytest.mark.parametrize(
    ("redirection", "code"), [(">&-", 0), ("2>&-", 0), ("<&-", 0), (">&- 2>&- <&-", 0), ("2>/dev/full", 0)]
)
def test_closed_streams(many: Path, redirection: str, code: int) -> None:
    outcome = _shell(many, f"PYTHONWARNINGS= $N -C many.db search squid -n 3 --format plain {redirection}")
    assert (outcome.code, outcome.err) == (code, "")
    assert len(outcome.lines) == (0 if ">&-" in redirection.split() else 3)
    assert _shell(many, f"PYTHONWARNINGS= $N --help {redirection} >/dev/null").code == 0


def test_a_full_disk_behind_stdout_is_one_line(many: Path) -> None:
    if not Path("/dev/full").exists():
        pytest.skip("there is no /dev/full")
    outcome = _shell(many, "$N -C many.db search squid -n 0 >/dev/full")
    assert outcome.code == 3
    assert outcome.err.count("\n") == 1
    assert "No space left" in outcome.err
    assert "internal error" not in outcome.err


def test_stdout_has_data_only_and_stderr_notes_only(run: Run, library: Library) -> None:
    ingested = run("-C", "c.db", "ingest", library.inputs)
    assert ingested.out == ""
    assert ingested.err == "nkcorpus: 6 new, 0 updated, 0 unchanged, 1 exact duplicate; 2 boilerplate lines cut\n"
    reported = run("-C", "c.db", "ingest", library.inputs, "--format", "json")
    assert reported.json["unchanged"] == 6
    assert reported.err == "nkcorpus: 0 new, 0 updated, 6 unchanged\n"
    quiet = run("-q", "-C", "c.db", "ingest", library.inputs)
    assert (quiet.out, quiet.err) == ("", "")
    for arguments in (("search", "rice"), ("list",), ("stats",), ("where",), ("search", "rice", "--format", "json")):
        outcome = run("-C", "c.db", *arguments)
        assert outcome.out and not outcome.err, arguments
    silent = run("-q", "-C", "c.db", "search", "zeppelin")
    assert (silent.code, silent.out, silent.err) == (1, "", "")


def test_a_pipe_has_no_colour_and_is_utf8_in_any_locale(run: Run, library: Library) -> None:
    for settings in ({"LC_ALL": "C"}, {"LC_ALL": "ko_KR.EUC-KR", "PYTHONIOENCODING": "latin-1"}):
        outcome = run("-C", library.corpus, "search", "쌀값", "--format", "table", env=settings)
        assert outcome.code == 0
        assert "장마당" in outcome.out
        assert "\x1b" not in outcome.out
    assert "\x1b[" in run("--color", "always", "-C", library.corpus, "search", "쌀값", "--format", "table").out


def test_pipes_of_the_documented_kind(library: Library) -> None:
    corpus = shlex.quote(str(library.corpus))
    shown = _shell(library.home, f"$N -C {corpus} search lecture --format ids -0 | xargs -0 $N -C {corpus} show")
    assert shown.code == 0
    assert "MSS held a lecture in Musan" in shown.out
    cut = _shell(library.home, f"$N -C {corpus} search rice | cut -f 1,3 | head -3")
    assert cut.code == 0
    assert all(len(line.split("\t")) == 2 for line in cut.lines)
    program = f"{shlex.quote(sys.executable)} -c 'import json, sys; [print(json.loads(x)[\"id\"]) for x in sys.stdin]'"
    ids = _shell(library.home, f"$N -C {corpus} search lecture --format jsonl | {program}")
    assert len(ids.lines) == 3
    assert {library.ids["lecture.txt"], library.ids["lecture-1"]} < set(ids.lines)
