"""What a corpus holds open: its store and its index, of a file or in a cluster."""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from pathlib import Path

from nkcorpus.errors import UsageError
from nkcorpus.index.engines import EngineName
from nkcorpus.opened.base import EngineState, Locations, Opened

__all__ = ["EngineState", "Locations", "Opened", "opened_at"]

_URL = "(?i:[a-z][a-z0-9+.-]*)://"


def opened_at(
    place: str | os.PathLike[str], cache_dir: Path, notify: Callable[[str], None], engine: EngineName | None = None
) -> Opened:
    """Return the corpus at a path, or at an address `opensearch://HOST:PORT/NAME`; nothing is read yet.

    The other arguments are those of Opened. Raises UsageError for any other address.
    """
    name = os.fspath(place)
    if not re.match(_URL, name):
        from nkcorpus.opened.file import OpenedFile

        return OpenedFile(Path(place), cache_dir, notify, engine)
    from nkcorpus.cluster.address import is_cluster_address

    if is_cluster_address(name):
        from nkcorpus.opened.cluster import OpenedCluster

        return OpenedCluster(name, cache_dir, notify, engine)
    raise UsageError(f"{name}: is no corpus; give a path, or opensearch://HOST:PORT/NAME")
