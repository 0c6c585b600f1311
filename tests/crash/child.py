"""A piece of work in a forked child: what it said before it ended, and how it ended."""

from __future__ import annotations

import os
import select
import signal
import sys
import time
import traceback
from collections.abc import Callable
from dataclasses import dataclass

HANGS_AFTER = 120.0
Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Ended:
    """The lines that a child said, what it wrote on stderr, and its exit code, negative for a signal."""

    said: tuple[str, ...]
    stderr: str
    code: int

    @property
    def is_killed(self) -> bool:
        """Whether a SIGKILL ended it."""
        return self.code == -signal.SIGKILL


def run(work: Callable[[Say], int], *, kill_after: float | None = None) -> Ended:
    """Run `work` in a child, which is killed after so many seconds; what it returns is the exit code.

    Its stdout is dropped. Raises TimeoutError when it hangs.
    """
    said, says = os.pipe()
    errors, stderr = os.pipe()
    sys.stdout.flush()
    sys.stderr.flush()
    started = time.monotonic()
    child = os.fork()
    if child == 0:
        code = 99
        try:
            os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
            os.dup2(stderr, 2)
            sys.stdout, sys.stderr = open(1, "w", closefd=False), open(2, "w", closefd=False)  # noqa: SIM115

            def say(line: str) -> None:
                os.write(says, f"{line}\n".encode())

            code = work(say)
            sys.stdout.flush()
            sys.stderr.flush()
        except BaseException:
            traceback.print_exc()
            sys.stderr.flush()
        finally:
            os._exit(code)
    os.close(says)
    os.close(stderr)
    try:
        texts = _read([said, errors], child, started, kill_after)
    finally:
        os.close(said)
        os.close(errors)
        _, status = os.waitpid(child, 0)
    return Ended(tuple(texts[0].splitlines()), texts[1], os.waitstatus_to_exitcode(status))


def _read(pipes: list[int], child: int, started: float, kill_after: float | None) -> list[str]:
    """Return what came through pipes until all are closed."""
    texts = dict.fromkeys(pipes, b"")
    is_open = set(pipes)
    deadline = started + (HANGS_AFTER if kill_after is None else kill_after)
    while is_open:
        left = deadline - time.monotonic()
        ready, _, _ = select.select(list(is_open), [], [], max(0.0, left))
        if not ready:
            os.kill(child, signal.SIGKILL)
            if kill_after is None:
                raise TimeoutError(f"a trial ran for over {HANGS_AFTER:g} s")
            deadline = started + HANGS_AFTER
        for pipe in ready:
            part = os.read(pipe, 1 << 16)
            texts[pipe] += part
            if not part:
                is_open.discard(pipe)
    return [texts[pipe].decode("utf-8", "replace") for pipe in pipes]
