"""The one seam for parallel work: map a function over items, results in order, each item bounded.

Work is done by processes of this machine (`local`) or by the workers of a Dask cluster (`dask`); the
results are the same.
"""

from nkcorpus.workers.base import Bounds, Elsewhere, Executor, WorkerGone
from nkcorpus.workers.executors import LOCAL, executor_named
from nkcorpus.workers.local import ALONE, map_ordered

__all__ = [
    "ALONE",
    "LOCAL",
    "Bounds",
    "Elsewhere",
    "Executor",
    "LocalExecutor",
    "WorkerGone",
    "executor_named",
    "map_ordered",
]
