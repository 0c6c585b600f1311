"""Filling a Whoosh index: what changed in the store, in one commit, and beside it what Whoosh does not keep."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from whoosh import index as whoosh_index

from nkcorpus.index.analysed import columns
from nkcorpus.index.chunks import analysed
from nkcorpus.index.facets import label_columns
from nkcorpus.index.labels import Labels
from nkcorpus.index.manifest import VouchedFiles
from nkcorpus.index.whoosh.chunk import ArticleFacts, ChunkAnalyser
from nkcorpus.index.whoosh.codec import ColumnCodec
from nkcorpus.index.whoosh.pool import PostingPool
from nkcorpus.index.whoosh.schema import new_schema
from nkcorpus.index.whoosh.segments import record
from nkcorpus.index.wordfiles import WordFiles
from nkcorpus.model import Indexable, Position, Removal


def create(folder: Path, articles: Iterable[Indexable | Removal], target: Position, memory: int, jobs: int) -> None:
    """Make an index of the articles in an empty folder.

    At most `memory` bytes of postings are in memory; `jobs` processes analyse.
    """
    _fill(whoosh_index.create_in(str(folder), new_schema()), folder, articles, target, memory, jobs, lambda _: ())


def update(
    folder: Path,
    changes: Iterable[Indexable | Removal],
    target: Position,
    memory: int,
    jobs: int,
    outdated: Callable[[str], Iterable[int]],
) -> None:
    """Bring an index up to `target`; `outdated` gives the numbers of the documents that an article has there.

    See `create`.
    """
    _fill(whoosh_index.open_dir(str(folder)), folder, changes, target, memory, jobs, outdated)


def _fill(
    index: Any,
    folder: Path,
    changes: Iterable[Indexable | Removal],
    target: Position,
    memory: int,
    jobs: int,
    outdated: Callable[[str], Iterable[int]],
) -> None:
    """Write changes and the position they lead to, in one commit.

    Vocabulary and labels are written before: a kill in between leaves files of another size than the manifest's.
    """
    files = VouchedFiles(folder)
    labels = Labels(files)
    writer = index.writer(codec=ColumnCodec(), compound=False)
    writer.pool = PostingPool(memory)
    try:
        words = _add(writer, changes, labels, jobs, outdated)
        WordFiles(files).add(words)
        labels.write()
        writer.commit()
    except BaseException:
        with contextlib.suppress(Exception):  # a commit that failed has closed it, or what failed fails again
            writer.cancel()
        raise
    record(folder, target)


def _add(
    writer: Any,
    changes: Iterable[Indexable | Removal],
    labels: Labels,
    jobs: int,
    outdated: Callable[[str], Iterable[int]],
) -> set[str]:
    """Add changes to what is to be committed, and return the words in them."""
    words: set[str] = set()
    with contextlib.closing(analysed(ChunkAnalyser(), changes, jobs)) as chunks:
        for chunk, found in chunks:
            facts = iter(found.articles)
            for change in chunk.changes:
                for number in outdated(change.id):
                    writer.delete_document(number)
                if isinstance(change, Indexable):
                    writer.add_document(**_values(change, next(facts), labels))
            writer.pool.add_chunk(found.postings)
            words |= found.words
    return words


def _values(article: Indexable, facts: ArticleFacts, labels: Labels) -> dict[str, object]:
    """Return the values of the columns."""
    return {
        "article": bytes.fromhex(article.id),
        "title_length": facts.title_length,
        "text_length": facts.text_length,
        **columns(article),
        **label_columns(article, facts.places, labels),
    }
