"""Writing articles and words to the indices of a corpus in a cluster."""

from __future__ import annotations

import contextlib
import hashlib
import time
from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Any

from nkcorpus.cluster.client import Cluster
from nkcorpus.cluster.documents import Write
from nkcorpus.index.analysed import META
from nkcorpus.index.chunks import Chunk, analysed
from nkcorpus.index.documents import AnalysedArticle, AnalysedChunk, ChunkAnalyser
from nkcorpus.index.fields import STOP, plain
from nkcorpus.index.opensearch.documents import Packer, place_of, removal
from nkcorpus.index.opensearch.generations import LEASE_SECONDS, Generation, Generations
from nkcorpus.index.opensearch.mapping import PROSE
from nkcorpus.model import Indexable, Position, Removal
from nkcorpus.query.analysis import stems

NAMED = ("author", "translator", "source", "url", "place", "tag")
"""Fields of words that are not running text."""

_KEPT_NAMES = 1_000_000


class Writer:
    """Writes what changed. Not for concurrent use, but any number of processes may have one."""

    def __init__(self, cluster: Cluster, generations: Generations) -> None:
        self._cluster = cluster
        self._generations = generations
        self._packer = Packer()
        self._analyser = ChunkAnalyser()
        self._names: set[tuple[str, str]] = set()
        self._told: set[Generation] = set()

    def put(self, changes: Iterable[Indexable | Removal]) -> None:
        """Write changes to all generations that there are.

        A draft that is begun meanwhile gets them too: what made it waits for this writer, or finds them in the store.
        """
        held = list(changes)
        done: set[Generation] = set()
        while missing := self._generations.open() - done:
            self._write(held, missing, jobs=1)
            done |= missing

    def fill(self, generation: Generation, changes: Iterable[Indexable | Removal], jobs: int) -> None:
        """Write changes to one generation; `jobs` processes analyse."""
        self._write(changes, {generation}, jobs)

    def fill_draft(self, draft: Generation, changes: Iterable[Indexable | Removal], jobs: int) -> None:
        """Write changes to a draft, and vouch for it meanwhile."""
        self._write(self._vouching(draft, changes), {draft}, jobs)

    def set_position(self, generation: Generation, position: Position) -> None:
        """Have a generation tell that it is filled up to a position, if it does not tell of a later one."""
        self._cluster.write(generation.search, [Write.newer(META, place_of(position), position.seq)])

    def _vouching(self, draft: Generation, changes: Iterable[Indexable | Removal]) -> Iterator[Indexable | Removal]:
        vouched = time.monotonic()
        for change in changes:
            if time.monotonic() > vouched + LEASE_SECONDS / 4:
                self._generations.keep(draft)
                vouched = time.monotonic()
            yield change

    def _write(self, changes: Iterable[Indexable | Removal], targets: Collection[Generation], jobs: int) -> None:
        if not self._told.issuperset(targets):  # an analyser tells of each word once, and they have been told of none
            self._analyser = ChunkAnalyser()
            self._names.clear()
        try:
            with contextlib.closing(analysed(self._analyser, changes, jobs)) as chunks:
                for chunk, found in chunks:
                    words = list(self._words(found))
                    writes = list(self._documents(chunk, found))
                    for target in targets:
                        self._cluster.write(target.words, words)
                        self._cluster.write(target.search, writes)
        except BaseException:
            self._told.clear()
            raise
        self._told = set(targets)

    def _documents(self, chunk: Chunk, found: AnalysedChunk) -> Iterator[Write]:
        articles = iter(found.articles)
        for change in chunk.changes:
            if isinstance(change, Indexable):
                yield Write.newer(change.id, self._packer.document(change, next(articles)), change.seq)
            else:
                yield Write.newer(change.id, removal(change.seq), change.seq)

    def _words(self, found: AnalysedChunk) -> Iterator[Write]:
        """Yield the words that this writer has not told of."""
        from nkcorpus.lexicon.folding import spelling_key

        words = sorted(map(plain, found.words))
        for word, stem in zip(words, stems(words), strict=True):
            key = spelling_key(word)
            yield _word(PROSE, word, {"stem": stem, **({"key": key} if key else {})})
        if len(self._names) > _KEPT_NAMES:
            self._names.clear()
        new = {name for article in found.articles for name in _names(article)} - self._names
        for field, name in sorted(new):
            yield _word(field, name, {})
        self._names |= new


def _names(article: AnalysedArticle) -> set[tuple[str, str]]:
    """Return the terms of an article that patterns are looked for among, beside the words of running text."""
    found = {(field, term) for field in NAMED for term in article.worded.get(field, "").split(" ")}
    found = {(field, term.replace("\x1f", " ")) for field, term in found if term not in ("", STOP)}
    return found | {(field, plain(term)) for field in ("lang", "definition") for term in article.whole[field]}


def _word(field: str, word: str, more: Mapping[str, Any]) -> Write:
    name = hashlib.sha256(f"{field}\t{word}".encode()).hexdigest()[:32]
    return Write.create(name, {"field": field, "word": word, **more})
