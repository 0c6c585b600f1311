"""A progress bar on stderr, for a person who watches."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol

from nkcorpus.render.environment import Environment
from nkcorpus.render.safe import one_line


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
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
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
        TimeRemainingColumn(compact=True),
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
            task = bar.add_task(one_line(description), total=None, name="", rate="")

            def update(done: int, total: int | None = None, name: str = "") -> None:
                bar.update(task, completed=done, total=total, name=one_line(name))
                speed = bar.tasks[0].finished_speed or bar.tasks[0].speed
                bar.update(task, rate=f"{speed:,.0f}/s" if speed else "")

            yield update
    finally:
        env.line_sink = previous_sink


def _no_update(done: int, total: int | None = None, name: str = "") -> None:
    """Take the figures and show nothing."""
