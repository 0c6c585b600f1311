"""The great trials of many writers on one corpus in a cluster, of which a share runs with the tests.

    python -m tests.store.crowds opensearch://HOST:PORT SEEDS

has near duplicates brought and removed at once with so many seeds, and as many histories in a file and in a cluster;
and kills a writer at each request of a commit. It prints one line of counts, and fails with the first thing wrong.
"""

from __future__ import annotations

import sys
import tempfile
from contextlib import ExitStack
from pathlib import Path

from .homes import ClusterHome
from .test_both import check_histories
from .test_many_writers import come_and_go, killed_at

_MOST_REQUESTS = 60
"""More than a commit of the trial takes."""


def main(address: str, seeds: int) -> None:
    """Run all and print the counts."""
    try:
        with tempfile.TemporaryDirectory() as folder:
            for seed in range(seeds):
                with ExitStack() as stack:
                    come_and_go(ClusterHome(address, stack), Path(folder), seed)
            with ExitStack() as stack:
                killed = killed_at(ClusterHome(address, stack), Path(folder), range(1, _MOST_REQUESTS))
            check_histories(address, seeds)
    finally:
        ClusterHome.drop_all(address)
    print(f"{seeds} crowds, {killed} killed writers, {seeds} histories: as in a file")


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
