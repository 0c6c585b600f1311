"""How every engine must follow the changes of a store."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from nkcorpus.errors import IndexDamaged
from nkcorpus.index import Index
from nkcorpus.model import Position

from .builders import ChangeLog, article, filled, named, names, search
from .conftest import Factory, folder_of
from .pool import PooledIndex


def test_updates_and_removals_are_seen_at_once(index: Index) -> None:
    known = named(a="rice", b="rice corn")
    log = filled(index, *known.values())
    log.put(article("a", "wheat"))
    log.sync(index)
    assert names(index, known, "rice") == ["b"]
    assert names(index, known, "wheat") == ["a"]
    log.remove(known["b"].id)
    log.sync(index)
    assert names(index, known, "rice OR corn OR wheat") == ["a"]
    log.remove(known["a"].id)
    log.sync(index)
    assert search(index, "").total == 0
    log.put(known["a"])
    log.sync(index)
    assert names(index, known, "rice") == ["a"]


def test_the_position_is_no_article(index: Index) -> None:
    known = named(a="rice", b="corn")
    log = filled(index, *known.values())
    for _ in range(3):
        log.put(article("a", "rice"))
        log.sync(index)
        for text in ("_meta", "id:_meta", "id:_", "meta", "title:_meta", 'id:"_meta"'):
            assert search(index, text).total == 0, text
        for text in ("", "NOT x", "-x -y", "NOT _meta"):
            assert set(names(index, known, text)) == {"a", "b"}, text


def test_sync_does_only_what_is_needed(index: Index) -> None:
    log = filled(index, article("a", "rice"))
    reads: list[int] = []

    def read(after: int) -> Iterator[object]:
        reads.append(after)
        return log.read(after)

    assert not index.sync(read, log.upto, log.is_current)  # type: ignore[arg-type]
    log.put(article("b", "corn"))
    assert index.sync(read, log.upto, log.is_current)  # type: ignore[arg-type]
    assert reads == [1]


def test_an_index_of_another_history_is_rebuilt(index: Index) -> None:
    known = named(a="rice", b="corn", c="wheat")
    filled(index, known["a"], known["b"])
    restored = ChangeLog(known["a"], known["c"], salt="restored")
    assert restored.sync(index)
    assert set(names(index, known, "")) == {"a", "c"}
    older = ChangeLog(known["b"], salt="restored")
    assert older.sync(index)
    assert set(names(index, known, "")) == {"b"}


def test_an_index_is_found_again_by_a_new_process(make: Factory, tmp_path: Path) -> None:
    first = make(tmp_path)
    log = ChangeLog(article("a", "rice"))
    log.sync(first)
    first.close()
    second = make(tmp_path)
    assert second.position() == log.upto()
    assert not log.sync(second)
    assert search(second, "rice").total == 1
    second.close()


def test_another_process_sees_what_one_has_indexed(make: Factory, tmp_path: Path) -> None:
    writer, reader = make(tmp_path), make(tmp_path)
    known = named(a="rice", b="rice corn", c="corn")
    log = ChangeLog(known["a"])
    log.sync(writer)
    assert names(reader, known, "rice") == ["a"]
    log.put(known["b"], known["c"])
    log.sync(writer)
    assert not log.sync(reader)
    assert set(names(reader, known, "rice")) == {"a", "b"}
    log.remove(known["a"].id)
    log.sync(reader)
    assert names(writer, known, "rice") == ["b"]
    writer.close()
    reader.close()


def test_an_update_changes_every_field(index: Index) -> None:
    before = article(
        "a", "In Musan.", "Rice", authors=("Rim Sol",), source="Post", lang="en", date="2019", tags=("x",),
        notes=("old",),
    )  # fmt: skip
    after = article(
        "a", "혜산에서", "Corn", authors=("Jo",), source="Herald", lang="ko", date="2021", tags=("y",), notes=("new",)
    )
    known = {"a": before}
    log = filled(index, before)
    olds = "musan title:rice author:rim source:post lang:en date:2019 tag:x note:old place:musan".split()
    news = "혜산 title:corn author:jo source:herald lang:ko date:2021 tag:y note:new place:hyesan".split()
    for step, (found, gone) in enumerate(((olds, news), (news, olds))):
        assert [query for query in found if names(index, known, query) != ["a"]] == [], step
        assert [query for query in gone if names(index, known, query)] == [], step
        log.put(after)
        log.sync(index)


def wipe(index: Index) -> None:
    """Delete an index behind the back of whoever has it open."""
    if isinstance(index, PooledIndex):
        index.wipe()
    else:
        shutil.rmtree(folder_of(index))


def test_without_an_index_there_is_no_position(index: Index) -> None:
    assert index.position() is None
    with pytest.raises(IndexDamaged):
        search(index, "rice")
    log = filled(index, article("a", "rice"))
    wipe(index)
    index.close()
    assert index.position() is None
    log.sync(index)
    assert search(index, "rice").total == 1


def test_an_interrupted_sync_leaves_the_old_index(index: Index) -> None:
    log = filled(index, article("a", "rice"))
    log.put(article("b", "corn"))

    def broken(after: int) -> Iterator[object]:
        yield from log.read(after)
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        index.sync(broken, log.upto, log.is_current)  # type: ignore[arg-type]
    assert index.position() == Position(1, "1")
    assert search(index, "").total == 1
    log.sync(index)
    assert search(index, "").total == 2
