"""A local pool of processes beside as many Dask workers on the same machine: `ingest` of the same pages, in turn.

python -m benchmarks.executors --pages 2000 --runs 5
"""

from __future__ import annotations

import argparse
import os
import shutil
import sys
import tempfile
from pathlib import Path
from statistics import median

from benchmarks import generate
from benchmarks.measure import Usage, measure, middle
from tests.dask_cluster import DaskCluster

_WORKERS = 2


def main() -> None:
    """Measure, and print a line with the medians."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pages", type=int, default=2_000, help="pages of 20 KB")
    parser.add_argument("--runs", type=int, default=5)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="nkcorpus-executors-") as name:
        folder = Path(name)
        pages = folder / "pages"
        generate.write(pages, options.pages, "html")
        with DaskCluster(folder) as cluster:
            for _ in range(_WORKERS):
                cluster.add_worker(nanny=True)
            names = {"local": "local", "dask": cluster.name}
            for executor in names.values():
                _ingest(pages, folder, executor)  # until all is started and in the system's cache
            runs: dict[str, list[Usage]] = {title: [] for title in names}
            for _ in range(options.runs):
                for title, executor in names.items():
                    runs[title].append(_ingest(pages, folder, executor))
    local, dask = (middle(found).wall for found in runs.values())
    ratio = median(there.wall / here.wall for here, there in zip(*runs.values(), strict=True))
    print(
        f"{options.pages:,} pages, {options.runs} runs in turn, medians: pool of {_WORKERS} processes"
        f" {options.pages / local:.1f} pages/s, {_WORKERS} Dask workers {options.pages / dask:.1f} pages/s;"
        f" Dask takes {ratio:.3f} times as long"
    )


def _ingest(pages: Path, folder: Path, executor: str) -> Usage:
    place = folder / "place"
    shutil.rmtree(place, ignore_errors=True)
    place.mkdir()
    command = (sys.executable, "-m", "nkcorpus", "-q", "-C", str(place / "c.db"), "ingest", str(pages))
    settings = {"NKCORPUS_CACHE_DIR": str(place / "cache"), "NKCORPUS_CONFIG": os.devnull}
    return measure((*command, "--jobs", str(_WORKERS), "--executor", executor), settings)


if __name__ == "__main__":
    main()
