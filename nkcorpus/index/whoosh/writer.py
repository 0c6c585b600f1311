"""Filling a Whoosh index: what changed in the store, in one commit."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from whoosh import index as whoosh_index

from nkcorpus.index.analysed import columns, named_text, whole_terms
from nkcorpus.index.facets import label_columns
from nkcorpus.index.labels import Labels
from nkcorpus.index.places import places_of
from nkcorpus.index.vocabulary import Vocabulary
from nkcorpus.index.whoosh.codec import ColumnCodec
from nkcorpus.index.whoosh.pool import PostingPool
from nkcorpus.index.whoosh.schema import new_schema
from nkcorpus.index.whoosh.segments import record
from nkcorpus.model import Indexable, Position, Removal
from nkcorpus.query import analysis


def create(folder: Path, articles: Iterable[Indexable | Removal], target: Position, memory: int) -> None:
    """Make an index of the articles in an empty folder, with at most `memory` bytes of postings in memory."""
    _fill(whoosh_index.create_in(str(folder), new_schema()), folder, articles, target, memory, lambda _: ())


def update(
    folder: Path,
    changes: Iterable[Indexable | Removal],
    target: Position,
    memory: int,
    outdated: Callable[[str], Iterable[int]],
) -> None:
    """Bring an index up to `target`; `outdated` gives the numbers of the documents that an article has there."""
    _fill(whoosh_index.open_dir(str(folder)), folder, changes, target, memory, outdated)


def _fill(
    index: Any,
    folder: Path,
    changes: Iterable[Indexable | Removal],
    target: Position,
    memory: int,
    outdated: Callable[[str], Iterable[int]],
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
        del prose  # what it remembers is as much again as the postings in memory
        Vocabulary(folder).add(words)
        labels.write()
        writer.commit()
    except BaseException:
        writer.cancel()
        raise
    record(folder, target)


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
