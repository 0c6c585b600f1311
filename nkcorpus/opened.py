"""The store of a corpus and its index, each opened when it is first needed."""

from __future__ import annotations

import contextlib
import os
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Literal, TypeVar

from nkcorpus import config
from nkcorpus.dataclass import dataclass
from nkcorpus.errors import (
    CorpusError,
    CorpusLocked,
    CorpusMissing,
    CorpusNotWritable,
    EngineMissing,
    IndexDamaged,
    UsageError,
)
from nkcorpus.index import Index
from nkcorpus.index.engines import ENGINES, EngineName, is_installed, known_engine, open_index
from nkcorpus.model import Position
from nkcorpus.store import Store
from nkcorpus.version import TOOL

_T = TypeVar("_T")
IndexState = Literal["current", "behind", "none"]
_MANY = 5_000  # articles that take long enough to index to say so
_ATTEMPTS = 10
_LEFT_ALONE = 5.0
"""Seconds for which an index that another process is at work on is searched as it is, without another try."""
_GROWN = 100_000
"""Articles up to which Whoosh answers about as fast as one waits for."""


@dataclass(frozen=True, slots=True)
class Locations:
    """Where a corpus' parts are and how many bytes they take; 0 for what does not exist (yet)."""

    corpus: Path
    corpus_bytes: int
    index: Path
    index_bytes: int
    settings: Path
    settings_bytes: int


@dataclass(frozen=True, slots=True)
class EngineState:
    """A search engine and its index of a corpus. `state` is `current`, `behind` or `none`; `index` is the folder of the
    index, None where the engine is not installed, and `index_bytes` what it takes.
    """

    name: EngineName
    chosen: bool
    installed: bool
    state: IndexState
    index: Path | None
    index_bytes: int


