"""Several processes that take in articles at once: halves by two beside all by one."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from pathlib import Path

from benchmarks.parts.common import Settings, available, in_turn
from benchmarks.results import Row
from benchmarks.tools import WRITERS, Nkcorpus
from benchmarks.workspace import Workspace


def run(space: Workspace, settings: Settings) -> list[Row]:
    """Measure an ingest by one process, and by two at once that have half of the articles each, into a new corpus."""
    tools, halves = available(WRITERS, space, settings), _halves(space)
    rows: list[Row] = []
    for writers in (1, 2):
        shares = [halves] if writers == 1 else [[half] for half in halves]
        medians = in_turn(tools, settings.runs, lambda tool: space.made(tool, _at_once(tool, space, shares)))  # noqa: B023
        rows += [
            {"tool": tool.key, "writers": writers, "wall_s": usage.wall, "cpu_s": usage.cpu, "peak_mb": usage.peak_mb}
            for tool, usage in medians.items()
        ]
    return rows


def _at_once(tool: Nkcorpus, space: Workspace, shares: Sequence[Sequence[Path]]) -> Sequence[str]:
    """Return a command that takes in all shares at once, and fails if any does."""
    commands = [shlex.join(tool.ingest(share, space.place(tool))) for share in shares]
    started = "; ".join(f'{command} & pids="$pids $!"' for command in commands)
    return ["/bin/sh", "-c", f"pids=; {started}; for pid in $pids; do wait $pid || exit; done"]


def _halves(space: Workspace) -> list[Path]:
    """Return two folders, each with links to half of the articles."""
    folder = space.folder / "halves"
    if not folder.exists():
        files = sorted(file for file in space.articles().rglob("*") if file.is_file())
        part = folder.with_suffix(".part")
        for number, batch in enumerate((files[::2], files[1::2])):
            (part / str(number)).mkdir(parents=True)
            for file in batch:
                (part / str(number) / file.name).hardlink_to(file)
        part.rename(folder)
    return sorted(folder.iterdir())
