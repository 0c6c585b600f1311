"""Candidates with their exact scores."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Generic, TypeVar

from nkcorpus.index.base import SearchOptions
from nkcorpus.index.candidates.hits import Hits
from nkcorpus.index.candidates.reader import Reader
from nkcorpus.index.candidates.snapshot import Candidates, Columns, Holdings
from nkcorpus.index.ranking.bm25f import Scores
from nkcorpus.index.ranking.order import best_of, order_of
from nkcorpus.index.ranking.rerank import DEPTH

Q = TypeVar("Q")
A = TypeVar("A")


class Scored(Generic[Q, A]):
    """The first of the hits, numbered in their order, scored as many at a time as the engine gives records of.

    `score` gives the scores of those candidates that match, `gain`, if any, what the best of them gain by a closer
    look.
    """

    def __init__(
        self,
        reader: Reader[Q, A],
        options: SearchOptions,
        score: Callable[[Candidates[Q, A]], Scores],
        gain: Callable[[Candidates[Q, A], Sequence[int]], Scores] | None,
        holdings: Holdings,
    ) -> None:
        self.columns = Columns(reader)
        self._reader = reader
        self._options = options
        self._score = score
        self._gain = gain
        self._holdings = holdings
        self._before: Scores = {}
        self._best: list[int] = []
        self._gained: Scores = {}

    @property
    def taken(self) -> int:
        """How many hits were scored."""
        return len(self.columns.addresses)

    @property
    def scores(self) -> Scores:
        """The scores of those that match, after the closer look."""
        before = self._before
        return {**before, **{number: before[number] + gain for number, gain in self.gained.items()}}

    @property
    def last(self) -> float:
        """The least that one of the best, which are looked at closer, scores before."""
        return min((self._before[number] for number in self._best), default=-math.inf)

    @property
    def gained(self) -> Scores:
        """What the best gain by the closer look."""
        return {number: self._gained[number] for number in self._best if number in self._gained}

    def lowest(self, numbers: Sequence[int]) -> float:
        """Return the least that one of these that gained had scored before the closer look."""
        return min((self._before[number] for number in numbers if number in self._gained), default=math.inf)

    def take(self, hits: Hits[A], upto: int) -> None:
        """Score the hits that come next, up to a number of all."""
        while self.taken < upto:
            self._add(hits.addresses(self.taken, min(upto, self.taken + self._reader.at_once)))

    def _add(self, addresses: Sequence[A]) -> None:
        start = self.taken
        self.columns.add(addresses)
        candidates = Candidates(self._reader, addresses, self._holdings)
        scores = {start + number: score for number, score in self._score(candidates).items()}
        self._before |= scores
        if self._gain is None:
            return
        likely = {number: self._before[number] for number in self._best} | scores
        self._best = best_of(likely, order_of(self.columns, likely, self._options), DEPTH)
        new = [number - start for number in self._best if number >= start]
        self._gained |= {start + number: gain for number, gain in self._gain(candidates, new).items()}
