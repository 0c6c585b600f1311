"""Where the corpora are that the tests of the command line name as files: in these files, or in a cluster."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Sequence
from pathlib import Path

from nkcorpus import Corpus
from tests.cluster.fixtures import drop


class Places:
    """Gives a corpus in a cluster for each file that `-C` names; for one that is there, a copy of what is in it.

    `cluster` is `opensearch://HOST:PORT`.
    """

    def __init__(self, cluster: str) -> None:
        self._cluster = cluster
        self._run = secrets.token_hex(4)
        self._addresses: dict[Path, str] = {}

    def placed(self, arguments: Sequence[str | Path], folder: Path) -> list[str]:
        """Return a command line with the address of the corpus in place of its file."""
        given = [str(argument) for argument in arguments]
        if given[:1] == ["-C"]:
            given[1] = self._address_of(folder / given[1])
        return given

    def forget(self, folder: Path) -> None:
        """Delete what was in place of files in a folder."""
        for path in [path for path in self._addresses if path.is_relative_to(folder)]:
            drop(self._addresses.pop(path))

    def _address_of(self, path: Path) -> str:
        if path not in self._addresses:
            digest = hashlib.sha256(str(path).encode()).hexdigest()[:8]
            self._addresses[path] = f"{self._cluster}/cli-{self._run}-{digest}"
            if path.is_file():
                with Corpus.open(self._addresses[path]) as corpus:
                    assert corpus.transfer.copy(str(path)).comparison.is_whole
        return self._addresses[path]
