"""Keeping a tantivy index in step with the store."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import tantivy
from tantivy.tantivy import __version__

from nkcorpus.config import INDEX_MEMORY
from nkcorpus.errors import IndexDamaged
from nkcorpus.index.base import Matches, SearchOptions
from nkcorpus.index.candidates.search import Search
from nkcorpus.index.directory import IndexDirectory
from nkcorpus.index.embedded import EmbeddedIndex
from nkcorpus.index.labels import LABELS
from nkcorpus.index.manifest import VouchedFiles
from nkcorpus.index.tantivy import recordfile
from nkcorpus.index.tantivy.reader import META_FILE, STATISTICS, Reader, is_panic
from nkcorpus.index.tantivy.schema import new_schema
from nkcorpus.index.tantivy.silence import silenced
from nkcorpus.index.wordfiles import VOCABULARY
from nkcorpus.model import Indexable, Position, Removal
from nkcorpus.query import analysis
from nkcorpus.query.ast import Query

INDEX_VERSION = 3
"""Raise it when the schema or what it is filled with changes."""

_NAME = f"tantivy-{INDEX_VERSION}-{analysis.ANALYSIS_VERSION}-{'.'.join(re.findall('[0-9]+', __version__)[:2])}"
_REWRITTEN = frozenset({META_FILE, STATISTICS, ".managed.json", LABELS, *VOCABULARY})
_LEFT_BEHIND = 2
"""The index is built anew when its records are so many times its articles."""
_FEW = 1_000  # records for which that does not matter


class TantivyIndex(EmbeddedIndex[Reader]):
    """Fulfils Index. Postings are gathered in `memory` MB, 15 at least."""

    def __init__(
        self,
        root: Path,
        corpus_id: str,
        corpus: str,
        memory: int = INDEX_MEMORY,
        notify: Callable[[str], None] = lambda message: None,
    ) -> None:
        super().__init__(
            IndexDirectory(root, corpus_id, corpus, _NAME, _REWRITTEN, frozenset({recordfile.FILE}), notify)
        )
        self._memory = memory

    def _opened(self, files: VouchedFiles) -> Reader:
        return Reader(files)

    def _answer(self, view: Reader, query: Query, options: SearchOptions) -> Matches:
        return Search(view, query, options).answer()

    def _create(self, folder: Path, articles: Iterable[Indexable | Removal], target: Position, jobs: int) -> None:
        from nkcorpus.index.tantivy.writer import write_errors  # not for searching

        (folder / recordfile.FILE).write_bytes(recordfile.BEGIN)
        with write_errors(folder):
            index = tantivy.Index(new_schema(), path=str(folder))
        self._fill(index, folder, articles, target, jobs)

    def _update(self, changes: Iterable[Indexable | Removal], target: Position, jobs: int) -> None:
        known = self._open().statistics.records
        self.close()
        with self._reading():
            index = tantivy.Index.open(str(self.path))
        try:
            self._fill(index, self.path, changes, target, jobs, known)
        except IndexDamaged:
            raise
        except BaseException:
            self._directory.vouch()  # for what a broken-off update put back
            raise

    def _fill(
        self,
        index: tantivy.Index,
        folder: Path,
        changes: Iterable[Indexable | Removal],
        target: Position,
        jobs: int,
        known: int | None = None,
    ) -> None:
        from nkcorpus.index.tantivy.writer import fill  # not for searching

        fill(index, folder, changes, target, self._memory, jobs, known)

    def _is_worth_an_update(self, view: Reader) -> bool:
        counts = view.statistics
        return counts.records <= max(_FEW, _LEFT_BEHIND * counts.articles)

    @contextlib.contextmanager
    def _reading(self) -> Iterator[None]:
        try:
            with silenced(), super()._reading():
                yield
        except BaseException as error:
            if is_panic(error):
                raise self._damaged(error) from error
            raise
