"""docs/performance.md, its plot and README's figures, made of the results: `python -m benchmarks.report`."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Mapping, Sequence

from benchmarks import plot
from benchmarks.growth import curves
from benchmarks.parts.add import COUNTS
from benchmarks.queries import KINDS
from benchmarks.results import RESULTS, Results, Row
from benchmarks.targets import LARGE, USUAL, Target, targets
from benchmarks.tools import MILLION, ROOT, TITLES

PAGE = ROOT / "docs" / "performance.md"
PLOT = ROOT / "docs" / "performance.svg"
README = ROOT / "README.md"
_BEGIN, _END = "<!-- figures of docs/performance.md -->\n", "<!-- end of figures -->\n"


def page(results: Results) -> str:
    """Return docs/performance.md."""
    parts = [
        _INTRODUCTION,
        _machine(results),
        "## Targets\n\nRatios are of one run of the benchmark, of medians.\n",
        _targets(targets(results)),
    ]
    for part, section in _SECTIONS.items():
        if results.sizes(part):
            parts += section(results)
    return "\n".join([*parts, *_growth(results), *_taken(results)])


def summary(results: Results) -> str:
    """Return what README says of the speed: nothing that was not measured."""
    lines = []
    ingest = results.value("ingest", USUAL, "wall_s", tool="whoosh")
    script = results.value("ingest", USUAL, "wall_s", tool="script")
    if ingest and script:
        lines.append(
            f"{USUAL:,} articles are taken in at {USUAL / ingest:,.0f} a second, {script / ingest:.1f} times as fast as"
            " by a plain Whoosh script that cleans and checks nothing"
        )
    for size in (USUAL, LARGE):
        found = results.rows("cold", size, tool="whoosh", step="search")
        if found:
            lines.append(
                f"a search of {size:,} from the shell takes {found[0]['cpu_s']:.2f} s of CPU and"
                f" {found[0]['peak_mb']:.0f} MB"
            )
    added = results.value("add", LARGE, "cpu_s", tool="whoosh", articles=1)
    if added:
        lines.append(f"to add an article to {LARGE:,} and find it takes {added:.2f} s")
    if not lines:
        return ""
    text = "; ".join(lines)
    return f"{text[0].upper()}{text[1:]}. [All figures, beside other tools](docs/performance.md).\n"


def readme_with(readme: str, results: Results) -> str:
    """Return README with its figures brought up to date. Raises ValueError where it has no place for them."""
    before, begin, rest = readme.partition(_BEGIN)
    _, end, after = rest.partition(_END)
    if not (begin and end):
        raise ValueError(f"README.md has no lines {_BEGIN.strip()} and {_END.strip()}")
    return f"{before}{begin}{summary(results)}{end}{after}"


def write(results: Results) -> None:
    """Write the page, README's figures, and the plot where there is what draws."""
    PAGE.write_text(page(results), encoding="utf-8")
    README.write_text(readme_with(README.read_text(encoding="utf-8"), results), encoding="utf-8")
    if plot.installed():
        plot.draw(results, PLOT)
    else:
        print("no plot: pip install 'nkcorpus[bench]'", file=sys.stderr)


_INTRODUCTION = """# Performance

Made of `benchmarks/results.json` by `python -m benchmarks.report`; what is measured and how:
[benchmarks/README.md](../benchmarks/README.md). Ratios hold across machines; seconds do not.

![Figures by the number of articles](performance.svg)
"""


def _machine(results: Results) -> str:
    return "; ".join(f"{name} {value}" for name, value in results.machine.items()) + ".\n"


def _targets(found: Iterable[Target]) -> str:
    words = {True: "met", False: "**MISSED**", None: "not measured"}
    rows = [
        [
            target.name,
            f"{target.bound} {target.limit:g} {target.unit}",
            "" if target.value is None else f"{_short(target.value)} {target.unit}",
            words[target.met],
        ]
        for target in found
    ]
    return _table(["what", "target", "measured", ""], rows)


def _ingest(results: Results) -> Iterable[str]:
    yield "## Ingest of text\n"
    yield (
        "From nothing: nkcorpus cleans, dates, identifies, compares for near duplicates and keeps the original bytes; the"
        " others index and keep the text. `×` is beside the plain script: how many times as many articles a second, and"
        " a CPU second. Peak memory is that of the largest process. nkcorpus has two processes where not told otherwise. What has"
        " `--jobs 1`, Xapian and recoll are measured once. With OpenSearch the cluster's own time and memory are not counted;"
        " it runs on the same processors.\n"
    )
    for size in results.sizes("ingest"):
        script = _first(results.rows("ingest", size, tool="script"))
        rows = [
            [
                TITLES[row["tool"]],
                f"{size / row['wall_s']:,.0f}",
                _ratio(script, row, "wall_s"),
                f"{size / row['cpu_s']:,.0f}",
                _ratio(script, row, "cpu_s"),
                *(_number(row.get(name)) for name in ("peak_mb", "index_mb", "corpus_mb")),
            ]
            for row in results.rows("ingest", size)
        ]
        yield f"### {size:,} articles\n"
        yield _table(["", "articles/s", "×", "articles/CPU s", "×", "peak MB", "index MB", "corpus MB"], rows)


