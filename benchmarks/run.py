"""nkcorpus beside a plain Whoosh-plus-Beautiful-Soup script: `python -m benchmarks.run`.

For each size: articles are generated; both tools take them in, and take them in again; both answer queries in
fresh processes. Runs alternate between the tools, and the table gives medians with their ratio to the script's.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import shutil
import sys
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from importlib.metadata import version
from pathlib import Path

from benchmarks import generate
from benchmarks.measure import Usage, measure, middle

QUERIES = (
    "MSS lecture",
    "market prices rice",
    "source told Daily NK Thursday border guard bribes",
    '"party committee"',
)
"""Rare words, common words, a long query of the most common words, a phrase."""
SEARCH_CPU_SECONDS = 0.5
SEARCH_PEAK_MB = 80.0
_SEARCH_TARGET_SIZE = 20_000  # articles; the size that the targets for a search are set for
_INGEST_TARGET_SIZE = 2_000  # fewer are over before either tool is under way
_WARM_UP_SIZE = 1
_SEARCH_ROUNDS = 2  # a search is short, so that each run asks all queries that often
_BASELINE = "plain script"
_BASELINE_FILE = str(Path(__file__).resolve().with_name("baseline.py"))


@dataclass(frozen=True, slots=True)
class Row:
    """One measured step: the median usage of `tool`, for `articles` articles or, for a search, None."""

    step: str
    tool: str
    size: int
    usage: Usage
    articles: int | None = None


@dataclass(frozen=True, slots=True)
class Target:
    """One promise and whether it was kept."""

    name: str
    measured: str
    kept: bool


class Bench:
    """The files of one size below `folder`, and the commands that are measured on them."""

    def __init__(self, folder: Path, size: int, form: str, bytecode: Path) -> None:
        self._folder = folder
        self._bytecode = bytecode
        self._size = size
        self._articles = folder / "articles"
        generate.write(self._articles, size, form)

    def ingest_rows(self, runs: int) -> list[Row]:
        """Measure taking in everything into nothing, and then once more unchanged."""
        first: dict[str, list[Usage]] = {}
        again: dict[str, list[Usage]] = {}
        for _ in range(runs):
            for tool in (*_TOOLS, _BASELINE):
                shutil.rmtree(self._place(tool), ignore_errors=True)
                self._place(tool).mkdir()
                first.setdefault(tool, []).append(self._ingest(tool))
                again.setdefault(tool, []).append(self._ingest(tool))
        return self._rows("ingest", first, self._size) + self._rows("ingest again", again, self._size)

    def search_rows(self, runs: int) -> list[Row]:
        """Measure searches in fresh processes, on what `ingest_rows` left. Files are in the system's page cache."""
        tool = _TOOLS[0]
        usages: dict[str, list[Usage]] = {tool: [], _BASELINE: [], "python -c pass": []}
        for query in QUERIES * (_SEARCH_ROUNDS * runs):
            usages[tool].append(self._run(tool, _nkcorpus("-C", self._corpus(tool), "search", query), (0, 1)))
            target = str(self._place(_BASELINE))
            usages[_BASELINE].append(self._run(_BASELINE, [sys.executable, _BASELINE_FILE, "search", target, query]))
            usages["python -c pass"].append(self._run(tool, [sys.executable, "-c", "pass"]))
        return self._rows("search", usages, None)

    def _rows(self, step: str, usages: Mapping[str, Sequence[Usage]], articles: int | None) -> list[Row]:
        return [Row(step, tool, self._size, middle(runs), articles) for tool, runs in usages.items()]

    def _ingest(self, tool: str) -> Usage:
        if tool == _BASELINE:
            return self._run(
                tool, [sys.executable, _BASELINE_FILE, "index", str(self._articles), str(self._place(tool))]
            )
        return self._run(
            tool, _nkcorpus("-C", self._corpus(tool), "-q", "ingest", *_TOOLS_JOBS[tool], str(self._articles))
        )

    def _run(self, tool: str, command: Sequence[str], codes: Sequence[int] = (0,)) -> Usage:
        place = self._place(tool)
        environment = {
            "NKCORPUS_CACHE_DIR": str(place / "cache"),
            "NKCORPUS_CONFIG": os.devnull,
            # As installed by pip, which compiles; a checkout may lack bytecode, or not be allowed to write it.
            "PYTHONDONTWRITEBYTECODE": "",
            "PYTHONPYCACHEPREFIX": str(self._bytecode),
        }
        return measure(command, environment, codes)

    def _place(self, tool: str) -> Path:
        return self._folder / tool.replace(" ", "-")

    def _corpus(self, tool: str) -> str:
        return str(self._place(tool) / "corpus.db")


_TOOLS_JOBS: Mapping[str, tuple[str, ...]] = {"nkcorpus": (), "nkcorpus --jobs 1": ("--jobs", "1")}
_TOOLS = tuple(_TOOLS_JOBS)


