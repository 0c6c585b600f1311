"""When it is time to commit what was done so far."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager

_ITEMS = 1000
_SECONDS = 1.0
_MOST_SECONDS = 5.0


class CommitPace:
    """Commits come after so many items or seconds, but not more than half of the time goes into them: one in a cluster
    takes as long for a few articles as for hundreds.
    """

    def __init__(self) -> None:
        self._last = time.monotonic()
        self._seconds = _SECONDS

    def is_due(self, items: int) -> bool:
        """Tell whether it is time to commit, with so many items waiting."""
        return items >= _ITEMS or time.monotonic() - self._last >= self._seconds

    @contextmanager
    def committing(self) -> Iterator[None]:
        """Commit in the block."""
        began = time.monotonic()
        yield
        self._last = time.monotonic()
        self._seconds = min(max(_SECONDS, self._last - began), _MOST_SECONDS)
