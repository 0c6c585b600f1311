"""What a corpus in a cluster holds open: its store and its index are both there."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from nkcorpus import config
from nkcorpus.checking import INDEX, check
from nkcorpus.cluster.address import ClusterAddress, is_cluster_address
from nkcorpus.cluster.client import Cluster
from nkcorpus.errors import AccessDenied, CorpusDamaged, CorpusLocked, CorpusMissing, CorpusNotWritable, UsageError
from nkcorpus.index import Index
from nkcorpus.index.engines import EngineName
from nkcorpus.index.opensearch import OpenSearchIndex
from nkcorpus.model import Indexable, Position, Removal
from nkcorpus.opened.base import EngineState, IndexSize, IndexState, Locations, Opened, size_of
from nkcorpus.results import Problem, RepairReport
from nkcorpus.store import Store
from nkcorpus.store.opensearch.mending import MENDED
from nkcorpus.store.opensearch.store import OpenSearchStore
from nkcorpus.version import TOOL

if TYPE_CHECKING:
    from nkcorpus.backup import OnDone
    from nkcorpus.results import CheckReport

_WAIT_SECONDS = 600.0
"""How long it is waited for others to finish what they have begun to write; a dead one's is finished before that."""
_TOLD_AFTER = 2.0
_POLL_SECONDS = 0.1
_SNAPSHOTS = 5
"""Snapshots that are begun before it is given up to make one while nobody writes."""


