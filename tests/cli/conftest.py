"""A user with an empty home for each test, and one small corpus that no test changes."""

from __future__ import annotations

import functools
import io
import os
import shutil
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

from nkcorpus import cli
from tests.cli.support import LECTURE_FILE, LECTURE_TEXT, RECORDS, Outcome, Run, environment, run_program, write_records
from tests.web.server import Server


@dataclass(frozen=True, slots=True)
class Library:
    """A corpus that was ingested once: its file, its inputs, and the ids of its articles by external id or file."""

    home: Path
    corpus: Path
    inputs: Path
    ids: dict[str, str]


@pytest.fixture(scope="session")
def library(tmp_path_factory: pytest.TempPathFactory) -> Library:
    """The shared corpus. Tests read it; whoever changes something takes a `copy`."""
    home = tmp_path_factory.mktemp("library")
    inputs = home / "inputs"
    inputs.mkdir()
    write_records(inputs / "news.jsonl", RECORDS)
    (inputs / LECTURE_FILE).write_text(LECTURE_TEXT, "utf-8")
    corpus = home / "library.db"
    assert run_program(home, "-C", corpus, "ingest", inputs).code == 0
    articles = run_program(home, "-C", corpus, "list", "-n", "0", "--format", "jsonl").objects
    ids = {article["external_id"] or Path(article["origin"]).name: article["id"] for article in articles}
    return Library(home, corpus, inputs, ids)


@pytest.fixture
def ask(library: Library) -> Run:
    """Run a command on the shared corpus."""
    return functools.partial(run_program, library.home, "-C", library.corpus)


@pytest.fixture
def run(tmp_path: Path) -> Run:
    """Run a command as a user whose home is `tmp_path`."""
    return functools.partial(run_program, tmp_path)


@pytest.fixture
def server() -> Iterator[Server]:
    """A real server on the loopback."""
    with Server() as server:
        yield server


@pytest.fixture
def copy(library: Library, tmp_path: Path) -> Path:
    """A copy of the shared corpus that may be changed."""
    return Path(shutil.copy(library.corpus, tmp_path / "copy.db"))


@pytest.fixture
def inside(
    tmp_path: Path, library: Library, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Run:
    """Run a command like `run`, but in this process: for tables of many short commands."""
    cache = library.home / ".cache" / "nkcorpus"
    shutil.rmtree(cache / "hosts", ignore_errors=True)  # servers of other tests may have had the same port
    clean = environment(tmp_path) | {"NKCORPUS_CACHE_DIR": str(cache)}

    def run_inside(
        *args: str | Path,
        stdin: str | bytes | None = None,
        env: Mapping[str, str] | None = None,
        cwd: Path | None = None,
    ) -> Outcome:
        with monkeypatch.context() as patch:
            for name in set(os.environ) - set(clean):
                patch.delenv(name)
            for name, value in (clean | dict(env or {})).items():
                patch.setenv(name, value)
            patch.chdir(cwd or tmp_path)
            content = stdin.encode() if isinstance(stdin, str) else (stdin or b"")
            patch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(content)))
            capsys.readouterr()
            code = cli.run([str(argument) for argument in args])
        out, err = capsys.readouterr()
        return Outcome(code, out, err)

    return run_inside