def targets(rows: Iterable[Row]) -> list[Target]:
    """Return what was promised for the steps in `rows`, with what came out."""
    found = {(row.step, row.tool, row.size): row for row in rows}
    result = []
    for (step, tool, size), row in found.items():
        if tool not in _TOOLS:
            continue
        name = f"{step}, {tool}, {size:,}"
        if step == "search" and size >= _SEARCH_TARGET_SIZE:
            result.append(_at_most(f"{name}: CPU", row.usage.cpu, SEARCH_CPU_SECONDS, "s"))
            result.append(_at_most(f"{name}: peak memory", row.usage.peak_mb, SEARCH_PEAK_MB, "MB"))
        elif step == "ingest" and size >= _INGEST_TARGET_SIZE:
            plain = found[step, _BASELINE, size].usage
            result.append(_at_most(f"{name}: wall time beside the {_BASELINE}", row.usage.wall / plain.wall, 1, "x"))
            result.append(_at_most(f"{name}: CPU time beside the {_BASELINE}", row.usage.cpu / plain.cpu, 1, "x"))
    return result


def _at_most(name: str, value: float, limit: float, unit: str) -> Target:
    return Target(name, f"{value:.3g} {unit} (at most {limit:g} {unit})", value <= limit)


def machine() -> dict[str, str]:
    """Return what the figures depend on: system, processors, versions."""
    packages = ("nkcorpus", "whoosh3", "beautifulsoup4", "lxml")
    return {
        "system": f"{platform.system()} {platform.release()} {platform.machine()}",
        "processors": str(len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()),
        "python": f"{platform.python_implementation()} {platform.python_version()}",
        **{package: version(package) for package in packages},
    }


def report(rows: Sequence[Row]) -> str:
    """Return the table, one step and size a block; `x` is the ratio to the plain script, below 1 is better."""
    columns = ("", "docs/s", "wall s", "x", "CPU s", "x", "docs/CPU s", "peak MB", "x")
    line = "{:<20}{:>9}{:>10}{:>7}{:>10}{:>7}{:>12}{:>9}{:>7}"
    lines = [line.format(*columns)]
    for step, size in dict.fromkeys((row.step, row.size) for row in rows):
        block = [row for row in rows if (row.step, row.size) == (step, size)]
        plain = next(row.usage for row in block if row.tool == _BASELINE)
        lines.append(f"\n{step}, {size:,} articles")
        for row in block:
            usage = row.usage
            cells = (
                row.tool,
                f"{row.articles / usage.wall:,.0f}" if row.articles else "",
                f"{usage.wall:.3f}",
                f"{usage.wall / plain.wall:.2f}",
                f"{usage.cpu:.3f}",
                f"{usage.cpu / plain.cpu:.2f}",
                f"{row.articles / usage.cpu:,.0f}" if row.articles else "",
                f"{usage.peak_mb:.0f}",
                f"{usage.peak_mb / plain.peak_mb:.2f}",
            )
            lines.append(line.format(*cells))
    return "\n".join(lines)


def _nkcorpus(*arguments: str) -> list[str]:
    """Return the command line of nkcorpus: its console script beside this Python, else the module."""
    script = Path(sys.executable).with_name("nkcorpus")
    return [str(script), *arguments] if script.exists() else [sys.executable, "-m", "nkcorpus", *arguments]


def run(folder: Path, sizes: Sequence[int], runs: int, form: str) -> list[Row]:
    """Measure everything below `folder` for each number of articles."""
    rows: list[Row] = []
    bytecode = folder / "bytecode"
    for size in (_WARM_UP_SIZE, *sizes):
        place = folder / f"{size}-{form}"
        shutil.rmtree(place, ignore_errors=True)
        place.mkdir(parents=True)
        bench = Bench(place, size, form, bytecode)
        if size == _WARM_UP_SIZE:
            bench.ingest_rows(1)  # whoever comes first compiles all modules
            continue
        print(f"{size:,} articles ...", file=sys.stderr)
        rows += bench.ingest_rows(runs)
        rows += bench.search_rows(runs)
    return rows


def main() -> None:
    """Measure as the command line says, and print the table and the targets."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.run", description=__doc__.partition("\n")[0])
    parser.add_argument("--sizes", default="2000,20000", help="numbers of articles [%(default)s]")
    parser.add_argument("--runs", type=int, default=3, help="runs of each tool, in turn [%(default)s]")
    parser.add_argument("--format", choices=("text", "html"), default="text", help="of the articles [%(default)s]")
    parser.add_argument("--keep", type=Path, metavar="DIR", help="work in DIR and leave everything there")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write all figures to FILE, too")
    arguments = parser.parse_args()
    sizes = [int(size) for size in arguments.sizes.split(",")]
    if arguments.runs < 1 or min(sizes) <= _WARM_UP_SIZE:
        parser.error(f"give at least one run, and sizes above {_WARM_UP_SIZE}")
    with tempfile.TemporaryDirectory(prefix="nkcorpus-benchmark-") as temporary:
        rows = run(arguments.keep or Path(temporary), sizes, arguments.runs, arguments.format)
    about, promises = machine(), targets(rows)
    print("; ".join(f"{name} {value}" for name, value in about.items()))
    print(f"median of {arguments.runs} runs in turn; x: ratio to the {_BASELINE}, below 1 is better\n")
    print(report(rows))
    print()
    for promise in promises:
        print(f"{'ok    ' if promise.kept else 'MISSED'}  {promise.name}: {promise.measured}")
    if arguments.json:
        figures = {
            "machine": about,
            "rows": [asdict(row) for row in rows],
            "targets": [asdict(promise) for promise in promises],
        }
        arguments.json.write_text(json.dumps(figures, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