class OpenedCluster(Opened):
    """A corpus in a cluster, which OpenSearch searches: every change goes to the index when it is committed."""

    _index: OpenSearchIndex | None
    _store: OpenSearchStore | None

    def __init__(
        self, address: str, cache_dir: Path, notify: Callable[[str], None], engine: EngineName | None = None
    ) -> None:
        """Name a corpus. Raises UsageError for a bad address, or an engine of files."""
        self._address = ClusterAddress.parse(address)
        super().__init__(str(self._address), None, cache_dir, notify)
        self._refuse(engine)
        self._cluster = Cluster(self._address, notify)
        self._store = None
        self._index = None
        self._has_put = False

    @property
    def store(self) -> OpenSearchStore:
        """See Opened."""
        return self._opened_store()

    @property
    def index(self) -> OpenSearchIndex:
        """See Opened."""
        if self._index is None:
            self._index = OpenSearchIndex(self._cluster, self.notify)
        return self._index

    def exists(self) -> bool:
        """See Opened."""
        from nkcorpus.cluster.sizes import sizes

        return bool(sizes(self._cluster))

    def is_at(self, place: str) -> bool:
        """See Opened. One cluster may answer under several addresses."""
        if not is_cluster_address(place):
            return False
        other = ClusterAddress.parse(place)
        if other.name != self._address.name:
            return False
        if other == self._address:
            return True
        with closing(Cluster(other)) as cluster:
            return _uuid(cluster) == _uuid(self._cluster)

    def created(self, engine: EngineName | None = None) -> Store:
        """See Opened."""
        self._refuse(engine)
        try:
            return self._opened_store()
        except CorpusMissing:
            store = self._opened_store(create=True)
        self.sync()  # of nothing yet: from now on the index follows
        return store

    @contextlib.contextmanager
    def opened_to_read(self, *, is_ours: bool) -> Iterator[Store]:
        """See Opened."""
        try:
            yield self.store
        finally:
            self.close()

    def sync(self, jobs: int = 1, *, wait: bool = True) -> OpenSearchIndex:
        """See Opened. What a killed writer has stored and not indexed is indexed now.

        An index that can be searched is left as it is where nothing can be written.
        """
        store, index = self.store, self.index
        at = index.position()
        is_usable = at is not None and self._is_current(at)
        try:
            store.recover()
            # Whoever wrote has put it into the index: what is left is to have it found. Of what was put here the
            # position does not tell while somebody else writes.
            newest = store.position()
            if is_usable and (at != newest or self._has_put):
                is_usable = index.advance(newest, self._is_current)
            if not is_usable:
                index.sync(store.changes, self._settled, self._is_current, jobs)
            self._has_put = False
        except (CorpusNotWritable, AccessDenied) as error:
            if not is_usable:
                raise
            self.notify(f"what came last may not be found: {error}")
        return index

    def rebuild(self, jobs: int = 1) -> None:
        """See Opened. Others may write and search meanwhile."""
        self.index.rebuild(self.store.changes, self._settled, jobs)

    def engines(self) -> list[EngineState]:
        """See Opened."""
        store, index = self.store, self.index
        at = index.position()
        state: IndexState = "none" if at is None else "current" if at == store.position() else "behind"
        return [EngineState("opensearch", True, True, state, index.place, index.size())]

    def use_engine(self, name: EngineName, jobs: int = 1) -> None:
        """See Opened: there is no choice."""
        self._refuse(name)

    def forget_others(self) -> None:
        """See Opened."""
        self.index.clear_others()

    @contextlib.contextmanager
    def as_it_is(self) -> Iterator[tuple[Store, Index | None]]:
        """See Opened."""
        if not self.exists():
            raise self._missing()
        with closing(OpenSearchStore(self._cluster, TOOL, as_is=True)) as store:
            yield store, self.index

    def mend(
        self, found: CheckReport | None, confirm: Callable[[RepairReport], bool], on_checked: Callable[[int], None]
    ) -> RepairReport | None:
        """See Opened. What follows from articles is made anew in its place; the rest only a snapshot can bring back."""
        store = self.store
        if found is None:
            raise CorpusDamaged(f"{self.address}: cannot be read; restore a snapshot of it")
        mendable = (*MENDED, INDEX)
        to_mend = tuple(problem for problem in found.problems if problem.kind in mendable)
        left = tuple(problem for problem in found.problems if problem.kind not in mendable)
        after = replace(found, problems=left, found=found.found - len(to_mend))
        if not confirm(RepairReport(to_mend, (), (), after)):
            return None
        mended: list[Problem] = []
        while any(problem.kind in MENDED for problem in found.problems):  # of which a check tells the first
            mended += store.mend(found.problems)
            found = check(store, on_checked=on_checked)
        if any(problem.kind == INDEX for problem in to_mend):
            self.rebuild()
        return RepairReport(tuple(mended), (), (), check(store, self.index, on_checked=on_checked))

    def tidy(self) -> tuple[Problem, ...]:
        """See Opened."""
        return tuple(self.store.mend(()))

    def backup(self, target: str, *, force: bool, on_done: OnDone) -> None:
        """See Opened. A snapshot is of a moment at which nobody writes, which is waited for.

        Raises CorpusLocked where others write without a pause.
        """
        from nkcorpus.cluster import snapshots

        address = snapshots.SnapshotAddress.parse(target)
        if force:
            raise UsageError(f"{address}: no snapshot is replaced; give another name, without --force")
        store = self.store
        for _ in range(_SNAPSHOTS):
            before = self._settled().seq
            is_still = snapshots.take(
                self._cluster, address, store.schema, lambda done, total: on_done(done, total, "shards saved")
            )
            if is_still and store.allocated() == before:
                return
            snapshots.delete(self._cluster, address)
            self.notify("others wrote meanwhile; making the snapshot anew ...")
        raise CorpusLocked(f"{self.address}: others write without a pause; run the same again when they are done")

    def find_backup(self, source: str) -> None:
        """See Opened."""
        from nkcorpus.cluster import snapshots

        snapshots.found(self._cluster, snapshots.SnapshotAddress.parse(source))

    def restore(self, source: str, *, on_done: OnDone) -> str | None:
        """See Opened."""
        from nkcorpus.cluster import snapshots

        address = snapshots.SnapshotAddress.parse(source)
        snapshot = snapshots.found(self._cluster, address)
        kept = snapshots.set_aside(self._cluster)
        try:
            snapshots.restore(
                self._cluster, address, snapshot, lambda done, total: on_done(done, total, "shards restored")
            )
        except BaseException:
            if kept is not None:
                self.notify(f"{self.address}: what was there is now {kept}")
            raise
        self.close()
        return kept

    def locations(self) -> Locations:
        """See Opened."""
        from nkcorpus.cluster.sizes import sizes

        found = [
            IndexSize(self._cluster.index_of(size.part), size.bytes, size.documents) for size in sizes(self._cluster)
        ]
        settings = config.settings_path()
        return Locations(
            self.address,
            sum(one.bytes for one in found),
            self.index.place,
            self.index.size() if found else 0,
            settings,
            size_of(settings),
            tuple(found),
        )

    def close(self) -> None:
        """See Opened."""
        if self._index is not None:
            self._index.close()
            self._index = None
        if self._store is not None:
            self._store.close()
            self._store = None
        self._cluster.close()

    def _opened_store(self, *, create: bool = False) -> OpenSearchStore:
        if self._store is None:
            try:
                self._store = OpenSearchStore(self._cluster, TOOL, create=create, on_changed=self._follow)
            except CorpusMissing:
                if self.exists():  # in part
                    raise
                raise self._missing() from None
        return self._store

    def _missing(self) -> CorpusMissing:
        return CorpusMissing(f"{self.address}: there is no such corpus; 'nkcorpus ingest' makes one")

    def _follow(self, changes: Sequence[Indexable | Removal]) -> None:
        """Put what is being committed into the index."""
        self.index.put(changes)
        self._has_put = True

    def _is_current(self, position: Position) -> bool:
        return position == Position() or self.store.token_at(position.seq) == position.token

    def _settled(self) -> Position:
        """Return the position when all is done that is begun by now. Raises CorpusLocked where that takes too long."""
        store = self.store
        allocated, began, is_told = store.allocated(), time.monotonic(), False
        while (position := store.position()).seq < allocated:
            store.recover()
            waited = time.monotonic() - began
            if waited > _TOLD_AFTER and not is_told:
                self.notify("waiting for others that are writing ...")
                is_told = True
            if waited > _WAIT_SECONDS:
                raise CorpusLocked(
                    f"{self.address}: others have been writing for over {_WAIT_SECONDS:g} s; run the"
                    " same again when they are done"
                )
            time.sleep(_POLL_SECONDS)
        return position

    def _refuse(self, engine: EngineName | None) -> None:
        if engine is not None:
            raise UsageError(
                f"{self.address}: is searched by OpenSearch; {engine} is for files ('nkcorpus copy' makes one of it)"
            )


def _uuid(cluster: Cluster) -> str:
    with cluster.errors():
        return str(cluster.raw().info()["cluster_uuid"])
