"""Pages to text, and boilerplate within texts: nkcorpus beside the tools made for it, within one process."""

from __future__ import annotations

import gc
import logging

from benchmarks import boilerplate
from benchmarks import extraction as pages
from benchmarks.boilerplate_set import read_documents
from benchmarks.parts.common import Settings, note
from benchmarks.results import Row
from benchmarks.workspace import Workspace
from nkcorpus.config import COLLECT_EVERY


def run(space: Workspace, settings: Settings) -> list[Row]:
    """Measure both; the set of boilerplate is of one size, whatever that of the workspace."""
    gc.set_threshold(COLLECT_EVERY)  # as the command line has it, for all of them
    logging.disable(logging.WARNING)  # the others log what they discard
    return _pages(space) + _boilerplate()


def _pages(space: Workspace) -> list[Row]:
    found = pages.read_pages(space.pages())
    return [
        {"tool": tool, "step": "pages", "pages_per_cpu_s": len(found) / seconds}
        for tool, seconds in pages.measure(found).items()
    ]


def _boilerplate() -> list[Row]:
    documents = read_documents()
    rows: list[Row] = []
    for tool, (_, make) in boilerplate.TOOLS.items():
        try:
            score, seconds = boilerplate.measure(make, documents)
        except ImportError:
            note(f"{tool} is left out: pip install 'nkcorpus[bench]'")
            continue
        rows.append(
            {
                "tool": tool,
                "step": "boilerplate",
                "cut": score.cut,
                "boilerplate": score.boilerplate,
                "kept": score.kept,
                "body": score.body,
                "document_ms": 1000 * seconds / len(documents),
            }
        )
    return rows
