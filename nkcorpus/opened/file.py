"""What a corpus of one file holds open."""

from __future__ import annotations

import contextlib
import os
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

from nkcorpus import config
from nkcorpus.errors import CorpusError, CorpusLocked, CorpusMissing, CorpusNotWritable, EngineMissing, UsageError
from nkcorpus.index import Index
from nkcorpus.index.engines import ENGINES, EngineName, is_installed, known_engine, open_index
from nkcorpus.model import Position
from nkcorpus.newfile import is_file, is_there
from nkcorpus.opened.base import EngineState, IndexState, Locations, Opened, size_of
from nkcorpus.store import Store
from nkcorpus.version import TOOL

if TYPE_CHECKING:
    from nkcorpus.backup import OnDone
    from nkcorpus.results import CheckReport, RepairReport
    from nkcorpus.store.sqlite import SqliteStore

_MANY = 5_000  # articles that take long enough to index to say so
_LEFT_ALONE = 5.0
"""Seconds for which an index that another process is at work on is searched as it is, without another try."""
_GROWN = 100_000
"""Articles up to which Whoosh answers about as fast as one waits for."""


class OpenedFile(Opened):
    """A corpus file, and its index in the cache folder. `engine` answers in place of the one that the corpus uses."""

    path: Path

    def __init__(
        self, path: Path, cache_dir: Path, notify: Callable[[str], None], engine: EngineName | None = None
    ) -> None:
        super().__init__(str(path), path, cache_dir, notify)
        self._engine = engine
        self._store: SqliteStore | None = None
        self._index: Index | None = None
        self._left_alone_until = 0.0

    @property
    def store(self) -> SqliteStore:
        """See Opened."""
        return self._opened_store()

    def exists(self) -> bool:
        """See Opened."""
        return is_there(self.path)

    def is_at(self, place: str) -> bool:
        """See Opened."""
        path = Path(place)
        return is_there(path) and is_there(self.path) and path.samefile(self.path)

    def created(self, engine: EngineName | None = None) -> Store:
        """See Opened."""
        if engine and not is_installed(engine):
            raise EngineMissing(
                f"{self.path}: the search engine {engine} is not installed: pip install 'nkcorpus[{engine}]',"
                " or take the corpus' own"
            )
        self._make_folder()
        try:
            store = self._opened_store()
        except CorpusMissing:
            store = self._opened_store(create=True)
        if engine and engine != self._chosen():
            if store.position() != Position():
                raise UsageError(
                    f"{self.path}: uses the search engine {self._chosen()}; 'nkcorpus engine {engine}' changes that"
                )
            store.choose_engine(engine)
        return store

    def _make_folder(self) -> None:
        """Make the folder of the user's own corpus, which nobody else makes. Raises CorpusNotWritable."""
        if self.path == config.default_corpus():
            _make(self.path.parent)

    @property
    def index(self) -> Index:
        """See Opened."""
        if self._index is None:
            self._index = self._index_of(self._engine or self._chosen())
        return self._index

    def engines(self) -> list[EngineState]:
        """See Opened."""
        try:
            chosen = self._chosen()
        except EngineMissing:
            chosen = None
        return [self._state_of(name, name == chosen) for name in ENGINES]

    def use_engine(self, name: EngineName, jobs: int = 1) -> None:
        """See Opened."""
        self._close_index()
        self._engine = name
        self.sync(jobs)
        self.store.choose_engine(name)
        self.forget_others()

    def sync(self, jobs: int = 1, *, wait: bool = True) -> Index:
        """See Opened."""
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
            self.notify(f"indexing {behind:,} articles ...")
        try:
            index.sync(store.changes, store.position, self._is_current, jobs, wait=wait)
            if behind > _MANY:  # which take a while: what another process changed before it was read is passed over
                index.sync(store.changes, store.position, self._is_current, jobs, wait=wait)
        except CorpusLocked:
            if wait:
                raise
            self._left_alone_until = time.monotonic() + _LEFT_ALONE
            self.notify(f"another process is indexing; {behind:,} articles that changed are searched as they were")
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
            self.notify(
                f"{count:,} articles are many for the search engine Whoosh; for a faster one: {install}nkcorpus engine"
                " tantivy"
            )

    def rebuild(self, jobs: int = 1) -> None:
        """See Opened."""
        store, index = self.store, self.index
        index.rebuild(store.changes, store.position, jobs)
        self._tell_grown(store.change_count(0))

    @contextlib.contextmanager
    def as_it_is(self) -> Iterator[tuple[Store, Index | None]]:
        """See Opened."""
        from nkcorpus.store.sqlite import SqliteStore

        with closing(SqliteStore(self.path, TOOL, as_is=True)) as store:
            index = None
            with contextlib.suppress(CorpusError, TypeError):  # TypeError: a damaged file may lack the rows
                name = self._engine or known_engine(store.engine, self.path)
                place = os.path.realpath(self.path)
                index = open_index(name, self.cache_dir, store.corpus_id, place, config.index_memory())
            try:
                yield store, index
            finally:
                if index is not None:
                    index.close()

    def locations(self) -> Locations:
        """See Opened."""
        place, size = self.cache_dir, 0
        with contextlib.suppress(CorpusMissing, EngineMissing):
            place, size = Path(self.index.place), self.index.size()
        settings = config.settings_path()
        return Locations(self.path, size_of(self.path), place, size, settings, size_of(settings))

    @contextlib.contextmanager
    def opened_to_read(self, *, is_ours: bool) -> Iterator[Store]:
        """See Opened."""
        from nkcorpus.store.sqlite import SqliteStore

        with closing(SqliteStore(self.path, TOOL, is_ours=is_ours, notify=self.notify)) as store:
            yield store

    def mend(
        self, found: CheckReport | None, confirm: Callable[[RepairReport], bool], on_checked: Callable[[int], None]
    ) -> RepairReport | None:
        """See Opened. Everything is looked at anew, since nobody can write meanwhile."""
        from nkcorpus.mending import mend

        report = mend(self.path, confirm, on_checked)
        if report is not None:
            self.rebuild()
        return report

    def backup(self, target: str, *, force: bool, on_done: OnDone) -> None:
        """See Opened."""
        from nkcorpus.backup import backup

        backup(self.store, self.path, Path(target), force=force, on_done=on_done)

    def find_backup(self, source: str) -> None:
        """See Opened."""
        if not is_file(Path(source)):
            raise CorpusMissing(f"{source}: there is no such file; name a backup")

    def restore(self, source: str, *, on_done: OnDone) -> str | None:
        """See Opened."""
        from nkcorpus.backup import restore

        self.close()
        self._make_folder()
        kept = restore(Path(source), self.path, on_done=on_done)
        return None if kept is None else str(kept)

    def forget_others(self) -> None:
        """See Opened."""
        self.index.clear_others()

    def close(self) -> None:
        """See Opened."""
        self._close_index()
        if self._store is not None:
            self._store.close()
            self._store = None

    def _chosen(self) -> EngineName:
        return known_engine(self.store.engine, self.path)

    def _index_of(self, name: EngineName) -> Index:
        return open_index(
            name,
            self.cache_dir,
            self.store.corpus_id,
            os.path.realpath(self.path),
            config.index_memory(),
            self.notify,
        )

    def _state_of(self, name: EngineName, chosen: bool) -> EngineState:
        if not is_installed(name):
            return EngineState(name, chosen, False, "none", None, 0)
        with closing(self._index_of(name)) as index:
            at = index.position()
            state: IndexState = "none" if at is None else "current" if at == self.store.position() else "behind"
            return EngineState(name, chosen, True, state, Path(index.place), index.size())

    def _close_index(self) -> None:
        if self._index is not None:
            self._index.close()
            self._index = None

    def _opened_store(self, *, create: bool = False) -> SqliteStore:
        if self._store is None:
            from nkcorpus.store.sqlite import SqliteStore

            self._store = SqliteStore(self.path, TOOL, create=create, notify=self.notify)
        return self._store

    def _is_current(self, position: Position) -> bool:
        return position == Position() or self.store.token_at(position.seq) == position.token


def _make(folder: Path) -> None:
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
