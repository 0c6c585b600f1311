"""Standard input as a source."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from typing import BinaryIO

from nkcorpus.model import SourceFailure
from nkcorpus.sources.readers import read
from nkcorpus.sources.stream import Format, Outcome

STDIN = "-"


def read_stdin(stdin: BinaryIO | None, format_: Format | None, mapping: Mapping[str, str]) -> Iterator[Outcome]:
    """Yield the items of `stdin` (the process's own when None), told by content unless `format_` says it."""
    stream = stdin if stdin is not None else getattr(sys.stdin, "buffer", None)
    if stream is None or stream.closed:
        yield SourceFailure(STDIN, "standard input is closed")
        return
    yield from read(STDIN, "", stream, format_, mapping)
