"""`repair`: the corpus is whole afterwards, every version left in it is as it was, and the rest is in quarantine."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from nkcorpus import Corpus
from nkcorpus.errors import CorpusLocked, CorpusMissing, CorpusTooNew, NotACorpus
from nkcorpus.model import Version
from nkcorpus.results import RepairReport
from nkcorpus.store.sqlite import SqliteStore
from nkcorpus.store.sqlite.connection import open_writer
from tests.crash.examples import TOOL, everything, versions_of

from .conftest import Damage
from .damages import DAMAGES, NEWEST, OF_A_PAGE

AS_IT_WAS = {
    "content digest", "clean text", "words", "text digest", "bounds", "size", "encoding", "no article", "trigger",
    "index", "raw text", "tombstone", "change", "orphan", "count", "cut count", "bands", "cluster", "rule",
}  # fmt: skip
"""The damages of which no trace is left: a digest proves what was there, or it follows from what is."""


def yes(report: RepairReport) -> bool:
    return True


def repaired(corpus: Corpus) -> RepairReport:
    report = corpus.repair(yes)
    assert report is not None
    assert report.check.problems == ()
    corpus.close()
    return report


def versions(path: Path) -> dict[tuple[str, int], Version]:
    with closing(SqliteStore(path, TOOL)) as store:
        return dict(versions_of(store, [current.article_id for current in store.current()]))


@pytest.mark.parametrize("name", DAMAGES)
def test_a_repaired_corpus_is_whole(corpus: Corpus, damage: Damage, copy: Path, example: Path, name: str) -> None:
    damage(DAMAGES[name][0])
    damaged = copy.read_bytes()
    report = repaired(corpus)
    assert report.damaged is not None
    assert report.damaged.read_bytes() == damaged
    before, after = everything(example), everything(copy)
    if name in AS_IT_WAS:
        assert before == after
        return
    told = {problem.what for problem in (*report.quarantined, *report.lost)}
    assert told
    old, new = versions(example), versions(copy)
    assert {f"{article}/{number}" for article, number in old.keys() - new.keys()} <= told
    if name != "payload":  # then a version is without its bytes
        assert all(version == old[key] for key, version in new.items())


def test_what_is_whole_is_left_alone(corpus: Corpus, copy: Path) -> None:
    assert corpus.search("rice").total
    corpus.close()
    before = copy.read_bytes()
    report = corpus.repair(lambda report: False)
    assert report is not None
    assert report.damaged is None
    assert copy.read_bytes() == before


def test_declined_means_unchanged(corpus: Corpus, damage: Damage, copy: Path) -> None:
    damage(DAMAGES["title"][0])
    before = copy.read_bytes()
    told: list[RepairReport] = []

    def no(report: RepairReport) -> bool:
        told.append(report)
        return False

    assert corpus.repair(no) is None
    assert told[0].quarantined
    assert copy.read_bytes() == before
    assert [file.name for file in copy.parent.iterdir() if file.is_file()] == [copy.name]


def test_a_raw_text_is_read_again_from_the_original_bytes(
    corpus: Corpus, damage: Damage, copy: Path, example: Path
) -> None:
    damage(f"UPDATE version SET raw_text = 'Nothing of it.', text = '' WHERE {OF_A_PAGE}")
    report = repaired(corpus)
    assert [problem.detail for problem in report.mended if problem.kind == "version"] == [
        "raw_text read again from the original bytes"
    ]
    assert report.quarantined == ()
    assert everything(copy) == everything(example)


def test_what_nothing_proves_goes_to_quarantine_and_comes_back_with_its_source(
    corpus: Corpus, damage: Damage, example: Path
) -> None:
    """An article without a version is none, for searches and for the next ingest; the user's notes on it stay."""
    article = _unkept(example)
    corpus.annotations.add_note(article, "a note that stays")
    corpus.close()
    damage(f"UPDATE version SET raw_text = 'Quicksilver.' WHERE article = '{article}'")
    report = repaired(corpus)
    assert ("version", f"{article}/1") in {(problem.kind, problem.what) for problem in report.quarantined}
    (row,) = (row for row in corpus.quarantine() if row.source == "version")
    assert row.article == article
    assert row.values["raw_text"] == "Quicksilver."
    assert corpus.stats().articles == corpus.newest(limit=0).total
    assert article not in {hit.id for hit in corpus.newest(limit=0).hits}
    assert any("in quarantine" in note for note in corpus.check().notes)
    with pytest.raises(Exception, match="no article"):
        corpus.get(article)
    taken = corpus.ingest([example.parent / "sources" / "unkept.jsonl"])
    assert (taken.new, taken.unchanged) == (1, 0)
    assert "a note that stays" in [note.text for note in corpus.get(article).notes]
    assert corpus.check().is_clean
    corpus.close()


def _unkept(example: Path) -> str:
    with closing(sqlite3.connect(example)) as connection:
        return str(connection.execute("SELECT article FROM version WHERE external_id = 'unkept'").fetchone()[0])


def test_a_damaged_payload_goes_to_quarantine_and_its_version_stays(
    corpus: Corpus, damage: Damage, copy: Path, example: Path
) -> None:
    damage("UPDATE payload SET bytes = x'00' || bytes WHERE rowid = 2")
    report = repaired(corpus)
    assert [problem.kind for problem in report.quarantined] == ["payload"]
    assert versions(copy).keys() == versions(example).keys()
    (row,) = corpus.quarantine()
    assert isinstance(row.values["bytes"], bytes)
    assert everything(copy)["export hash"] == everything(example)["export hash"]


