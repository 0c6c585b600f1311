"""Lists of addresses: a text with one on each line."""

from __future__ import annotations

import codecs
import io
from collections.abc import Iterator
from itertools import chain
from typing import BinaryIO

from nkcorpus.sources.stream import bounded_lines

_LONGEST = 8_192  # bytes, in UTF-16 code points
_TOO_LONG = "an address of more than 8 KiB"
_WIDE = {codecs.BOM_UTF16_LE: "utf-16-le", codecs.BOM_UTF16_BE: "utf-16-be"}


def read_addresses(stream: BinaryIO) -> Iterator[str]:
    """Yield the addresses of a list, each as soon as its line has come. It is in UTF-8, or in UTF-16 with its mark, as
    Windows writes it. Blank lines, and those that begin with `#`, are passed over.

    In place of a line that is longer than an address may be there is one that fails as what it is.
    """
    head = stream.read(2)
    lines = _wide_lines(stream, _WIDE[head]) if head in _WIDE else _lines(head, stream)
    for line in lines:
        address = _TOO_LONG if line is None else line.strip()
        if address and not address.startswith("#"):
            yield address


def _lines(head: bytes, stream: BinaryIO) -> Iterator[str | None]:
    first = head if head.endswith(b"\n") else head + stream.readline(_LONGEST)
    for line in chain(first.split(b"\n"), bounded_lines(stream, _LONGEST)):
        yield None if line is None else line.decode("utf-8-sig", "replace")


def _wide_lines(stream: BinaryIO, encoding: str) -> Iterator[str | None]:
    lines = io.TextIOWrapper(stream, encoding, "replace")
    try:
        while line := lines.readline(_LONGEST):
            if line.endswith("\n") or len(line) < _LONGEST:
                yield line
                continue
            while (rest := lines.readline(_LONGEST)) and not rest.endswith("\n"):
                pass
            yield None
    finally:
        lines.detach()  # else the stream, which is not ours, would be closed with it
