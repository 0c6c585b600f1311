"""Writers, rebuilds and searches of one index in a cluster at the same time."""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from nkcorpus.cluster.documents import Write
from nkcorpus.errors import CorpusTooNew
from nkcorpus.index.opensearch import generations
from nkcorpus.index.opensearch.generations import Generations
from nkcorpus.model import Indexable, Position, Removal

from .builders import ChangeLog, article, filled, names, search
from .conftest import Factory
from .pool import PooledIndex


@pytest.fixture
def index(clustered: Factory, tmp_path: Path) -> Iterator[PooledIndex]:
    with closing(clustered(tmp_path)) as opened:
        assert isinstance(opened, PooledIndex)
        yield opened


def test_writers_in_any_order_leave_the_newest(index: PooledIndex) -> None:
    known = {"a": replace(article("a", "rice"), seq=3)}
    filled(index, article("b", "corn"))
    index.put([replace(article("a", "wheat"), seq=5)])
    index.put([known["a"]])
    index.put([Removal(article("b").id, 9)])
    index.put([replace(article("b", "corn"), seq=8)])
    index.refresh()
    assert names(index, known, "wheat") == ["a"]
    assert search(index, "rice OR corn").total == 0
    index.put([replace(article("b", "corn"), seq=10)])
    index.refresh()
    assert search(index, "corn").total == 1


def test_without_an_index_nothing_is_put_and_none_is_made(index: PooledIndex) -> None:
    index.put([article("a", "rice")])
    index.refresh()
    assert not index.advance(Position(1, "1"), lambda position: True)
    assert index.position() is None
    assert not index.is_there()
    assert index.damage() is None


def test_what_was_put_is_found_after_an_advance(index: PooledIndex) -> None:
    log = filled(index, article("a", "rice"))
    log.put(article("b", "rice lecturing"))
    index.put(log.live)
    assert index.position() == Position(1, "1")
    assert index.advance(log.upto(), log.is_current)
    assert index.position() == log.upto()
    assert search(index, "rice").total == 2
    assert search(index, "lectur*").total == 1
    assert index.advance(Position(1, "1"), log.is_current)
    assert index.position() == log.upto(), "a slower process sets nothing back"
    assert not index.advance(Position(9, "other9"), ChangeLog(article("a"), salt="other").is_current)
    assert index.position() == log.upto(), "an index of another corpus is none"


def test_a_search_misses_nothing_while_an_index_is_made_anew_and_others_write(
    clustered: Factory, tmp_path: Path
) -> None:
    """Everything that was put and told of is found, by every search at any time."""
    log = ChangeLog(*(article(f"old {n}", f"rice {n}") for n in range(20)))
    stop = threading.Event()
    faults: list[str] = []
    told = 20

    def write() -> None:
        nonlocal told
        with closing(clustered(tmp_path)) as index:
            assert isinstance(index, PooledIndex)
            while not stop.is_set():
                fresh = article(f"new {told}", f"rice fresh{told}")
                with committing:
                    log.put(fresh)
                    index.put([log.live[-1]])
                index.refresh()
                told += 1

    committing = threading.Lock()

    def upto() -> Position:
        with committing:  # waits for who is at it
            return log.upto()

    def read(after: int) -> list[Indexable | Removal]:
        with committing:
            return list(log.read(after))

    with closing(clustered(tmp_path)) as index, closing(clustered(tmp_path)) as rebuilding:
        assert isinstance(index, PooledIndex)
        log.sync(index)
        writer = threading.Thread(target=write)
        writer.start()
        try:
            for _ in range(3):
                rebuild = threading.Thread(target=rebuilding.rebuild, args=(read, upto))
                rebuild.start()
                while rebuild.is_alive():
                    known = told
                    index.refresh()
                    found = search(index, "rice").total
                    if found < known:
                        faults.append(f"{found} of {known}")
                rebuild.join()
        finally:
            stop.set()
            writer.join()
        assert told > 20
        assert faults == []
        index.refresh()
        assert search(index, f"fresh{told - 1}").total == 1, "words are told of to drafts too"
        assert search(index, "fresh*").total == told - 20
        assert rebuilding.damage() is None


