"""The engines that the conformance suite runs against: those of files, and the one in a cluster."""

from __future__ import annotations

import os
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

import pytest

from nkcorpus.index import Index, engines
from tests.index.pool import Pool

Factory = Callable[[Path], Index]
T = TypeVar("T")

INSTALLED = [engine for engine in engines.ENGINES if engines.is_installed(engine)]
CLUSTER = "opensearch"
IS_WHOLE = bool(os.environ.get("NKCORPUS_TEST_CLUSTER_WHOLE"))
"""Whether a cluster is asked as much as the engines of files are: minutes long, and not only a sample."""
_SHARE = 12
"""One of so many cases is in the sample, two at least."""


def _factory(engine: engines.EngineName) -> Factory:
    return lambda root: engines.open_index(engine, root, "0" * 32, "/corpus.db")


EMBEDDED: dict[str, Factory] = {engine: _factory(engine) for engine in INSTALLED}
ENGINES = [*EMBEDDED, CLUSTER]


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave a sample of the cases of each test that has many."""
    cases: defaultdict[str, list[pytest.Item]] = defaultdict(list)
    for item in items:
        if isinstance(item, pytest.Function) and hasattr(item, "callspec") and CLUSTER in item.callspec.params.values():
            cases[item.nodeid.partition("[")[0]].append(item)
    left_out = {item for found in cases.values() for item in found if item not in sampled(found, True)}
    if left_out:
        config.hook.pytest_deselected(items=list(left_out))
        items[:] = [item for item in items if item not in left_out]


def sampled(cases: Sequence[T], is_clustered: bool) -> Sequence[T]:
    """Return all cases, or those that a cluster is asked of."""
    if not is_clustered or IS_WHOLE:
        return cases
    return cases[:: max(1, min(_SHARE, len(cases) // 2))]


@contextmanager
def factory(request: pytest.FixtureRequest, engine: str) -> Iterator[Factory]:
    """What makes indices of an engine, which are there as long as the context."""
    if engine in EMBEDDED:
        yield EMBEDDED[engine]
        return
    pool: Pool = request.getfixturevalue("pool")
    roots: set[Path] = set()

    def make(root: Path) -> Index:
        roots.add(root)
        return pool.index(root)

    yield make
    pool.release(roots)


@pytest.fixture(scope="session")
def pool(opensearch: str) -> Iterator[Pool]:
    pool = Pool(opensearch)
    yield pool
    pool.close()


@pytest.fixture(params=ENGINES)
def make(request: pytest.FixtureRequest) -> Iterator[Factory]:
    with factory(request, request.param) as found:
        yield found


@pytest.fixture(params=EMBEDDED)
def embedded(request: pytest.FixtureRequest) -> Factory:
    return EMBEDDED[request.param]


@pytest.fixture
def filed(embedded: Factory, tmp_path: Path) -> Iterator[Index]:
    """An index in a folder, for tests that change what is there."""
    opened = embedded(tmp_path / "cache")
    yield opened
    opened.close()


def folder_of(index: Index) -> Path:
    """The folder of an index. An index in a cluster has none: its name, taken for a path, would be one of this folder's
    own, and its parent the folder in which the tests run.
    """
    folder = Path(index.place)
    assert folder.is_absolute(), f"{index.place} is no folder"
    return folder


@pytest.fixture
def clustered(request: pytest.FixtureRequest) -> Iterator[Factory]:
    """For properties, of which fewer examples are tried in a cluster: each takes a second."""
    with factory(request, CLUSTER) as found:
        yield found


@pytest.fixture
def index(make: Factory, tmp_path: Path) -> Iterator[Index]:
    opened = make(tmp_path / "cache")
    yield opened
    opened.close()
