"""Corpora for tests of stores."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from .homes import ClusterHome, FileHome, Home


@pytest.fixture(scope="session")
def shared_homes(opensearch: str) -> Iterator[str]:
    """The address of the cluster of this run, in which the corpora of ClusterHome are dropped at the end."""
    yield opensearch
    ClusterHome.drop_all(opensearch)


@pytest.fixture(params=["file", "cluster"])
def home(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Home]:
    """Where the corpus of the test is."""
    with ExitStack() as stack:
        if request.param == "file":
            yield FileHome(tmp_path, stack)
        else:
            yield ClusterHome(request.getfixturevalue("shared_homes"), stack)


@pytest.fixture
def cluster_home(shared_homes: str) -> Iterator[ClusterHome]:
    """A corpus in a cluster."""
    with ExitStack() as stack:
        yield ClusterHome(shared_homes, stack)
