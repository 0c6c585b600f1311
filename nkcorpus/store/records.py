"""A corpus as a stream of records: what exporting, importing and merging have in common.

They hold content, provenance, and what is the user's own. What is derived (clean texts, counts, clusters, the sequence
of changes) and the runs of ingests are no part of it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Literal, Protocol

from nkcorpus.dataclass import dataclass
from nkcorpus.model import Document, FetchEntry, Gone, Kind, Note, Retrieval
from nkcorpus.store.desk import SavedSearch, StoredRule
from nkcorpus.store.journal import Followed

Joined = Literal["new", "joined", "unchanged", "skipped"]
"""What taking in the versions of an article did: it is new here; ours got more, or another order; nothing; it was
removed here and stays so.
"""
Put = Literal["added", "unchanged", "conflict", "skipped"]
"""What taking in a record did. `conflict`: something else has its name here; `skipped`: it belongs to an article that
is not here.
"""


@dataclass(frozen=True, slots=True)
class VersionRecord:
    """One version of an article; the fields are those of Prepared and VersionInfo.

    `payload` are the original bytes, None where they were not kept; `payload_size` is their number in any case.
    """

    article_id: str
    number: int
    ingested_at: str
    origin: str
    file_name: str
    record: int | None
    kind: Kind
    charset: str | None
    retrieval: Retrieval | None
    document: Document
    extract_sha256: str
    content_sha256: str
    payload_sha256: str
    payload_size: int
    payload: bytes | None


@dataclass(frozen=True, slots=True)
class VersionDigests:
    """What tells a version from all others of its article: what the extractor took, its bytes, and when they were
    retrieved; and the digest of its content and provenance, and whether its bytes are kept.
    """

    extract_sha256: str
    payload_sha256: str
    retrieved_at: str | None
    content_sha256: str
    has_payload: bool


@dataclass(frozen=True, slots=True)
class ArticleDigests:
    """What tells which versions an article has, the oldest first; none where it was removed."""

    article_id: str
    is_removed: bool
    versions: tuple[VersionDigests, ...]


@dataclass(frozen=True, slots=True)
class RemovedRecord:
    """That an article was removed, and when (UTC, ISO 8601)."""

    article_id: str
    removed_at: str


@dataclass(frozen=True, slots=True)
class GoneRecord:
    """That the page of an article is no longer at its address."""

    article_id: str
    gone: Gone


@dataclass(frozen=True, slots=True)
class TagRecord:
    """A tag of the user's."""

    article_id: str
    tag: str


@dataclass(frozen=True, slots=True)
class NoteRecord:
    """A note of the user's."""

    article_id: str
    note: Note


@dataclass(frozen=True, slots=True)
class KeptLineRecord:
    """A line that stays in an article whatever the rules say."""

    article_id: str
    line: str


@dataclass(frozen=True, slots=True)
class RuleRecord:
    """A cleaning rule of the corpus' own, and when it was added (UTC, ISO 8601)."""

    rule: StoredRule
    added_at: str


@dataclass(frozen=True, slots=True)
class AliasRecord:
    """Texts that stand for the same: pairs of a text and when it was added (UTC, ISO 8601)."""

    texts: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class SearchRecord:
    """A saved search. Which of its hits were looked at is told in numbers of changes, which no other corpus has."""

    name: str
    query: str
    options: dict[str, object]
    saved_at: str

    @property
    def search(self) -> SavedSearch:
        """The search of which nothing was looked at yet."""
        return SavedSearch(self.name, self.query, self.options, 0, self.saved_at)


@dataclass(frozen=True, slots=True)
class FailureRecord:
    """An input that could not be taken. `record` is its number in a file, 0 for a whole one; times are UTC ISO 8601."""

    origin: str
    record: int
    error: str
    attempts: int
    first_seen: str
    last_seen: str


OfArticle = RemovedRecord | GoneRecord | TagRecord | NoteRecord | KeptLineRecord
Record = VersionRecord | OfArticle | RuleRecord | AliasRecord | SearchRecord | Followed | FetchEntry | FailureRecord


@dataclass(frozen=True, slots=True)
class Unreadable:
    """A record that cannot be made out: which, and why, in a line."""

    what: str
    reason: str


PassOver = Callable[[ArticleDigests], bool]
"""Tells whether the versions of an article need not be read."""


class Taker(Protocol):
    """Takes in records of another corpus. Nothing that is stored is overwritten, and what was taken once changes
    nothing a second time. What `commit` has returned from is stored for good.
    """

    def prefetch(self, records: Sequence[Record]) -> None:
        """Read at once what taking these in is going to need."""

    def join(self, article_id: str, versions: Iterator[VersionRecord], *, force: bool) -> tuple[Joined, int]:
        """Take in the versions of an article, in their order there; return what came of it, and how many were added.

        A version that is stored, told by what the extractor took, its bytes and the time of retrieval, is not taken
        again. An article that is new keeps their order. Otherwise, unless the one order has all of the other in it,
        versions are put in the order of retrieval, or where they are from files, of ingest: so it makes no difference
        which corpus is joined into which. `force` takes in what was removed here.
        """

    def put(self, record: Record) -> Put:
        """Take in a record that is no version. Failures are taken while there is no article."""

    def commit(self) -> None:
        """Make everything so far durable."""

    def finish(self, report: dict[str, object]) -> None:
        """Record the run's summary and make it durable."""
