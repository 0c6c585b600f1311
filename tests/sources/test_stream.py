"""Lines that are bounded, however they are cut."""

from __future__ import annotations

import io

import pytest

from nkcorpus.sources.stream import bounded_lines

LONG = b"Rice rose. " * 300_000


@pytest.mark.parametrize("end", [b"", b"\n"])
def test_a_line_counts_without_its_end(end: bytes) -> None:
    content = b"a\n" + LONG + b"\n\n" + LONG + end
    assert list(bounded_lines(io.BytesIO(content), len(LONG))) == [b"a\n", LONG + b"\n", b"\n", LONG + end]
    assert list(bounded_lines(io.BytesIO(content), len(LONG) - 1)) == [b"a\n", None, b"\n", None]
    assert list(bounded_lines(io.BytesIO(content), 1)) == [b"a\n", None, b"\n", None]
    assert list(bounded_lines(io.BytesIO(content), 0)) == [None, None, b"\n", None]
