"""Taking in text from nothing: time, memory, and how large what is kept becomes."""

from __future__ import annotations

from benchmarks.measure import Usage
from benchmarks.parts.common import Settings, available, in_turn, warm_up
from benchmarks.results import Row
from benchmarks.tools import INDEXERS, SLOW, Tool
from benchmarks.workspace import Workspace


def run(space: Workspace, settings: Settings) -> list[Row]:
    """Measure all that makes an index, each time into nothing."""
    articles = space.articles()
    tools = available(INDEXERS, space, settings)
    warm_up(tools, space.tiny().articles(), space.tiny())

    def index(tool: Tool) -> Usage:
        return space.index(tool, articles)

    medians = in_turn([tool for tool in tools if tool not in SLOW], settings.runs, index)
    medians |= in_turn([tool for tool in tools if tool in SLOW], 1, index)
    return [row_of(tool, medians[tool], space) for tool in tools]


def row_of(tool: Tool, usage: Usage, space: Workspace) -> Row:
    """Return a tool's figures; what is kept is measured as it lies on the disk now."""
    place = space.place(tool)
    corpus = tool.corpus_bytes(place)
    return {
        "tool": tool.key,
        "wall_s": usage.wall,
        "cpu_s": usage.cpu,
        "peak_mb": usage.peak_mb,
        "index_mb": tool.index_bytes(place) / 1e6,
        "corpus_mb": None if corpus is None else corpus / 1e6,
    }
