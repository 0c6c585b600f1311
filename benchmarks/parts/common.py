"""What the parts share: which tools can be measured at a size, their indexes, and medians of alternating runs."""

from __future__ import annotations

import sys
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from benchmarks.measure import Usage, middle
from benchmarks.tools import INDEXERS, Tool
from benchmarks.workspace import Workspace

AnyTool = TypeVar("AnyTool", bound=Tool)


@dataclass(frozen=True, slots=True)
class Settings:
    """How to measure: runs of each tool in turn, tools to leave out, and real articles for the check of scale."""

    runs: int
    without: Collection[str]
    news: Path | None


def note(message: str) -> None:
    """Tell on stderr what goes on."""
    print(f"benchmark: {message}", file=sys.stderr, flush=True)


def available(tools: Iterable[AnyTool], space: Workspace, settings: Settings) -> list[AnyTool]:
    """Return the tools that can be measured at this size; tell how to get those that are not installed."""
    found = []
    for tool in tools:
        if tool.key in settings.without or space.size > tool.largest:
            continue
        if missing := tool.missing():
            note(f"{tool.title} is left out: {missing}")
        else:
            found.append(tool)
    return found


def indexed(tools: Iterable[AnyTool], space: Workspace) -> list[AnyTool]:
    """Make the indexes that are not there, unmeasured, and return the tools."""
    tools = list(tools)
    for tool in tools:
        if tool in INDEXERS and not space.is_whole(tool):
            note(f"{tool.title}: indexing {space.size:,} articles")
            space.index(tool, space.articles())
    return tools


def warm_up(tools: Iterable[Tool], source: Path, space: Workspace) -> None:
    """Index a few articles with each tool, unmeasured: who comes first compiles all modules."""
    for tool in tools:
        space.index(tool, source)


def in_turn(tools: Sequence[AnyTool], runs: int, step: Callable[[AnyTool], Usage]) -> dict[AnyTool, Usage]:
    """Return the medians of what a step takes each tool, measured in turn so that a busy machine slows all of them."""
    usages: dict[AnyTool, list[Usage]] = {tool: [] for tool in tools}
    for _ in range(runs):
        for tool in tools:
            usages[tool].append(step(tool))
    return {tool: middle(found) for tool, found in usages.items()}
