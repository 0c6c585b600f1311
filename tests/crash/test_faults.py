"""A sample of what the harnesses run by command (kills, errors of disks, power cuts), and that they notice losses."""

from __future__ import annotations

import json
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from nkcorpus.index.engines import ENGINES, EngineName, is_installed
from nkcorpus.store.sqlite import SqliteStore
from tests.cli.support import run_program
from tests.crash import session
from tests.crash.faults import Call, Fault, build, environment, lacking
from tests.crash.session import Place, Undisturbed
from tests.store.builders import TOOL, create, prepared

REPOSITORY = Path(__file__).parents[2]

pytestmark = pytest.mark.skipif(bool(lacking()), reason=str(lacking()))


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build(tmp_path_factory.mktemp("faults"))


@pytest.mark.parametrize(
    ("harness", "arguments", "trials"),
    [
        ("kills", ["--calls", "1", "--sample", "4", "--random", "2"], 9),
        ("disk", ["--sample", "5"], 6),
        ("power", ["--trials", "6"], 12),
    ],
)
def test_a_sample_of_trials_loses_nothing(harness: str, arguments: list[str], trials: int) -> None:
    engine = "tantivy" if is_installed("tantivy") and harness == "kills" else "whoosh"
    run = subprocess.run(
        [sys.executable, "-m", f"tests.crash.{harness}", "--engine", engine, *arguments],
        cwd=REPOSITORY, capture_output=True, text=True, timeout=300,
    )  # fmt: skip
    assert run.returncode == 0, run.stdout + run.stderr
    assert f"{engine}: {trials} trials, 0 lost, 0 corrupt, 0 different" in run.stdout


@pytest.mark.parametrize("engine", [engine for engine in ENGINES if is_installed(engine)])
def test_what_changes_files_is_counted(engine: EngineName, tmp_path: Path, library: Path) -> None:
    """SQLite, Python and the engine all go through the library: each place has writes and syncs of its own."""
    place = Place(tmp_path, engine)
    place.make()
    texts = tmp_path / "texts"
    texts.mkdir()
    (texts / "one.txt").write_text("Rice rose in Hyesan.", "utf-8")
    script = (
        "import json, sys\nfrom pathlib import Path\nfrom tests.crash import session\n"
        "from tests.crash.faults import UNDISTURBED, Library\nfrom tests.crash.session import Place\n"
        "place, library = Place(Path(sys.argv[1]), sys.argv[2]), Library()\n"
        "for folder, command in ((place.corpus.parent, ['ingest', sys.argv[3]]), (place.cache, ['reindex'])):\n"
        "    library.arm([folder], UNDISTURBED)\n"
        "    assert not session.do(place, [*command, '--jobs', '1'])\n"
        "    print(json.dumps({call.name: count for call, count in library.counts().items()}))\n"
    )
    run = subprocess.run(
        [sys.executable, "-c", script, str(tmp_path), engine, str(texts)],
        cwd=REPOSITORY, capture_output=True, text=True, timeout=60,
        env=environment_of(place) | environment(library),
    )  # fmt: skip
    assert run.returncode == 0, run.stderr
    corpus, cache = (json.loads(line) for line in run.stdout.splitlines())
    assert all(corpus[call.name] for call in (Call.WRITE, Call.SYNC, Call.UNLINK, Call.CREATE, Call.READ)), corpus
    assert all(cache[call.name] for call in (Call.WRITE, Call.SYNC, Call.RENAME, Call.CREATE, Call.MKDIR)), cache


@pytest.mark.parametrize(("command", "error"), [("reindex", "EIO"), ("tag", "ENOSPC")])
@pytest.mark.parametrize("engine", [engine for engine in ENGINES if is_installed(engine)])
def test_whatever_call_fails_the_index_is_told_of_and_right_afterwards(
    engine: EngineName, command: str, error: str, tmp_path: Path, library: Path
) -> None:
    """The index is made anew, or brought up to a new tag, with a fault at each seventh call up to the last."""
    place = Place(tmp_path, engine)
    place.make()
    (tmp_path / "one.txt").write_text("Rice rose in Hyesan.", "utf-8")
    script = (
        "import errno, sqlite3, sys\nfrom pathlib import Path\nfrom tests.crash import session\n"
        "from tests.crash.faults import GROWING, UNDISTURBED, Call, Fault, Library\n"
        "from tests.crash.session import Place\n"
        "place, library = Place(Path(sys.argv[1]), sys.argv[2]), Library()\n"
        "error = getattr(errno, sys.argv[4])\n"
        "calls = GROWING if error == errno.ENOSPC else (*GROWING, Call.SYNC)\n"
        "assert not session.do(place, ['ingest', '--jobs', '1', str(place.home / 'one.txt')])\n"
        "article = sqlite3.connect(place.corpus).execute('SELECT id FROM article').fetchone()[0]\n"
        "codes, at = [], 1\n"
        "while not codes or codes[-1] == 3:\n"
        "    library.arm([place.cache], Fault('fail', at, calls, error))\n"
        "    arguments = {'reindex': ['--jobs', '1'], 'tag': [article, f'+tag{at}']}[sys.argv[3]]\n"
        "    codes.append(session.do(place, [sys.argv[3], *arguments]))\n"
        "    library.arm([place.cache], UNDISTURBED)\n"
        "    assert not session.do(place, ['search', 'rice' if sys.argv[3] == 'reindex' else f'tag:tag{at}'])\n"
        "    at += 7\n"
        "print(len(codes), codes[-1], file=sys.stderr)\n"
    )
    run = subprocess.run(
        [sys.executable, "-c", script, str(tmp_path), engine, command, error],
        cwd=REPOSITORY, capture_output=True, text=True, timeout=120,
        env=environment_of(place) | environment(library),
    )  # fmt: skip
    *told, last = run.stderr.splitlines()
    assert run.returncode == 0, told[-5:]
    assert last == f"{len(told) + 1} 0", told[-1]
    assert len(told) > 3
    assert all(line.startswith("nkcorpus: ") and "NKCORPUS_CACHE_DIR" in line for line in told)


