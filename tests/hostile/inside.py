"""Running the command line in this process, with streams that are taken for a pipe or for a terminal."""

from __future__ import annotations

import io
import os
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from nkcorpus import cli
from tests.cli.support import environment


@dataclass(frozen=True, slots=True)
class Ended:
    """What a command left: its exit code and the bytes on both streams."""

    code: int
    out: bytes
    err: bytes


class _Terminal(io.TextIOWrapper):
    def isatty(self) -> bool:
        return True


def run_inside(
    home: Path,
    *arguments: str | Path,
    terminal: bool = False,
    stdin: bytes = b"",
    env: Mapping[str, str] | None = None,
) -> Ended:
    """Run one command line as a user whose home is `home`. What it raises is let through only with `-vv` in it."""
    stream = _Terminal if terminal else io.TextIOWrapper
    out, err = (stream(io.BytesIO(), encoding="utf-8", write_through=True) for _ in range(2))
    streams = sys.stdin, sys.stdout, sys.stderr
    with _environment(environment(home) | dict(env or {})):
        sys.stdin, sys.stdout, sys.stderr = io.TextIOWrapper(io.BytesIO(stdin)), out, err
        try:
            code = cli.run([str(argument) for argument in arguments])
        finally:
            sys.stdin, sys.stdout, sys.stderr = streams
    return Ended(code, *(_content(stream) for stream in (out, err)))


def _content(stream: io.TextIOWrapper) -> bytes:
    stream.flush()
    buffer = stream.buffer
    assert isinstance(buffer, io.BytesIO)
    return buffer.getvalue()


@contextmanager
def _environment(values: Mapping[str, str]) -> Iterator[None]:
    before = dict(os.environ)
    os.environ.clear()
    os.environ.update(values)
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)


def text_of(arguments: Sequence[object]) -> str:
    """Return a command line for a message."""
    return " ".join(map(str, arguments))
