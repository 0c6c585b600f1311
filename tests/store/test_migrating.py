"""Corpora of every schema version that there has been, made by the code of their time, become ones of today."""

from __future__ import annotations

import hashlib
import shutil
import sqlite3
import subprocess
import sys
from collections import Counter
from contextlib import closing
from pathlib import Path
from typing import Any, NamedTuple

import pytest
import zstandard

from nkcorpus import Corpus
from nkcorpus.errors import CorpusError, CorpusNotWritable
from nkcorpus.identity import content_digest
from nkcorpus.store.sqlite import SqliteStore
from nkcorpus.store.sqlite.migrating import schema_version

from .builders import TOOL, add, prepared

SCHEMAS = sorted((Path(__file__).parent / "schemas").glob("*.db.zst"))
REPOSITORY = Path(__file__).parents[2]
OF_SQLITE = {"sqlite_stat1", "sqlite_sequence"}
Rows = dict[str, list[dict[str, Any]]]


def unpacked(schema: Path, path: Path) -> Path:
    path.write_bytes(zstandard.decompress(schema.read_bytes()))
    return path


@pytest.fixture(params=SCHEMAS, ids=[schema.name[:2] for schema in SCHEMAS])
def old(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    return unpacked(request.param, tmp_path / "corpus.db")


@pytest.fixture
def first(tmp_path: Path) -> Path:
    return unpacked(SCHEMAS[0], tmp_path / "corpus.db")


class Content(NamedTuple):
    """What a file holds, whatever wrote it."""

    version: int
    rows: Rows
    is_sound: bool
    export_hash: str


def content(path: Path) -> Content:
    with closing(sqlite3.connect(path)) as connection:
        connection.row_factory = sqlite3.Row
        names = {row[0] for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
        rows = {name: [dict(row) for row in connection.execute(f"SELECT * FROM {name}")] for name in names - OF_SQLITE}
        integrity = [row[0] for row in connection.execute("PRAGMA integrity_check")]
        is_sound = integrity == ["ok"] and not connection.execute("PRAGMA foreign_key_check").fetchall()
        lines = connection.execute(
            "SELECT article, number, content_sha256, payload_sha256 FROM version ORDER BY article, number"
        )
        export_hash = hashlib.sha256("".join("\t".join(map(str, line)) + "\n" for line in lines).encode()).hexdigest()
        return Content(connection.execute("PRAGMA user_version").fetchone()[0], rows, is_sound, export_hash)


def lacking(before: Rows, after: Rows) -> list[str]:
    """Return the tables that are gone, or in which rows or values of before are."""

    def is_there(table: str, rows: list[dict[str, Any]]) -> bool:
        return table in after and (
            not rows or [{name: row.get(name) for name in rows[0]} for row in after[table]] == rows
        )

    return [table for table, rows in before.items() if not is_there(table, rows)]


def names_beside(path: Path) -> list[str]:
    return sorted(entry.name for entry in path.parent.iterdir() if entry.name.startswith(path.name))


def test_there_is_a_corpus_of_every_schema_that_was_released() -> None:
    assert [int(schema.name[:2]) for schema in SCHEMAS] == list(range(1, len(SCHEMAS) + 1))
    assert 13 <= len(SCHEMAS) <= schema_version()


def test_what_was_in_a_corpus_is_in_it_still(old: Path) -> None:
    before = content(old)
    with closing(SqliteStore(old, TOOL)) as store:
        articles = [row["id"] for row in before.rows["article"]]
        versions = [version for article in articles for version in store.versions(article)]
        assert store.stats().articles == sum(row["removed_at"] is None for row in before.rows["article"])
        assert store.export_hash() == before.export_hash
    after = content(old)
    assert (after.version, after.is_sound) == (schema_version(), True)
    assert lacking(before.rows, after.rows) == []
    for version, row in zip(versions, sorted(before.rows["version"], key=_place), strict=True):
        assert (version.info.number, version.text, version.document.raw_text) == (
            row["number"],
            row["text"],
            row["raw_text"],
        )
        digest = content_digest(version.document, version.origin, version.info.payload_sha256)
        assert digest == version.info.content_sha256 == row["content_sha256"]


def _place(row: dict[str, Any]) -> tuple[str, int]:
    return row["article"], row["number"]


def test_it_is_searched_and_written_like_one_of_today(old: Path, tmp_path: Path) -> None:
    with Corpus.open(old) as corpus:
        assert corpus.search("lecture Musan", match="all").total == 1
        assert corpus.search("coal", collapse=False).total == 4
        (rice,) = corpus.search("harvest families title:rice", match="all").hits
        assert len(corpus.history(rice.id).revisions) == 2
        later = tmp_path / "later.txt"
        later.write_text("Salt was short in Chongjin.", "utf-8")
        assert corpus.ingest([later]).new == 1
        assert corpus.search("Chongjin").total == 1
        assert corpus.remove([rice.id]) == 1
    assert content(old).is_sound


def test_a_copy_of_it_as_it_was_stays_beside_it(old: Path) -> None:
    before, notes = content(old), list[str]()
    old.chmod(0o640)
    for _ in range(2):
        SqliteStore(old, TOOL, notify=notes.append).close()
    if before.version == schema_version():
        assert (names_beside(old), notes) == ([old.name], [])
        return
    copy = old.with_name(f"{old.name}.schema-{before.version}")
    assert names_beside(old) == [old.name, copy.name]
    assert content(copy) == before
    assert copy.stat().st_mode & 0o777 == 0o640
    assert len(notes) == 1
    assert str(copy) in notes[0]


def test_no_copy_takes_the_place_of_an_earlier_one(first: Path) -> None:
    before = content(first)
    for taken in ("corpus.db.schema-1", "corpus.db.schema-1.2"):
        first.with_name(taken).write_text("mine")
    SqliteStore(first, TOOL).close()
    assert first.with_name("corpus.db.schema-1").read_text() == "mine"
    assert content(first.with_name("corpus.db.schema-1.3")) == before


def test_what_a_killed_copy_left_is_no_hindrance(first: Path) -> None:
    before = content(first)
    first.with_name("corpus.db.schema-1.new").write_text("half")
    SqliteStore(first, TOOL).close()
    assert content(first.with_name("corpus.db.schema-1")) == before
    assert names_beside(first) == ["corpus.db", "corpus.db.schema-1"]


@pytest.mark.parametrize("fault", ["full", "place taken"])
def test_without_a_copy_it_is_read_but_not_written(first: Path, fault: str, monkeypatch: pytest.MonkeyPatch) -> None:
    before = first.read_bytes()
    if fault == "full":
        usage = shutil.disk_usage(first)
        monkeypatch.setattr(shutil, "disk_usage", lambda path: usage._replace(free=1000))
    else:
        first.with_name("corpus.db.schema-1.new").mkdir()
    with closing(SqliteStore(first, TOOL)) as store:
        assert store.stats().articles == 6
        with pytest.raises(CorpusNotWritable, match=r"schema 1 .* no copy of it .* free some space") as caught:
            add(store, prepared("Rice rose."))
        assert "\n" not in str(caught.value)
        assert store.stats().articles == 6
    assert first.read_bytes() == before


def test_a_migration_that_fails_leaves_it_as_it_was_and_no_copy(first: Path) -> None:
    with closing(sqlite3.connect(first)) as connection:
        connection.execute("CREATE TABLE note (text TEXT)")  # as a later schema has one
    before = first.read_bytes()
    with pytest.raises(CorpusError) as caught:
        SqliteStore(first, TOOL)
    assert "\n" not in str(caught.value)
    assert first.read_bytes() == before
    assert names_beside(first) == [first.name]


OPEN = (
    "import sys\nfrom pathlib import Path\nfrom nkcorpus.store.sqlite import SqliteStore\n"
    "store = SqliteStore(Path(sys.argv[1]), 'test', notify=print)\n"
    "print(store.stats().articles)\nstore.close()\n"
)


def test_of_processes_that_open_it_at_once_one_migrates_it(first: Path) -> None:
    before = content(first)
    processes = [
        subprocess.Popen(
            [sys.executable, "-c", OPEN, str(first)], cwd=REPOSITORY, stdout=subprocess.PIPE, stderr=subprocess.PIPE
        )
        for _ in range(3)
    ]
    told = [process.communicate(timeout=60) for process in processes]
    assert [error for _, error in told] == [b""] * len(processes)
    assert {out.split()[-1] for out, _ in told} == {b"6"}
    assert sum(out.count(b"it is kept in") for out, _ in told) == 1
    assert names_beside(first) == ["corpus.db", "corpus.db.schema-1"]
    assert content(first.with_name("corpus.db.schema-1")) == before


KILLED = """
import os, shutil, sys
from pathlib import Path
from nkcorpus.store.sqlite import SqliteStore

source, home, step = Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3])
STOPS = {"execute", "backup", "rename", "unlink", "fsync", "open", "close", "rollback", "commit"}
last, done = 0, False
while not done:
    last += step
    folder = home / str(last)
    folder.mkdir()
    path = Path(shutil.copy(source, folder))
    child = os.fork()
    if not child:
        calls = 0
        def count(frame, event, what):
            global calls
            if event == "c_call" and what.__name__ in STOPS:
                calls += 1
                if calls == last:
                    os._exit(9)
        sys.setprofile(count)
        SqliteStore(path, "test")
        os._exit(0)
    done = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
"""


@pytest.mark.skipif(sys.platform == "win32", reason="needs fork")
def test_killed_before_any_call_it_is_old_or_new_and_never_between(first: Path, tmp_path: Path) -> None:
    before = content(first)
    (tmp_path / "killed").mkdir()
    arguments = [str(first), str(tmp_path / "killed"), "5"]
    subprocess.run([sys.executable, "-c", KILLED, *arguments], cwd=REPOSITORY, check=True, timeout=120)
    found: Counter[int] = Counter()
    for folder in (tmp_path / "killed").iterdir():
        path = folder / first.name
        copies = list(folder.glob("*.schema-1"))
        assert all(content(copy) == before for copy in copies)
        state = content(path)
        found[state.version] += 1
        assert state.is_sound
        assert state == before or (state.version == schema_version() and copies)
        SqliteStore(path, TOOL).close()
        after = content(path)
        assert (after.version, after.is_sound) == (schema_version(), True)
        assert lacking(before.rows, after.rows) == []
        assert not list(folder.glob("*-journal")), "a killed migration is rolled back"
    assert found[1] > 10
    assert found[schema_version()] > 2
    assert set(found) == {1, schema_version()}
