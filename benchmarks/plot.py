"""docs/performance.svg: figures by the number of articles. Takes matplotlib (`pip install 'nkcorpus[bench]'`)."""

from __future__ import annotations

import importlib.util
from pathlib import Path

from benchmarks.growth import curves
from benchmarks.results import Results

_PANELS = (
    "ingest",
    "index",
    "cold search",
    "peak memory of a cold search",
    "any of four words, warm",
    "one article added and found",
)
_COLOURS = {
    "whoosh": "#1f5fa8",
    "tantivy": "#c4502b",
    "script": "#8a8a8a",
    "fts5": "#3c8d4f",
    "tantivy-py": "#d9a13b",
    "rg": "#7b56a3",
}


def installed() -> bool:
    """Tell whether there is what draws."""
    return importlib.util.find_spec("matplotlib") is not None


def draw(results: Results, path: Path) -> None:
    """Write the plot: a panel for each figure, both axes logarithmic, so that what doubles is a slope."""
    import matplotlib as mpl
    from matplotlib.figure import Figure
    from matplotlib.ticker import LogFormatter

    mpl.rcParams["svg.hashsalt"] = "nkcorpus"  # the same figures give the same file
    mpl.rcParams["svg.fonttype"] = "none"
    figure = Figure(figsize=(11, 6.5), layout="constrained")
    found = curves(results)
    lines = {}
    for axes, name in zip(figure.subplots(2, 3).flat, _PANELS, strict=True):
        for curve in found:
            if curve.name == name:
                sizes = list(curve.points)
                (line,) = axes.loglog(sizes, [curve.points[n] for n in sizes], "o-", color=_COLOURS[curve.tool], ms=4)
                lines[curve.title.strip("`")] = line
                axes.set_ylabel(curve.unit)
        axes.set_title(name, fontsize=10)
        axes.set_xlabel("articles")
        axes.xaxis.set_major_formatter("{x:,.0f}")
        axes.yaxis.set_major_formatter(LogFormatter())
        axes.yaxis.set_minor_formatter(LogFormatter())
        axes.grid(True, which="major", alpha=0.3)
    figure.legend(list(lines.values()), list(lines), loc="outside lower center", ncols=len(lines) or 1)
    figure.savefig(path, format="svg", metadata={"Date": None})
