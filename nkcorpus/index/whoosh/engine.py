"""Keeping a Whoosh index in step with the store."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path

import whoosh

from nkcorpus.config import INDEX_MEMORY
from nkcorpus.errors import IndexDamaged, NkcorpusError
from nkcorpus.index.analysed import SEPARATOR
from nkcorpus.index.base import DefinitionCount, Matches, SearchOptions
from nkcorpus.index.directory import IndexDirectory
from nkcorpus.index.labels import Labels
from nkcorpus.index.ranking.bm25f import FIELD_WEIGHTS, idf_of
from nkcorpus.index.vocabulary import Vocabulary
from nkcorpus.index.whoosh.search import answer
from nkcorpus.index.whoosh.snapshot import Snapshot
from nkcorpus.model import Indexable, Position, Removal
from nkcorpus.query import analysis, suggest
from nkcorpus.query.ast import Query

INDEX_VERSION = 8
"""Raise it when the schema or what it is filled with changes."""

_NAME = f"whoosh-{INDEX_VERSION}-{analysis.ANALYSIS_VERSION}-{'.'.join(map(str, whoosh.__version__[:2]))}"


class WhooshIndex:
    """Fulfils Index. At most `memory` MB of postings are in memory while they are gathered."""

    def __init__(self, root: Path, corpus_id: str, corpus: str, memory: int = INDEX_MEMORY) -> None:
        self._memory = memory << 20
        self._directory = IndexDirectory(root, corpus_id, corpus, _NAME)
        self._snapshot: Snapshot | None = None

    @property
    def path(self) -> Path:
        """See Index."""
        return self._directory.path

    def position(self) -> Position | None:
        """See Index."""
        try:
            snapshot = self._open()
            with _read_errors(self.path):
                return snapshot.position
        except IndexDamaged:
            return None

    def search(self, query: Query, options: SearchOptions) -> Matches:
        """See Index."""
        snapshot = self._open()
        with _read_errors(self.path):
            return answer(snapshot, query, options)

    def rarity(self, term: str) -> float:
        """See Index."""
        snapshot = self._open()
        with _read_errors(self.path):
            return idf_of(snapshot.count, min(_holders(snapshot, term), snapshot.count))

    def corrections(self, text: str) -> tuple[str, ...]:
        """See Index."""
        snapshot = self._open()

        def holders(word: str) -> int:
            return _holders(snapshot, analysis.stems([word])[0])

        with _read_errors(self.path):
            return suggest.corrections(text, snapshot.vocabulary.words, holders)

    def words_like(self, key: str) -> Sequence[str]:
        """See Index."""
        snapshot = self._open()
        with _read_errors(self.path):
            return snapshot.vocabulary.with_key(key)

    def article_count(self, word: str) -> int:
        """See Index."""
        snapshot = self._open()
        with _read_errors(self.path):
            terms = {token.term for token in analysis.prose().tokens(word)}
            return sum(snapshot.document_frequency(field, term) for field in ("title", "text") for term in terms)

    def definitions(self) -> list[DefinitionCount]:
        """See Index."""
        snapshot = self._open()
        with _read_errors(self.path):
            counted = []
            for term in snapshot.terms_with_prefix("definition", ""):
                acronym, _, long_form = term.partition(SEPARATOR)
                counted.append(
                    DefinitionCount(acronym, long_form, len(snapshot.postings("definition", term).documents))
                )
            return [found for found in counted if found.articles]

    def sync(
        self,
        read: Callable[[int], Iterable[Indexable | Removal]],
        upto: Callable[[], Position],
        is_current: Callable[[Position], bool],
        jobs: int = 1,
    ) -> bool:
        """See Index."""
        with self._directory.locked():
            self.close()
            target = upto()
            position = self.position()
            if position == target:
                return False
            if position is not None and is_current(position):
                try:
                    self._update(read(position.seq), target, jobs)
                    return True
                except IndexDamaged:
                    pass
            self.close()
            from nkcorpus.index.whoosh.writer import create

            with self._directory.replaced() as folder:
                create(folder, read(0), target, self._memory, jobs)
        return True

    def clear(self) -> None:
        """See Index."""
        with self._directory.locked():
            self.close()
            self._directory.clear()

    def clear_others(self) -> None:
        """See Index."""
        with self._directory.locked():
            self._directory.clear_others()

    def close(self) -> None:
        """See Index."""
        if self._snapshot is not None:
            with contextlib.suppress(Exception):  # whatever is wrong with the files, they are let go
                self._snapshot.close()
            self._snapshot = None

    def _open(self) -> Snapshot:
        if self._snapshot is None:
            if not self._directory.is_whole():
                raise IndexDamaged(f"{self.path}: the index is missing or damaged")
            with _read_errors(self.path):
                self._snapshot = Snapshot(self.path, Vocabulary(self.path), Labels(self.path))
        return self._snapshot

    def _update(self, changes: Iterable[Indexable | Removal], target: Position, jobs: int) -> None:
        from nkcorpus.index.whoosh.writer import update

        snapshot = self._open()
        with _read_errors(self.path):
            update(self.path, changes, target, self._memory, jobs, snapshot.documents)
        self.close()
        self._directory.vouch(self.path)


def _holders(snapshot: Snapshot, term: str) -> int:
    """Return about how many articles hold a term: those of the field in which most do."""
    return max(snapshot.document_frequency(field, term) for field in FIELD_WEIGHTS)


@contextlib.contextmanager
def _read_errors(path: Path) -> Iterator[None]:
    """Turn whatever reading a damaged index raises (it can be anything) into IndexDamaged."""
    try:
        yield
    except NkcorpusError:
        raise
    except Exception as error:
        raise IndexDamaged(f"{path}: the index cannot be read ({type(error).__name__}: {error})") from error