def _html(results: Results) -> Iterable[str]:
    for size in results.sizes("html"):
        yield f"## {size:,} pages of HTML\n"
        yield "`clean` extracts and cleans and keeps nothing; `ingest` keeps all. `×` is beside one process.\n"
        rows = []
        for row in results.rows("html", size):
            one = _first(results.rows("html", size, tool="pages-1", step=row["step"]))
            pace = [f"{size / row['wall_s']:.1f}", _ratio(one, row, "wall_s"), f"{size / row['cpu_s']:.1f}"]
            rows.append([row["step"], TITLES[row["tool"]], *pace, _number(row["peak_mb"])])
        yield _table(["", "", "pages/s", "×", "pages/CPU s", "peak MB"], rows)


def _cold(results: Results) -> Iterable[str]:
    yield "## Commands in fresh processes\n"
    yield (
        "Files are in the system's page cache. Searches are four queries in turn: rare words, common words, a long query, a"
        " phrase. `×` is the CPU beside `python -c pass`.\n"
    )
    for size in results.sizes("cold"):
        yield f"### {size:,} articles\n"
        rows = []
        for row in results.rows("cold", size):
            floor = _first(results.rows("cold", size, tool="pass", step=row["step"]))
            if row["step"] != "search" and row["tool"] == "pass":
                continue
            name = TITLES[row["tool"]] if row["step"] == "search" else f"nkcorpus {row['step']}"
            rows.append(
                [
                    name,
                    f"{1000 * row['cpu_s']:.0f}",
                    _ratio(row, floor, "cpu_s"),
                    f"{1000 * row['wall_s']:.0f}",
                    _number(row["peak_mb"]),
                ]
            )
        yield _table(["", "CPU ms", "×", "wall ms", "peak MB"], rows)


def _warm(results: Results) -> Iterable[str]:
    yield "## Queries to what is open\n"
    yield (
        "200 queries of eight kinds, asked in turn, each tool a process of its own; medians of each query's fastest of four,"
        " in ms. All give title and text of the ten best; nkcorpus reads all that is known of them, and asks its lexicon."
        " The number behind is the slowest query beside the median.\n"
    )
    for size in results.sizes("warm"):
        yield f"### {size:,} articles\n"
        tools = list(dict.fromkeys(row["tool"] for row in results.rows("warm", size)))
        rows = []
        for kind in KINDS:
            found = [_first(results.rows("warm", size, tool=tool, kind=kind)) for tool in tools]
            rows.append(
                [kind, *(f"{_short(row['median_ms'])} ({_short(row['worst_x'])}×)" if row else "" for row in found)]
            )
        peaks = [_first(results.rows("warm", size, tool=tool)) for tool in tools]
        rows.append(["peak MB", *(_number(row.get("peak_mb")) if row else "" for row in peaks)])
        yield _table(["", *(TITLES[tool] for tool in tools)], rows)
        yield "Asked for the first time, in ms:\n"
        first = []
        for kind in KINDS:
            asked = (_first(results.rows("warm", size, tool=tool, kind=kind)) for tool in tools)
            first.append([kind, *(_short(row["first_ms"]) if row else "" for row in asked)])
        yield _table(["", *(TITLES[tool] for tool in tools)], first)


def _added(results: Results) -> Iterable[str]:
    yield "## Articles added and found\n"
    yield "To what there is, then a search for a word of the last one, each in a fresh process: CPU seconds in all.\n"
    for size in results.sizes("add"):
        tools = dict.fromkeys(row["tool"] for row in results.rows("add", size))
        rows = []
        for tool in tools:
            values = [results.value("add", size, "cpu_s", tool=tool, articles=count) for count in COUNTS]
            rows.append([TITLES[tool], *(_number(value) for value in values)])
        yield f"### To {size:,} articles\n"
        yield _table(["", *(f"{count} added" for count in COUNTS)], rows)


def _growth(results: Results) -> Iterable[str]:
    found = curves(results)
    sizes = sorted({size for curve in found for size in curve.points})
    yield "## Growth\n"
    yield (
        "The last columns are what a figure is multiplied by when the corpus doubles (2.0: it doubles, too): fitted over all"
        f" sizes below {MILLION:,}, where articles are shorter, and between the two largest of these.\n"
    )
    rows = [
        [
            f"{curve.name}, {curve.unit}",
            curve.title,
            *(_number(curve.points.get(size)) for size in sizes),
            *(f"× {factor:.2f}" if factor else "" for factor in (curve.factor, curve.last_factor)),
        ]
        for curve in found
    ]
    yield _table(["", "", *(f"{size:,}" for size in sizes), "doubled", "at the end"], rows)


