"""One corpus file and several processes: what one has stored stays, whatever the others do."""

from __future__ import annotations

import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from nkcorpus import Corpus
from nkcorpus.errors import CorpusLocked
from nkcorpus.store.sqlite import SqliteStore, waiting

from .builders import TOOL, add, create, prepared

REPOSITORY = Path(__file__).parents[2]
WRITER = """
import sys
from pathlib import Path
from nkcorpus.store.sqlite.connection import close_writer, open_writer
connection = open_writer(Path(sys.argv[1]), "test", create=False)
print("open", flush=True)
sys.stdin.readline()
print(close_writer(connection), flush=True)
"""

HOG = """
import sys, time
from pathlib import Path
from nkcorpus.store.sqlite.connection import open_writer
connection = open_writer(Path(sys.argv[1]), "test", create=False)
for turn in range(100):
    connection.begin()
    print(turn, flush=True)
    time.sleep(0.25)
    connection.end()
"""


def test_the_corpus_is_no_source(tmp_path: Path) -> None:
    path = tmp_path / "corpus.db"
    (tmp_path / "a.txt").write_text("Rice rose.")
    (tmp_path / "link.txt").symlink_to(path)
    with Corpus.open(path) as corpus:
        corpus.ingest([tmp_path / "a.txt"])
        for name in ("corpus.db", "link.txt"):
            (failure,) = corpus.ingest([tmp_path / name]).failures
            assert failure.error == "is the corpus itself"
        report = corpus.ingest([tmp_path], include=["*.db", "*.txt", "*.db-*"])
        assert (report.new, report.unchanged, report.failed) == (0, 1, 0)
        assert corpus.stats().articles == 1


def test_a_writer_that_closes_leaves_the_log_to_those_that_opened_the_file_meanwhile(tmp_path: Path) -> None:
    """Whoever opens and closes the file by other means than SQLite's lets go of the locks that SQLite holds on it."""
    path = tmp_path / "corpus.db"
    create(path, prepared("Rice rose.")).close()
    later = prepared("Corn fell.", origin="b.txt")
    other = subprocess.Popen(
        [sys.executable, "-c", WRITER, str(path)],
        cwd=REPOSITORY, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert other.stdout is not None
    assert other.stdin is not None
    assert other.stdout.readline() == "open\n"
    with closing(SqliteStore(path, TOOL)) as store:
        assert store.stats().articles == 1
        with store.writing([]) as writer:
            writer.add(later)
            writer.commit()
            assert other.communicate("\n", timeout=30)[0] == "False\n"
            add(SqliteStore(path, TOOL), prepared("Wheat fell.", origin="c.txt"))
            writer.add(prepared("Salt fell.", origin="d.txt"))
            writer.commit()
    with closing(SqliteStore(path, TOOL)) as store:
        assert store.stats().articles == 4


def test_a_wait_for_a_writer_is_told_and_ends_in_a_typed_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(waiting, "TOLD_AFTER", 0.05)
    monkeypatch.setattr(waiting, "BUSY_SECONDS", 0.2)
    path, notes = tmp_path / "corpus.db", list[str]()
    with closing(create(path, prepared("Rice rose."))) as store, store.writing([]) as writer:
        writer.add(prepared("Corn fell.", origin="b.txt"))
        with closing(SqliteStore(path, TOOL, notify=notes.append)) as other:
            with pytest.raises(CorpusLocked, match="try again") as caught:
                add(other, prepared("Salt fell.", origin="c.txt"))
            writer.commit()
            assert add(other, prepared("Salt fell.", origin="c.txt")) == [None]
        assert store.stats().articles == 3
    assert (caught.value.exit_code, "\n" in str(caught.value)) == (3, False)
    assert notes == ["waiting for another process that is writing to the corpus ..."]


def test_who_writes_all_the_time_leaves_turns_to_others(tmp_path: Path) -> None:
    path = tmp_path / "corpus.db"
    create(path).close()
    hog = subprocess.Popen([sys.executable, "-c", HOG, str(path)], cwd=REPOSITORY, stdout=subprocess.PIPE, text=True)
    assert hog.stdout is not None
    assert hog.stdout.readline() == "0\n"
    try:
        with closing(SqliteStore(path, TOOL)) as store:
            for number in range(3):
                add(store, prepared(f"Rice rose, {number}.", origin=f"{number}.txt"))
            assert store.stats().articles == 3
        assert hog.poll() is None, "the turns came only when it was done"
    finally:
        hog.kill()
        hog.communicate()
