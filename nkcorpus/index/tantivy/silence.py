"""Keeping Rust's notes on a panic, which Python raises as an error too, from the terminal."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from functools import cache

_STDERR = 2


@contextlib.contextmanager
def silenced() -> Iterator[None]:
    """Let nothing through to the process' standard error: what panics writes there by itself, past `sys.stderr`."""
    try:
        kept = os.dup(_STDERR)
    except OSError:  # closed
        yield
        return
    os.dup2(_nowhere(), _STDERR)
    try:
        yield
    finally:
        os.dup2(kept, _STDERR)
        os.close(kept)


@cache
def _nowhere() -> int:
    return os.open(os.devnull, os.O_WRONLY)
