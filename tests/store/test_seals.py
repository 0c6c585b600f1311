"""Seals: every row that nothing else proves has one, and whatever writes a row keeps it."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from dataclasses import replace
from pathlib import Path

from nkcorpus.model import Attempt, Retrieval
from nkcorpus.results import IngestReport
from nkcorpus.store import Followed, SavedSearch, StoredRule
from nkcorpus.store.seals import VERSION_SEALED, crc32_of, sha256_of
from nkcorpus.store.sqlite import SqliteStore
from nkcorpus.store.sqlite.connection import open_writer
from nkcorpus.store.sqlite.migrating import empty_corpus, schema_version
from nkcorpus.store.sqlite.seals import SEALED, add_functions, reseal_versions

from .builders import TOOL, add, create, prepared

FOLLOWS = {
    "change": "article",  # compared with the articles' latest changes
    "payload": "its key is its digest",
    "version": "row_sha256",
    "cut": "version.content_sha256",
    "repair": "version.content_sha256",
    "text_band": "version.text",
    "text_cluster": "version.text",
    "article_count": "version",
    "cut_count": "cut",
    "quarantine": "damaged",
    "quarantine_value": "damaged",
    "sqlite_sequence": "change",
}
"""The tables without a seal of their own, and what proves or repeats them."""


def unsealed(path: Path) -> list[tuple[object, ...]]:
    """Return the rows whose seal is another one than that of what they hold."""
    with closing(sqlite3.connect(path)) as connection:
        add_functions(connection)
        bad = connection.execute(
            f"SELECT * FROM version WHERE row_sha256 IS NOT sha256_of({', '.join(VERSION_SEALED)})"
        ).fetchall()
        for table, columns in SEALED.items():
            bad += connection.execute(
                f"SELECT '{table}', * FROM {table} WHERE seal IS NOT crc32_of({', '.join(columns)})"
            )
        return bad


def test_every_table_is_sealed_or_follows_from_others() -> None:
    with closing(empty_corpus(schema_version())) as connection:
        tables = {name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
        assert tables == SEALED.keys() | FOLLOWS.keys()
        for table, columns in SEALED.items():
            known = {row[1] for row in connection.execute(f"PRAGMA table_info({table})")}
            by_others = {"seq", "version", "text_digest"} if table == "article" else set()
            assert known == {*columns, "seal"} | by_others


def test_the_digest_of_a_row_is_that_of_a_json_array() -> None:
    assert crc32_of(1, None, "한") == crc32_of(*[1, None, "한"])
    assert sha256_of("1") != sha256_of(1) != sha256_of(None) != sha256_of("null") != sha256_of(b"null")


def test_whatever_writes_a_row_seals_it(tmp_path: Path) -> None:
    path = tmp_path / "corpus.db"
    url = "https://news.example/1"
    first = prepared("Rice rose in Hyesan.", url=url)
    fetched = replace(first, retrieval=Retrieval(url, url, 200, "2024-05-01T10:00:00Z", (("etag", '"1"'),)))
    store = create(path, fetched)
    add(store, prepared("Rice rose again.", url=url), prepared("Corn fell."), prepared("Wheat."))
    found = first.article_id
    store.choose_engine("tantivy")
    store.desk.put_rules([StoredRule("own", "[[rule]]", "own.toml")])
    store.desk.put_aliases(["Rason", "Rajin"])
    store.change_tags([found], ["rice", "price"], [])
    store.add_note(found, "to be checked")
    store.desk.put_search(SavedSearch("rice", "rice", {}, 0, "2024-05-01T10:00:00Z"), replace=False)
    store.desk.mark_search("rice", 3)
    store.journal.follow(Followed("site", url, "2024-05-01T10:00:00Z"))
    store.journal.mark_asked("site", "no answer")
    with store.recleaning() as recleaner:
        recleaner.keep_lines(found, ["Rice rose again."])
        recleaner.commit()
    with store.writing(["a.txt"]) as writer:
        writer.fail("a.txt", None, "gone")
        writer.fail("a.txt", None, "gone again")
        writer.reach("walk", "page 3")
        writer.journal.record(Attempt(url, "site", "gone", status=404))
        writer.finish(IngestReport())
    store.remove([prepared("Wheat.").article_id])
    store.close()
    assert unsealed(path) == []
    with closing(sqlite3.connect(path)) as connection:
        for table in SEALED:
            assert connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0], table


def test_versions_that_get_another_number_are_sealed_anew(tmp_path: Path) -> None:
    path = tmp_path / "corpus.db"
    create(path, prepared("Rice rose in Hyesan.")).close()
    with closing(open_writer(path, TOOL, create=False)) as connection:
        connection.execute("UPDATE version SET number = 2")
        ids = [row[0] for row in connection.execute("SELECT id FROM version")]
        assert len(unsealed(path)) == 1
        reseal_versions(connection, ids)
    assert unsealed(path) == []


def test_rows_of_an_older_schema_are_sealed_when_it_is_migrated(tmp_path: Path) -> None:
    path = tmp_path / "corpus.db"
    store = create(path, prepared("Rice rose in Hyesan."), prepared("Corn fell."))
    store.add_note(prepared("Corn fell.").article_id, "to be checked")
    store.close()
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("ALTER TABLE version DROP COLUMN row_sha256")
        for table in SEALED:
            connection.execute(f"ALTER TABLE {table} DROP COLUMN seal")
        connection.execute("DROP TABLE quarantine_value")
        connection.execute("DROP TABLE quarantine")
        connection.execute("PRAGMA user_version = 13")
    SqliteStore(path, TOOL).close()
    assert unsealed(path) == []
