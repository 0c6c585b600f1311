"""What a store must do. `nkcorpus.store.sqlite` is the one for a single file."""

from __future__ import annotations

from collections.abc import Generator, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING, Literal, Protocol

from nkcorpus.dataclass import dataclass
from nkcorpus.model import (
    Article,
    Document,
    Indexable,
    Kind,
    Position,
    Prepared,
    Removal,
    Retrieval,
    SourceItem,
    Version,
)
from nkcorpus.results import CorpusStats, IngestReport, Likeness, Problem, Quarantined
from nkcorpus.store.desk import Desk
from nkcorpus.store.journal import Journal, JournalWriter

if TYPE_CHECKING:
    from nkcorpus.store.records import ArticleDigests, PassOver, Record, Taker, Unreadable


@dataclass(frozen=True, slots=True)
class Known:
    """What a store knows under an article's id. The lists hold the versions in the order in which they came; all are
    empty in a tombstone. The other fields describe the newest version and are those of its SourceItem.
    """

    removed: bool
    extract_digests: tuple[str, ...]
    payload_digests: tuple[str, ...]
    retrieval_times: tuple[str | None, ...]
    kinds: tuple[Kind, ...]
    extractor: str
    kind: Kind
    file_name: str
    url: str | None
    charset: str | None

    def digests_at(self, time: str | None, kind: Kind) -> frozenset[str]:
        """Return the extract digests that held at a time of retrieval; all of them for None.

        At a time there hold that of the same capture, that of the last version not after it, and that of the last one
        that came in the same form: a page, the entry of a feed and the record of an interface always differ. A version
        from a file counts as of the time when it came.
        """
        if time is None:
            return frozenset(self.extract_digests)
        held: set[str] = set()
        last, last_alike, clock = ("", ""), ("", ""), ""
        for digest, retrieved_at, form in zip(self.extract_digests, self.retrieval_times, self.kinds, strict=True):
            clock = max(clock, retrieved_at or "")
            since = retrieved_at or clock
            if retrieved_at == time:
                held.add(digest)
            if last[0] <= since <= time:
                last = since, digest
            if form == kind and last_alike[0] <= since <= time:
                last_alike = since, digest
        return frozenset(held | {digest for _, digest in (last, last_alike) if digest})


@dataclass(frozen=True, slots=True)
class Current:
    """The newest version of a live article, as cleaning needs it."""

    article_id: str
    document: Document
    origin: str
    payload_sha256: str
    content_sha256: str


@dataclass(frozen=True, slots=True)
class Finding:
    """What a check of a store found: `checked` things of a kind, and the problems of those that have any.

    `current` comes with the newest version of a live article that is whole. `notes` are worth telling and no problem.
    """

    kind: str
    checked: int = 1
    problems: tuple[Problem, ...] = ()
    current: Current | None = None
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Recleaned:
    """What cleaning makes of the newest version of an article. `before` is the content_sha256 that it was made from.
    `changed` is False where nothing but the name of the cleaner is another one; the other fields are as in Prepared.
    """

    article_id: str
    before: str
    changed: bool
    document: Document
    text: str
    words: int
    text_digest: str | None
    bands: tuple[int, ...]
    content_sha256: str


@dataclass(frozen=True, slots=True)
class StoredText:
    """The clean text of a live article and where it came from. `story` is shared by articles with (nearly) the same
    text; `record` is its number within the file `origin`, None where the file is the article.
    """

    article_id: str
    story: str
    source: str | None
    url: str | None
    origin: str
    record: int | None
    text: str


@dataclass(frozen=True, slots=True)
class StoredPayload:
    """The original bytes of a version, None where they were not kept, their SHA-256 (hex), and where they came from.
    `kind`, `charset`, `file_name` and `record` are those of its SourceItem; times are UTC ISO 8601.
    """

    article_id: str
    number: int
    kind: Kind
    charset: str | None
    file_name: str
    record: int | None
    url: str | None
    external_id: str | None
    ingested_at: str
    retrieval: Retrieval | None
    sha256: str
    payload: bytes | None


