"""Pages of HTML to text, and into a corpus, with one process and with two."""

from __future__ import annotations

import shutil

from benchmarks.parts.common import Settings, available, in_turn, warm_up
from benchmarks.results import Row
from benchmarks.tools import PAGES_SCRIPT, PAGES_WHOOSH
from benchmarks.workspace import Workspace


def run(space: Workspace, settings: Settings) -> list[Row]:
    """Measure extraction alone (`nkcorpus clean`), and with all that keeping the articles takes (`ingest`)."""
    pages = space.pages()
    ours = available(PAGES_WHOOSH, space, settings)
    script = available([PAGES_SCRIPT], space, settings)

    warm_up([*ours, *script], space.tiny().pages(), space.tiny())
    cleaned = in_turn(ours, settings.runs, lambda tool: space.measure(tool, tool.clean(pages)))
    taken = in_turn([*ours, *script], settings.runs, lambda tool: space.index(tool, pages))
    for tool in (*ours, *script):
        shutil.rmtree(space.place(tool), ignore_errors=True)
    return [
        {"tool": tool.key, "step": step, "wall_s": usage.wall, "cpu_s": usage.cpu, "peak_mb": usage.peak_mb}
        for step, medians in (("clean", cleaned.items()), ("ingest", taken.items()))
        for tool, usage in medians
    ]
