"""A progress bar on stderr, for a person who watches."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol

from nkcorpus.render.environment import Environment
from nkcorpus.render.safe import one_line

_WINDOW = 60.0  # seconds whose rate counts for what remains
_SAMPLE_EVERY = 0.2  # seconds
_LONGEST = 100 * 3600  # seconds beyond which what remains is no figure to show


class Update(Protocol):
    """Tells how far the work is: items done, items in all if known, and the name of the current one."""

    def __call__(self, done: int, total: int | None = None, name: str = "") -> None:
        """Move the bar."""


@contextmanager
def progress(env: Environment, description: str) -> Iterator[Update]:
    """Show a bar while the block runs, if stderr is a terminal and not quiet; else do nothing.

    Notes and errors said meanwhile appear above the bar, which is gone at the end.
    """
    if not env.stderr_is_tty or env.quiet or env.environ.get("TERM") == "dumb":
        yield _no_update
        return

    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn
    from rich.table import Column
    from rich.text import Text

    console = Console(
        file=env.stderr,
        # `columns` is about stdout; when that is a pipe, Rich measures the terminal behind stderr.
        width=env.columns if env.stdout_is_tty else None,
        color_system="standard" if env.use_color_on_stderr else None,
        force_terminal=True,
        force_jupyter=False,
        no_color=False,
        markup=False,
        emoji=False,
        highlight=False,
        legacy_windows=False,
    )
    name_column = TextColumn(
        "{task.fields[name]}", markup=False, table_column=Column(no_wrap=True, overflow="ellipsis", ratio=1)
    )
    bar = Progress(
        TextColumn("{task.description}", markup=False),
        BarColumn(bar_width=None, table_column=Column(ratio=1, min_width=4, max_width=30)),
        MofNCompleteColumn(),
        TextColumn("{task.fields[rate]}", markup=False),
        TextColumn("{task.fields[left]}", markup=False),
        name_column,
        console=console,
        transient=True,
        expand=True,
        redirect_stdout=False,
        redirect_stderr=False,
    )

    def line_above(line: str) -> None:
        console.print(Text(line), soft_wrap=True)

    previous_sink = env.line_sink
    env.line_sink = line_above
    try:
        with bar:
            task = bar.add_task(one_line(description), total=None, name="", rate="", left="")
            pace = _Pace()

            def update(done: int, total: int | None = None, name: str = "") -> None:
                rate = pace.rate(done)
                bar.update(
                    task,
                    completed=done,
                    total=total,
                    name=one_line(name),
                    rate=f"{rate:,.0f}/s" if rate >= 1 else f"{rate * 60:,.0f}/min" if rate else "",
                    left=_clock((total - done) / rate) if rate and total is not None else "",
                )

            yield update
    finally:
        env.line_sink = previous_sink


class _Pace:
    """The rate of late. Rich's own begins anew with each new total, and that of an estimate is always new."""

    def __init__(self) -> None:
        self._samples: deque[tuple[float, int]] = deque([(time.monotonic(), 0)])

    def rate(self, done: int) -> float:
        """Return how many items a second there were in the last minute; 0 where that cannot be told yet."""
        now = time.monotonic()
        if now - self._samples[-1][0] >= _SAMPLE_EVERY:
            self._samples.append((now, done))
            while now - self._samples[0][0] > _WINDOW and len(self._samples) > 2:
                self._samples.popleft()
        (first, before), (last, after) = self._samples[0], self._samples[-1]
        return (after - before) / (last - first) if last > first else 0.0


def _clock(seconds: float) -> str:
    """Return a time as `m:ss` or `h:mm:ss`."""
    if seconds > _LONGEST:
        return "-:--:--"
    minutes, second = divmod(round(seconds), 60)
    hours, minute = divmod(minutes, 60)
    return f"{hours}:{minute:02}:{second:02}" if hours else f"{minute}:{second:02}"


def _no_update(done: int, total: int | None = None, name: str = "") -> None:
    """Take the figures and show nothing."""
