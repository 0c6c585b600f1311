"""Keeping a Whoosh index in step with the store."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path

import whoosh

from nkcorpus.config import INDEX_MEMORY
from nkcorpus.index.base import Matches, SearchOptions
from nkcorpus.index.directory import IndexDirectory
from nkcorpus.index.embedded import EmbeddedIndex
from nkcorpus.index.labels import LABELS, Labels
from nkcorpus.index.manifest import VouchedFiles
from nkcorpus.index.whoosh.search import answer
from nkcorpus.index.whoosh.segments import SEGMENTS
from nkcorpus.index.whoosh.snapshot import Snapshot
from nkcorpus.index.wordfiles import VOCABULARY, WordFiles
from nkcorpus.model import Indexable, Position, Removal
from nkcorpus.query import analysis
from nkcorpus.query.ast import Query

INDEX_VERSION = 8
"""Raise it when the schema or what it is filled with changes."""

_NAME = f"whoosh-{INDEX_VERSION}-{analysis.ANALYSIS_VERSION}-{'.'.join(map(str, whoosh.__version__[:2]))}"
_REWRITTEN = frozenset({SEGMENTS, LABELS, *VOCABULARY})


class WhooshIndex(EmbeddedIndex[Snapshot]):
    """Fulfils Index. At most `memory` MB of postings are in memory while they are gathered."""

    def __init__(
        self,
        root: Path,
        corpus_id: str,
        corpus: str,
        memory: int = INDEX_MEMORY,
        notify: Callable[[str], None] = lambda message: None,
    ) -> None:
        super().__init__(IndexDirectory(root, corpus_id, corpus, _NAME, _REWRITTEN, notify=notify))
        self._memory = memory << 20

    def _opened(self, files: VouchedFiles) -> Snapshot:
        return Snapshot(files, WordFiles(files), Labels(files))

    def _answer(self, view: Snapshot, query: Query, options: SearchOptions) -> Matches:
        return answer(view, query, options)

    def _create(self, folder: Path, articles: Iterable[Indexable | Removal], target: Position, jobs: int) -> None:
        from nkcorpus.index.whoosh.writer import create  # not for searching

        create(folder, articles, target, self._memory, jobs)

    def _update(self, changes: Iterable[Indexable | Removal], target: Position, jobs: int) -> None:
        from nkcorpus.index.whoosh.writer import update

        snapshot = self._open()
        with self._reading():
            update(self.path, changes, target, self._memory, jobs, snapshot.documents)
        self.close()
