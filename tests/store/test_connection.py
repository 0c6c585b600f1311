"""The corpus file: what it is to other programs, at rest and while it is written, and what is no corpus."""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import sqlite3
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from nkcorpus.errors import (
    CorpusDamaged,
    CorpusError,
    CorpusMissing,
    CorpusNotWritable,
    CorpusTooNew,
    NotACorpus,
)
from nkcorpus.model import ArticleDate, Span
from nkcorpus.store.sqlite import SqliteStore
from nkcorpus.store.sqlite.connection import APPLICATION_ID, migrations

from .builders import TOOL, add, create, prepared

RICE = prepared("Rice rose in Hyesan.")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "corpus.db"


def pragma(path: Path, name: str) -> object:
    connection = sqlite3.connect(path)
    try:
        return connection.execute(f"PRAGMA {name}").fetchone()[0]
    finally:
        connection.close()


def names_in(folder: Path) -> list[str]:
    return sorted(entry.name for entry in folder.iterdir())


def journal_versions(path: Path) -> bytes:
    """Bytes 18 and 19 of the header: 1 for a rollback journal, 2 for WAL (SQLite file format, 1.3)."""
    return path.read_bytes()[18:20]


def test_the_file_tells_what_it_is(path: Path) -> None:
    create(path, RICE).close()
    assert pragma(path, "application_id") == APPLICATION_ID == int.from_bytes(b"NKC1", "big")
    assert pragma(path, "user_version") == len(migrations()) >= 1
    assert pragma(path, "integrity_check") == "ok"
    connection = sqlite3.connect(path)
    corpus = dict(connection.execute("SELECT key, value FROM corpus"))
    assert connection.execute("PRAGMA foreign_key_check").fetchall() == []
    connection.close()
    assert re.fullmatch("[0-9a-f]{32}", corpus["id"])
    assert corpus["created_by"] == TOOL
    assert "created_at" in corpus


