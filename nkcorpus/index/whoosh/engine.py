"""Keeping a Whoosh index in step with the store."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import whoosh
from whoosh import index as whoosh_index

from nkcorpus.config import INDEX_MEMORY
from nkcorpus.errors import IndexDamaged, NkcorpusError
from nkcorpus.index.analysed import META, SEPARATOR, columns, named_text, whole_terms
from nkcorpus.index.base import DefinitionCount, Matches, SearchOptions
from nkcorpus.index.directory import IndexDirectory
from nkcorpus.index.facets import label_columns
from nkcorpus.index.labels import Labels
from nkcorpus.index.places import places_of
from nkcorpus.index.ranking.bm25f import FIELD_WEIGHTS, idf_of
from nkcorpus.index.vocabulary import Vocabulary
from nkcorpus.index.whoosh.codec import ColumnCodec
from nkcorpus.index.whoosh.pool import PostingPool
from nkcorpus.index.whoosh.schema import new_schema
from nkcorpus.index.whoosh.search import answer
from nkcorpus.index.whoosh.snapshot import Snapshot
from nkcorpus.model import Indexable, Position, Removal
from nkcorpus.query import analysis, suggest
from nkcorpus.query.ast import Query

INDEX_VERSION = 7
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
                    self._update(read(position.seq), target)
                    return True
                except IndexDamaged:
                    pass
            self.close()
            with self._directory.replaced() as folder:
                _fill(whoosh_index.create_in(str(folder), new_schema()), folder, read(0), target, self._memory)
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
                self._snapshot = Snapshot(
                    whoosh_index.open_dir(str(self.path)), Vocabulary(self.path), Labels(self.path)
                )
        return self._snapshot

    def _update(self, changes: Iterable[Indexable | Removal], target: Position) -> None:
        snapshot = self._open()
        with _read_errors(self.path):
            outdated = snapshot.documents
            _fill(whoosh_index.open_dir(str(self.path)), self.path, changes, target, self._memory, outdated)
        self.close()
        self._directory.vouch(self.path)


def _fill(
    index: Any,
    folder: Path,
    changes: Iterable[Indexable | Removal],
    target: Position,
    memory: int,
    outdated: Callable[[str], Iterable[int]] = lambda _: (),
) -> None:
    """Write changes and the position they lead to, in one commit.

    Vocabulary and labels are written before: a kill in between leaves files of another size than the manifest's.
    """
    words: set[str] = set()
    labels = Labels(folder)
    prose = analysis.prose_gathering(words)
    writer = index.writer(codec=ColumnCodec(), compound=False)
    writer.pool = pool = PostingPool(memory)
    try:
        for change in changes:
            for number in outdated(change.id):
                writer.delete_document(number)
            if isinstance(change, Indexable):
                postings, values = _analysed(change, prose, labels)
                for field, places in postings.items():
                    pool.add_places(field, writer.docnum, places)
                writer.add_document(**values)
        for number in outdated(META):
            writer.delete_document(number)
        pool.add_places("id", writer.docnum, {META: ()})
        writer.add_document(position=(target.seq, target.token))
        del prose  # what it remembers is as much again as the postings in memory
        Vocabulary(folder).add(words)
        labels.write()
        writer.commit()
    except BaseException:
        writer.cancel()
        raise


def _analysed(
    article: Indexable, prose: analysis.Analyzer, labels: Labels
) -> tuple[dict[str, dict[str, list[int]]], dict[str, object]]:
    """Return the places of each term by field (labels have none), and the values of the columns."""
    name = analysis.name()
    title, title_length = prose.places(article.title or "")
    text, text_length = prose.places(article.text)
    places = places_of(article)
    postings: dict[str, dict[str, list[int]]] = {
        "title": title,
        "text": text,
        "removed": prose.places(article.removed)[0],
        "note": prose.places("\n".join(article.notes))[0],
    }
    postings.update((field, name.places(named)[0]) for field, named in named_text(article).items())
    postings.update((field, {term: [] for term in terms}) for field, terms in whole_terms(article, places).items())
    values: dict[str, object] = {
        "article": bytes.fromhex(article.id),
        "title_length": title_length,
        "text_length": text_length,
        **columns(article),
        **label_columns(article, places, labels),
    }
    return postings, values


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
