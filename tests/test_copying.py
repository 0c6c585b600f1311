"""Copying a corpus: goes on where it stopped, reads nothing twice, and compares."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from nkcorpus import Corpus, UsageError, commits
from nkcorpus.checking import check
from nkcorpus.copying import CopyReport, compare
from nkcorpus.errors import CorpusMissing
from tests.wholes import fill, open_store


def copied(source: Path | str, target: Path | str, *, force: bool = False) -> CopyReport:
    with Corpus.open(target) as corpus:
        return corpus.transfer.copy(str(source), force=force)


def lines_of(path: Path | str) -> list[str]:
    """Return what an export writes of a corpus, without its own id."""
    with Corpus.open(path) as corpus:
        return list(corpus.transfer.lines())[1:]


@pytest.fixture
def source(filled: Path, tmp_path: Path) -> Path:
    return Path(shutil.copy(filled, tmp_path / "source.db"))


def test_all_that_a_corpus_holds_is_copied(source: Path, tmp_path: Path) -> None:
    target = tmp_path / "target.db"
    report = copied(source, target)
    assert lines_of(target) == lines_of(source)
    with Corpus.open(target) as corpus:
        assert corpus.search("rice").total
        assert corpus.check().is_clean
        stats = corpus.stats()
    compared = report.comparison
    assert compared.is_whole
    assert compared.source_hash == compared.target_hash
    assert (compared.articles, compared.versions, compared.removed) == (stats.articles, stats.versions, stats.removed)
    assert (report.merge.new, report.merge.unchanged) == (stats.articles, 0)


def test_all_comes_back_from_a_cluster(source: Path, tmp_path: Path, corpus_address: str) -> None:
    there = copied(source, corpus_address)
    assert there.comparison.is_whole
    again = copied(source, corpus_address)
    assert (again.merge.new, again.merge.versions, again.merge.added) == (0, 0, ())
    assert again.comparison == there.comparison
    back = copied(corpus_address, tmp_path / "back.db")
    assert lines_of(tmp_path / "back.db") == lines_of(corpus_address) == lines_of(source)
    assert back.comparison == there.comparison
    with pytest.raises(UsageError, match="itself"):
        copied(corpus_address, corpus_address)


def test_a_copy_to_a_cluster_that_was_stopped_goes_on(
    source: Path, corpus_address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(commits, "_ITEMS", 6)

    def interrupt(done: int, total: int) -> None:
        if done > 8:
            raise KeyboardInterrupt

    with Corpus.open(corpus_address) as corpus, pytest.raises(KeyboardInterrupt):
        corpus.transfer.copy(str(source), on_copied=interrupt)
    report = copied(source, corpus_address)
    assert report.merge.unchanged
    assert report.merge.unchanged + report.merge.new == report.comparison.articles
    assert lines_of(corpus_address) == lines_of(source)


def test_what_is_there_is_not_read_again(source: Path, tmp_path: Path) -> None:
    target = tmp_path / "target.db"
    first = copied(source, target)
    with closing(sqlite3.connect(source)) as connection, connection:
        connection.execute("UPDATE version SET raw_text = 'never read'")
        connection.execute("UPDATE payload SET bytes = x'00'")
    again = copied(source, target)
    assert (again.merge.new, again.merge.unchanged, again.merge.failed) == (0, first.merge.new, 0)
    assert not again.merge.versions
    assert not again.merge.added
    assert again.comparison == first.comparison


@pytest.mark.parametrize("stop", [1, 2, 3])
def test_a_copy_that_was_stopped_goes_on(
    source: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, stop: int
) -> None:
    monkeypatch.setattr(commits, "_ITEMS", 4)
    target = tmp_path / "target.db"
    calls = 0

    def interrupt(done: int, total: int) -> None:
        nonlocal calls
        calls += 1
        if done and calls > stop:
            raise KeyboardInterrupt

    with Corpus.open(target) as corpus, pytest.raises(KeyboardInterrupt):
        corpus.transfer.copy(str(source), on_copied=interrupt)
    with Corpus.open(target) as corpus:
        there = corpus.stats().articles
        assert there
    report = copied(source, target)
    assert report.merge.unchanged == there
    assert report.merge.new == report.comparison.articles - there
    assert lines_of(target) == lines_of(source)


def test_a_corpus_with_other_articles_keeps_them(source: Path, tmp_path: Path) -> None:
    target = tmp_path / "target.db"
    fill(target, tmp_path / "other-cache", tmp_path / "other-inputs", 4, site="other")
    with open_store(target) as store:
        before = store.stats().articles
    report = copied(source, target)
    compared = report.comparison
    assert compared.is_whole
    assert 0 < compared.others <= before
    assert compared.source_hash != compared.target_hash
    with open_store(target) as store:
        assert store.stats().articles == compared.articles + compared.others
        assert not check(store).problems
        assert store.export_hash() == compared.target_hash
    assert copied(source, target).merge.unchanged == compared.articles


def test_bytes_that_were_not_kept_are_copied(source: Path, tmp_path: Path) -> None:
    target = tmp_path / "target.db"
    copied(source, target)
    with closing(sqlite3.connect(target)) as connection, connection:
        connection.execute("UPDATE payload SET encoding = 'none', bytes = x'' WHERE encoding = 'zstd'")
    copied(source, target)
    assert lines_of(target) == lines_of(source)


def test_what_was_removed_in_the_target_stays_so_unless_forced(source: Path, tmp_path: Path) -> None:
    target = tmp_path / "target.db"
    copied(source, target)
    with Corpus.open(target) as corpus:
        article = corpus.newest(limit=1).hits[0].id
        corpus.remove([article])
    report = copied(source, target)
    assert report.merge.skipped == 1
    assert report.comparison.is_whole
    assert copied(source, target, force=True).merge.new == 1
    with open_store(source) as theirs, open_store(target) as ours:
        assert theirs.export_hash() == ours.export_hash()


def test_articles_that_cannot_be_read_are_named(source: Path, tmp_path: Path) -> None:
    with closing(sqlite3.connect(source)) as connection, connection:
        (article,) = connection.execute("SELECT article FROM version WHERE number = 1 LIMIT 1").fetchone()
        connection.execute("UPDATE version SET raw_text = 'forged' WHERE article = ?", (article,))
    report = copied(source, tmp_path / "target.db")
    assert report.merge.failed
    assert report.comparison.differing == (article,)
    assert not report.comparison.is_whole


def test_an_article_that_changed_meanwhile_differs_until_it_is_copied_again(source: Path, tmp_path: Path) -> None:
    target = tmp_path / "target.db"
    (tmp_path / "later.txt").write_text("Salt came in later.")

    def ingest(done: int, total: int) -> None:
        if done == total:
            with Corpus.open(source) as corpus:
                corpus.ingest([tmp_path / "later.txt"])

    with Corpus.open(target) as corpus:
        report = corpus.transfer.copy(str(source), on_copied=ingest)
    assert report.comparison.differ == 1
    assert copied(source, target).comparison.is_whole


@pytest.mark.parametrize("statement", ["DELETE FROM note", "DELETE FROM fetch WHERE id = 1", "DELETE FROM rule"])
def test_a_copy_that_lacks_something_beside_articles_is_told(source: Path, tmp_path: Path, statement: str) -> None:
    target = Path(shutil.copy(source, tmp_path / "target.db"))
    with closing(sqlite3.connect(target)) as connection, connection:
        connection.execute(statement)
    with open_store(source) as theirs, open_store(target) as ours:
        compared = compare(theirs, ours, was_empty=True)
    assert compared.source_hash == compared.target_hash
    assert len(compared.lacking) == 1
    assert not compared.is_whole


def link(path: Path, folder: Path) -> Path:
    (folder / "link.db").symlink_to(path)
    return folder / "link.db"


@pytest.mark.parametrize("name", [lambda path, folder: path, link])
def test_a_corpus_is_not_copied_to_itself(source: Path, tmp_path: Path, name: Callable[[Path, Path], Path]) -> None:
    with pytest.raises(UsageError, match="itself"):
        copied(name(source, tmp_path), source)


def test_without_a_source_no_corpus_is_made(tmp_path: Path) -> None:
    with pytest.raises(CorpusMissing):
        copied(tmp_path / "none.db", tmp_path / "target.db")
    assert not (tmp_path / "target.db").exists()
