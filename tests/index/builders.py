"""Small corpora for an index: articles, and the sequence of their changes."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import replace

from hypothesis import strategies as st

from nkcorpus.identity import text_digest
from nkcorpus.index import Index, Matches, SearchOptions
from nkcorpus.model import Indexable, Position, Removal
from nkcorpus.query.ast import Filters, Query
from nkcorpus.query.parser import parse


def article(name: str, text: str = "", title: str | None = None, **fields: object) -> Indexable:
    """Return an article whose id digests `name`."""
    bare = Indexable(
        id=hashlib.sha256(name.encode()).hexdigest()[:32],
        seq=0,
        title=title,
        text=text,
        authors=(),
        translator=None,
        source=None,
        lang=None,
        url=None,
        date=None,
        cluster=text_digest(text),
    )
    return replace(bare, **fields)  # type: ignore[arg-type]


class ChangeLog:
    """What a store tells an index: the latest change of each article, numbered; each change has its token."""

    def __init__(self, *articles: Indexable, salt: str = "") -> None:
        self._latest: dict[str, Indexable | Removal] = {}
        self._seq = 0
        self._salt = salt
        self.put(*articles)

    def put(self, *articles: Indexable) -> None:
        for item in articles:
            self._seq += 1
            self._latest[item.id] = replace(item, seq=self._seq)

    def remove(self, *ids: str) -> None:
        for article_id in ids:
            self._seq += 1
            self._latest[article_id] = Removal(article_id, self._seq)

    @property
    def live(self) -> list[Indexable]:
        return [change for change in self._latest.values() if isinstance(change, Indexable)]

    def read(self, after: int) -> Iterator[Indexable | Removal]:
        yield from sorted((c for c in self._latest.values() if c.seq > after), key=lambda change: change.seq)

    def upto(self) -> Position:
        return Position(self._seq, f"{self._salt}{self._seq}" if self._seq else "")

    def is_current(self, position: Position) -> bool:
        return position == Position() or (position.seq <= self._seq and position.token == f"{self._salt}{position.seq}")

    def sync(self, index: Index, jobs: int = 1) -> bool:
        return index.sync(self.read, self.upto, self.is_current, jobs)


def search(index: Index, text: str, filters: Filters | None = None, **options: object) -> Matches:
    """Return all matches of a query, without collapsing unless asked for."""
    settings = SearchOptions(**{"limit": 0, "collapse": False, **options})  # type: ignore[arg-type]
    return index.search(Query(text, parse(text), filters or Filters()), settings)


def filled(index: Index, *articles: Indexable) -> ChangeLog:
    """Fill an index and return its changes."""
    log = ChangeLog(*articles)
    assert log.sync(index)
    return log


def names(
    index: Index, known: dict[str, Indexable], text: str, filters: Filters | None = None, **options: object
) -> list[str]:
    """The keys of `known` that a query finds, in order."""
    by_id = {item.id: name for name, item in known.items()}
    return [by_id[found] for found in search(index, text, filters, **options).ids]


def named(**texts: str) -> dict[str, Indexable]:
    """Return articles by name."""
    return {name: article(name, text) for name, text in texts.items()}


def articles_of(words: list[str], longest: int) -> st.SearchStrategy[Indexable]:
    """Return a strategy of articles with ten names and texts of up to `longest` of these words."""
    return st.builds(
        lambda name, text, title: article(str(name), " ".join(text), " ".join(title) or None),
        st.integers(0, 9),
        st.lists(st.sampled_from(words), max_size=longest),
        st.lists(st.sampled_from(words), max_size=2),
    )
