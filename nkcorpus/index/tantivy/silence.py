"""Keeping Rust's notes on a panic, which Python raises as an error too, from the terminal."""

from __future__ import annotations

import contextlib
import os
import threading
from collections.abc import Iterator

_STDERR = 2


class _Silence:
    """The process' standard error, turned off while anyone wants it off: it is the same one for all threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._wanted = 0
        self._kept: int | None = None

    def begin(self) -> None:
        with self._lock:
            self._wanted += 1
            if self._wanted > 1:
                return
            with contextlib.suppress(OSError):  # closed
                self._kept = os.dup(_STDERR)
                nowhere = os.open(os.devnull, os.O_WRONLY)
                os.dup2(nowhere, _STDERR)
                os.close(nowhere)

    def end(self) -> None:
        with self._lock:
            self._wanted -= 1
            if self._wanted or self._kept is None:
                return
            os.dup2(self._kept, _STDERR)
            os.close(self._kept)
            self._kept = None


_SILENCE = _Silence()


@contextlib.contextmanager
def silenced() -> Iterator[None]:
    """Let nothing through to the process' standard error: what panics writes there by itself, past `sys.stderr`.

    Threads may be in it at the same time.
    """
    _SILENCE.begin()
    try:
        yield
    finally:
        _SILENCE.end()
