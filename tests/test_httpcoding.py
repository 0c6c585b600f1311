from __future__ import annotations

import gzip
import io
import tracemalloc
import zlib
from collections.abc import Callable

import brotli
import pytest
import zstandard
from hypothesis import given
from hypothesis import strategies as st

from nkcorpus.errors import BadEncoding
from nkcorpus.httpcoding import decoded


def bare_deflate(data: bytes) -> bytes:
    packer = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    return packer.compress(data) + packer.flush()


ENCODINGS: list[tuple[str, Callable[[bytes], bytes]]] = [
    ("gzip", gzip.compress),
    ("x-gzip", gzip.compress),
    ("deflate", zlib.compress),
    ("deflate", bare_deflate),
    ("br", brotli.compress),
    ("zstd", zstandard.compress),
    ("identity", bytes),
    (" GZIP ", gzip.compress),
]


def pieces(data: bytes, size: int) -> list[bytes]:
    return [data[start : start + size] for start in range(0, len(data), size)]


@given(st.binary(max_size=5_000), st.integers(1, 100), st.sampled_from(ENCODINGS), st.integers(1, 300))
def test_what_is_packed_comes_out(
    data: bytes, repeated: int, encoding: tuple[str, Callable[[bytes], bytes]], size: int
) -> None:
    name, pack = encoding
    assert b"".join(decoded(pieces(pack(data * repeated), size), name)) == data * repeated


@pytest.mark.parametrize(("name", "pack"), [pair for pair in ENCODINGS if pair[0] in ("gzip", "br", "zstd", "deflate")])
def test_what_is_cut_off_is_told(name: str, pack: Callable[[bytes], bytes]) -> None:
    packed = pack(bytes(range(256)) * 40)
    for end in (1, len(packed) // 2, len(packed) - 1):
        with pytest.raises(BadEncoding, match="ends too early") as caught:
            b"".join(decoded([packed[:end]], name))
        assert caught.value.is_cut_off
    assert b"".join(decoded([], name)) == b""


@pytest.mark.parametrize("name", ["gzip", "br", "zstd", "deflate"])
def test_what_is_not_packed_at_all(name: str) -> None:
    with pytest.raises(BadEncoding, match=f"its {name} encoding is damaged") as caught:
        b"".join(decoded([b"<html>plain text</html>" * 9], name))
    assert caught.value.is_known and not caught.value.is_cut_off


@pytest.mark.parametrize("name", ["gzip, gzip", "compress", "utf-8", "gzip,br"])
def test_encodings_that_are_not_known(name: str) -> None:
    with pytest.raises(BadEncoding, match="is not known") as caught:
        decoded([b"x"], name)
    assert not caught.value.is_known


def test_members_and_frames_in_a_row() -> None:
    assert b"".join(decoded(pieces(gzip.compress(b"a") + gzip.compress(b"b") + b"\0\0padding", 3), "gzip")) == b"ab"
    assert b"".join(decoded(pieces(zstandard.compress(b"a") + zstandard.compress(b"b"), 3), "zstd")) == b"ab"


@pytest.mark.parametrize(
    ("name", "pack"), [("gzip", gzip.compress), ("br", brotli.compress), ("zstd", zstandard.compress)]
)
def test_a_bomb_comes_in_small_pieces(name: str, pack: Callable[[bytes], bytes]) -> None:
    packed = pack(bytes(40_000_000))
    tracemalloc.start()
    total = sum(map(len, decoded([packed], name)))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert total == 40_000_000
    assert peak < 12_000_000


def test_a_zstd_window_that_no_browser_would_take() -> None:
    parameters = zstandard.ZstdCompressionParameters(window_log=27, enable_ldm=True)
    out = io.BytesIO()
    with zstandard.ZstdCompressor(compression_params=parameters).stream_writer(out, closefd=False) as writer:
        writer.write(bytes(1000))
    with pytest.raises(BadEncoding):
        b"".join(decoded([out.getvalue()], "zstd"))
