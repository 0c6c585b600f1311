"""Fixtures that give tests a real OpenSearch: one for the whole run, shared by its processes, and one of three nodes.

`NKCORPUS_TEST_OPENSEARCH=http://HOST:PORT` names a cluster to use instead of the shared one.
"""

from __future__ import annotations

import os
import secrets
import shutil
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from filelock import FileLock

from nkcorpus.cluster.address import ClusterAddress
from nkcorpus.cluster.client import Cluster
from tests.cluster.nodes import NoCluster, Nodes, StartFailed

_FOLDER = "NKCORPUS_TEST_RUN_FOLDER"
_OUTSIDE = "NKCORPUS_TEST_OPENSEARCH"


class Run:
    """Held by the process that controls the run, so that the shared cluster lives as long, and no longer.

    The cluster reads from a pipe that this process alone keeps open for writing: when that ends, however, it stops.
    """

    def __init__(self) -> None:
        self._folder = tempfile.mkdtemp(prefix="nkcorpus-run-")
        os.mkfifo(_pipe(self._folder))
        self._alive = os.open(_pipe(self._folder), os.O_RDWR | os.O_CLOEXEC)
        os.environ[_FOLDER] = self._folder

    def end(self) -> None:
        os.close(self._alive)
        os.environ.pop(_FOLDER)
        shutil.rmtree(self._folder)


def pytest_configure(config: pytest.Config) -> None:
    if not hasattr(config, "workerinput") and hasattr(os, "mkfifo"):
        config.add_cleanup(Run().end)


@pytest.fixture(scope="session")
def opensearch() -> str:
    """Where an OpenSearch is, as `opensearch://HOST:PORT`; the first test of the run that asks starts it."""
    outside = os.environ.get(_OUTSIDE)
    if outside:
        return outside.rstrip("/").replace("http", "opensearch", 1)
    if _FOLDER not in os.environ:
        pytest.skip("tests against a cluster take named pipes, which this system has not")
    folder = os.environ[_FOLDER]
    told = Path(folder, "told")
    with FileLock(Path(folder, "lock")):
        if not told.exists():
            _start(folder, told)
        what, _, text = told.read_text("utf-8").partition(" ")
    if what == "skip":
        pytest.skip(text)
    if what == "fail":
        pytest.fail(text)
    return f"opensearch://{text}"


@pytest.fixture(scope="module")
def three_nodes() -> Iterator[Nodes]:
    """A cluster of three nodes for the tests of one module, which may stop and start them."""
    try:
        nodes = Nodes(3, is_brief=True)
    except NoCluster as reason:
        pytest.skip(str(reason))
    with nodes:
        yield nodes


@pytest.fixture
def corpus_addresses(opensearch: str) -> Iterator[Callable[[], str]]:
    """Gives addresses of new corpora in the shared cluster, which are dropped after the test."""
    given: list[str] = []

    def new() -> str:
        given.append(f"{opensearch}/t-{secrets.token_hex(6)}")
        return given[-1]

    yield new
    for address in given:
        drop(address)


@pytest.fixture
def corpus_address(corpus_addresses: Callable[[], str]) -> str:
    """The address of one new corpus in the shared cluster."""
    return corpus_addresses()


def drop(address: str) -> None:
    """Delete all indices of a corpus."""
    with Cluster(ClusterAddress.parse(address)) as cluster, cluster.errors():
        client = cluster.raw()
        client.indices.delete(index=cluster.index_of("*"), params={"expand_wildcards": "all"})
        client.indices.delete_index_template(name=cluster.index_of("*"), params={"ignore": 404})


def _start(folder: str, told: Path) -> None:
    pipe = os.open(_pipe(folder), os.O_RDONLY)
    try:
        nodes = Nodes(stdin=pipe, is_brief=True)
    except NoCluster as reason:
        told.write_text(f"skip {reason}", "utf-8")
    except StartFailed as reason:
        told.write_text(f"fail {reason}", "utf-8")
    else:
        told.write_text(f"run {nodes.hosts}", "utf-8")
        nodes.leave()
    finally:
        os.close(pipe)


def _pipe(folder: str) -> str:
    return str(Path(folder, "alive"))