class Opened:
    """What a corpus holds open: its store, and its index, which is brought up to the store by whatever reads it.

    `cache_dir` is where indexes are; `notify` gets a line when something takes a while. `engine` answers in place of
    the one that the corpus uses.
    """

    def __init__(
        self, path: Path, cache_dir: Path, notify: Callable[[str], None], engine: EngineName | None = None
    ) -> None:
        self._path = path
        self._engine = engine
        self.cache_dir = cache_dir
        self._notify = notify
        self._store: Store | None = None
        self._index: Index | None = None
        self._left_alone_until = 0.0

    @property
    def store(self) -> Store:
        """The store. Raises CorpusMissing where there is none, CorpusError where it cannot be used."""
        return self._opened_store()

    def created(self, engine: EngineName | None = None) -> Store:
        """Return the store, made if there is none: no file, or what the killed making of one left.

        A corpus that never had an article takes `engine`. Raises EngineMissing, UsageError where another one is used.
        """
        if engine and not is_installed(engine):
            raise EngineMissing(
                f"{self._path}: the search engine {engine} is not installed: pip install 'nkcorpus[{engine}]',"
                " or take the corpus' own"
            )
        self.make_folder()
        try:
            store = self._opened_store()
        except CorpusMissing:
            store = self._opened_store(create=True)
        if engine and engine != self._chosen():
            if store.position() != Position():
                raise UsageError(
                    f"{self._path}: uses the search engine {self._chosen()}; 'nkcorpus engine {engine}' changes that"
                )
            store.choose_engine(engine)
        return store

    def make_folder(self) -> None:
        """Make the folder of the user's own corpus, which nobody else makes. Raises CorpusNotWritable."""
        if self._path == config.default_corpus():
            _make_folder(self._path.parent)

    @property
    def index(self) -> Index:
        """The index as it is, which may be behind the store."""
        if self._index is None:
            self._index = self._index_of(self._engine or self._chosen())
        return self._index

    def engines(self) -> list[EngineState]:
        """Return all engines, with the state of their indexes. Raises CorpusError."""
        try:
            chosen = self._chosen()
        except EngineMissing:
            chosen = None
        return [self._state_of(name, name == chosen) for name in ENGINES]

    def use_engine(self, name: EngineName, jobs: int = 1) -> None:
        """Index the corpus with an engine, make it the corpus' own, and delete what others have indexed.

        Raises EngineMissing, CorpusError.
        """
        self._close_index()
        self._engine = name
        self.sync(jobs)
        self.store.choose_engine(name)
        self.forget_others()

    def sync(self, jobs: int = 1, *, wait: bool = True) -> Index:
        """Return the index, brought up to the store's newest change by `jobs` processes.

        Without `wait`, an index that can be searched is left as it is when another process is at work on it for longer
        than seconds. Raises CorpusLocked when it is for minutes.
        """
        store, index = self.store, self.index
        at = index.position()
        if at == store.position():
            return index
        is_usable = at is not None and self._is_current(at)
        wait = wait or not is_usable
        if not wait and time.monotonic() < self._left_alone_until:
            return index
        behind = store.change_count(at.seq if at and is_usable else 0)
        if behind > _MANY:
            self._notify(f"indexing {behind:,} articles ...")
        try:
            index.sync(store.changes, store.position, self._is_current, jobs, wait=wait)
            if behind > _MANY:  # which take a while: what another process changed before it was read is passed over
                index.sync(store.changes, store.position, self._is_current, jobs, wait=wait)
        except CorpusLocked:
            if wait:
                raise
            self._left_alone_until = time.monotonic() + _LEFT_ALONE
            self._notify(f"another process is indexing; {behind:,} articles that changed are searched as they were")
            return index
        self._tell_grown(behind)
        return index

    def _tell_grown(self, indexed: int) -> None:
        """Name the engine for many articles where there are many, each time that their number may have grown."""
        if not indexed or (self._engine or self._chosen()) != "whoosh":
            return
        count = self.store.change_count(0)
        if count > _GROWN:
            install = "" if is_installed("tantivy") else "pip install 'nkcorpus[tantivy]', then "
            self._notify(
                f"{count:,} articles are many for the search engine Whoosh; for a faster one: {install}nkcorpus engine"
                " tantivy"
            )

    def reading(self, work: Callable[[Index], _T]) -> _T:
        """Return what `work` does with the index; one that cannot be right is built anew, once."""
        failures = 0
        for attempt in range(_ATTEMPTS):
            index = self.sync(wait=attempt > 0)
            try:
                return work(index)
            except IndexDamaged:
                # Another process may have removed what was found, or put another index in the place of the open one.
                failures += index.position() == self.store.position()
                index.close()
                if failures > 1:
                    break
        self._notify("the index is damaged; building it anew ...")
        self.rebuild()
        return work(self.index)

    def rebuild(self, jobs: int = 1) -> None:
        """Build the index anew from the store."""
        store, index = self.store, self.index
        index.rebuild(store.changes, store.position, jobs)
        self._tell_grown(store.change_count(0))

    @contextlib.contextmanager
    def as_it_is(self) -> Iterator[tuple[Store, Index | None]]:
        """Yield the store, however damaged, and its index, None where that cannot be told or is not installed.

        Nothing is migrated, synchronised or repaired. Raises CorpusError where SQLite cannot open the file.
        """
        from nkcorpus.store.sqlite import SqliteStore

        with contextlib.closing(SqliteStore(self._path, TOOL, as_is=True)) as store:
            index = None
            with contextlib.suppress(CorpusError, TypeError):  # TypeError: a damaged file may lack the rows
                name = self._engine or known_engine(store.engine, self._path)
                place = os.path.realpath(self._path)
                index = open_index(name, self.cache_dir, store.corpus_id, place, config.index_memory())
            try:
                yield store, index
            finally:
                if index is not None:
                    index.close()

    def locations(self) -> Locations:
        """Return where the corpus, its index and the settings file are, and their sizes."""
        index = self.cache_dir
        with contextlib.suppress(CorpusMissing, EngineMissing):
            index = self.index.path
        settings = config.settings_path()
        return Locations(self._path, _size(self._path), index, _size(index), settings, _size(settings))

    def forget_others(self) -> None:
        """Delete what other engines than the one in use have indexed: it may hold what is gone from the corpus."""
        self.index.clear_others()

    def close(self) -> None:
        """Let go of all files."""
        self._close_index()
        if self._store is not None:
            self._store.close()
            self._store = None

    def _chosen(self) -> EngineName:
        return known_engine(self.store.engine, self._path)

    def _index_of(self, name: EngineName) -> Index:
        return open_index(
            name,
            self.cache_dir,
            self.store.corpus_id,
            os.path.realpath(self._path),
            config.index_memory(),
            self._notify,
        )

    def _state_of(self, name: EngineName, chosen: bool) -> EngineState:
        if not is_installed(name):
            return EngineState(name, chosen, False, "none", None, 0)
        with contextlib.closing(self._index_of(name)) as index:
            at = index.position()
            state: IndexState = "none" if at is None else "current" if at == self.store.position() else "behind"
            return EngineState(name, chosen, True, state, index.path, _size(index.path))

    def _close_index(self) -> None:
        if self._index is not None:
            self._index.close()
            self._index = None

    def _opened_store(self, *, create: bool = False) -> Store:
        if self._store is None:
            from nkcorpus.store.sqlite import SqliteStore

            self._store = SqliteStore(self._path, TOOL, create=create, notify=self._notify)
        return self._store

    def _is_current(self, position: Position) -> bool:
        return position == Position() or self.store.token_at(position.seq) == position.token


def _make_folder(folder: Path) -> None:
    """Make a folder and those that it lies in, so that a power cut leaves them. Raises CorpusNotWritable."""
    missing = [one for one in (folder, *folder.parents) if not one.exists()]
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for made in missing if os.name == "posix" else ():
            parent = os.open(made.parent, os.O_RDONLY)
            try:
                os.fsync(parent)
            finally:
                os.close(parent)
    except OSError as error:
        raise CorpusNotWritable(f"{folder}: cannot be made ({error.strerror}); name a corpus with -C") from None


def _size(path: Path) -> int:
    """Return the bytes of a file or of all files below a folder, 0 when there is none."""
    try:
        if path.is_dir():
            return sum(file.stat().st_size for file in path.rglob("*") if file.is_file())
        return path.stat().st_size
    except OSError:
        return 0
