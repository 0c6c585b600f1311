"""What the processes of one user share about hosts: whose turn it is, when each may be asked again, its robots.txt.

It makes two commands on one host, or one after the other, as polite as one. The folder may be deleted at any time.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import math
import os
import time
from dataclasses import dataclass
from pathlib import Path

from filelock import FileLock

ROBOTS_TTL = 86_400.0
"""Seconds that a robots.txt is used before it is asked for again (RFC 9309, section 2.4)."""
LONGEST_HOLD = 86_400.0
"""Seconds for which other processes leave a host alone that told one to. Such as want more are asked once a day."""
_KEPT = 7 * 86_400.0  # seconds
_MOST_BYTES = 2_000_000  # a robots.txt is cut at 500 KiB, of which each byte may be 3 as UTF-8


@dataclass(frozen=True, slots=True)
class HostState:
    """When a host was last asked, and what it wants: the end of its last answer and the time until which it is to be
    left alone (both Unix time), and the least pause between an answer and the next request (seconds).
    """

    ended: float = 0.0
    held_until: float = 0.0
    pause: float = 0.0


class HostFiles:
    """The folder. What cannot be read or written in it is as if it were not there."""

    def __init__(self, folder: Path) -> None:
        """Make the folder, and forget what is out of date in it. Raises OSError."""
        self._folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        now = time.time()
        with os.scandir(folder) as entries:
            for entry in entries:
                with contextlib.suppress(OSError):
                    age = now - entry.stat().st_mtime
                    if age > (ROBOTS_TTL if entry.name.endswith(".robots") else _KEPT):
                        Path(entry.path).unlink()

    def lock(self, host: str) -> FileLock:
        """Return the lock that whoever asks a host holds; the operating system frees it when its process dies."""
        return FileLock(self._path(host, "lock"), thread_local=False)

    def state(self, host: str) -> HostState:
        """Return what is known of a host."""
        try:
            values = json.loads(self._read(host, "state"))
            state = HostState(*(float(values[name]) for name in HostState.__slots__))
        except (OSError, ValueError, TypeError, KeyError, OverflowError):
            return HostState()
        return state if all(map(math.isfinite, (state.ended, state.held_until, state.pause))) else HostState()

    def keep_state(self, host: str, state: HostState) -> None:
        """Remember what is known of a host. Call it with its lock held."""
        values = {name: getattr(state, name) for name in HostState.__slots__}
        self._write(host, "state", json.dumps(values))

    def robots(self, origin: str) -> tuple[str, float] | None:
        """Return the rules that are kept for an origin, and the seconds for which they hold; None without any."""
        try:
            left = self._path(origin, "robots").stat().st_mtime + ROBOTS_TTL - time.time()
            return (self._read(origin, "robots"), left) if 0 < left <= ROBOTS_TTL else None
        except (OSError, ValueError):
            return None

    def keep_robots(self, origin: str, text: str) -> None:
        """Keep the rules of an origin for a day."""
        self._write(origin, "robots", text)

    def _path(self, name: str, kind: str) -> Path:
        return self._folder / f"{hashlib.sha256(name.encode()).hexdigest()[:32]}.{kind}"

    def _read(self, name: str, kind: str) -> str:
        with self._path(name, kind).open("rb") as file:
            return file.read(_MOST_BYTES).decode()

    def _write(self, name: str, kind: str, text: str) -> None:
        path = self._path(name, kind)
        draft = path.with_name(f"{path.name}.{os.getpid()}")
        with contextlib.suppress(OSError):
            draft.write_text(text, "utf-8", newline="")
            draft.replace(path)
