"""Reading an export that may be anything."""

from __future__ import annotations

import base64
import gzip
import io
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import zstandard
from hypothesis import given, settings
from hypothesis import strategies as st

from nkcorpus import Corpus
from nkcorpus.codec import BadValue, decode, encode
from nkcorpus.dump import TYPES
from nkcorpus.errors import CorpusTooNew, NotAnExport
from nkcorpus.merging import verified
from nkcorpus.store.records import Record, Unreadable
from nkcorpus.undump import Dump
from tests.wholes import open_store

Lines = list[dict[str, Any]]


@pytest.fixture(scope="module")
def whole(filled: Path, tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """An export with something of everything."""
    folder = tmp_path_factory.mktemp("whole")
    with Corpus.open(filled, cache_dir=folder / "cache") as corpus:
        corpus.transfer.export(folder / "c.jsonl")
    return (folder / "c.jsonl").read_bytes()


def read(content: bytes) -> list[Record | Unreadable]:
    return list(verified(Dump(io.BytesIO(content), "x.jsonl").records()))


def failures(content: bytes) -> list[Unreadable]:
    return [each for each in read(content) if isinstance(each, Unreadable)]


def test_it_has_a_line_of_every_type_and_all_of_them_are_right(whole: bytes) -> None:
    assert {json.loads(line)["type"] for line in whole.splitlines()} == {*TYPES, "header", "end"}
    assert failures(whole) == []
    assert len(read(whole)) == len(whole.splitlines()) - 2


def test_packed_or_not_it_is_the_same(whole: bytes) -> None:
    packed = zstandard.compress(whole[:5000]) + zstandard.compress(whole[5000:])
    assert read(gzip.compress(whole)) == read(packed) == read(whole)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\n",
        b"{}",
        b"[1]",
        b"not json\n",
        b'{"type":"header"}\n',
        b"\x1f\x8bxx",
        b"\x28\xb5\x2f\xfdxx",
        b"[" * 70_000,
    ],
    ids=ascii,
)
def test_what_is_no_export_is_refused(content: bytes) -> None:
    with pytest.raises(NotAnExport) as error:
        Dump(io.BytesIO(content), "x.jsonl")
    assert str(error.value).startswith("x.jsonl: ")
    assert "\n" not in str(error.value)


def test_a_later_format_is_refused(whole: bytes) -> None:
    with pytest.raises(CorpusTooNew, match="update nkcorpus"):
        Dump(io.BytesIO(whole.replace(b'"format_version":1', b'"format_version":2', 1)), "x.jsonl")


def test_what_is_cut_off_is_seen(whole: bytes) -> None:
    lines = whole.splitlines(keepends=True)
    assert [each.what for each in failures(b"".join(lines[:-1]))] == ["the end"]
    assert [each.what for each in failures(b"".join(lines[:-3] + lines[-1:]))] == ["the end"]
    assert [each.what for each in failures(b"".join([*lines, lines[5]]))] == [f"line {len(lines) + 1}"]
    half = whole[: len(whole) // 2]
    assert [each.what for each in failures(half)][1:] == ["the end"]
    found = failures(gzip.compress(whole)[:-100])
    assert "cannot be read, and nothing after it" in found[-1].reason
    packed = zstandard.compress(whole[:5000]) + zstandard.compress(whole[5000:])
    assert [each.what for each in failures(packed[:-9])][-1:] == ["the end"]


def test_bad_lines_are_named_and_the_rest_goes_on(whole: bytes) -> None:
    lines = whole.splitlines(keepends=True)
    bad = [
        b"\n",
        b"nonsense\n",
        b"[]\n",
        b'{"type":"virus"}\n',
        b'{"type":["x"]}\n',
        b'{"type":"tag"}\n',
        b"\xff\xfe\n",
    ]
    bad += [
        b'{"type":"note","article_id":NaN}\n',
        b"[" * 100_000 + b"\n",
        b'{"type":"tag","tag":' + b"9" * 9000 + b"}\n",
    ]
    found = read(b"".join([*lines[:3], *bad, *lines[3:]]))
    assert [each.what for each in found if isinstance(each, Unreadable)] == [f"line {4 + n}" for n in range(len(bad))]
    assert [each for each in found if not isinstance(each, Unreadable)] == read(whole)


def test_a_line_without_an_end_is_not_read_into_memory(whole: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    import nkcorpus.undump

    monkeypatch.setattr(nkcorpus.undump, "LINE_BYTES", 100_000)
    lines = whole.splitlines(keepends=True)
    found = failures(b"".join([lines[0], b'{"type":"' + b"x" * 200_000 + b'"}\n', *lines[1:]]))
    assert [each.what for each in found] == ["line 2"]
    assert "is longer than" in found[0].reason


def _spoilt(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Yield the place of everything in a JSON value."""
    yield path
    parts: Any = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for name, part in parts:
        yield from _spoilt(part, (*path, name))


ODD: st.SearchStrategy[Any] = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(), st.text(), st.just([]), st.just({}), st.just("\ud800")
)


@settings(max_examples=80, deadline=None)
@given(st.data())
def test_a_value_of_another_kind_is_a_bad_line_or_makes_no_difference(whole: bytes, data: st.DataObject) -> None:
    lines: Lines = [json.loads(line) for line in whole.splitlines()]
    line = data.draw(st.sampled_from(lines[1:-1]))
    place = data.draw(st.sampled_from([path for path in _spoilt(line) if path]))
    target: Any = line
    for name in place[:-1]:
        target = target[name]
    target[place[-1]] = data.draw(ODD)
    cls = TYPES.get(line["type"]) if isinstance(line["type"], str) else None
    if cls is None:
        return
    try:
        record = decode(cls, line)
    except BadValue as error:
        assert "\n" not in str(error)
        return
    for found in verified([record]):
        assert isinstance(found, Unreadable) or encode(found) == {
            name: value for name, value in line.items() if name in encode(found)
        }


@settings(max_examples=20, deadline=None)
@given(st.data())
def test_flipped_bytes_never_end_in_another_error(whole: bytes, data: st.DataObject) -> None:
    content = bytearray(whole)
    for _ in range(data.draw(st.integers(1, 5))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    try:
        found = read(bytes(content))
    except (NotAnExport, CorpusTooNew):
        return
    changed = [each for each in found if not isinstance(each, Unreadable)]
    assert failures(bytes(content)) or len(changed) == len(read(whole))


def test_base64_is_strict() -> None:
    line = {"article_id": "0" * 32}
    assert base64.b64encode(b"x") == b"eA=="
    for bad in ("eA=", "e A==", "eA==\n", 7, None):
        with pytest.raises(BadValue):
            decode(TYPES["version"], line | {"payload": bad})


def test_an_export_of_some_articles(filled: Path, tmp_path: Path) -> None:
    with Corpus.open(filled, cache_dir=tmp_path / "cache") as corpus, open_store(filled) as store:
        tagged = [hit.id for hit in corpus.newest(limit=0) if hit.article.user_tags]
        lines: Lines = [json.loads(line) for line in corpus.transfer.lines([tagged[0][:8], tagged[1], tagged[1]])]
        assert lines[0]["is_whole"] is False
        assert {line["article_id"] for line in lines[1:-1]} == set(tagged[:2])
        assert {line["type"] for line in lines[1:-1]} >= {"version", "tag"}
        assert lines[-1]["articles"] == 2
        whole = [json.loads(line) for line in corpus.transfer.lines()]
        assert whole[-1]["export_hash"] == store.export_hash() != lines[-1]["export_hash"]
