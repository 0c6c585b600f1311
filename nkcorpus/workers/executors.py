"""Which executor a name stands for."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from urllib.parse import urlsplit

from nkcorpus.errors import UsageError, WorkersFailed
from nkcorpus.workers.base import Executor
from nkcorpus.workers.local import LocalExecutor

LOCAL = "local"
_SCHEMES = {"dask": "tcp", "dasks": "tls"}
_PORT = 8786
"""Where a Dask scheduler listens if nothing else is said."""


def executor_named(
    name: str = LOCAL, jobs: int = 1, notify: Callable[[str], None] = lambda message: None
) -> AbstractContextManager[Executor]:
    """Return what does the work, as a context: for `local` `jobs` processes of this machine, for `dask://HOST:PORT` the
    workers of the Dask scheduler there (`dasks://` by TLS, with the certificates of Dask's own configuration).

    Entering it connects. `notify` gets lines for the user. Raises UsageError for another name, WorkersFailed where the
    scheduler does not answer or Dask is not installed.
    """
    if name == LOCAL:
        return nullcontext(LocalExecutor(jobs))
    address = scheduler_address(name)
    try:
        from nkcorpus.workers.dask import DaskExecutor
    except ImportError as error:
        raise WorkersFailed(
            f"--executor {name} takes the package '{error.name}', which is not installed; pip install 'nkcorpus[dask]'"
        ) from None
    return DaskExecutor(address, notify)


def scheduler_address(name: str) -> str:
    """Return the address, as Dask writes it, of the scheduler that the name of an executor gives. Raises UsageError."""
    wanted = "give local, dask://HOST:PORT or dasks://HOST:PORT"
    try:
        parts = urlsplit(name)
        host, port = parts.hostname, parts.port or _PORT
    except ValueError:
        raise UsageError(f"--executor {name}: is malformed; {wanted}") from None
    if parts.scheme not in _SCHEMES or not host:
        raise UsageError(f"--executor {name}: is no executor; {wanted}")
    if "@" in parts.netloc or parts.path.strip("/") or parts.query or parts.fragment:
        raise UsageError(f"--executor: there is more than a host and a port; {wanted}")
    return f"{_SCHEMES[parts.scheme]}://{f'[{host}]' if ':' in host else host}:{port}"
