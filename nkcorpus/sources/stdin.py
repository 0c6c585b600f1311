"""Standard input as a source."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import replace
from typing import BinaryIO

from nkcorpus.model import SourceFailure
from nkcorpus.sources.bounds import Budget, Counted, buffered
from nkcorpus.sources.readers import read
from nkcorpus.sources.stream import Input, Outcome, Reading

STDIN = "-"


def read_stdin(stdin: BinaryIO | None, reading: Reading) -> Iterator[Outcome]:
    """Yield the items of `stdin` (the process's own when None)."""
    stream = stdin if stdin is not None else getattr(sys.stdin, "buffer", None)
    if stream is None or stream.closed:
        yield SourceFailure(STDIN, "standard input is closed")
        return
    counted = Counted(stream)
    yield from read(Input(STDIN, "", buffered(counted)), replace(reading, budget=Budget(lambda: counted.count)))
