"""How figures grow with the corpus: what doubles when it doubles."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import linear_regression

from benchmarks.results import Results
from benchmarks.tools import MILLION, TITLES

Points = Mapping[int, float]
"""A figure by the number of articles."""


@dataclass(frozen=True, slots=True)
class Curve:
    """A figure of one tool at several sizes."""

    name: str
    unit: str
    tool: str
    points: Points

    @property
    def title(self) -> str:
        """The tool as readers know it."""
        return TITLES[self.tool]

    @property
    def factor(self) -> float | None:
        """What the figure is multiplied by when the corpus doubles; None with less than two sizes.

        By least squares of the logarithms over the sizes of ordinary articles: those of a million are shorter.
        """
        return _factor(self._ordinary)

    @property
    def last_factor(self) -> float | None:
        """The same between the two largest of these sizes, where what a command always takes weighs least."""
        return _factor(self._ordinary[-2:])

    @property
    def _ordinary(self) -> list[tuple[int, float]]:
        return sorted((size, value) for size, value in self.points.items() if size < MILLION)


def _factor(points: Sequence[tuple[int, float]]) -> float | None:
    if len(points) < 2:
        return None
    sizes, values = zip(*((math.log2(size), math.log2(value)) for size, value in points), strict=True)
    return float(2 ** linear_regression(sizes, values).slope)


_FIGURES: Sequence[tuple[str, str, str, str, Mapping[str, object]]] = (
    ("ingest", "CPU s", "ingest", "cpu_s", {}),
    ("peak memory of ingest", "MB", "ingest", "peak_mb", {}),
    ("index", "MB", "ingest", "index_mb", {}),
    ("corpus file", "MB", "ingest", "corpus_mb", {}),
    ("cold search", "CPU s", "cold", "cpu_s", {"step": "search"}),
    ("peak memory of a cold search", "MB", "cold", "peak_mb", {"step": "search"}),
    ("one word, warm", "ms", "warm", "median_ms", {"kind": "one word"}),
    ("any of four words, warm", "ms", "warm", "median_ms", {"kind": "any of four"}),
    ("phrase, warm", "ms", "warm", "median_ms", {"kind": "phrase"}),
    ("prefix, warm", "ms", "warm", "median_ms", {"kind": "prefix"}),
    ("one article added and found", "CPU s", "add", "cpu_s", {"articles": 1}),
)
_TOOLS = ("whoosh", "tantivy", "script", "fts5", "tantivy-py", "rg")


def curves(results: Results) -> list[Curve]:
    """Return all figures that were measured at one size or more."""
    found = []
    for name, unit, part, figure, having in _FIGURES:
        for tool in _TOOLS:
            values = {size: results.value(part, size, figure, tool=tool, **having) for size in results.sizes(part)}
            points = {size: value for size, value in values.items() if value}
            if points:
                found.append(Curve(name, unit, tool, points))
    return found
