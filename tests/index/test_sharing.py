"""One index and several processes: who writes has the lock alone, who reads sees one whole state."""

from __future__ import annotations

import json
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from nkcorpus import Corpus, searching
from nkcorpus.errors import CorpusLocked, IndexNotWritable
from nkcorpus.index import Index, SearchOptions, directory
from nkcorpus.index.engines import open_index
from nkcorpus.opened.file import OpenedFile
from nkcorpus.query.ast import Everything, Query

from .builders import article, filled, named, names, search
from .conftest import Factory, folder_of

HOLDER = """
import sys
from filelock import FileLock
with FileLock(sys.argv[1]):
    print("held", flush=True)
    sys.stdin.readline()
"""


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(directory, "TOLD_AFTER", 0.05)
    monkeypatch.setattr(directory, "LOCK_SECONDS", 0.1)


class Holder:
    """Another process that has the lock of an index."""

    def __init__(self, index: Path) -> None:
        index.parent.mkdir(parents=True, exist_ok=True)
        self.process = subprocess.Popen(
            [sys.executable, "-c", HOLDER, str(index.parent / "lock")],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        )  # fmt: skip
        assert self.process.stdout is not None
        assert self.process.stdout.readline() == "held\n"

    def __enter__(self) -> Holder:
        return self

    def __exit__(self, *error: Any) -> None:
        self.process.kill()
        self.process.communicate()


@pytest.mark.usefixtures("impatient")
def test_a_wait_for_the_lock_is_told_and_ends_in_a_typed_error(tmp_path: Path) -> None:
    notes: list[str] = []
    index = open_index("whoosh", tmp_path / "cache", "0" * 32, "/corpus.db", notify=notes.append)
    with Holder(folder_of(index)), pytest.raises(CorpusLocked, match="try again") as caught:
        filled(index, article("a", "rice"))
    assert caught.value.exit_code == 3
    assert "\n" not in str(caught.value)
    assert notes == ["waiting for another process that is building the index ..."]
    assert filled(index, article("a", "rice")).live
    assert len(notes) == 1


@pytest.mark.usefixtures("impatient")
@pytest.mark.skipif(sys.platform == "win32", reason="needs SIGKILL")
def test_a_dead_process_holds_no_lock(filed: Index) -> None:
    with Holder(folder_of(filed)) as holder:
        with pytest.raises(CorpusLocked):
            filled(filed, article("a", "rice"))
        holder.process.send_signal(signal.SIGKILL)
        holder.process.wait()
        filled(filed, article("a", "rice"))
    assert search(filed, "rice").total == 1


def test_a_lock_file_that_was_left_holds_nobody(filed: Index) -> None:
    folder_of(filed).parent.mkdir(parents=True)
    (folder_of(filed).parent / "lock").write_text("1234\n")
    filled(filed, article("a", "rice"))
    assert search(filed, "rice").total == 1


# Whoosh leaves the files open that it cannot write.
@pytest.mark.filterwarnings("ignore::ResourceWarning")
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_a_cache_that_vanishes_while_it_is_written_is_told_or_made_again(filed: Index) -> None:
    log = filled(filed, article("a", "rice"))
    log.put(article("b", "corn"))

    def vanishing(after: int) -> Iterator[object]:
        yield from log.read(after)
        shutil.rmtree(folder_of(filed).parent)

    try:
        filed.sync(vanishing, log.upto, log.is_current)  # type: ignore[arg-type]
    except IndexNotWritable as error:
        assert "\n" not in str(error)
    log.sync(filed)
    assert search(filed, "rice OR corn").total == 2


def test_a_reader_keeps_its_state_while_another_builds_the_index_anew(make: Factory, tmp_path: Path) -> None:
    known = named(a="rice", b="rice corn")
    writer, reader = make(tmp_path / "cache"), make(tmp_path / "cache")
    log = filled(writer, *known.values())
    asked: list[list[str]] = []

    def slow(after: int) -> Iterator[object]:
        for change in log.read(after):
            reader.close()
            asked.append(names(reader, known, "rice"))
            yield change

    writer.rebuild(slow, log.upto)  # type: ignore[arg-type]
    assert sorted(asked[0]) == sorted(asked[1]) == ["a", "b"]
    assert sorted(names(reader, known, "rice")) == ["a", "b"]
    reader.close()
    assert sorted(names(reader, known, "rice")) == ["a", "b"]
    reader.close()
    writer.close()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "corpus.db"
    news = tmp_path / "news.jsonl"
    news.write_text("".join(json.dumps({"id": word, "text": f"About {word}."}) + "\n" for word in ("rice", "corn")))
    with Corpus.open(path) as corpus:
        corpus.ingest([news])
    return path


def changed(path: Path) -> None:
    """Change a corpus as a process does that has not indexed it yet."""
    other = path.with_name("other-cache")
    (path.parent / "later.txt").write_text("About salt.")
    with Corpus.open(path, cache_dir=other) as corpus:
        corpus.ingest([path.parent / "later.txt"])


@pytest.mark.usefixtures("impatient")
def test_a_search_does_not_wait_for_a_process_that_indexes(path: Path) -> None:
    changed(path)
    notes: list[str] = []
    with Corpus.open(path, notify=notes.append) as corpus:
        with Holder(Path(corpus.locations().index)):
            assert corpus.search("rice").total == 1
            assert corpus.search("salt").total == 0
            assert notes == ["another process is indexing; 1 articles that changed are searched as they were"]
        assert isinstance(corpus._opened, OpenedFile)
        corpus._opened._left_alone_until = 0.0
        assert corpus.search("salt").total == 1
    assert len(notes) == 1


@pytest.mark.usefixtures("impatient")
def test_what_must_be_complete_waits_for_a_process_that_indexes(path: Path, tmp_path: Path) -> None:
    with Corpus.open(path) as corpus:
        corpus.searches.save("salt", "salt", {})
        changed(path)
        (tmp_path / "more.txt").write_text("More.")
        with Holder(Path(corpus.locations().index)):
            with pytest.raises(CorpusLocked):
                corpus.searches.new("salt")
            with pytest.raises(CorpusLocked):
                corpus.ingest([tmp_path / "more.txt"])
        assert corpus.searches.new("salt").result.total == 1


@pytest.mark.usefixtures("impatient")
def test_without_an_index_a_search_waits_for_the_process_that_makes_it(path: Path, cache_dir: Path) -> None:
    shutil.rmtree(cache_dir)
    notes: list[str] = []
    with Corpus.open(path, notify=notes.append) as corpus:
        with Holder(Path(corpus.locations().index)), pytest.raises(CorpusLocked):
            corpus.search("rice")
        assert notes == ["waiting for another process that is building the index ..."]
        assert corpus.search("rice").total == 1


def test_articles_that_another_process_removes_meanwhile_are_not_taken_for_damage(path: Path) -> None:
    changed(path)
    notes: list[str] = []
    with Corpus.open(path, notify=notes.append) as corpus, Corpus.open(path) as other:
        everything = [hit.id for hit in corpus.newest()]

        def work(index: Index) -> int:
            if everything:
                other._opened.store.remove([everything.pop()])
            store = corpus._opened.store
            return searching.find(index, store, Query("", Everything()), SearchOptions(match="any"), 0).total

        assert corpus._opened.reading(work) == 0
        assert everything == []
    assert notes == []
