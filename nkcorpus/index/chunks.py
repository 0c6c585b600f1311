"""What is to be indexed, analysed a chunk at a time, and in worker processes where there is much."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Generator, Iterable, Iterator
from typing import TypeVar

from nkcorpus.dataclass import dataclass
from nkcorpus.errors import ItemOutOfBounds
from nkcorpus.model import Indexable, Removal
from nkcorpus.workers import map_ordered

R = TypeVar("R")

_CHUNK_SIZE = 1 << 19  # code points, of some 200 articles: a few chunks for each process are in memory at a time
_POOL_SIZE = 12 << 20  # code points; workers take as long to start as one needs for a tenth of them
_CHANGE_SIZE = 500  # code points that take as long as what an article is beside its text


@dataclass(frozen=True, slots=True)
class Chunk:
    """Changes in order. `first` is the number of the first article among them, of all that are not removals."""

    first: int
    changes: tuple[Indexable | Removal, ...]

    @property
    def articles(self) -> list[Indexable]:
        """What of the changes is to be indexed."""
        return [change for change in self.changes if isinstance(change, Indexable)]

    @property
    def size(self) -> int:
        """About how many code points there are to analyse."""
        return sum(map(_size, self.changes))


def analysed(
    analyse: Callable[[Chunk], R], changes: Iterable[Indexable | Removal], jobs: int
) -> Generator[tuple[Chunk, R], None, None]:
    """Yield all changes in chunks, each with what `analyse` makes of it, in `jobs` processes if there is enough to do.

    `analyse` must be picklable. What costs a worker too much is analysed in this process.
    """
    with contextlib.closing(
        map_ordered(analyse, _chunks(changes), jobs=jobs, cost=lambda chunk: chunk.size, worth_a_pool=_POOL_SIZE)
    ) as results:
        for chunk, result in results:
            yield chunk, analyse(chunk) if isinstance(result, ItemOutOfBounds) else result


def _chunks(changes: Iterable[Indexable | Removal]) -> Iterator[Chunk]:
    first = size = 0
    gathered: list[Indexable | Removal] = []
    for change in changes:
        gathered.append(change)
        size += _size(change)
        if size >= _CHUNK_SIZE:
            yield (chunk := Chunk(first, tuple(gathered)))
            first += len(chunk.articles)
            gathered, size = [], 0
    if gathered:
        yield Chunk(first, tuple(gathered))


def _size(change: Indexable | Removal) -> int:
    return _CHANGE_SIZE + len(change.text) if isinstance(change, Indexable) else 1
