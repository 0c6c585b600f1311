"""What was promised of the speed, and what came out."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

from benchmarks.results import Results
from benchmarks.tools import MILLION

USUAL, LARGE = 20_000, 100_000
"""The sizes that targets are set for."""
PAGES = 2_000
"""The number of pages that the target for HTML is measured on."""

Measure = Callable[[Results], "float | None"]


@dataclass(frozen=True, slots=True)
class Target:
    """A promise: a figure that is at least or at most `limit`. `value` is None where it was not measured."""

    name: str
    bound: Literal["at least", "at most"]
    limit: float
    unit: str
    value: float | None

    @property
    def met(self) -> bool | None:
        """Whether it was kept, None where it was not measured."""
        if self.value is None:
            return None
        return self.value >= self.limit if self.bound == "at least" else self.value <= self.limit


def targets(results: Results) -> Sequence[Target]:
    """Return all promises of the issue, in its order."""

    def times(name: str, bound: Literal["at least", "at most"], limit: float, value: float | None) -> Target:
        return Target(name, bound, limit, "×", value)

    ingest, cold, warm = Block(results, "ingest"), Block(results, "cold"), Block(results, "warm")
    html = Block(results, "html")
    usual, large = f"{USUAL:,}", f"{LARGE:,}"
    return [
        times(
            "ingest of text, Whoosh: articles a CPU second beside the plain script's",
            "at least",
            1.3,
            ingest.ratio(USUAL, "cpu_s", "script", "whoosh"),
        ),
        times(
            "ingest of text, Whoosh: articles a second with two cores beside the plain script's",
            "at least",
            2.2,
            ingest.ratio(USUAL, "wall_s", "script", "whoosh"),
        ),
        times(
            "ingest of text, tantivy: articles a CPU second beside the plain script's",
            "at least",
            6,
            ingest.ratio(USUAL, "cpu_s", "script", "tantivy"),
        ),
        times(
            f"cold search of {usual}, Whoosh: CPU beside `python -c pass`",
            "at most",
            12,
            cold.ratio(USUAL, "cpu_s", "whoosh", "pass", step="search"),
        ),
        Target(
            f"cold search of {usual}, Whoosh: peak memory",
            "at most",
            60,
            "MB",
            results.value("cold", USUAL, "peak_mb", tool="whoosh", step="search"),
        ),
        times(
            f"cold search of {large}, Whoosh: CPU beside that of {usual}, each to its `python -c pass`",
            "at most",
            1.3,
            _quotient(
                cold.ratio(LARGE, "cpu_s", "whoosh", "pass", step="search"),
                cold.ratio(USUAL, "cpu_s", "whoosh", "pass", step="search"),
            ),
        ),
        times(
            f"cold search of {large}, Whoosh: peak memory beside that of {usual}",
            "at most",
            1.3,
            _quotient(
                results.value("cold", LARGE, "peak_mb", tool="whoosh", step="search"),
                results.value("cold", USUAL, "peak_mb", tool="whoosh", step="search"),
            ),
        ),
        times(
            f"cold search of {usual}, tantivy: CPU beside `python -c pass`",
            "at most",
            8,
            cold.ratio(USUAL, "cpu_s", "tantivy", "pass", step="search"),
        ),
        *(
            times(
                f"cold search of {large}, {title}: {time} beside `rg -l`",
                "at most",
                1,
                cold.ratio(LARGE, unit, engine, "rg", step="search"),
            )
            for engine, title in (("whoosh", "Whoosh"), ("tantivy", "tantivy"))
            for unit, time in (("cpu_s", "CPU"), ("wall_s", "wall time"))
        ),
        times(
            f"warm, any of four words, {usual}, Whoosh: beside SQLite FTS5",
            "at most",
            1.5,
            warm.ratio(USUAL, "median_ms", "whoosh", "fts5", kind="any of four"),
        ),
        times(
            f"warm, any of four words, {usual}, tantivy: beside tantivy-py",
            "at most",
            3,
            warm.ratio(USUAL, "median_ms", "tantivy", "tantivy-py", kind="any of four"),
        ),
        *(
            times(
                f"warm, {kind}, {usual}, Whoosh: the slowest query beside the median",
                "at most",
                10,
                results.value("warm", USUAL, "worst_x", tool="whoosh", kind=kind),
            )
            for kind in ("prefix", "by date", "phrase")
        ),
        *(
            Target(
                f"add one article to {large} and find it, {title}: CPU in all",
                "at most",
                1,
                "s",
                results.value("add", LARGE, "cpu_s", tool=engine, articles=1),
            )
            for engine, title in (("whoosh", "Whoosh"), ("tantivy", "tantivy"))
        ),
        times(
            "extraction of HTML: two processes beside one",
            "at least",
            1.8,
            html.ratio(PAGES, "wall_s", "pages-1", "pages-2", step="clean"),
        ),
        *(
            Target(
                f"{size:,} articles, {title}, ingest killed and gone on with: missing, twice or not found",
                "at most",
                0,
                "articles",
                _wrong(results, size),
            )
            for size, title in ((LARGE, "Whoosh"), (MILLION, "tantivy"))
        ),
    ]


@dataclass(frozen=True, slots=True)
class Block:
    """One part of the results."""

    results: Results
    part: str

    def ratio(self, size: int, name: str, tool: str, reference: str, **having: object) -> float | None:
        """Return the figure of a tool divided by that of another, of the same run."""
        return _quotient(
            self.results.value(self.part, size, name, tool=tool, **having),
            self.results.value(self.part, size, name, tool=reference, **having),
        )


def _wrong(results: Results, size: int) -> float | None:
    """Return how many articles are not there just once, or not found, after an ingest that was killed."""
    rows = results.rows("scale", size)
    return (
        sum(row["missing"] + row["twice"] + row["articles"] - row["found_by_search"] for row in rows) if rows else None
    )


def _quotient(value: float | None, reference: float | None) -> float | None:
    return value / reference if value is not None and reference else None
