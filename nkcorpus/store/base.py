"""What a store must do. `nkcorpus.store.sqlite` is the one for a single file."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Protocol

from nkcorpus.model import Article, CorpusStats, Indexable, IngestReport, Kind, Likeness, Position, Prepared, Removal


@dataclass(frozen=True, slots=True)
class Known:
    """What a store knows under an article's id. The lists hold the versions, oldest first; all are empty
    in a tombstone. The other fields describe the newest version and are those of its SourceItem.
    """

    removed: bool
    extract_digests: tuple[str, ...]
    payload_digests: tuple[str, ...]
    extractor: str
    kind: Kind
    file_name: str
    url: str | None
    charset: str | None


class StoreWriter(Protocol):
    """One ingest run's access to the store. What `commit` has returned from is stored for good."""

    def known(self, article_id: str) -> Known | None:
        """Return what is stored under an id, None when nothing ever was."""

    def payload(self, sha256: str) -> bytes:
        """Return the original bytes of a stored payload."""

    def add(self, prepared: Prepared) -> Likeness | None:
        """Store a first or a new version; tell whether another article has the same text, or nearly the same."""

    def fail(self, origin: str, record: int | None, error: str) -> None:
        """Record an input that could not be taken."""

    def settle(self, origin: str, record: int | None) -> None:
        """Forget a recorded failure of an input that has now been taken."""

    def commit(self) -> None:
        """Make everything so far durable."""

    def finish(self, report: IngestReport) -> None:
        """Record the run's summary and make it durable."""


class Store(Protocol):
    """A corpus' articles and their history."""

    @property
    def corpus_id(self) -> str:
        """The corpus' own id: 32 hex digits that a copy of it shares."""

    def position(self) -> Position:
        """Return the newest change."""

    def token_at(self, seq: int) -> str | None:
        """Return the token of a change, None when there is none of that number."""

    def changes(self, after: int) -> Iterator[Indexable | Removal]:
        """Yield each article that changed after `after`, in the order of its latest change."""

    def change_count(self, after: int) -> int:
        """Return how many articles `changes` would yield."""

    def articles(self, ids: Sequence[str]) -> list[Article]:
        """Return the live articles with these ids, in this order; unknown ids are left out."""

    def resolve(self, prefix: str) -> str:
        """Return the id of the one live article that starts with `prefix`.

        Raises ArticleNotFound or AmbiguousId.
        """

    def clusters(self) -> list[tuple[str, tuple[str, ...]]]:
        """Return each cluster of two or more live articles with (nearly) the same text, the largest first: its id, and
        its articles' ids in ascending order.
        """

    def stats(self) -> CorpusStats:
        """Return counts over the live articles."""

    def export_hash(self) -> str:
        """Return the SHA-256 over content, provenance and versions sorted by article id.

        Sequence numbers, runs and times of ingest or retrieval have no part in it.
        """

    def remove(self, ids: Sequence[str]) -> int:
        """Delete these articles with their versions and payloads, leave tombstones, return how many."""

    def writing(self, sources: Sequence[str]) -> AbstractContextManager[StoreWriter]:
        """Start an ingest run. Leaving the block without `finish` keeps what was committed."""

    def close(self) -> None:
        """Give the store back to rest: one file, no side files."""
