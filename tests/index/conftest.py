"""The engines that the conformance suite runs against."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from nkcorpus.index import Index
from nkcorpus.index.tantivy import TantivyIndex
from nkcorpus.index.whoosh import WhooshIndex

Factory = Callable[[Path], Index]

ENGINES: dict[str, Factory] = {
    "whoosh": lambda root: WhooshIndex(root, "0" * 32, "/corpus.db"),
    "tantivy": lambda root: TantivyIndex(root, "0" * 32, "/corpus.db"),
}


@pytest.fixture(params=ENGINES)
def make(request: pytest.FixtureRequest) -> Factory:
    return ENGINES[request.param]


@pytest.fixture
def index(make: Factory, tmp_path: Path) -> Iterator[Index]:
    opened = make(tmp_path / "cache")
    yield opened
    opened.close()