Outcome = Likeness | Literal["conflict"] | None
"""What came of adding an article: it is stored, and has the text of another one, nearly so, or (None) not; or nothing
was stored, because somebody else has changed it since it was read.
"""


class Recleaner(Protocol):
    """Write access to what cleaning derives from raw texts. What `commit` has returned from is stored for good."""

    def put(self, recleaned: Recleaned) -> None:
        """Replace what is derived in the newest version of an article; no new version comes of it."""

    def keep_lines(self, article_id: str, lines: Iterable[str]) -> None:
        """Remember lines, without white space around them, that are to stay in an article."""

    def release_lines(self, article_id: str, lines: Iterable[str]) -> None:
        """Forget lines that were to stay."""

    def commit(self) -> Sequence[bool]:
        """Make everything so far durable; tell of each `put` since the last time, in order, whether it was done: not
        where the article has been stored anew or removed since it was read.
        """


class StoreWriter(Protocol):
    """One ingest run's access to the store. What `commit` has returned from is stored for good."""

    def prefetch(self, ids: Sequence[str]) -> None:
        """Read at once what `known` is going to be asked for these articles."""

    def known(self, article_id: str) -> Known | None:
        """Return what is stored under an id, with what was added and not committed; None when nothing ever was."""

    def holds(self, items: Sequence[tuple[SourceItem, str]], *, with_payload: bool = True) -> Sequence[bool]:
        """Tell of each input, given with the SHA-256 of its bytes, whether a live article has a version of the same
        bytes from a file of the same name, read likewise and retrieved from the same address at the same time;
        `with_payload`, one whose bytes are kept.
        """

    def payload(self, article_id: str, sha256: str) -> bytes | None:
        """Return the original bytes of a version of an article, None where they were not kept."""

    def put_payload(self, article_id: str, sha256: str, frame: bytes) -> None:
        """Keep the bytes of a version of an article if they were not kept before; `frame` is as in Prepared."""

    def add(self, prepared: Prepared) -> None:
        """Store a first or a new version; `commit` tells what came of it."""

    def fail(self, origin: str, record: int | None, error: str) -> None:
        """Record an input that could not be taken."""

    def settle(self, origin: str, record: int | None) -> None:
        """Forget a recorded failure of an input that has now been taken."""

    @property
    def journal(self) -> JournalWriter:
        """The journal of what is fetched from the web."""

    def has_page(self, url: str) -> bool:
        """Tell whether an article has this address, or had it before it was removed, or came when it was asked for,
        directly or by a redirect.
        """

    def has_otherwise(self, url: str) -> bool:
        """Tell whether the article with this address came from the web, and never as the entry of a feed."""

    def reached(self, walk: str) -> str | None:
        """Return where a walk through an archive has got to, None for one that has not begun."""

    def reach(self, walk: str, place: str) -> None:
        """Remember where a walk has got to, with what was added before."""

    def commit(self) -> Sequence[Outcome]:
        """Make everything so far durable, and tell what came of each `add` since the last time, in order.

        With any "conflict", what is no article may still wait for the commit that tells of none.
        """

    def finish(self, report: IngestReport) -> None:
        """Record the run's summary and make it durable, after the last `commit`."""