def _header(content: bytearray) -> None:
    content[0] ^= 1


def _page_size(content: bytearray) -> None:
    content[16] ^= 2


def _encoding(content: bytearray) -> None:
    content[59] = 3


def _number(content: bytearray) -> None:
    content[63] ^= 64


def _schema(content: bytearray) -> None:
    at = content.index(b"CREATE TABLE version")
    content[at : at + 6] = b"CRE\xffTE"


def _column(content: bytearray) -> None:
    at = content.index(b"authors TEXT NOT NULL", content.index(b"CREATE TABLE version"))
    content[at] ^= 4


@pytest.mark.parametrize("change", [_header, _page_size, _encoding, _number, _schema, _column])
def test_a_file_that_sqlite_refuses_is_repaired(
    corpus: Corpus, copy: Path, example: Path, change: Callable[[bytearray], None]
) -> None:
    content = bytearray(copy.read_bytes())
    change(content)
    copy.write_bytes(content)
    report = repaired(corpus)
    assert report.quarantined == report.lost == ()
    assert everything(copy) == everything(example)


def test_what_can_be_read_of_a_file_is_saved_and_the_rest_is_named(corpus: Corpus, copy: Path, example: Path) -> None:
    content = bytearray(copy.read_bytes())
    for page in range(30, len(content) // 4096, 12):
        content[page * 4096 : page * 4096 + 200] = b"\xa5" * 200
    copy.write_bytes(content)
    report = repaired(corpus)
    assert report.lost
    old, new = versions(example), versions(copy)
    assert new
    assert all(_with_payload(version) == _with_payload(old[key]) for key, version in new.items())
    named = {problem.what for problem in (*report.quarantined, *report.lost)}
    assert {f"{article}/{number}" for article, number in old.keys() - new.keys()} <= named


def _with_payload(version: Version) -> Version:
    return replace(version, info=replace(version.info, has_payload=True))


def test_a_corpus_of_a_newer_version_is_not_repaired(corpus: Corpus, damage: Damage) -> None:
    damage("CREATE TABLE later (x)")
    with closing(sqlite3.connect(corpus.path)) as connection:
        connection.execute("PRAGMA user_version = 99")
    with pytest.raises(CorpusTooNew):
        corpus.repair(yes)


def test_what_is_no_corpus_is_not_repaired(tmp_path: Path) -> None:
    other = tmp_path / "other.txt"
    other.write_text("Rice rose in Hyesan. " * 1000)
    with pytest.raises(NotACorpus):
        Corpus.open(other).repair(yes)
    database = tmp_path / "database.db"
    with closing(sqlite3.connect(database)) as connection:
        connection.execute("CREATE TABLE version (id INTEGER PRIMARY KEY)")
        connection.commit()
    with pytest.raises(NotACorpus):
        Corpus.open(database).repair(yes)
    with pytest.raises(CorpusMissing):
        Corpus.open(tmp_path / "none.db").repair(yes)
    assert sorted(file.name for file in tmp_path.iterdir() if file.is_file()) == ["database.db", "other.txt"]
    assert other.read_text().startswith("Rice rose")


def test_nothing_is_repaired_while_another_writes(
    corpus: Corpus, damage: Damage, copy: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("nkcorpus.store.sqlite.waiting.BUSY_SECONDS", 0.1)
    damage(DAMAGES["title"][0])
    with closing(SqliteStore(copy, TOOL)) as store, store.writing([]) as writer:
        writer.fail("a.txt", None, "gone")
        with pytest.raises(CorpusLocked):
            corpus.repair(yes)


def test_who_waits_to_write_while_it_is_repaired_is_told(corpus: Corpus, damage: Damage, copy: Path) -> None:
    """What it wrote to the file that was there before would be nowhere."""
    damage(DAMAGES["title"][0])
    with closing(open_writer(copy, TOOL, create=False)) as connection:
        connection.execute("PRAGMA journal_mode = DELETE")
        connection.execute("PRAGMA busy_timeout = 100")

        def meanwhile(report: RepairReport) -> bool:
            with pytest.raises(sqlite3.OperationalError, match="locked"):
                connection.execute("BEGIN IMMEDIATE")
            return True

        assert corpus.repair(meanwhile) is not None
        with pytest.raises(sqlite3.DatabaseError):
            connection.execute("INSERT INTO change (article) VALUES ('lost')")
    assert corpus.check().is_clean


def test_a_damaged_index_is_built_anew(corpus: Corpus) -> None:
    assert corpus.search("rice").total
    index = Path(corpus.locations().index)
    corpus.close()
    for file in index.rglob("*"):
        if file.is_file():
            file.write_bytes(file.read_bytes()[: file.stat().st_size // 2])
    report = repaired(corpus)
    assert report.damaged is None
    assert report.mended


def test_quarantine_lasts_through_another_repair(corpus: Corpus, damage: Damage) -> None:
    damage(f"UPDATE version SET title = CAST(x'ff61' AS TEXT) WHERE {NEWEST}")
    repaired(corpus)
    first = list(corpus.quarantine())
    corpus.close()
    damage(DAMAGES["note"][0])
    repaired(corpus)
    assert list(corpus.quarantine())[: len(first)] == first
    corpus.close()
