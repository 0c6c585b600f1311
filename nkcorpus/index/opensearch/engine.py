"""Keeping the index of a corpus in a cluster in step with its store."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, TypeVar

from nkcorpus.cluster.client import Cluster
from nkcorpus.cluster.pointintime import PointInTimeLost
from nkcorpus.errors import CorpusLocked, CorpusMissing, CorpusTooNew, IndexDamaged
from nkcorpus.index.base import DefinitionCount, Matches, SearchOptions
from nkcorpus.index.opensearch.checks import damage_of
from nkcorpus.index.opensearch.generations import Generation, Generations
from nkcorpus.index.opensearch.search import answer
from nkcorpus.index.opensearch.view import View
from nkcorpus.index.ranking.bm25f import FIELD_WEIGHTS, idf_of
from nkcorpus.model import Indexable, Position, Removal
from nkcorpus.query import analysis, suggest
from nkcorpus.query.ast import Query

if TYPE_CHECKING:
    from nkcorpus.index.opensearch.writer import Writer

R = TypeVar("R")

_SECONDS_FOR_ANOTHER = 300.0
"""How long a process waits for another that makes the index anew."""
_FEW_SECONDS = 2.0
"""How long where that is not wanted."""
_SECONDS_BETWEEN = 0.2
_MOST_TRIES = 5
"""How often a search is begun anew while the cluster loses nodes that it was asked of."""


class OpenSearchIndex:
    """Fulfils Index. Any number of processes may put, sync and search at the same time."""

    def __init__(
        self,
        cluster: Cluster,
        notify: Callable[[str], None] = lambda message: None,
        *,
        generations: Generations | None = None,
    ) -> None:
        self._cluster = cluster
        self._notify = notify
        self._generations = generations or Generations(cluster)
        self._known: View | None = None
        self._at: Position | None = None

    @cached_property
    def _writer(self) -> Writer:
        from nkcorpus.index.opensearch.writer import Writer  # not for searching

        return Writer(self._cluster, self._generations)

    @property
    def place(self) -> str:
        """See Index."""
        return self._cluster.index_of("search")

    def is_there(self) -> bool:
        """See Index."""
        return self._cluster.exists("search")

    def size(self) -> int:
        """See Index."""
        return self._generations.size()

    def put(self, changes: Sequence[Indexable | Removal]) -> None:
        """Write what changed, for good; searches find it after `refresh`. What is older than what is there is passed
        over, so that the order of writers makes no difference.

        Where there is no index, nothing is done: whoever makes it reads all from the store.
        """
        self._writer.put(changes)

    def refresh(self) -> None:
        """Have all that was put found."""
        for generation in self._generations.open():
            with contextlib.suppress(CorpusMissing):  # replaced meanwhile
                self._cluster.refresh(generation.search, generation.words)
        self._forget()

    def advance(self, target: Position, is_current: Callable[[Position], bool]) -> bool:
        """Have all found that was put, which is all up to `target`; return False where there is no index of this corpus
        as `is_current` knows it.

        `sync`, which may make the index anew, has to read the store for that.
        """
        self._known = None
        try:
            generation = self._generations.current()
            position = View(self._cluster, generation).position if generation else None
            if generation is None or position is None or not is_current(position):
                return False
            self._found_upto(generation, target)
            self._generations.clear()
        except CorpusMissing:  # replaced, and cleared, meanwhile
            return False
        return True

    def position(self) -> Position | None:
        """See Index. What is asked next is answered anew if it has moved. Raises CorpusTooNew."""
        generation = position = None
        with contextlib.suppress(CorpusMissing):
            generation = self._generations.current()
            position = View(self._cluster, generation).position if generation else None
        if self._known is None or (self._known.generation, self._at) != (generation, position):
            self._forget()
        self._at = position
        return position

    def sync(
        self,
        read: Callable[[int], Iterable[Indexable | Removal]],
        upto: Callable[[], Position],
        is_current: Callable[[Position], bool],
        jobs: int = 1,
        *,
        wait: bool = True,
    ) -> bool:
        """See Index; others may be at it too, and only making the index anew is left to one of them."""
        self._known = None
        deadline = time.monotonic() + (_SECONDS_FOR_ANOTHER if wait else _FEW_SECONDS)
        while True:
            target = upto()
            generation = self._generations.current()
            position = View(self._cluster, generation).position if generation else None
            if position == target:
                return False
            if generation and position is not None and is_current(position):
                self._writer.fill(generation, read(position.seq), jobs)
                self._found_upto(generation, target)
                self._generations.clear()
                return True
            if position is not None or not self._generations.is_being_made():
                self.rebuild(read, upto, jobs)
                return True
            if time.monotonic() > deadline:
                raise CorpusLocked(f"{self._cluster.address}: another process is indexing it; try again later")
            time.sleep(_SECONDS_BETWEEN)

    def rebuild(
        self, read: Callable[[int], Iterable[Indexable | Removal]], upto: Callable[[], Position], jobs: int = 1
    ) -> None:
        """See Index. `upto` is first asked when all that others put comes to the new index too: where it then waits for
        those who began before, no search misses anything.
        """
        self._generations.clear()
        draft = self._generations.new()
        try:
            target = upto()
            self._writer.fill_draft(draft, read(0), jobs)
            self._found_upto(draft, target)
        except BaseException:
            with contextlib.suppress(Exception):  # what cannot be deleted now is when its lease has run out
                self._generations.drop(draft)
            raise
        self._generations.switch(draft)

    def search(self, query: Query, options: SearchOptions) -> Matches:
        """See Index. It is answered whole or not at all. Raises ClusterUnavailable."""
        return self._asked(lambda view: answer(view.reader, query, options))

    def rarities(self, terms: Collection[str]) -> Mapping[str, float]:
        """See Index."""
        known = list(terms)

        def rarities(view: View) -> dict[str, float]:
            count = view.reader.count
            return {
                term: idf_of(count, min(holders, count))
                for term, holders in zip(known, _holders(view, known), strict=True)
            }

        return self._asked(rarities)

    def corrections(self, text: str) -> tuple[str, ...]:
        """See Index."""

        def corrections(view: View) -> tuple[str, ...]:
            def holders(words: Collection[str]) -> dict[str, int]:
                known = list(words)
                return dict(zip(known, _holders(view, analysis.stems(known)), strict=True))

            return suggest.corrections(text, view.vocabulary, holders)

        return self._asked(corrections)

    def words_like(self, key: str) -> Sequence[str]:
        """See Index."""
        return self._asked(lambda view: view.vocabulary.with_key(key))

    def article_count(self, word: str) -> int:
        """See Index."""
        terms = sorted({token.term for token in analysis.prose().tokens(word)})
        return self._asked(lambda view: sum(sum(view.document_frequencies(field, terms)) for field in FIELD_WEIGHTS))

    def definitions(self) -> list[DefinitionCount]:
        """See Index."""
        return self._asked(lambda view: list(view.definitions()))

    def damage(self) -> str | None:
        """See Index."""
        try:
            generation = self._generations.current()
        except CorpusTooNew:  # another version's to tell
            return None
        return damage_of(View(self._cluster, generation)) if generation else None

    def clear_others(self) -> None:
        """See Index."""
        self._generations.clear(at_once=True)

    def close(self) -> None:
        """See Index."""
        self._forget()

    def _found_upto(self, generation: Generation, target: Position) -> None:
        """Have all of a generation found, and have it tell so."""
        self._cluster.refresh(generation.search, generation.words)
        self._writer.set_position(generation, target)
        self._forget()

    def _forget(self) -> None:
        """Have what is asked next answered anew."""
        if self._known is not None:
            self._known.close()
            self._known = None

    def _asked(self, question: Callable[[View], R]) -> R:
        """Return what a question gives; it is asked anew if the cluster lost the state that was asked."""
        for untried in reversed(range(_MOST_TRIES)):
            try:
                with self._reading() as view:
                    return question(view)
            except PointInTimeLost:
                self._forget()
                if not untried:
                    raise
        raise AssertionError("unreachable")

    @contextlib.contextmanager
    def _reading(self) -> Iterator[View]:
        """Yield what the index holds. Raises IndexDamaged where there is none."""
        try:
            if self._known is None:
                generation = self._generations.current()
                if generation is None:
                    raise IndexDamaged(f"{self.place}: the index is missing")
                self._known = View(self._cluster, generation)
            yield self._known
        except CorpusMissing:
            self._forget()
            raise IndexDamaged(f"{self.place}: the index is gone") from None


def _holders(view: View, terms: Sequence[str]) -> list[int]:
    """Return about how many articles hold each term: those of the field in which most do."""
    view.reader.look_up(view.reader.clauses.terms(field, [term]) for field in FIELD_WEIGHTS for term in terms)
    return list(map(max, zip(*(view.document_frequencies(field, terms) for field in FIELD_WEIGHTS), strict=True)))
