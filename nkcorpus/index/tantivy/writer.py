"""Writing articles to a tantivy index, and beside it what tantivy does not tell of them."""

from __future__ import annotations

import contextlib
import json
import os
from collections.abc import Iterable, Iterator
from pathlib import Path

import tantivy

from nkcorpus.errors import IndexDamaged, IndexNotWritable
from nkcorpus.index.analysed import META
from nkcorpus.index.chunks import analysed
from nkcorpus.index.documents import AnalysedArticle, ChunkAnalyser
from nkcorpus.index.facets import label_columns
from nkcorpus.index.fields import token
from nkcorpus.index.labels import Labels
from nkcorpus.index.manifest import VouchedFiles
from nkcorpus.index.tantivy import recordfile
from nkcorpus.index.tantivy.reader import Query, Statistics, is_panic
from nkcorpus.index.tantivy.schema import ARTICLE, DOUBLED, KIND, POSITION, RECORD, TWIN, with_tokenizers
from nkcorpus.index.tantivy.silence import silenced
from nkcorpus.index.wordfiles import WordFiles
from nkcorpus.model import Indexable, Position, Removal

LEAST_MEMORY = 15
"""MB below which tantivy gathers no postings."""


def fill(
    index: tantivy.Index,
    folder: Path,
    changes: Iterable[Indexable | Removal],
    target: Position,
    memory: int,
    jobs: int,
    known: int | None,
) -> None:
    """Write changes and the position they lead to, in one commit, to an index of `known` records; None for a new one.

    Postings are gathered in `memory` MB; `jobs` processes analyse. What is beside the index is written before: a kill
    in between leaves files of another size than the manifest's. Whatever is raised, the index is as it was; but for
    IndexDamaged, where it could not be put back. Raises IndexNotWritable, WorkersFailed.
    """
    with write_errors(folder):
        writer = with_tokenizers(index).writer(max(memory, LEAST_MEMORY) << 20, 1)
    end = (folder / recordfile.FILE).stat().st_size
    words: set[str] = set()
    files = VouchedFiles(folder)
    labels = Labels(files)
    try:
        added = _add(writer, index.schema, folder, changes, labels, words, jobs, is_new=known is None)
        if known is not None:
            writer.delete_documents_by_term("id", META)
        writer.add_document(tantivy.Document(**{"id": META, POSITION: json.dumps([target.seq, target.token])}))
        WordFiles(files).add(words)
        labels.write()
        with write_errors(folder), silenced():
            writer.commit()
    except BaseException as error:
        try:
            _put_back(writer, folder / recordfile.FILE, end)
        except (OSError, ValueError) as another:
            if known is not None:
                raise IndexDamaged(f"{folder}: a broken-off update cannot be undone ({another})") from error
        raise
    with silenced(), contextlib.suppress(ValueError):  # what cannot be merged stays as it is
        writer.wait_merging_threads()
    _statistics(index, (known or 0) + added, target).write(folder)


def _add(
    writer: tantivy.IndexWriter,
    schema: tantivy.Schema,
    folder: Path,
    changes: Iterable[Indexable | Removal],
    labels: Labels,
    words: set[str],
    jobs: int,
    *,
    is_new: bool,
) -> int:
    """Add changes to what is to be committed, new words to `words`; return how many records were written."""
    added = 0
    with (
        (folder / recordfile.FILE).open("ab") as file,
        contextlib.closing(analysed(ChunkAnalyser(), changes, jobs)) as chunks,
    ):
        for chunk, found in chunks:
            articles = iter(found.articles)
            for change in chunk.changes:
                if not is_new:
                    writer.delete_documents_by_term("id", change.id)
                if isinstance(change, Indexable):
                    article = next(articles)
                    columns = {**label_columns(change, article.places, labels), RECORD: file.tell()}
                    file.write(article.record)
                    with write_errors(folder):
                        writer.add_document(tantivy.Document.from_dict({**_document(article), **columns}, schema))
                    added += 1
            words |= found.words
    return added


def _document(article: AnalysedArticle) -> dict[str, object]:
    """Return the document of an article but for labels and the place of its record."""
    found: dict[str, object] = {
        KIND: [ARTICLE, TWIN] if article.cluster else ARTICLE,
        DOUBLED: article.worded.get("title", "") * 2,
        **article.worded,
        **{field: list(map(token, terms)) for field, terms in article.whole.items() if terms},
        **article.columns,
    }
    if article.cluster:
        found["cluster"] = article.cluster
    return found


def _put_back(writer: tantivy.IndexWriter, file: Path, end: int) -> None:
    """Undo what was written since the last commit, of the file of records what is beyond byte `end`.

    Raises OSError, ValueError.
    """
    try:
        with silenced():
            writer.rollback()
            writer.garbage_collect_files()
            writer.wait_merging_threads()
    except BaseException as error:
        if is_panic(error):
            raise ValueError(str(error)) from None
        raise
    os.truncate(file, end)


def _statistics(index: tantivy.Index, known: int, position: Position) -> Statistics:
    """Return the counts of what an index holds now, beside so many records."""
    index.config_reader("manual")
    index.reload()
    searcher = index.searcher()
    sums = {name: {"sum": {"field": name}} for name in ("title_length", "text_length")}
    found = searcher.aggregate(Query.all_query(), sums)
    title, text = (int(found[name]["value"] or 0) for name in sums)
    return Statistics(searcher.num_docs - 1, title, text, known, position.seq, position.token)


@contextlib.contextmanager
def write_errors(folder: Path) -> Iterator[None]:
    """Turn what tantivy raises when it cannot write into IndexNotWritable."""
    try:
        yield
    except BaseException as error:
        if isinstance(error, ValueError) or is_panic(error):
            raise IndexNotWritable(
                f"{folder}: the index cannot be written ({error}); free some space or set NKCORPUS_CACHE_DIR to another"
                " folder"
            ) from error
        raise
