"""Waiting for the one writer that a corpus file takes at a time: bounded, told, and so that each gets a turn."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable

BUSY_SECONDS = 120.0
"""How long a command waits for others that are writing. An ingest writes for a second at a time, and who is next is
chance: of eight that have much to write, one in 10 million finds no turn in this time."""
TOLD_AFTER = 2.0
"""Seconds after which a wait is told."""
_POLL = 0.004
"""Seconds between two tries. SQLite's own wait, a tenth of a second, misses the moments between two transactions of
an ingest, so that others might wait until it is done."""
_GIVE_WAY = 0.01
"""Seconds that are left to others after a transaction of more than _LONG."""
_LONG = 0.2


def nobody(message: str) -> None:
    """Hear a note, and tell nobody."""


class WaitingConnection(sqlite3.Connection):
    """A connection that `notify`, which may be set, hears of when it waits for another writer."""

    notify: Callable[[str], None] = staticmethod(nobody)
    _began = 0.0

    def begin(self) -> None:
        """Begin a transaction for writing if none is open. Raises sqlite3.OperationalError after BUSY_SECONDS."""
        if self.in_transaction:
            return
        started, is_told = time.monotonic(), False
        self.execute("PRAGMA busy_timeout = 0")
        try:
            while not self._has_begun(started):
                if not is_told and time.monotonic() - started >= TOLD_AFTER:
                    self.notify("waiting for another process that is writing to the corpus ...")
                    is_told = True
                time.sleep(_POLL)
        finally:
            self.execute(f"PRAGMA busy_timeout = {BUSY_SECONDS * 1000:.0f}")
        self._began = time.monotonic()

    def end(self) -> None:
        """Commit the open transaction."""
        self.execute("COMMIT")
        if time.monotonic() - self._began > _LONG:
            time.sleep(_GIVE_WAY)

    def _has_begun(self, started: float) -> bool:
        try:
            self.execute("BEGIN IMMEDIATE")
        except sqlite3.OperationalError as error:
            is_busy = error.sqlite_errorcode & 0xFF in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED)
            if not is_busy or time.monotonic() - started >= BUSY_SECONDS:
                raise
            return False
        return True
