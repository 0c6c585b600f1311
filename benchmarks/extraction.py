"""Pages per CPU second: nkcorpus beside trafilatura and readability: `python -m benchmarks.extraction [PAGES]`.

PAGES is a folder of .html files, or a .jsonl or .jsonl.gz file with the key `html`; without it, pages are generated.
Each page is given to every tool in turn, so that a busy machine slows all of them. nkcorpus reads all metadata along
with the text; trafilatura and readability are measured as their manuals call them, trafilatura also with metadata.
"""

from __future__ import annotations

import argparse
import contextlib
import gc
import gzip
import json
import logging
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from pathlib import Path

from benchmarks import generate
from nkcorpus.config import COLLECT_EVERY
from nkcorpus.errors import ItemError

Extractor = Callable[[str], object]

REFERENCE = "trafilatura"
"""The tool whose speed the ratios are to."""


def extractors() -> Mapping[str, Extractor]:
    """Return what reads a page, by the name of the tool."""
    import readability
    import trafilatura

    from nkcorpus.extract.html import extract_html

    return {
        REFERENCE: trafilatura.extract,
        "trafilatura, with metadata": lambda page: trafilatura.extract(page, with_metadata=True),
        "readability": lambda page: readability.Document(page).summary(),
        "nkcorpus --fast": lambda page: extract_html(page, fast=True),
        "nkcorpus": extract_html,
    }


def read_pages(source: Path) -> list[str]:
    """Return the pages in a folder of .html files, or in JSON lines (also gzip) with the key `html`."""
    if source.is_dir():
        return [file.read_text("utf-8", "replace") for file in sorted(source.rglob("*.html"))]
    opener = gzip.open if source.suffix == ".gz" else open
    with opener(source, "rt", encoding="utf-8") as lines:
        return [json.loads(line)["html"] for line in lines]


def generated_pages(count: int) -> list[str]:
    """Return `count` fictional pages of 20 KB."""
    with tempfile.TemporaryDirectory() as folder:
        generate.write(Path(folder), count, "html")
        return read_pages(Path(folder))


def measure(pages: list[str]) -> dict[str, float]:
    """Return for each tool the CPU seconds that it takes for all pages, without those of loading it."""
    tools = extractors()
    seconds = dict.fromkeys(tools, 0.0)
    for number, page in enumerate([pages[0], *pages]):
        for name, run in tools.items():
            started = time.process_time()
            with contextlib.suppress(ItemError, ValueError):  # a page without an article costs time too
                run(page)
            if number:  # the first time, a tool is loaded
                seconds[name] += time.process_time() - started
    return seconds


def main() -> int:
    """Print the table."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.extraction", description=__doc__)
    parser.add_argument("pages", type=Path, nargs="?", help="folder of .html files, or .jsonl[.gz] with the key html")
    parser.add_argument("--count", type=int, default=200, help="how many pages to generate (200)")
    arguments = parser.parse_args()
    logging.disable(logging.WARNING)  # the others log what they discard
    gc.set_threshold(COLLECT_EVERY)  # as the command line has it, for all of them
    pages = read_pages(arguments.pages) if arguments.pages else generated_pages(arguments.count)
    if not pages:
        sys.exit(f"{arguments.pages}: no pages there; give a folder of .html files or JSON lines with the key html")
    seconds = measure(pages)
    print(f"{len(pages)} pages, {sum(map(len, pages)) / len(pages) / 1000:.0f} KB each\n")
    print(f"| tool | pages per CPU second | x {REFERENCE} |\n|---|---|---|")
    for name, taken in seconds.items():
        print(f"| {name} | {len(pages) / taken:.1f} | {seconds[REFERENCE] / taken:.2f} |")
    return 0


if __name__ == "__main__":
    sys.exit(main())
