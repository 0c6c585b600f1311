"""Content encodings of HTTP (RFC 9110, section 8.4.1), decoded piece by piece: no piece is larger than 2 MiB, however
much was packed into the bytes that came.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterable, Iterator

from nkcorpus.errors import BadEncoding

ACCEPT_ENCODING = "gzip, deflate, br, zstd"
_PIECE = 262_144
_GZIP = zlib.MAX_WBITS | 16
_ZSTD_WINDOW = 1 << 23  # what decoders must support and encoders may use in HTTP, RFC 9659
_ZSTD_SLICE = 64
"""Bytes given to the zstd decoder at once, as it has no limit on its output: each 4 of them can hold a block, which is
128 KiB at most (RFC 8878, section 3.1.1.2)."""


def decoded(chunks: Iterable[bytes], encoding: str) -> Iterator[bytes]:
    """Yield the content of `chunks`, which are encoded as the Content-Encoding header `encoding` says.

    Raises BadEncoding for one that is not known (more than one at a time too), for broken data, and for data that ends
    before it is whole.
    """
    name = encoding.strip().lower()
    if name in ("", "identity"):
        return iter(chunks)
    decoder = _DECODERS.get(name)
    if decoder is None:
        raise BadEncoding(f"its content encoding '{encoding[:40]}' is not known", is_known=False)
    return decoder(chunks)


def _broken(name: str, error: object) -> BadEncoding:
    return BadEncoding(f"its {name} encoding is damaged: {error}")


def _cut_off(name: str) -> BadEncoding:
    return BadEncoding(f"its {name} encoding is damaged: it ends too early", is_cut_off=True)


def _gzip(chunks: Iterable[bytes]) -> Iterator[bytes]:
    """Decode one gzip member after the other; what follows a member and is none is ignored, as browsers do."""
    decoder = zlib.decompressobj(_GZIP)
    begun = False
    for chunk in chunks:
        while chunk:
            if decoder.eof:
                if not chunk.startswith(b"\x1f"):
                    return
                decoder = zlib.decompressobj(_GZIP)
            begun = True
            yield from _inflate(decoder, chunk, "gzip")
            chunk = decoder.unused_data
    if begun and not decoder.eof:
        raise _cut_off("gzip")


def _deflate(chunks: Iterable[bytes]) -> Iterator[bytes]:
    """Decode zlib data (RFC 1950), or the bare deflate data (RFC 1951) that some servers send for it."""
    decoder = None
    for chunk in chunks:
        if not chunk:
            continue
        if decoder is None:
            decoder = zlib.decompressobj(zlib.MAX_WBITS if chunk[0] & 0x0F == 8 else -zlib.MAX_WBITS)
        yield from _inflate(decoder, chunk, "deflate")
    if decoder is not None and not decoder.eof:
        raise _cut_off("deflate")


def _inflate(decoder: zlib._Decompress, chunk: bytes, name: str) -> Iterator[bytes]:
    while chunk and not decoder.eof:
        try:
            piece = decoder.decompress(chunk, _PIECE)
        except zlib.error as error:
            raise _broken(name, error) from None
        chunk = decoder.unconsumed_tail
        yield piece


def _brotli(chunks: Iterable[bytes]) -> Iterator[bytes]:
    import brotli  # rarely sent

    decoder = brotli.Decompressor()
    begun = False
    for chunk in chunks:
        begun = begun or bool(chunk)
        try:
            piece = decoder.process(chunk, output_buffer_limit=_PIECE)
            while piece or not decoder.can_accept_more_data():
                yield piece
                piece = b"" if decoder.is_finished() else decoder.process(b"", output_buffer_limit=_PIECE)
        except brotli.error as error:
            raise _broken("br", error) from None
    if begun and not decoder.is_finished():
        raise _cut_off("br")


def _zstd(chunks: Iterable[bytes]) -> Iterator[bytes]:
    import zstandard  # rarely sent

    frames = zstandard.ZstdDecompressor(max_window_size=_ZSTD_WINDOW)
    decoder = frames.decompressobj()
    begun = False
    for chunk in chunks:
        for start in range(0, len(chunk), _ZSTD_SLICE):
            data = chunk[start : start + _ZSTD_SLICE]
            while data:
                if decoder.eof:
                    decoder = frames.decompressobj()
                begun = True
                try:
                    yield decoder.decompress(data)
                except zstandard.ZstdError as error:
                    raise _broken("zstd", error) from None
                data = decoder.unused_data
    if begun and not decoder.eof:
        raise _cut_off("zstd")


_DECODERS: dict[str, Callable[[Iterable[bytes]], Iterator[bytes]]] = {
    "gzip": _gzip,
    "x-gzip": _gzip,
    "deflate": _deflate,
    "br": _brotli,
    "zstd": _zstd,
}
