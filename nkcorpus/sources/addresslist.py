"""Lists of addresses: a text with one on each line."""

from __future__ import annotations

from collections.abc import Iterator
from typing import BinaryIO

from nkcorpus.sources.stream import bounded_lines

_LONGEST = 8_192  # bytes


def read_addresses(stream: BinaryIO) -> Iterator[str]:
    """Yield the addresses of a list, in UTF-8. Blank lines, and those that begin with `#`, are passed over.

    A line that is longer than an address may be is given cut, so that it fails as what it is.
    """
    for line in bounded_lines(stream, _LONGEST):
        address = "an address of more than 8 KiB" if line is None else line.decode("utf-8-sig", "replace").strip()
        if address and not address.startswith("#"):
            yield address
