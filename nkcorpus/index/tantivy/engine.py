"""Keeping a tantivy index in step with the store."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path

import tantivy
from tantivy.tantivy import __version__

from nkcorpus.config import INDEX_MEMORY
from nkcorpus.errors import IndexDamaged, NkcorpusError
from nkcorpus.index.analysed import SEPARATOR
from nkcorpus.index.base import DefinitionCount, Matches, SearchOptions
from nkcorpus.index.directory import IndexDirectory
from nkcorpus.index.ranking.bm25f import FIELD_WEIGHTS, idf_of
from nkcorpus.index.tantivy import records
from nkcorpus.index.tantivy.reader import Query as Native
from nkcorpus.index.tantivy.reader import Reader, is_panic
from nkcorpus.index.tantivy.schema import new_schema, token
from nkcorpus.index.tantivy.search import answer
from nkcorpus.index.tantivy.silence import silenced
from nkcorpus.model import Indexable, Position, Removal
from nkcorpus.query import analysis, suggest
from nkcorpus.query.ast import Query

INDEX_VERSION = 2
"""Raise it when the schema or what it is filled with changes."""

_NAME = f"tantivy-{INDEX_VERSION}-{analysis.ANALYSIS_VERSION}-{'.'.join(re.findall('[0-9]+', __version__)[:2])}"
_LEFT_BEHIND = 2
"""The index is built anew when its records are so many times its articles."""
_FEW = 1_000  # records for which that does not matter


class TantivyIndex:
    """Fulfils Index. Postings are gathered in `memory` MB, 15 at least."""

    def __init__(self, root: Path, corpus_id: str, corpus: str, memory: int = INDEX_MEMORY) -> None:
        self._directory = IndexDirectory(root, corpus_id, corpus, _NAME)
        self._memory = memory
        self._reader: Reader | None = None

    @property
    def path(self) -> Path:
        """See Index."""
        return self._directory.path

    def position(self) -> Position | None:
        """See Index."""
        try:
            reader = self._open()
            with _read_errors(self.path):
                return reader.position
        except IndexDamaged:
            return None

    def search(self, query: Query, options: SearchOptions) -> Matches:
        """See Index."""
        reader = self._open()
        with _read_errors(self.path):
            return answer(reader, query, options)

    def rarity(self, term: str) -> float:
        """See Index."""
        reader = self._open()
        with _read_errors(self.path):
            return idf_of(reader.count, min(_holders(reader, term), reader.count))

    def corrections(self, text: str) -> tuple[str, ...]:
        """See Index."""
        reader = self._open()

        def holders(word: str) -> int:
            return _holders(reader, analysis.stems([word])[0])

        with _read_errors(self.path):
            return suggest.corrections(text, reader.vocabulary.words, holders)

    def words_like(self, key: str) -> Sequence[str]:
        """See Index."""
        reader = self._open()
        with _read_errors(self.path):
            return reader.vocabulary.with_key(key)

    def article_count(self, word: str) -> int:
        """See Index."""
        reader = self._open()
        with _read_errors(self.path):
            terms = {one.term for one in analysis.prose().tokens(word)}
            return sum(reader.document_frequency(field, term) for field in FIELD_WEIGHTS for term in terms)

    def definitions(self) -> list[DefinitionCount]:
        """See Index."""
        reader = self._open()
        with _read_errors(self.path):
            counted = []
            for term in reader.terms_with_prefix("definition", ""):
                acronym, _, long_form = term.partition(SEPARATOR)
                query = Native.term_query(reader.schema, "definition", token(term), "basic")
                counted.append(DefinitionCount(acronym, long_form, reader.matches(query)))
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
            if position is not None and is_current(position) and not self._is_littered():
                try:
                    self._update(read(position.seq), target, jobs)
                    return True
                except IndexDamaged:
                    pass
            self.close()
            with self._directory.replaced() as folder:
                (folder / records.FILE).write_bytes(records.BEGIN)
                index = tantivy.Index(new_schema(), path=str(folder))
                self._fill(index, folder, read(0), target, jobs)
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
        if self._reader is not None:
            self._reader.close()
            self._reader = None

    def _open(self) -> Reader:
        if self._reader is None:
            if not self._directory.is_whole():
                raise IndexDamaged(f"{self.path}: the index is missing or damaged")
            with _read_errors(self.path):
                self._reader = Reader(self.path)
        return self._reader

    def _is_littered(self) -> bool:
        counts = self._open().statistics
        return counts.records > max(_FEW, _LEFT_BEHIND * counts.articles)

    def _update(self, changes: Iterable[Indexable | Removal], target: Position, jobs: int) -> None:
        known = self._open().statistics.records
        self.close()
        with _read_errors(self.path):
            index = tantivy.Index.open(str(self.path))
        try:
            self._fill(index, self.path, changes, target, jobs, known)
        finally:
            self._directory.vouch(self.path)  # also for what a broken-off update put back

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


def _holders(reader: Reader, term: str) -> int:
    """Return about how many articles hold a term: those of the field in which most do."""
    return max(reader.document_frequency(field, term) for field in FIELD_WEIGHTS)


@contextlib.contextmanager
def _read_errors(path: Path) -> Iterator[None]:
    """Turn whatever reading a damaged index raises (it can be anything) into IndexDamaged."""
    try:
        with silenced():
            yield
    except NkcorpusError:
        raise
    except BaseException as error:
        if isinstance(error, Exception) or is_panic(error):
            raise IndexDamaged(f"{path}: the index cannot be read ({type(error).__name__}: {error})") from error
        raise
