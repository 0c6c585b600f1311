"""A corpus from somebody else brings its content and nothing that runs."""

from __future__ import annotations

import sqlite3
from functools import partial
from pathlib import Path

import pytest

from nkcorpus.errors import CorpusError, ForeignSchema
from nkcorpus.store.sqlite import SqliteStore
from nkcorpus.store.sqlite.connection import open_reader, open_writer
from nkcorpus.store.sqlite.migrating import empty_corpus, migrations
from nkcorpus.store.sqlite.trust import DIGEST, require_own_schema

from .builders import TOOL, create, prepared

RICE = prepared("Rice rose in Hyesan.")
FOREIGN = {
    "trigger": "CREATE TRIGGER spy AFTER INSERT ON article BEGIN DELETE FROM note; END",
    "view": "CREATE VIEW v AS SELECT load_extension('/tmp/x') AS id",
    "table": "CREATE TABLE mine (text)",
    "virtual table": "CREATE VIRTUAL TABLE fts USING fts5 (text)",
    "generated column": "ALTER TABLE article ADD COLUMN g TEXT AS (upper(id))",
    "default": "DROP TABLE walk; CREATE TABLE walk (name TEXT PRIMARY KEY,"
    " place TEXT NOT NULL DEFAULT (hex(randomblob(9))), reached_at TEXT NOT NULL) WITHOUT ROWID",
    "check": "ALTER TABLE note ADD COLUMN g TEXT CHECK (g <> hex(zeroblob(100000000)))",
    "index": "CREATE INDEX mine ON article (seq)",
    "index of an expression": "CREATE INDEX mine ON article (printf('%.*c', 100000000, id))",
    "partial index": "CREATE INDEX mine ON article (id) WHERE id LIKE '%x%'",
    "replaced table": "DROP TABLE note; CREATE VIEW note AS SELECT 1 AS id, '' AS article, '' AS text, '' AS made_at",
    "replaced index": "DROP INDEX note_by_article; CREATE INDEX note_by_article ON note (text)",
    "deleted index": "DROP INDEX note_by_article",
    "other statement": "PRAGMA writable_schema = ON; UPDATE sqlite_master SET sql = replace(sql, 'text TEXT NOT NULL',"
    " 'text TEXT NOT NULL COLLATE NOCASE') WHERE name = 'note'",
    "statement that is none": "PRAGMA writable_schema = ON; UPDATE sqlite_master SET sql = x'00' WHERE name = 'note'",
    "second row": "PRAGMA writable_schema = ON;"
    " INSERT INTO sqlite_master SELECT * FROM sqlite_master WHERE name = 'note'",
    "long statement": "PRAGMA writable_schema = ON; UPDATE sqlite_master SET sql = sql || printf('%.*c', 30000, ' ')"
    " WHERE name = 'note'",
}


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "corpus.db"


def run(path: Path, script: str) -> None:
    connection = sqlite3.connect(path)
    connection.executescript(script)
    connection.close()


@pytest.mark.parametrize("kind", FOREIGN)
def test_what_nkcorpus_did_not_make_is_refused_and_named(path: Path, kind: str) -> None:
    create(path, RICE).close()
    run(path, FOREIGN[kind])
    before = path.read_bytes()
    writer = partial(open_writer, tool=TOOL)
    for opened in (open_reader, partial(writer, create=False), partial(writer, create=True)):
        with pytest.raises(CorpusError) as caught:
            opened(path)
        assert str(path) in str(caught.value) and "\n" not in str(caught.value)
        assert caught.value.exit_code == 3
    # What SQLite cannot read at all it refuses by itself.
    assert isinstance(caught.value, ForeignSchema) == (kind not in ("statement that is none", "second row"))
    assert path.read_bytes() == before


def test_an_older_corpus_is_looked_at_before_it_is_migrated(path: Path) -> None:
    with sqlite3.connect(path) as file, sqlite3.connect(":memory:") as made:
        empty_corpus(1).backup(made)
        made.execute("CREATE TRIGGER spy AFTER UPDATE ON article BEGIN SELECT 1; END")
        made.execute(f"PRAGMA application_id = {0x4E4B4331}")
        made.execute("PRAGMA user_version = 1")
        made.commit()
        made.backup(file)
    file.close()
    made.close()
    for create_it in (False, True):
        with pytest.raises(ForeignSchema, match="trigger 'spy'"):
            SqliteStore(path, TOOL, create=create_it)


def test_every_version_of_the_schema_is_known(tmp_path: Path) -> None:
    for version in range(1, len(migrations()) + 1):
        made = empty_corpus(version)
        made.execute(f"PRAGMA user_version = {version}")
        require_own_schema(made, tmp_path, empty_corpus, len(migrations()))
        made.close()


def test_a_schema_of_another_spelling_is_the_same(path: Path) -> None:
    """Blanks and comments depend on the way that led to a statement."""
    create(path, RICE).close()
    run(
        path,
        "PRAGMA writable_schema = ON; UPDATE sqlite_master SET sql = replace(replace(sql, ', ', ' ,  /* x */ '),"
        " '(', '( -- x' || char(10)) WHERE type = 'table' AND name NOT LIKE 'sqlite%'",
    )
    store = SqliteStore(path, TOOL)
    assert store.stats().articles == 1
    store.close()


def test_statistics_of_the_planner_may_be_there(path: Path) -> None:
    create(path, RICE).close()
    run(path, "ANALYZE")
    store = SqliteStore(path, TOOL)
    assert store.stats().articles == 1
    store.close()


def test_the_newest_schema_is_known_without_making_it(path: Path) -> None:
    create(path, RICE).close()
    connection = sqlite3.connect(path)
    require_own_schema(connection, path, _never, len(migrations()))
    connection.close()
    assert len(DIGEST.read_text("ascii").strip()) == 64


def _never(version: int) -> sqlite3.Connection:
    raise AssertionError(version)


def test_a_connection_is_held_short(path: Path) -> None:
    create(path, RICE).close()
    connection = open_reader(path)
    with pytest.raises(sqlite3.DataError, match="too big"):
        connection.execute("SELECT length(zeroblob(300000000))").fetchone()
    for pragma, value in (("trusted_schema", 0), ("cell_size_check", 1), ("mmap_size", 0)):
        assert connection.execute(f"PRAGMA {pragma}").fetchone()[0] == value
    with pytest.raises(sqlite3.OperationalError, match="not authorized"):
        connection.execute("SELECT load_extension('x')")
    connection.close()