def test_a_killed_rebuild_leaves_a_draft_that_the_next_one_clears(
    index: PooledIndex, monkeypatch: pytest.MonkeyPatch
) -> None:
    log = filled(index, article("a", "rice"))
    found = index._generations
    with monkeypatch.context() as patched:
        patched.setattr(Generations, "drop", lambda self, generation: None)  # as a kill leaves it

        def killed(after: int) -> Iterator[Indexable | Removal]:
            yield from log.read(after)
            raise KeyboardInterrupt

        with pytest.raises(KeyboardInterrupt):
            index.rebuild(killed, log.upto)
    assert len(found._all()) == 2
    assert search(index, "rice").total == 1
    (left,) = found.open() - {found.current()}
    found.keep(left, -1.0)
    log.put(article("b", "rice"))
    log.sync(index)
    assert left not in found._all()
    assert search(index, "rice").total == 2


def test_what_was_replaced_is_kept_for_searches_under_way_and_cleared_later(
    index: PooledIndex, monkeypatch: pytest.MonkeyPatch
) -> None:
    log = filled(index, article("a", "rice"))
    before = index._generations.current()
    assert before
    index.rebuild(log.read, log.upto)
    after = index._generations.current()
    assert after != before
    assert index._generations.open() == {after}
    assert set(index._generations._all()) == {before, after}
    index.clear_others()
    assert set(index._generations._all()) == {after}


def test_an_index_of_a_newer_version_is_left_alone(index: PooledIndex, monkeypatch: pytest.MonkeyPatch) -> None:
    log = filled(index, article("a", "rice"))
    ours = generations.VERSION
    monkeypatch.setattr(generations, "VERSION", (ours[0], ours[1] - 1))
    with pytest.raises(CorpusTooNew, match="newer version"):
        log.sync(index)
    monkeypatch.setattr(generations, "VERSION", (ours[0] + 1, ours[1]))
    assert index.position() is None
    assert log.sync(index)
    assert search(index, "rice").total == 1


def test_another_that_makes_the_index_is_waited_for(clustered: Factory, tmp_path: Path) -> None:
    log = ChangeLog(article("a", "rice"))
    began = threading.Event()

    def slow(after: int) -> Iterator[Indexable | Removal]:
        began.set()
        time.sleep(0.5)
        yield from log.read(after)

    with closing(clustered(tmp_path)) as one, closing(clustered(tmp_path)) as other:
        assert isinstance(other, PooledIndex)
        making = threading.Thread(target=one.sync, args=(slow, log.upto, log.is_current))
        making.start()
        began.wait(30)
        assert not log.sync(other)
        assert len(other._generations._all()) == 1
        making.join()


def test_the_engine_is_imported_without_the_client_and_what_only_writes() -> None:
    code = (
        "import sys; import nkcorpus.index.opensearch as engine;"
        "assert not {'opensearchpy', 'nkcorpus.workers', 'nkcorpus.lexicon.gazetteer'} & sys.modules.keys()"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_damage_is_told(index: PooledIndex) -> None:
    filled(index, article("a", "rice"), article("b", "corn"))
    assert index.damage() is None
    generation = index._generations.current()
    assert generation
    a, b = article("a").id, article("b").id
    record = index._cluster.get(generation.search, b)
    assert record
    index._cluster.write(generation.search, [Write.put(a, {"live": True, "id": a, **record.source})])
    index._cluster.refresh(generation.search)
    told = index.damage()
    assert told and a in told and b in told and "\n" not in told
    index._cluster.write(generation.search, [Write.put(a, {"live": True, "id": a, "record": "AAAA"})])
    index._cluster.refresh(generation.search)
    told = index.damage()
    assert told and a in told and "cannot be read" in told


def test_the_index_of_words_may_be_gone(index: PooledIndex) -> None:
    filled(index, article("a", "rice"))
    generation = index._generations.current()
    assert generation
    index._cluster.drop(generation.words)
    told = index.damage()
    assert told and "missing" in told
    index.wipe()
