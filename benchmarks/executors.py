"""A local pool of processes beside as many Dask workers on the same machine: `ingest` of the same pages, in turn.

CPU is user and system time of all processes: the command's, and for Dask the scheduler's and the workers' too.

python -m benchmarks.executors --pages 2000 --runs 5
"""

from __future__ import annotations

import argparse
import os
import shutil
import sys
import tempfile
from contextlib import suppress
from dataclasses import replace
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
                    before = _cpu(cluster)
                    run = _ingest(pages, folder, executor)
                    runs[title].append(replace(run, cpu=run.cpu + _cpu(cluster) - before))
    local, dask = map(middle, runs.values())
    pairs = list(zip(*runs.values(), strict=True))
    print(
        f"{options.pages:,} pages, {options.runs} runs in turn, medians: pool of {_WORKERS} processes"
        f" {options.pages / local.wall:.1f} pages/s, {local.cpu:.1f} s CPU; {_WORKERS} Dask workers"
        f" {options.pages / dask.wall:.1f} pages/s, {dask.cpu:.1f} s CPU; Dask takes"
        f" {median(there.wall / here.wall for here, there in pairs):.3f} times as long and"
        f" {median(there.cpu / here.cpu for here, there in pairs):.3f} times as much CPU"
    )


def _cpu(cluster: DaskCluster) -> float:
    """Return the CPU seconds that a cluster has taken so far (proc(5))."""
    sessions = {str(process.pid) for process in (cluster.scheduler, *cluster.workers)}
    ticks = 0
    for file in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):
            fields = file.read_text().rpartition(")")[2].split()
            ticks += sum(map(int, fields[11:15])) if fields[3] in sessions else 0
    return ticks / os.sysconf("SC_CLK_TCK")


def _ingest(pages: Path, folder: Path, executor: str) -> Usage:
    place = folder / "place"
    shutil.rmtree(place, ignore_errors=True)
    place.mkdir()
    command = (sys.executable, "-m", "nkcorpus", "-q", "-C", str(place / "c.db"), "ingest", str(pages))
    settings = {"NKCORPUS_CACHE_DIR": str(place / "cache"), "NKCORPUS_CONFIG": os.devnull}
    return measure((*command, "--jobs", str(_WORKERS), "--executor", executor), settings)


if __name__ == "__main__":
    main()
