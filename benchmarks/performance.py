"""All figures of docs/performance.md, by one command: `python -m benchmarks.performance`.

Each part is measured at each size, and what came out is written to the results at once, in place of what the part had
before at that size; then docs/performance.md is made anew. `--only` and `--sizes` measure some of it again.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path

from benchmarks import report
from benchmarks.parts import add, cold, extraction, html, ingest, scale, warm, writers
from benchmarks.parts.common import Settings, note
from benchmarks.results import RESULTS, OtherMachine, Results, Row
from benchmarks.targets import PAGES
from benchmarks.tools import MILLION, TITLES
from benchmarks.workspace import Workspace

PARTS: Mapping[str, tuple[Callable[[Workspace, Settings], list[Row]], Sequence[int]]] = {
    "ingest": (ingest.run, (20_000, 100_000, 10_000, 1_000)),
    "scale": (scale.run, (100_000, MILLION)),
    "cold": (cold.run, (20_000, 100_000, 10_000, 1_000, MILLION)),
    "warm": (warm.run, (20_000, 100_000, 10_000, 1_000, MILLION)),
    "add": (add.run, (20_000, 100_000, 10_000, 1_000, MILLION)),
    "html": (html.run, (PAGES,)),
    "writers": (writers.run, (20_000, 100_000)),
    "extraction": (extraction.run, (200,)),
}
"""What can be measured, and the sizes that it is measured at, the most important first; `scale` makes the index of a
million articles that the parts below it search."""
_WORK = Path(tempfile.gettempdir()) / "nkcorpus-benchmark"


def measure(arguments: argparse.Namespace, results: Results) -> list[str]:
    """Measure the parts at the sizes that the command line says, and write the results after each.

    Returns what failed: one tool's trouble must not cost hours of the others' figures.
    """
    settings = Settings(arguments.runs, arguments.without, arguments.news)
    failed = []
    for size, part in _plan(arguments.only, arguments.sizes):
        name = f"{part}, {size:,}"
        note(name)
        started = time.monotonic()
        try:
            rows = PARTS[part][0](Workspace(arguments.work, size), settings)
        except (RuntimeError, subprocess.CalledProcessError) as error:
            note(f"{name}: failed: {error}")
            failed.append(name)
            continue
        results.put(part, size, settings.runs, time.monotonic() - started, rows)
        results.write(arguments.results)
        note(f"{name}: {(time.monotonic() - started) / 60:.1f} minutes")
    return failed


def _plan(only: Sequence[str], sizes: Sequence[int]) -> list[tuple[int, str]]:
    """Return what is to be measured, size by size, in the order of PARTS and their sizes."""
    wanted = {part: tuple(sizes) or PARTS[part][1] for part in PARTS if part in only}
    every = dict.fromkeys(size for found in wanted.values() for size in found)
    return [(size, part) for size in every for part in wanted if size in wanted[part]]


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.performance", description=__doc__)
    names = ", ".join(PARTS)
    parser.add_argument("--only", type=_names, default=list(PARTS), metavar="PARTS", help=f"of {names} [all]")
    parser.add_argument("--sizes", type=_numbers, default=[], help="numbers of articles [each part's own]")
    parser.add_argument("--runs", type=_positive, default=3, help="runs of each tool, in turn [%(default)s]")
    parser.add_argument("--without", type=_keys, default=[], metavar="TOOLS", help="tools to leave out, by key")
    parser.add_argument("--news", type=Path, metavar="FILE", help="JSON lines of real articles to add to scale")
    parser.add_argument("--work", type=Path, default=_WORK, metavar="DIR", help="articles, indexes [%(default)s]")
    parser.add_argument("--results", type=Path, default=RESULTS, metavar="FILE", help="the figures [%(default)s]")
    parser.add_argument("--fresh", action="store_true", help="drop all figures that there are")
    return parser


def _names(text: str) -> list[str]:
    return _known(text, PARTS, "part")


def _keys(text: str) -> list[str]:
    return _known(text, TITLES, "tool")


def _known(text: str, known: Iterable[str], kind: str) -> list[str]:
    names = text.split(",")
    if unknown := set(names).difference(known):
        raise argparse.ArgumentTypeError(f"there is no {kind} {unknown.pop()!r}; there are {', '.join(known)}")
    return names


def _numbers(text: str) -> list[int]:
    return [_positive(number) for number in text.split(",")]


def _positive(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError(f"{text} is less than 1")
    return number


def main() -> None:
    """Measure as the command line says; with the project's own results, make its documents anew."""
    arguments = _parser().parse_args()
    try:
        results = Results.here(arguments.results, arguments.fresh)
    except OtherMachine as error:
        sys.exit(str(error))
    failed = measure(arguments, results)
    if arguments.results == RESULTS:
        report.write(results)
    if failed:
        sys.exit(f"not measured: {'; '.join(failed)}")


if __name__ == "__main__":
    main()