def environment_of(place: Place) -> dict[str, str]:
    return {**os.environ, "NKCORPUS_CACHE_DIR": str(place.cache)}


def test_a_command_that_is_killed_in_the_middle_of_a_write_leaves_what_was_there(
    tmp_path: Path, news: Path, library: Path
) -> None:
    place = Place(tmp_path)
    place.make()
    cache = {"NKCORPUS_CACHE_DIR": str(place.cache)}
    create(place.corpus, prepared("Rice rose in Hyesan.")).close()
    torn = environment(library, [place.corpus.parent], Fault("tear", 12, (Call.WRITE,)))
    assert run_program(tmp_path, "-C", place.corpus, "ingest", news, env=cache | torn).code == -signal.SIGKILL
    assert place.side_files()
    assert len(run_program(tmp_path, "-C", place.corpus, "list", "--format", "ids", env=cache).lines) == 1
    assert not place.side_files()


def test_an_error_at_the_close_of_a_writer_is_typed(tmp_path: Path, library: Path) -> None:
    """SQLite tells of a page that it cannot read as of a malformed one, which is no OperationalError."""
    create(tmp_path / "c.db", prepared("Rice rose in Hyesan.")).close()
    script = (
        "import errno, sys\nfrom pathlib import Path\nfrom nkcorpus.errors import CorpusError\n"
        "from nkcorpus.store.sqlite import SqliteStore\nfrom tests.crash.faults import Call, Fault, Library\n"
        "from tests.store.builders import TOOL, prepared\n"
        "path = Path(sys.argv[1])\nstore = SqliteStore(path, TOOL)\n"
        "try:\n"
        "    with store.writing([]) as writer:\n"
        "        writer.add(prepared('Corn.'))\n        writer.commit()\n"
        "        Library().arm([path.parent], Fault('fail', 1, (Call.READ,), errno.EIO))\n"
        "except CorpusError as error:\n    print(error)\n"
    )
    run = subprocess.run(
        [sys.executable, "-c", script, str(tmp_path / "c.db")],
        cwd=REPOSITORY, capture_output=True, text=True, timeout=60, env={**os.environ, **environment(library)},
    )  # fmt: skip
    assert (run.returncode, run.stderr) == (0, "")
    assert run.stdout.startswith(f"{tmp_path / 'c.db'}: ")
    store = SqliteStore(tmp_path / "c.db", TOOL)
    assert store.stats().articles == 2
    store.close()


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory) -> tuple[Place, Undisturbed]:
    """A place in which a session has run, and what it left."""
    home = tmp_path_factory.mktemp("session")
    place = Place(home / "place")
    place.make()
    session.write_sources(home / "sources")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("NKCORPUS_CACHE_DIR", str(place.cache))
        return place, session.undisturbed(place, home / "sources")


@pytest.mark.parametrize(
    ("sql", "problem"),
    [
        ("", ""),
        ("DELETE FROM version WHERE number = 1 AND id = (SELECT max(id) FROM version)", "lost: version "),
        ("UPDATE version SET text = text || '.' WHERE id = (SELECT max(id) FROM version)", "corrupt: version "),
        ("UPDATE payload SET bytes = x'00' WHERE sha256 = (SELECT max(sha256) FROM payload)", "corrupt: version "),
        ("DELETE FROM user_tag", "lost: tag "),
        ("UPDATE article SET removed_at = NULL WHERE removed_at IS NOT NULL", "lost: removed "),
    ],
)
def test_a_harness_notices(
    tmp_path: Path, finished: tuple[Place, Undisturbed], monkeypatch: pytest.MonkeyPatch, sql: str, problem: str
) -> None:
    place = Place(tmp_path)
    monkeypatch.setenv("NKCORPUS_CACHE_DIR", str(place.cache))
    shutil.copytree(finished[0].home, tmp_path, dirs_exist_ok=True)
    with closing(sqlite3.connect(place.corpus)) as connection:
        connection.executescript(sql)
    found = session.lost(place, finished[1], len(finished[1].states) - 1)
    assert [line[: len(problem)] for line in found] == ([problem] if problem else [])
