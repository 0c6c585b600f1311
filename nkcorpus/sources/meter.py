"""How much of the inputs has been read, so that a progress bar can tell what remains."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager

_LEAST_SHARE = 0.005  # below which an estimate is a guess


class Meter:
    """Counts bytes of files. What comes from standard input has no size that is known beforehand, so it has no part."""

    def __init__(self) -> None:
        self._total = 0
        self._read = 0
        self._place: Callable[[], int] = lambda: 0

    def expect(self, paths: Iterable[str]) -> None:
        """Add up the sizes of files and of all files in folders; what cannot be looked at counts nothing."""
        self._total += sum(map(_size, paths))

    @contextmanager
    def reading(self, size: int, place: Callable[[], int]) -> Iterator[None]:
        """Count a file of `size` bytes as read by the end of the block, and in it as far as `place` tells."""
        self._place = lambda: min(place(), size)
        try:
            yield
        finally:
            self._read += size
            self._place = lambda: 0

    def estimate(self, done: int) -> int | None:
        """Return how many articles there will be when `done` are, None when that cannot be told yet."""
        share = (self._read + self._place()) / self._total if self._total else 0.0
        return max(done, round(done / min(share, 1.0))) if share >= _LEAST_SHARE else None


def _size(path: str) -> int:
    try:
        if not os.path.isdir(path):  # noqa: PTH112 - paths may hold bytes that are no UTF-8
            return os.stat(path).st_size  # noqa: PTH116
    except (OSError, ValueError):
        return 0
    total = 0
    for folder, _, names in os.walk(path):
        for name in names:
            try:
                total += os.stat(os.path.join(folder, name)).st_size  # noqa: PTH116, PTH118
            except OSError:
                continue
    return total
