"""A corpus that has something of everything, made once, and copies of it that a test may damage."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from nkcorpus import Corpus
from tests.crash.examples import make_example

Damage = Callable[..., None]


@pytest.fixture(scope="session")
def example(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The corpus that no test changes."""
    folder = tmp_path_factory.mktemp("example")
    make_example(folder / "corpus.db", folder / "cache", folder / "sources")
    return folder / "corpus.db"


@pytest.fixture
def copy(example: Path, tmp_path: Path) -> Path:
    """A copy of it for one test."""
    return Path(shutil.copy(example, tmp_path / "copy.db"))


@pytest.fixture
def damage(copy: Path) -> Damage:
    """Changes the copy by SQL as some other program might."""

    def change(*statements: str) -> None:
        with closing(sqlite3.connect(copy, isolation_level=None)) as connection:
            for statement in statements:
                assert connection.execute(statement).rowcount, statement

    return change


@pytest.fixture
def corpus(copy: Path) -> Corpus:
    """The copy as a corpus, which opens nothing before it is asked."""
    return Corpus.open(copy)
