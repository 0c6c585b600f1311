"""`check`: what is whole has no problem, every kind of damage has one, and nothing is written."""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from nkcorpus import Corpus
from nkcorpus.checking import CLEANING, INDEX
from nkcorpus.errors import CorpusDamaged, CorpusMissing
from nkcorpus.results import CheckReport
from nkcorpus.store import faults
from nkcorpus.store.sqlite import SqliteStore
from nkcorpus.store.sqlite.checks import derived, structure
from nkcorpus.store.sqlite.migrating import empty_corpus
from tests.crash.examples import TOOL

from .conftest import Damage
from .damages import DAMAGES

KINDS = [
    structure.INTEGRITY, structure.SCHEMA, structure.REFERENCES, structure.SEALS, derived.NUMBERS, derived.CHANGES,
    derived.ORPHANS, derived.COUNTS, derived.QUARANTINE, faults.CONTENT, faults.PROVENANCE, faults.SPANS,
    faults.TEXT, CLEANING, faults.PAYLOADS, derived.CLUSTERS, INDEX,
]  # fmt: skip


def wrong(report: CheckReport) -> set[str]:
    return {check.kind for check in report.checks if check.wrong}


def test_what_is_whole_has_no_problem(corpus: Corpus, copy: Path) -> None:
    before = copy.read_bytes()
    done: list[int] = []
    report = corpus.check(on_checked=done.append)
    assert report.is_clean
    assert report.problems == ()
    assert {check.kind for check in report.checks} == set(KINDS)
    counted = {check.kind: check.checked for check in report.checks}
    assert all(count for kind, count in counted.items() if kind != derived.QUARANTINE)
    assert report.articles == report.all_articles == corpus.stats().articles == done[-1]
    assert counted[faults.CONTENT] == corpus.stats().versions > report.articles
    assert copy.read_bytes() == before
    assert [file.name for file in copy.parent.iterdir() if file.is_file()] == [copy.name]


@pytest.mark.parametrize("name", DAMAGES)
def test_damage_is_found(corpus: Corpus, damage: Damage, name: str) -> None:
    statement, kind = DAMAGES[name]
    damage(statement)
    report = corpus.check()
    assert kind in wrong(report)
    assert report.found >= len(report.problems) > 0
    assert all("\n" not in problem.detail for problem in report.problems)


def test_a_sample_looks_at_some_articles_and_at_all_that_is_quick(corpus: Corpus, damage: Damage) -> None:
    report = corpus.check(sample=5)
    assert report.is_clean
    assert report.articles == 5 < report.all_articles
    damage(DAMAGES["count"][0], DAMAGES["note"][0])
    assert wrong(corpus.check(sample=1)) == {derived.COUNTS, structure.SEALS}
    assert corpus.check(sample=10_000).articles == report.all_articles


def test_a_run_that_never_finished_is_no_problem(corpus: Corpus, copy: Path) -> None:
    with closing(SqliteStore(copy, TOOL)) as store, store.writing(["a.txt"]) as writer:
        writer.commit()
    assert corpus.check().is_clean


def test_articles_cleaned_by_other_rules_are_told_and_no_problem(corpus: Corpus, tmp_path: Path) -> None:
    rules = tmp_path / "own.toml"
    rules.write_text(
        '[[rule]]\nid = "own.line"\nkind = "credit"\nzone = "tail"\npattern = "an own line"\n'
        'cut = ["an own line"]\nkeep = ["An own house"]\n',
        "utf-8",
    )
    corpus.cleaning.add_files([rules])
    report = corpus.check()
    assert report.is_clean
    assert any("cleaned by other rules" in note for note in report.notes)
    corpus.cleaning.reclean()
    assert not any("cleaned by other rules" in note for note in corpus.check().notes)
    corpus.close()


def test_an_index_is_behind_or_there_is_none_and_that_is_no_problem(corpus: Corpus, copy: Path) -> None:
    assert any("no index" in note for note in corpus.check().notes)
    assert corpus.search("rice").total
    assert not any("index" in note for note in corpus.check().notes)
    corpus.close()
    with closing(SqliteStore(copy, TOOL)) as store:
        store.add_note(next(store.current()).article_id, "behind")
    report = corpus.check()
    assert report.is_clean
    assert any("1 articles behind" in note for note in report.notes)


def test_an_index_of_what_the_file_does_not_know_is_a_problem(corpus: Corpus, copy: Path, example: Path) -> None:
    with closing(SqliteStore(copy, TOOL)) as store:
        store.add_note(next(store.current()).article_id, "ahead")
    assert corpus.search("rice").total
    corpus.close()
    shutil.copy(example, copy)
    assert wrong(corpus.check()) == {INDEX}


def test_an_index_that_cannot_be_read_is_a_problem(corpus: Corpus) -> None:
    assert corpus.search("rice").total
    index = Path(corpus.locations().index)
    corpus.close()
    for file in index.rglob("*"):
        if file.is_file():
            file.write_bytes(file.read_bytes()[: file.stat().st_size // 2])
    assert wrong(corpus.check()) == {INDEX}


def test_a_corpus_of_an_older_schema_is_checked_and_left_as_it_is(copy: Path) -> None:
    older = copy.with_name("older.db")
    with closing(empty_corpus(13)) as empty, closing(sqlite3.connect(older)) as connection:
        empty.backup(connection)
        connection.execute("PRAGMA user_version = 13")
        connection.execute(f"PRAGMA application_id = {int.from_bytes(copy.read_bytes()[68:72], 'big')}")
        connection.execute("ATTACH ? AS whole", (str(copy),))
        tables = [row[0] for row in connection.execute("SELECT name FROM main.sqlite_master WHERE type = 'table'")]
        for table in (name for name in tables if not name.startswith("sqlite_")):
            columns = ", ".join(row[1] for row in connection.execute(f"PRAGMA main.table_info({table})"))
            connection.execute(f"INSERT INTO main.{table} ({columns}) SELECT {columns} FROM whole.{table}")
        connection.commit()
    before = older.read_bytes()
    report = Corpus.open(older).check()
    assert report.problems == ()
    assert report.articles
    assert older.read_bytes() == before


@pytest.mark.parametrize("part", [0.2, 0.5, 0.9])
def test_a_file_that_was_cut_off_is_refused_or_has_problems(corpus: Corpus, copy: Path, part: float) -> None:
    with copy.open("r+b") as file:
        file.truncate(int(copy.stat().st_size * part))
    try:
        assert not corpus.check().is_clean
    except CorpusDamaged as error:
        assert "\n" not in str(error)


def test_pages_that_were_overwritten_are_problems(corpus: Corpus, copy: Path) -> None:
    content = bytearray(copy.read_bytes())
    for page in range(60, len(content) // 4096, 9):
        content[page * 4096 : page * 4096 + 200] = b"\xa5" * 200
    copy.write_bytes(content)
    report = corpus.check()
    assert structure.INTEGRITY in wrong(report)
    assert len(wrong(report)) > 1


def test_there_is_nothing_to_check(tmp_path: Path) -> None:
    with pytest.raises(CorpusMissing):
        Corpus.open(tmp_path / "none.db").check()
