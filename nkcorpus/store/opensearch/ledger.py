"""The numbers of changes: who has taken which, and up to which all is stored and indexed.

A writer takes a range of numbers before it writes, and closes it when all that it wrote with them is stored, joined to
its near duplicates, and indexed. What lies before the first open range is therefore whole. A range whose writer died is
left open: others complete its work and close it.
"""

from __future__ import annotations

import os
import re
import socket
import time
import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

from nkcorpus.cluster import Cluster
from nkcorpus.codec import BadValue, decode, encode
from nkcorpus.store.opensearch import lists
from nkcorpus.store.opensearch.lists import Source
from nkcorpus.store.opensearch.states import damaged

T = TypeVar("T")
NAME = "ledger"
LEASE_SECONDS = 60
"""After which a range is taken for a dead writer's. A writer that is slower finds out when it closes its range."""
_MARGIN_SECONDS = 20
"""What must be left of a lease for articles to be written with it."""


_HOST = socket.gethostname().replace("/", "-") or "?"
_OWNER = re.compile(r"[^/]+/\d{1,9}/[0-9a-f]+")


@dataclass(frozen=True, slots=True)
class Range:
    """The numbers `first` to `last`. `owner` is HOST/PROCESS/SOME-ID, `until` the end of the lease (Unix time). `gone`
    are texts, by digest and cluster, that may be no article's any more once the numbers are used.
    """

    first: int
    last: int
    owner: str
    until: int
    gone: tuple[tuple[str, str], ...] = ()

    @property
    def is_nearly_over(self) -> bool:
        """Tell whether there is too little time to write with it."""
        return time.time() > self.until - _MARGIN_SECONDS

    @property
    def is_dead(self) -> bool:
        """Tell whether its writer must be dead: its time is up, or its process on this machine is no more."""
        host, process, _ = self.owner.split("/")
        return time.time() > self.until or (host == _HOST and not _is_running(int(process)))


@dataclass(frozen=True, slots=True)
class _Book:
    next: int = 1
    open: tuple[Range, ...] = ()


class Ledger:
    """The numbers of changes of one corpus."""

    def __init__(self, cluster: Cluster) -> None:
        self._cluster = cluster

    def take(self, count: int, gone: Sequence[tuple[str, str]] = ()) -> Range:
        """Return `count` numbers, of which each is greater than all that were taken before."""
        owner = self.owner()
        until = int(time.time()) + LEASE_SECONDS

        def step(book: _Book) -> tuple[_Book, Range]:
            for taken in book.open:
                if taken.owner == owner:
                    return book, taken  # whose answer was lost
            taken = Range(book.next, book.next + count - 1, owner, until, tuple(gone))
            return _Book(book.next + count, (*book.open, taken)), taken

        return self._change(step)

    @staticmethod
    def owner() -> str:
        """Return a name for this process, another one each time."""
        return f"{_HOST}/{os.getpid()}/{uuid.uuid4().hex}"

    def close(self, taken: Range) -> bool:
        """Tell that all is done with a range; return whether it was open: else others took its writer for dead, and
        cannot have seen all that was written with it.
        """
        was_open: list[bool] = []

        def step(book: _Book) -> tuple[_Book, bool]:
            rest = tuple(each for each in book.open if each.owner != taken.owner)
            was_open.append(len(rest) < len(book.open))
            return replace(book, open=rest), any(was_open)  # also where the answer to closing it was lost

        return self._change(step)

    def give_up(self, taken: Range) -> None:
        """Leave it to others to complete what was begun with a range."""

        def step(book: _Book) -> tuple[_Book, None]:
            return replace(
                book, open=tuple(replace(each, until=0) if each.owner == taken.owner else each for each in book.open)
            ), None

        self._change(step)

    def position(self) -> int:
        """Return the last number up to which all is stored and indexed."""
        book = self._book()
        return min((each.first for each in book.open), default=book.next) - 1

    def allocated(self) -> int:
        """Return the last number that was taken."""
        return self._book().next - 1

    def dead(self) -> list[Range]:
        """Return the ranges of writers that are dead."""
        return [each for each in self._book().open if each.is_dead]

    def open_ranges(self) -> tuple[Range, ...]:
        """Return the ranges of those who write, or died writing."""
        return self._book().open

    def _book(self) -> _Book:
        stored = self._cluster.get(lists.PART, NAME)
        return _book_of(stored.source if stored else None)

    def _change(self, step: Callable[[_Book], tuple[_Book, T]]) -> T:
        results: list[T] = []

        def change(source: Source | None) -> Source | None:
            before = _book_of(source)
            after, result = step(before)
            results.append(result)
            return None if after == before else lists.document(NAME, "", encode(after))

        self._cluster.update(lists.PART, NAME, change)
        return results[-1]


def _book_of(source: Source | None) -> _Book:
    if source is None:
        return _Book()
    try:
        book: _Book = decode(_Book, source.get("body"), "the ledger")
        if not all(_OWNER.fullmatch(each.owner) for each in book.open):
            raise BadValue("an owner is none")
    except BadValue as error:
        raise damaged(f"the ledger of changes cannot be read ({error})") from None
    return book


def _is_running(process: int) -> bool:
    if os.name != "posix":
        return True
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True
    return True
