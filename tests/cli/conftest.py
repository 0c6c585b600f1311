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
from typing import cast

import pytest

from nkcorpus import cli
from tests.cli.places import Places
from tests.cli.support import LECTURE_FILE, LECTURE_TEXT, RECORDS, Outcome, Run, environment, run_program, write_records
from tests.web.server import Server


@dataclass(frozen=True, slots=True)
class Library:
    """A corpus that was ingested once: its file, its inputs, and the ids of its articles by external id or file."""

    home: Path
    corpus: Path
    inputs: Path
    ids: dict[str, str]


IN_CLUSTER = "NKCORPUS_TEST_CLI_IN_CLUSTER"
"""Runs every test that names its corpus by `-C` on one in a cluster, but those marked `file_only`."""


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run the tests marked `everywhere` on files and in a cluster."""
    if metafunc.definition.get_closest_marker("everywhere") and not os.environ.get(IN_CLUSTER):
        metafunc.parametrize("place", ["file", "cluster"], indirect=True)


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


@pytest.fixture(scope="session")
def in_cluster(opensearch: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Places]:
    """The corpora in a cluster that stand for those of this run."""
    places = Places(opensearch)
    yield places
    places.forget(tmp_path_factory.getbasetemp())


@pytest.fixture(autouse=True)
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Places | None]:
    """Where the corpora of the test are, None for files."""
    default = "cluster" if os.environ.get(IN_CLUSTER) else "file"
    if getattr(request, "param", default) == "file":
        yield None
        return
    if request.node.get_closest_marker("file_only"):
        pytest.skip("is about a corpus file")
    places: Places = request.getfixturevalue("in_cluster")
    yield places
    places.forget(tmp_path)


@pytest.fixture
def ask(request: pytest.FixtureRequest, library: Library, place: Places | None) -> Run:
    """Run a command on the shared corpus."""
    if place is not None:
        return functools.partial(request.getfixturevalue("inside"), "-C", library.corpus)
    return functools.partial(run_program, library.home, "-C", library.corpus)


@pytest.fixture
def run(request: pytest.FixtureRequest, tmp_path: Path, place: Places | None) -> Run:
    """Run a command as a user whose home is `tmp_path`; in a cluster in this process, since it is the slower one."""
    if place is not None:
        return cast(Run, request.getfixturevalue("inside"))
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
    tmp_path: Path,
    library: Library,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    place: Places | None,
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
            line = [str(argument) for argument in args] if place is None else place.placed(args, cwd or tmp_path)
            capsys.readouterr()
            code = cli.run(line)
        out, err = capsys.readouterr()
        return Outcome(code, out, err)

    return run_inside
