"""What a corpus holds open, wherever it is."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import TYPE_CHECKING, Literal, TypeVar

from nkcorpus.dataclass import dataclass
from nkcorpus.errors import IndexDamaged
from nkcorpus.index import Index
from nkcorpus.index.engines import EngineName
from nkcorpus.store import Store

if TYPE_CHECKING:
    from nkcorpus.backup import OnDone
    from nkcorpus.results import CheckReport, Problem, RepairReport

_T = TypeVar("_T")
IndexState = Literal["current", "behind", "none"]
_ATTEMPTS = 10


@dataclass(frozen=True, slots=True)
class IndexSize:
    """An index of OpenSearch's: its name, the bytes that it takes with its replicas, and its documents."""

    name: str
    bytes: int
    documents: int


@dataclass(frozen=True, slots=True)
class Locations:
    """Where a corpus' parts are and how many bytes they take; 0 for what does not exist (yet).

    In a cluster `corpus` is an address, `index` the name of an OpenSearch index, and `indices` are all of the corpus.
    """

    corpus: Path | str
    corpus_bytes: int
    index: Path | str
    index_bytes: int
    settings: Path
    settings_bytes: int
    indices: tuple[IndexSize, ...] = ()


@dataclass(frozen=True, slots=True)
class EngineState:
    """A search engine and its index of a corpus. `state` is `current`, `behind` or `none`; `index` is where the index
    is, None where the engine is not installed, and `index_bytes` what it takes.
    """

    name: EngineName | Literal["opensearch"]
    chosen: bool
    installed: bool
    state: IndexState
    index: Path | str | None
    index_bytes: int


class Opened(ABC):
    """The store of a corpus and its index, which is brought up to the store by whatever reads it. Each is opened when
    it is first needed.

    `address` names the corpus, as a path or an address; `path` is its file, None for one in a cluster. `cache_dir` is
    where is kept what is of this machine; `notify` gets a line when something takes a while.
    """

    def __init__(self, address: str, path: Path | None, cache_dir: Path, notify: Callable[[str], None]) -> None:
        self.address = address
        self.path = path
        self.cache_dir = cache_dir
        self.notify = notify

    @property
    @abstractmethod
    def store(self) -> Store:
        """The store. Raises CorpusMissing where there is none, CorpusError where it cannot be used."""

    @property
    @abstractmethod
    def index(self) -> Index:
        """The index as it is, which may be behind the store."""

    @abstractmethod
    def exists(self) -> bool:
        """Tell whether there is something under this name, be it a corpus or not."""

    @abstractmethod
    def is_at(self, place: str) -> bool:
        """Tell whether a path or an address is that of this very corpus. Raises UsageError, CorpusError."""

    @abstractmethod
    def created(self, engine: EngineName | None = None) -> Store:
        """Return the store, made if there is none, or what the killed making of one left.

        A corpus that never had an article takes `engine`. Raises EngineMissing, UsageError where another one is used.
        """

    @abstractmethod
    def opened_to_read(self, *, is_ours: bool) -> AbstractContextManager[Store]:
        """Give the store for reading only. `is_ours` tells that a file may be brought to the newest schema."""

    @abstractmethod
    def sync(self, jobs: int = 1, *, wait: bool = True) -> Index:
        """Return the index, brought up to the store's newest change by `jobs` processes.

        Without `wait`, an index that can be searched is left as it is when another process is at work on it for longer
        than seconds. Raises CorpusLocked when it is for minutes.
        """

    @abstractmethod
    def rebuild(self, jobs: int = 1) -> None:
        """Build the index anew from the store."""

    @abstractmethod
    def engines(self) -> list[EngineState]:
        """Return all engines that the corpus can have, with the state of their indexes. Raises CorpusError."""

    @abstractmethod
    def use_engine(self, name: EngineName, jobs: int = 1) -> None:
        """Index the corpus with an engine, make it the corpus' own, and delete what others have indexed.

        Raises EngineMissing, UsageError, CorpusError.
        """

    @abstractmethod
    def forget_others(self) -> None:
        """Delete what other engines than the one in use have indexed: it may hold what is gone from the corpus."""

    @abstractmethod
    def as_it_is(self) -> AbstractContextManager[tuple[Store, Index | None]]:
        """Give the store, however damaged, and its index, None where that cannot be told or is not installed.

        Nothing is migrated, synchronised or repaired. Raises CorpusError where the store cannot be opened at all.
        """

    @abstractmethod
    def mend(
        self, found: CheckReport | None, confirm: Callable[[RepairReport], bool], on_checked: Callable[[int], None]
    ) -> RepairReport | None:
        """Make a damaged store whole, and its index, if `confirm` says so, and return what was done; None if it did
        not. `found` is what a check found, None where there could be none.

        Raises CorpusError where it is no corpus, nothing can be read, or nothing be written.
        """

    def tidy(self) -> tuple[Problem, ...]:
        """Clear what killed writers have left of a store without problems, and return what that was."""
        return ()

    @abstractmethod
    def backup(self, target: str, *, force: bool, on_done: OnDone) -> None:
        """Write the corpus, as it is at this moment, to a file or a snapshot, and check that.

        `force` replaces a file. Raises UsageError, CorpusError.
        """

    @abstractmethod
    def find_backup(self, source: str) -> None:
        """Raise CorpusMissing where there is no such backup, UsageError where it can be none of this corpus."""

    @abstractmethod
    def restore(self, source: str, *, on_done: OnDone) -> str | None:
        """Make a backup this corpus; return where the one that was there is kept, None without one.

        Raises UsageError, CorpusError; then nothing is changed.
        """

    @abstractmethod
    def locations(self) -> Locations:
        """Return where the corpus, its index and the settings file are, and their sizes."""

    @abstractmethod
    def close(self) -> None:
        """Let go of all files and connections."""

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
        self.notify("the index is damaged; building it anew ...")
        self.rebuild()
        return work(self.index)


def size_of(file: Path) -> int:
    """Return the bytes of a file, 0 when there is none."""
    try:
        return file.stat().st_size
    except OSError:
        return 0
