"""The engines that the conformance suite runs against."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from nkcorpus.index import Index, engines

Factory = Callable[[Path], Index]

INSTALLED = [engine for engine in engines.ENGINES if engines.is_installed(engine)]


def _factory(engine: engines.EngineName) -> Factory:
    return lambda root: engines.open_index(engine, root, "0" * 32, "/corpus.db")


ENGINES: dict[str, Factory] = {engine: _factory(engine) for engine in INSTALLED}


@pytest.fixture(params=ENGINES)
def make(request: pytest.FixtureRequest) -> Factory:
    return ENGINES[request.param]


@pytest.fixture
def index(make: Factory, tmp_path: Path) -> Iterator[Index]:
    opened = make(tmp_path / "cache")
    yield opened
    opened.close()