def _scale(results: Results) -> Iterable[str]:
    yield "## Killed and gone on with\n"
    yield (
        "One `ingest`, its first process killed (SIGKILL) once half of the articles are stored; then the same command again."
        " Found: by a search for all dates. Bound: `NKCORPUS_INDEX_MEMORY`, for the postings alone.\n"
    )
    rows = [
        [
            TITLES[row["tool"]],
            *(f"{row[name]:,}" for name in ("articles", "stored_at_kill", "missing", "twice", "found_by_search")),
            f"{row['articles'] / row['wall_s']:,.0f}",
            *(_number(row.get(name)) for name in ("peak_mb", "bound_mb", "index_mb", "corpus_mb")),
        ]
        for size in results.sizes("scale")
        for row in results.rows("scale", size)
    ]
    yield _table(
        [
            "",
            "articles",
            "killed at",
            "missing",
            "twice",
            "found",
            "articles/s",
            "peak MB",
            "bound MB",
            "index MB",
            "corpus MB",
        ],
        rows,
    )


def _writers(results: Results) -> Iterable[str]:
    yield "## Processes that take in at once\n"
    yield (
        "Into a new corpus: all articles by one process, and half of them by each of two at once, each with `--jobs 1`."
        " `×` is beside one.\n"
    )
    for size in results.sizes("writers"):
        yield f"### {size:,} articles\n"
        rows = []
        for row in results.rows("writers", size):
            one = _first(results.rows("writers", size, tool=row["tool"], writers=1))
            pace = [f"{size / row['wall_s']:,.0f}", _ratio(one, row, "wall_s"), f"{size / row['cpu_s']:,.0f}"]
            rows.append([TITLES[row["tool"]], str(row["writers"]), *pace, _number(row["peak_mb"])])
        yield _table(["", "processes", "articles/s", "×", "articles/CPU s", "peak MB"], rows)


def _extraction(results: Results) -> Iterable[str]:
    for size in results.sizes("extraction"):
        yield f"## Pages to text\n\n{size:,} generated pages, within one process. nkcorpus reads all metadata along.\n"
        reference = results.value("extraction", size, "pages_per_cpu_s", tool="trafilatura", step="pages")
        rows = [
            [row["tool"], f"{row['pages_per_cpu_s']:.1f}", _quotient(row["pages_per_cpu_s"], reference)]
            for row in results.rows("extraction", size, step="pages")
        ]
        yield _table(["", "pages/CPU s", "× trafilatura"], rows)
        yield (
            "## Boilerplate within articles\n\nThe golden set in `tests/golden/boilerplate`: what is cut of its boilerplate"
            " lines and datelines, and what is kept whole of its paragraphs.\n"
        )
        rows = [
            [
                row["tool"],
                f"{row['cut']} of {row['boilerplate']}",
                f"{row['kept']} of {row['body']}",
                _number(row["document_ms"]),
            ]
            for row in results.rows("extraction", size, step="boilerplate")
        ]
        yield _table(["", "cut", "kept", "ms a document"], rows)


def _taken(results: Results) -> Iterable[str]:
    yield "## What the benchmark took\n"
    rows = []
    for key, block in results.blocks.items():
        part, _, size = key.partition("/")
        rows.append([part, f"{int(size):,}", str(block["runs"]), f"{block['seconds'] / 60:.1f}"])
    yield _table(["part", "size", "runs", "minutes"], rows)


_SECTIONS: Mapping[str, Callable[[Results], Iterable[str]]] = {
    "ingest": _ingest,
    "html": _html,
    "cold": _cold,
    "warm": _warm,
    "add": _added,
    "scale": _scale,
    "writers": _writers,
    "extraction": _extraction,
}
"""What the page has of each part that was measured."""


def _table(names: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    head = [f"| {' | '.join(names)} |", "|---" * len(names) + "|"]
    return "\n".join([*head, *(f"| {' | '.join(row)} |" for row in rows)]) + "\n"


def _first(rows: Sequence[Row]) -> Row | None:
    return rows[0] if rows else None


def _ratio(row: Row | None, reference: Row | None, name: str) -> str:
    return _quotient(row.get(name), reference.get(name)) if row and reference else ""


def _quotient(value: float | None, reference: float | None) -> str:
    return f"{value / reference:.2f}" if value is not None and reference else ""


def _number(value: float | None) -> str:
    """Return a figure, nothing for what was not measured."""
    return "" if value is None else _short(value)


def _short(value: float) -> str:
    """Return a figure with three digits or all before the point."""
    if value >= 100 or value == 0:
        return f"{value:,.0f}"
    return f"{value:.1f}" if value >= 10 else f"{value:.2f}" if value >= 0.1 else f"{value:.3f}"


def main() -> None:
    """Write everything."""
    write(Results.read(RESULTS))


if __name__ == "__main__":
    main()