def test_every_reference_is_a_declared_foreign_key(path: Path) -> None:
    create(path).close()
    connection = sqlite3.connect(path)
    declared = {
        (table, row[3], row[2])
        for (table,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
        for row in connection.execute(f"PRAGMA foreign_key_list({table})")
    }
    connection.close()
    assert declared == {
        ("version", "article", "article"),
        ("version", "payload_sha256", "payload"),
        ("version", "run", "run"),
        ("kept_line", "article", "article"),
        ("user_tag", "article", "article"),
        ("note", "article", "article"),
        ("cut", "version", "version"),
        ("repair", "version", "version"),
        ("failure", "run", "run"),
        ("fetch", "article", "article"),
        ("quarantine_value", "row", "quarantine"),
    }


def test_migrations_are_numbered_without_a_gap() -> None:
    folder = Path(__file__).parents[2] / "nkcorpus" / "store" / "sqlite" / "migrations"
    assert [file.name for file in sorted(folder.glob("*.sql"))] == [
        f"{n:04}.sql" for n in range(1, len(migrations()) + 1)
    ]


def test_a_new_corpus_is_laid_out_at_once(path: Path) -> None:
    """A file that a kill left empty is completed by the next command."""
    path.touch()
    store = SqliteStore(path, TOOL, create=True)
    assert store.stats().articles == 0
    store.close()


def test_an_existing_corpus_is_not_created_anew(path: Path) -> None:
    store = create(path, RICE)
    corpus_id = store.corpus_id
    store.close()
    again = SqliteStore(path, TOOL, create=True)
    assert again.corpus_id == corpus_id
    assert again.stats().articles == 1
    again.close()


SINCE_THE_FIRST_SCHEMA = ("corpus", "run", "article", "failure")
LATER_COLUMNS = (
    "place updated updated_precision updated_source section counterpart evidence retrieval_url retrieval_answered"
    " retrieval_status retrieval_headers row_sha256"
).split()


def test_a_corpus_of_the_first_schema_is_migrated_when_it_is_opened(path: Path) -> None:
    store = create(path, replace(RICE, document=replace(RICE.document, removed=(Span(0, 4, "tail", "credit"),))))
    add(store, prepared("Rice fell.", url="https://news.example/1"), prepared("It rose.", url="https://news.example/1"))
    created_stats = store.stats()
    assert (created_stats.articles, created_stats.versions, created_stats.cuts) == (2, 3, (("credit", 1),))
    store.close()
    with sqlite3.connect(path) as connection:
        for index in ("version_by_retrieval", "version_by_answer", "payload_not_kept", "article_removed"):
            connection.execute(f"DROP INDEX {index}")
        for column in LATER_COLUMNS:
            connection.execute(f"ALTER TABLE version DROP COLUMN {column}")
        for column in ("arrived", "gone_at", "gone_status"):
            connection.execute(f"ALTER TABLE article DROP COLUMN {column}")
        for table in SINCE_THE_FIRST_SCHEMA:
            connection.execute(f"ALTER TABLE {table} DROP COLUMN seal")
        tables = "text_band text_cluster rule kept_line user_tag note saved_search alias fetch followed walk"
        for table in f"{tables} article_count cut_count quarantine_value quarantine".split():
            connection.execute(f"DROP TABLE {table}")
        connection.execute("PRAGMA user_version = 1")
    connection.close()
    reader = SqliteStore(path, TOOL)
    assert [article.document.place for article in reader.articles([RICE.article_id])] == [None]
    reader_stats = reader.stats()
    reader.close()
    assert pragma(path, "user_version") == len(migrations())
    assert reader_stats == created_stats
    later: dict[str, Any] = {
        "place": "SEOUL",
        "updated": ArticleDate("2024-05-02", "day", "meta"),
        "section": "Economy",
        "counterpart": "https://x.example/ko/1",
        "evidence": (("section", "meta"), ("updated", "json-ld")),
    }
    dated = prepared("A ferry sank.", origin="b.txt", **later)
    store = create(path, dated)
    found = [article.document for article in store.articles([RICE.article_id, dated.article_id])]
    assert [found[0].place, found[0].updated, found[0].section, found[0].evidence] == [None, None, None, ()]
    assert {name: getattr(found[1], name) for name in later} == later
    store.close()


def test_at_rest_it_is_one_file_without_a_log(path: Path) -> None:
    store = create(path)
    with store.writing([]) as writer:
        writer.add(RICE)
        writer.commit()
        assert journal_versions(path) == b"\2\2"
        assert path.with_name("corpus.db-wal").exists()
    assert names_in(path.parent) == ["corpus.db"]
    assert journal_versions(path) == b"\1\1"
    store.remove([RICE.article_id])
    assert names_in(path.parent) == ["corpus.db"]
    assert journal_versions(path) == b"\1\1"
    store.close()


def test_a_writer_that_was_not_the_last_to_close_tries_again_at_the_end(path: Path) -> None:
    store = create(path, RICE)
    reader = SqliteStore(path, TOOL)
    with store.writing([]) as writer:
        writer.add(prepared("Corn."))
        writer.commit()
        assert reader.stats().articles == 2
    assert journal_versions(path) == b"\2\2"
    reader.close()
    store.close()
    assert journal_versions(path) == b"\1\1"
    assert names_in(path.parent) == ["corpus.db"]


def test_the_last_reader_brings_a_file_to_rest_that_it_kept_awake(path: Path) -> None:
    store = create(path, RICE)
    reader = SqliteStore(path, TOOL)
    with store.writing([]) as writer:
        writer.add(prepared("Corn."))
        writer.commit()
        assert reader.stats().articles == 2
    store.close()
    assert journal_versions(path) == b"\2\2"
    reader.close()
    assert journal_versions(path) == b"\1\1"
    assert names_in(path.parent) == ["corpus.db"]


def test_the_next_writer_brings_a_file_to_rest_that_others_left_awake(path: Path) -> None:
    create(path, RICE).close()
    with contextlib.closing(sqlite3.connect(path)) as other:
        other.execute("PRAGMA journal_mode = WAL")
    store = SqliteStore(path, TOOL)
    assert journal_versions(path) == b"\2\2"
    add(store, prepared("Wheat."))
    assert journal_versions(path) == b"\1\1"
    assert store.stats().articles == 2
    store.close()
    assert names_in(path.parent) == ["corpus.db"]


def test_a_reader_gathers_what_a_killed_writer_left(path: Path, tmp_path: Path) -> None:
    store = create(path, RICE)
    with store.writing([]) as writer:
        writer.add(prepared("Corn."))
        writer.commit()
        left = Path(shutil.copytree(path.parent, tmp_path / "left")) / path.name
    store.close()
    assert names_in(left.parent) == ["corpus.db", "corpus.db-shm", "corpus.db-wal"]
    reader = SqliteStore(left, TOOL)
    assert reader.stats().articles == 2
    reader.close()
    assert names_in(left.parent) == ["corpus.db"]
    assert left.read_bytes()[18:20] == b"\1\1"


@pytest.mark.parametrize("content", [b"", bytes(512)])
def test_a_reader_deletes_a_journal_in_which_nothing_was_begun(path: Path, content: bytes) -> None:
    create(path, RICE).close()
    path.with_name("corpus.db-journal").write_bytes(content)
    reader = SqliteStore(path, TOOL)
    assert reader.stats().articles == 1
    reader.close()
    assert names_in(path.parent) == ["corpus.db"]


def test_a_reader_leaves_to_a_writer_what_is_beside_the_file(path: Path) -> None:
    store = create(path, RICE)
    with store.writing([]) as writer:
        for text in ("Corn.", "Wheat."):
            writer.add(prepared(text))
            writer.commit()
            reader = SqliteStore(path, TOOL)
            assert reader.stats().articles == 2 + (text == "Wheat.")
            reader.close()
            assert journal_versions(path) == b"\2\2"
    store.close()
    assert names_in(path.parent) == ["corpus.db"]


def test_what_failed_first_is_told_when_the_file_cannot_be_opened_again(path: Path) -> None:
    store = create(path, RICE)
    with pytest.raises(ZeroDivisionError), store.writing([]):
        path.rename(path.with_name("elsewhere.db"))
        raise ZeroDivisionError
    store.close()


def test_a_copy_is_the_same_corpus(path: Path, tmp_path: Path) -> None:
    store = create(path, RICE)
    folder = tmp_path / "other folder #1?"
    folder.mkdir()
    copy = SqliteStore(Path(shutil.copy(path, folder / "copy%20.db")), TOOL)
    assert copy.corpus_id == store.corpus_id
    assert copy.articles([RICE.article_id]) == store.articles([RICE.article_id])
    copy.close()
    store.close()


def test_reading_changes_nothing(path: Path) -> None:
    create(path, RICE).close()
    path.chmod(0o444)
    before = path.read_bytes()
    store = SqliteStore(path, TOOL)
    assert store.stats().articles == 1
    store.close()
    assert path.read_bytes() == before
    assert names_in(path.parent) == ["corpus.db"]


def _other_database(path: Path) -> None:
    connection = sqlite3.connect(path)
    connection.execute("CREATE TABLE note (text TEXT)")
    connection.commit()
    connection.close()


def _newer(path: Path) -> None:
    create(path, RICE).close()
    connection = sqlite3.connect(path)
    connection.execute(f"PRAGMA user_version = {len(migrations()) + 1}")
    connection.commit()
    connection.close()


def _truncated(path: Path) -> None:
    create(path, *(prepared(f"Rice rose, said trader {n}. " * 200) for n in range(50))).close()
    with path.open("r+b") as file:
        file.truncate(path.stat().st_size // 2)


def _garbled(path: Path) -> None:
    create(path, *(prepared(f"Rice rose, said trader {n}. " * 200) for n in range(50))).close()
    content = path.read_bytes()
    path.write_bytes(content[:100] + b"\xff" * (len(content) - 100))


@pytest.mark.parametrize("create_it", [False, True])
@pytest.mark.parametrize(
    ("make", "error"),
    [
        (lambda path: path.write_text("Rice rose in Hyesan."), NotACorpus),
        (lambda path: path.write_bytes(b"SQLite format 3\0" + b"\xff" * 500), CorpusError),
        (lambda path: path.mkdir(), NotACorpus),
        (_other_database, NotACorpus),
        (_newer, CorpusTooNew),
    ],
    ids=["text", "header", "folder", "other", "newer"],
)
def test_what_is_no_usable_corpus_is_told_and_left_alone(
    path: Path, make: Callable[[Path], None], error: type[CorpusError], create_it: bool
) -> None:
    make(path)
    before = path.read_bytes() if path.is_file() else None
    with pytest.raises(error) as caught:
        SqliteStore(path, TOOL, create=create_it)
    assert str(path) in str(caught.value)
    assert "\n" not in str(caught.value)
    assert caught.value.exit_code == 3
    assert (path.read_bytes() if path.is_file() else None) == before
    assert names_in(path.parent) == ["corpus.db"]


@pytest.mark.parametrize("damage", [_truncated, _garbled])
def test_a_broken_corpus_is_damaged_when_opened_or_read(path: Path, damage: Callable[[Path], None]) -> None:
    damage(path)
    with pytest.raises(CorpusDamaged) as caught:
        store = SqliteStore(path, TOOL)
        try:
            list(store.changes(0))
        finally:
            store.close()
    assert "\n" not in str(caught.value)


def test_there_is_no_corpus_in_a_missing_or_an_empty_file(path: Path) -> None:
    with pytest.raises(CorpusMissing, match="ingest"):
        SqliteStore(path, TOOL)
    assert not path.exists()
    path.touch()
    with pytest.raises(CorpusMissing, match="empty"):
        SqliteStore(path, TOOL)


def test_a_corpus_in_a_missing_folder_cannot_be_made(path: Path) -> None:
    with pytest.raises(CorpusNotWritable, match="no folder"):
        SqliteStore(path / "corpus.db", TOOL, create=True)


def test_a_path_that_cannot_be_is_told(tmp_path: Path) -> None:
    for name in ("x" * 300, "a\0b"):
        with pytest.raises(CorpusError):
            SqliteStore(tmp_path / name, TOOL)


def test_the_log_of_a_long_ingest_stays_small(path: Path) -> None:
    """SQLite takes the log into the file after a commit, whenever it has grown past 1,000 pages (WAL, 2.1)."""
    store = create(path)
    largest = 0
    with store.writing([]) as writer:
        for number in range(60):
            writer.add(
                prepared(f"Rice rose, said trader {number}.", payload=os.urandom(500_000), origin=f"{number}.txt")
            )
            writer.commit()
            largest = max(largest, path.with_name("corpus.db-wal").stat().st_size)
    store.close()
    assert path.stat().st_size > 30_000_000
    assert largest < 8_000_000


def test_others_write_while_an_index_is_being_built(path: Path) -> None:
    """What reads all articles holds no lock and no part of the log between two of them."""
    store = create(path, *(prepared(f"Rice rose, {n}.", url=f"https://news.example/{n}") for n in range(900)))
    other = SqliteStore(path, TOOL)
    passed_over = prepared("Rice fell.", url="https://news.example/899")
    read, largest = [], 0
    for change in store.changes(0):
        read.append(change.id)
        if len(read) in (1, 401, 801):
            text = passed_over if len(read) == 1 else prepared(f"Corn, {len(read)}.", payload=os.urandom(6_000_000))
            with other.writing([]) as writer:
                writer.add(text)
                writer.commit()
                assert other.token_at(store.position().seq)
                writer.fail("b.txt", None, "gone")  # what makes SQLite start the log anew
                writer.commit()
                largest = max(largest, path.with_name("corpus.db-wal").stat().st_size)
    assert len(read) == len(set(read)) == 899
    assert passed_over.article_id not in read
    assert passed_over.article_id in {change.id for change in store.changes(900)}
    assert largest < 8_000_000
    store.close()
    other.close()
    assert names_in(path.parent) == ["corpus.db"]
