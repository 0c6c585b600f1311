"""What every test gets: a fixed hypothesis profile, a cache of its own, and the folder of outside data."""

from __future__ import annotations

import itertools
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

from nkcorpus import Corpus
from tests.dask_cluster import DaskCluster
from tests.news import record

pytest_plugins = ["tests.cluster.fixtures", "tests.store.fixtures"]

settings.register_profile("nkcorpus", deadline=None, print_blob=True)
settings.load_profile("nkcorpus")

os.environ.pop("PYTHONDONTWRITEBYTECODE", None)  # or each command that a test starts compiles all modules again

REPOSITORY = Path(__file__).parent.parent


def pytest_xdist_auto_num_workers() -> int:
    """Return the processes of `-n auto`: one more than processors, for many tests wait for servers and commands."""
    return (os.cpu_count() or 1) + 1


_numbers = itertools.count()


@pytest.fixture(autouse=True)
def cache_dir(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder that holds the indexes of this test, never the user's own. It is there when something writes it."""
    folder = tmp_path_factory.getbasetemp() / f"nkcorpus-cache-{next(_numbers)}"
    monkeypatch.setenv("NKCORPUS_CACHE_DIR", str(folder))
    return folder


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of development data beside the repository; tests that need it are skipped without it."""
    folder = REPOSITORY.parent / "shared"
    if not folder.is_dir():
        pytest.skip(f"there is no folder '{folder.name}' beside the repository")
    return folder


@pytest.fixture
def news(tmp_path: Path) -> Path:
    """A file with two short articles."""
    file = tmp_path / "news.jsonl"
    lines = record("one", "Rice prices rose in Hyesan."), record("two", "A lecture in Musan on corn.")
    file.write_text("".join(lines), "utf-8")
    return file


@pytest.fixture
def corpus(tmp_path: Path, news: Path) -> Iterator[Corpus]:
    """A corpus of these two articles."""
    with Corpus.open(tmp_path / "corpus.db") as opened:
        opened.ingest([news])
        yield opened


@pytest.fixture(scope="session")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small corpus with something of everything, which no test changes."""
    from tests.wholes import fill

    folder = tmp_path_factory.mktemp("filled")
    fill(folder / "c.db", folder / "cache", folder / "inputs", 12)
    return folder / "c.db"


@pytest.fixture(scope="session")
def dask_cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DaskCluster]:
    """A Dask scheduler and two workers."""
    with DaskCluster(tmp_path_factory.mktemp("dask")) as started:
        started.add_worker()
        started.add_worker(nanny=True)
        yield started