class Store(Protocol):
    """A corpus' articles and their history."""

    @property
    def corpus_id(self) -> str:
        """The corpus' own id: 32 hex digits that a copy of it shares."""

    @property
    def schema(self) -> int:
        """The version of the schema in which it is read."""

    @property
    def journal(self) -> Journal:
        """What is to be fetched from the web and was, and the sources that are followed."""

    @property
    def desk(self) -> Desk:
        """The rules, aliases and searches that its users set."""

    def position(self) -> Position:
        """Return the newest change."""

    def token_at(self, seq: int) -> str | None:
        """Return the token of a change, None when there is none of that number."""

    def changes(self, after: int) -> Iterator[Indexable | Removal]:
        """Yield each article that changed after `after`, in the order of its latest change.

        Others may write meanwhile; an article that they change before its turn is passed over. Memory does not grow
        with the number of articles.
        """

    def change_count(self, after: int) -> int:
        """Return how many articles `changes` would yield."""

    def articles(self, ids: Sequence[str]) -> list[Article]:
        """Return the live articles with these ids, in this order; unknown ids are left out."""

    def versions(self, article_id: str) -> Iterator[Version]:
        """Yield the versions of a live article, the oldest first, one in memory at a time; none for an unknown id."""

    def version(self, article_id: str, number: int) -> Version | None:
        """Return one version of a live article, None where there is none of that number."""

    def payloads(self, ids: Sequence[str] | None = None) -> Iterator[StoredPayload]:
        """Yield the payloads of these live articles in their order, by default of all by id; for each article those of
        its versions, the oldest first. One is in memory at a time. Raises CorpusDamaged.
        """

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

    def inspect(self, sample: int | None = None) -> Iterator[Finding]:
        """Yield whether the store is whole: its structure, every digest, what is derived. Writes nothing.

        With `sample`, versions and payloads of so many articles at random; what is quick is checked of all. Memory
        does not grow with the number of articles. What cannot be read is a finding, not an error.
        """

    def quarantine(self) -> Iterator[Quarantined]:
        """Yield the rows that a repair took out of use, in the order in which it did."""

    def remove(self, ids: Sequence[str]) -> int:
        """Delete these articles with their versions and payloads, leave tombstones, return how many."""

    def kept_lines(self) -> Mapping[str, frozenset[str]]:
        """Return by article id the lines that stay in it whatever the rules say."""

    def change_tags(self, ids: Sequence[str], add: Sequence[str], remove: Sequence[str]) -> int:
        """Give articles tags of the user's and take some from them, case aside; return how many articles changed."""

    def add_note(self, article_id: str, text: str) -> None:
        """Write a note of the user's about an article."""

    def remove_note(self, article_id: str, number: int) -> bool:
        """Delete a note by its number, from 1 in the order in which they were made; tell whether there was one."""

    def arrived(self, after: int) -> frozenset[str]:
        """Return the live articles whose newest version came in by a change after `after`."""

    def current(self, article_id: str | None = None) -> Iterator[Current]:
        """Yield the newest version of each live article, or of one, by id. Memory does not grow with their number."""

    def texts(self) -> Iterator[StoredText]:
        """Yield the clean text of each live article, by id. Memory does not grow with their number."""

    def digests(self) -> Iterator[ArticleDigests]:
        """Yield which versions each article has, those that were removed too, by id.

        Others may write meanwhile. Memory does not grow with the number of articles.
        """

    def records(
        self, ids: Sequence[str] | None = None, *, pass_over: PassOver | None = None
    ) -> Generator[Record | Unreadable]:
        """Yield all that the corpus holds, or what belongs to the live articles with these ids, by article id.

        One is in memory at a time, and all are as they were at the first moment. Versions come before what else
        belongs to their article, and articles before the journal. `pass_over` hears of each live article before its
        versions are read, and may have them left out.
        """

    def awake(self) -> AbstractContextManager[None]:
        """Let others write while the block reads for long, where the file can be written at all."""

    def taking(self, source: str) -> AbstractContextManager[Taker]:
        """Start to take in records of another corpus. Leaving the block keeps what was committed."""

    def recleaning(self) -> AbstractContextManager[Recleaner]:
        """Start to replace what cleaning derives. Leaving the block keeps what was committed."""

    def writing(self, sources: Sequence[str]) -> AbstractContextManager[StoreWriter]:
        """Start an ingest run. Leaving the block without `finish` keeps what was committed."""

    def close(self) -> None:
        """Give the store back to rest: one file, no side files."""
