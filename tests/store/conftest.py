"""Corpora for tests of stores."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from .homes import ClusterHome, FileHome, Home


@pytest.fixture(scope="session")
def clusters_address() -> Iterator[str]:
    """The address of a cluster, without a corpus."""
    url = os.environ.get("NKCORPUS_TEST_OPENSEARCH")
    if not url:
        pytest.skip("NKCORPUS_TEST_OPENSEARCH names no cluster")
    address = f"opensearch://{url.removeprefix('http://').rstrip('/')}"
    yield address
    ClusterHome.drop_all(address)


@pytest.fixture(params=["file", "cluster"])
def home(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Home]:
    """Where the corpus of the test is."""
    with ExitStack() as stack:
        if request.param == "file":
            yield FileHome(tmp_path, stack)
        else:
            yield ClusterHome(request.getfixturevalue("clusters_address"), stack)


@pytest.fixture
def cluster_home(clusters_address: str) -> Iterator[ClusterHome]:
    """A corpus in a cluster."""
    with ExitStack() as stack:
        yield ClusterHome(clusters_address, stack)
