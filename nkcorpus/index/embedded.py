"""What the engines have in common that keep an index in a folder of the cache."""

from __future__ import annotations

import contextlib
from abc import ABC, abstractmethod
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Generic, Protocol, TypeVar

from nkcorpus.errors import IndexDamaged, IndexNotWritable, NkcorpusError
from nkcorpus.index.analysed import SEPARATOR
from nkcorpus.index.base import DefinitionCount, Matches, SearchOptions
from nkcorpus.index.directory import IndexDirectory
from nkcorpus.index.manifest import VouchedFiles
from nkcorpus.index.ranking.bm25f import FIELD_WEIGHTS, idf_of
from nkcorpus.index.vocabulary import Vocabulary
from nkcorpus.model import Indexable, Position, Removal
from nkcorpus.query import analysis, suggest
from nkcorpus.query.ast import Query


class View(Protocol):
    """An open index as it was when it was opened."""

    @property
    def vocabulary(self) -> Vocabulary:
        """All words."""

    @property
    def count(self) -> int:
        """The number of articles."""

    @property
    def position(self) -> Position | None:
        """The change up to which the index was filled."""

    def document_frequency(self, field: str, term: str) -> int:
        """Return how many documents hold a term in a field, those deleted since included."""

    def article_frequency(self, field: str, term: str) -> int:
        """Return how many articles hold a term in a field."""

    def terms_with_prefix(self, field: str, prefix: str) -> list[str]:
        """Return the terms of a field that start with `prefix`, in no order."""

    def close(self) -> None:
        """Let go of the files."""


V = TypeVar("V", bound=View)


class EmbeddedIndex(ABC, Generic[V]):
    """Fulfils Index, given how an engine opens, makes, updates and asks an index. See Index for what methods do."""

    def __init__(self, directory: IndexDirectory) -> None:
        self._directory = directory
        self._view: V | None = None

    @abstractmethod
    def _opened(self, files: VouchedFiles) -> V:
        """Open the index in its folder; raise whatever comes of damage."""

    @abstractmethod
    def _answer(self, view: V, query: Query, options: SearchOptions) -> Matches:
        """Answer a query."""

    @abstractmethod
    def _create(self, folder: Path, articles: Iterable[Indexable | Removal], target: Position, jobs: int) -> None:
        """Make an index in an empty folder."""

    @abstractmethod
    def _update(self, changes: Iterable[Indexable | Removal], target: Position, jobs: int) -> None:
        """Bring the index up to `target`, without a new manifest. Raises IndexDamaged."""

    def _is_worth_an_update(self, view: V) -> bool:
        """Tell whether the index is not rather to be made anew."""
        return True

    @property
    def path(self) -> Path:
        """The folder that holds it."""
        return self._directory.path

    @property
    def place(self) -> str:
        """See Index."""
        return str(self.path)

    def is_there(self) -> bool:
        """See Index."""
        return self.path.is_dir() and any(self.path.iterdir())

    def size(self) -> int:
        """See Index."""
        return self._directory.size()

    def position(self) -> Position | None:
        """See Index."""
        try:
            view = self._open()
            with self._reading():
                return view.position
        except IndexDamaged:
            return None

    def search(self, query: Query, options: SearchOptions) -> Matches:
        """See Index."""
        view = self._open()
        with self._reading():
            return self._answer(view, query, options)

    def rarities(self, terms: Collection[str]) -> Mapping[str, float]:
        """See Index."""
        view = self._open()
        with self._reading():
            return {term: idf_of(view.count, min(_holders(view, term), view.count)) for term in terms}

    def corrections(self, text: str) -> tuple[str, ...]:
        """See Index."""
        view = self._open()

        def holders(words: Collection[str]) -> dict[str, int]:
            return {word: _holders(view, stem) for word, stem in zip(words, analysis.stems(list(words)), strict=True)}

        with self._reading():
            return suggest.corrections(text, view.vocabulary, holders)

    def words_like(self, key: str) -> Sequence[str]:
        """See Index."""
        view = self._open()
        with self._reading():
            return view.vocabulary.with_key(key)

    def article_count(self, word: str) -> int:
        """See Index."""
        view = self._open()
        with self._reading():
            terms = {token.term for token in analysis.prose().tokens(word)}
            return sum(view.document_frequency(field, term) for field in FIELD_WEIGHTS for term in terms)

    def definitions(self) -> list[DefinitionCount]:
        """See Index."""
        view = self._open()
        with self._reading():
            counted = []
            for term in view.terms_with_prefix("definition", ""):
                acronym, _, long_form = term.partition(SEPARATOR)
                counted.append(DefinitionCount(acronym, long_form, view.article_frequency("definition", term)))
            return [found for found in counted if found.articles]

    def sync(
        self,
        read: Callable[[int], Iterable[Indexable | Removal]],
        upto: Callable[[], Position],
        is_current: Callable[[Position], bool],
        jobs: int = 1,
        *,
        wait: bool = True,
    ) -> bool:
        """See Index."""
        with self._directory.locked(wait=wait):
            self.close()
            target = upto()
            position = self.position()
            if position == target:
                return False
            if position is not None and is_current(position) and self._is_worth_an_update(self._open()):
                try:
                    with self._directory.merging():
                        self._update(read(position.seq), target, jobs)
                    self._directory.vouch()
                    return True
                except IndexDamaged:
                    pass
            self._replace(read, target, jobs)
        return True

    def rebuild(
        self, read: Callable[[int], Iterable[Indexable | Removal]], upto: Callable[[], Position], jobs: int = 1
    ) -> None:
        """See Index."""
        with self._directory.locked():
            self._replace(read, upto(), jobs)

    def _replace(self, read: Callable[[int], Iterable[Indexable | Removal]], target: Position, jobs: int) -> None:
        self.close()
        with self._directory.replaced() as folder:
            self._create(folder, read(0), target, jobs)

    def damage(self) -> str | None:
        """See Index."""
        if not self.path.exists():
            return None
        try:
            with self._directory.locked():
                return self._directory.files.damage()
        except IndexNotWritable:  # a cache on read-only media, where nobody else writes either
            return self._directory.files.damage()

    def clear_others(self) -> None:
        """See Index."""
        with self._directory.locked():
            self._directory.clear_others()

    def close(self) -> None:
        """See Index."""
        if self._view is not None:
            with contextlib.suppress(Exception):  # whatever is wrong with the files, they are let go
                self._view.close()
            self._view = None

    def _open(self) -> V:
        if self._view is None:
            files = self._directory.files
            if not files.is_whole():
                raise IndexDamaged(f"{self.path}: the index is missing or damaged")
            with self._reading():
                self._view = self._opened(files)
        return self._view

    @contextlib.contextmanager
    def _reading(self) -> Iterator[None]:
        """Turn whatever reading a damaged index raises (it can be anything) into IndexDamaged."""
        try:
            yield
        except NkcorpusError:
            raise
        except Exception as error:
            raise self._damaged(error) from error

    def _damaged(self, error: BaseException) -> IndexDamaged:
        return IndexDamaged(f"{self.path}: the index cannot be read ({type(error).__name__}: {error})")


def _holders(view: View, term: str) -> int:
    """Return about how many articles hold a term: those of the field in which most do."""
    return max(view.document_frequency(field, term) for field in FIELD_WEIGHTS)
