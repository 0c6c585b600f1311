"""Adding 1, 10 and 100 articles to what there is, and finding the last of them: two commands, each a fresh process."""

from __future__ import annotations

from benchmarks.measure import Usage, middle
from benchmarks.parts.common import Settings, available, indexed
from benchmarks.results import Row
from benchmarks.tools import ADDERS, Tool
from benchmarks.workspace import Workspace

COUNTS = (1, 10, 100)


def run(space: Workspace, settings: Settings) -> list[Row]:
    """Measure all tools that can be added to; the index keeps what is added. The first round is not counted."""
    tools = indexed(available(ADDERS, space, settings), space)
    adding: dict[tuple[Tool, int], list[Usage]] = {}
    finding: dict[tuple[Tool, int], list[Usage]] = {}
    for _ in range(1 + settings.runs):
        for count in COUNTS:
            source, marker = space.further(count)
            for tool in tools:
                place = space.place(tool)
                add, search = tool.add(source, place), tool.search(marker, place)
                assert add and search, tool.key
                adding.setdefault((tool, count), []).append(space.measure(tool, add))
                finding.setdefault((tool, count), []).append(space.measure(tool, search))
    return [_row(*key, middle(adding[key][1:]), middle(finding[key][1:])) for key in adding]


def _row(tool: Tool, count: int, add: Usage, find: Usage) -> Row:
    return {
        "tool": tool.key,
        "articles": count,
        "wall_s": add.wall + find.wall,
        "cpu_s": add.cpu + find.cpu,
        "add_cpu_s": add.cpu,
        "find_cpu_s": find.cpu,
        "peak_mb": max(add.peak_mb, find.peak_mb),
    }
