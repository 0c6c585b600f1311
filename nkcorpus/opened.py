"""The store of a corpus and its index, each opened when it is first needed."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from nkcorpus import config
from nkcorpus.dataclass import dataclass
from nkcorpus.errors import CorpusMissing, IndexDamaged
from nkcorpus.index import Index
from nkcorpus.model import Position
from nkcorpus.store import Store
from nkcorpus.version import TOOL

_T = TypeVar("_T")
_MANY = 5_000  # articles that take long enough to index to say so


@dataclass(frozen=True, slots=True)
class Locations:
    """Where a corpus' parts are and how many bytes they take; 0 for what does not exist (yet)."""

    corpus: Path
    corpus_bytes: int
    index: Path
    index_bytes: int
    settings: Path
    settings_bytes: int


class Opened:
    """What a corpus holds open: its store, and its index, which is brought up to the store by whatever reads it.

    `cache_dir` is where indexes are; `notify` gets a line when something takes a while.
    """

    def __init__(self, path: Path, cache_dir: Path, notify: Callable[[str], None]) -> None:
        self._path = path
        self.cache_dir = cache_dir
        self._notify = notify
        self._store: Store | None = None
        self._index: Index | None = None

    @property
    def store(self) -> Store:
        """The store. Raises CorpusMissing where there is none, CorpusError where it cannot be used."""
        return self._opened_store()

    def created(self) -> Store:
        """Return the store, made if there is none: no file, or what the killed making of one left."""
        if self._path == config.default_corpus():
            self._path.parent.mkdir(parents=True, exist_ok=True)
        try:
            return self._opened_store()
        except CorpusMissing:
            return self._opened_store(create=True)

    @property
    def index(self) -> Index:
        """The index as it is, which may be behind the store."""
        if self._index is None:
            from nkcorpus.index.whoosh import WhooshIndex

            self._index = WhooshIndex(self.cache_dir, self.store.corpus_id, os.path.realpath(self._path))
        return self._index

    def sync(self) -> Index:
        """Return the index, brought up to the store's newest change."""
        store, index = self.store, self.index
        at = index.position()
        if at != store.position():
            behind = store.change_count(at.seq if at and self._is_current(at) else 0)
            if behind > _MANY:
                self._notify(f"indexing {behind:,} articles ...")
            index.sync(store.changes, store.position, self._is_current)
        return index

    def reading(self, work: Callable[[Index], _T]) -> _T:
        """Return what `work` does with the index; one that cannot be right is built anew, once."""
        for _ in range(2):  # the second time it has what another process removed a moment ago
            try:
                return work(self.sync())
            except IndexDamaged:
                continue
        self._notify("the index is damaged; building it anew ...")
        self.rebuild()
        return work(self.index)

    def rebuild(self) -> None:
        """Build the index anew from the store."""
        self.index.clear()
        self.sync()

    def locations(self) -> Locations:
        """Return where the corpus, its index and the settings file are, and their sizes."""
        index = self.cache_dir
        with contextlib.suppress(CorpusMissing):
            index = self.index.path
        settings = config.settings_path()
        return Locations(self._path, _size(self._path), index, _size(index), settings, _size(settings))

    def close(self) -> None:
        """Let go of all files."""
        if self._index is not None:
            self._index.close()
            self._index = None
        if self._store is not None:
            self._store.close()
            self._store = None

    def _opened_store(self, *, create: bool = False) -> Store:
        if self._store is None:
            from nkcorpus.store.sqlite import SqliteStore

            self._store = SqliteStore(self._path, TOOL, create=create)
        return self._store

    def _is_current(self, position: Position) -> bool:
        return position == Position() or self.store.token_at(position.seq) == position.token


def _size(path: Path) -> int:
    """Return the bytes of a file or of all files below a folder, 0 when there is none."""
    try:
        if path.is_dir():
            return sum(file.stat().st_size for file in path.rglob("*") if file.is_file())
        return path.stat().st_size
    except OSError:
        return 0
