"""Keeping a tantivy index in step with the store."""

from __future__ import annotations

import contextlib
import json
import os
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path

import tantivy
from tantivy.tantivy import __version__

from nkcorpus.errors import IndexDamaged, NkcorpusError
from nkcorpus.index.analysed import META, NO_DATE, SEPARATOR, columns, named_text, whole_terms
from nkcorpus.index.base import DefinitionCount, Matches, SearchOptions
from nkcorpus.index.directory import IndexDirectory
from nkcorpus.index.facets import label_columns
from nkcorpus.index.labels import Labels
from nkcorpus.index.places import places_of
from nkcorpus.index.ranking.bm25f import FIELD_WEIGHTS, idf_of
from nkcorpus.index.tantivy import records
from nkcorpus.index.tantivy.reader import Query as Native
from nkcorpus.index.tantivy.reader import Reader, Statistics
from nkcorpus.index.tantivy.records import WordCache
from nkcorpus.index.tantivy.schema import (
    ARTICLE,
    DOUBLED,
    KIND,
    RECORD,
    WHOLE,
    new_schema,
    token,
    with_tokenizers,
)
from nkcorpus.index.tantivy.search import answer
from nkcorpus.index.vocabulary import Vocabulary
from nkcorpus.model import Indexable, Position, Removal
from nkcorpus.query import analysis, suggest
from nkcorpus.query.ast import Query

INDEX_VERSION = 1
"""Raise it when the schema or what it is filled with changes."""
WRITER_BYTES = 64 << 20
"""Memory in which tantivy gathers postings before it writes a segment; it takes no less than 15 MB."""

_NAME = f"tantivy-{INDEX_VERSION}-{analysis.ANALYSIS_VERSION}-{'.'.join(re.findall('[0-9]+', __version__)[:2])}"
_LEFT_BEHIND = 2
"""The index is built anew when its records are so many times its articles."""
_FEW = 1_000  # records for which that does not matter


class TantivyIndex:
    """Fulfils Index."""

    def __init__(self, root: Path, corpus_id: str, corpus: str, writer_bytes: int = WRITER_BYTES) -> None:
        self._directory = IndexDirectory(root, corpus_id, corpus, _NAME)
        self._writer_bytes = writer_bytes
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
                    self._update(read(position.seq), target)
                    return True
                except IndexDamaged:
                    pass
            self.close()
            with self._directory.replaced() as folder:
                (folder / records.FILE).write_bytes(records.BEGIN)
                index = tantivy.Index(new_schema(), path=str(folder))
                _fill(index, folder, read(0), target, self._writer_bytes)
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

    def _update(self, changes: Iterable[Indexable | Removal], target: Position) -> None:
        known = self._open().statistics.records
        self.close()
        with _read_errors(self.path):
            index = tantivy.Index.open(str(self.path))
        try:
            _fill(index, self.path, changes, target, self._writer_bytes, known)
        finally:
            self._directory.vouch(self.path)  # also for what a broken-off update put back


def _fill(
    index: tantivy.Index,
    folder: Path,
    changes: Iterable[Indexable | Removal],
    target: Position,
    writer_bytes: int,
    known: int | None = None,
) -> None:
    """Write changes and the position they lead to, in one commit, to an index of so many records; None for a new one.

    What is beside the index is written before: a kill in between leaves files of another size than the manifest's.
    """
    words: set[str] = set()
    labels = Labels(folder)
    analyzers = WordCache(analysis.prose_gathering(words)), WordCache(analysis.name())
    writer = with_tokenizers(index).writer(writer_bytes, 1)
    end = (folder / records.FILE).stat().st_size
    added = 0
    try:
        with (folder / records.FILE).open("ab") as file:
            for change in changes:
                if known is not None:
                    writer.delete_documents_by_term("id", change.id)
                if isinstance(change, Indexable):
                    document, record = _analysed(change, *analyzers, labels)
                    document[RECORD] = file.tell()
                    file.write(record)
                    writer.add_document(tantivy.Document.from_dict(document, index.schema))
                    added += 1
        if known is not None:
            writer.delete_documents_by_term("id", META)
        writer.add_document(tantivy.Document(id=META, position=json.dumps([target.seq, target.token])))
        Vocabulary(folder).add(words)
        labels.write()
        writer.commit()
    except BaseException:
        writer.rollback()
        writer.garbage_collect_files()
        writer.wait_merging_threads()
        os.truncate(folder / records.FILE, end)
        raise
    writer.wait_merging_threads()
    _statistics(index, (known or 0) + added).write(folder)


def _statistics(index: tantivy.Index, known: int) -> Statistics:
    """Return the counts of what an index holds now, beside so many records."""
    index.config_reader("manual")
    index.reload()
    searcher = index.searcher()
    sums = {name: {"sum": {"field": name}} for name in ("title_length", "text_length")}
    found = searcher.aggregate(Native.all_query(), sums)
    title, text = (int(found[name]["value"] or 0) for name in sums)
    return Statistics(searcher.num_docs - 1, title, text, known)


def _analysed(article: Indexable, prose: WordCache, name: WordCache, labels: Labels) -> tuple[dict[str, object], bytes]:
    """Return the document of an article, and its record."""
    texts = {"title": article.title or "", "text": article.text}
    worded = {field: prose.words(text) for field, text in texts.items()}
    worded["removed"] = prose.words(article.removed)
    worded["note"] = prose.words("\n".join(article.notes))
    worded.update((field, name.words(text)) for field, text in named_text(article).items())
    places = places_of(article)
    whole = whole_terms(article, places)
    numbers = columns(article)
    document: dict[str, object] = {
        KIND: ARTICLE,
        DOUBLED: worded["title"].spaced * 2,
        **{field: words.spaced for field, words in worded.items() if words.record},
        **{field: list(map(token, whole[field])) for field in WHOLE if whole[field]},
        **{f"{field}_length": worded[field].record.count(b"\n") for field in FIELD_WEIGHTS},
        "newest": numbers["first_second"],
        "oldest": numbers["first_second"] if numbers["first_second"] != NO_DATE else -NO_DATE,
        **numbers,
        **label_columns(article, places, labels),
    }
    if not numbers["cluster"]:
        del document["cluster"]
    return document, records.encoded(article.id, {field: words.record for field, words in worded.items()}, whole)


def _holders(reader: Reader, term: str) -> int:
    """Return about how many articles hold a term: those of the field in which most do."""
    return max(reader.document_frequency(field, term) for field in FIELD_WEIGHTS)


@contextlib.contextmanager
def _read_errors(path: Path) -> Iterator[None]:
    """Turn whatever reading a damaged index raises (it can be anything) into IndexDamaged."""
    try:
        yield
    except NkcorpusError:
        raise
    except BaseException as error:
        if isinstance(error, Exception) or type(error).__name__ == "PanicException":  # of Rust, and no Exception
            raise IndexDamaged(f"{path}: the index cannot be read ({type(error).__name__}: {error})") from error
        raise
