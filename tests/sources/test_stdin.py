"""Standard input, whose kind its content tells."""

from __future__ import annotations

import gzip
import io
import os
import threading
from pathlib import Path

import pytest

from nkcorpus.model import Format, Kind, SourceFailure, SourceItem
from nkcorpus.sources import Reading, iter_items


@pytest.mark.parametrize(
    ("content", "kinds"),
    [
        (b"Prices rose.\n", ["text"]),
        (b"[2019.6.13.] Prices rose.", ["text"]),
        (b"[Source: desk]\n\nPrices rose.", ["text"]),
        (b"{curly} prose", ["text"]),
        (b"<b>bold</b> prose", ["text"]),
        (b"\n<!DOCTYPE html><title>x</title>", ["html"]),
        (b"<?xml version='1.0'?><html><p>x", ["html"]),
        ("<html><p>쌀값".encode("utf-16"), ["html"]),
        (b'{"text": "a"}', ["record"]),
        (b'{\n "text": "a"\n}', ["record"]),
        (b'{"text": "a"}\n{"text": "b"}\n', ["record", "record"]),
        (b'[{"text": "a"}, {"text": "b"}]', ["record", "record"]),
        (gzip.compress(b"Prices rose.", mtime=0), ["text"]),
        (gzip.compress(b'{"text": "a"}\n{"text": "b"}\n', mtime=0), ["record", "record"]),
        (b"", ["text"]),
    ],
)
def test_content_tells_the_kind(content: bytes, kinds: list[str]) -> None:
    items = list(iter_items(["-"], stdin=io.BytesIO(content)))
    assert [item.kind for item in items if isinstance(item, SourceItem)] == kinds
    assert {(item.origin, item.name) for item in items if isinstance(item, SourceItem)} == {("-", "")}


@pytest.mark.parametrize(
    ("format_", "kind", "content"),
    [
        ("csv", "row", b"text\nPrices\n"),
        ("markdown", "markdown", b"# T"),
        ("html", "html", b"x"),
        ("json", "record", b"{}"),
    ],
)
def test_the_kind_may_be_given(format_: Format, kind: Kind, content: bytes) -> None:
    (item,) = iter_items(["-"], stdin=io.BytesIO(content), reading=Reading(format_))
    assert isinstance(item, SourceItem)
    assert item.kind == kind


def test_a_pipe_is_streamed() -> None:
    reading, writing = os.pipe()
    lines = b"".join(b'{"text": "%d"}\n' % number for number in range(200_000))

    def feed() -> None:
        with os.fdopen(writing, "wb") as pipe:
            pipe.write(lines)

    feeder = threading.Thread(target=feed)
    feeder.start()
    with os.fdopen(reading, "rb") as pipe:
        items = list(iter_items(["-"], stdin=pipe))
        assert not pipe.closed
    feeder.join()
    assert b"\n".join(item.payload for item in items if isinstance(item, SourceItem)) + b"\n" == lines


def test_standard_input_is_read_once_and_among_others(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("x")
    items = list(iter_items(["-", str(tmp_path), "-"], stdin=io.BytesIO(b"Prices rose.")))
    assert [item.origin for item in items] == ["-", f"{tmp_path}/a.txt"]


def test_a_closed_input_is_a_failure() -> None:
    closed = io.BytesIO()
    closed.close()
    (failure,) = iter_items(["-"], stdin=closed)
    assert isinstance(failure, SourceFailure)
