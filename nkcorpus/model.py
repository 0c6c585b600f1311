"""The values that travel between the stages. All are frozen; none knows a stage."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from nkcorpus.dataclass import dataclass

ID_LENGTH = 32
"""Hex digits of an article id."""
SHORTEST_PREFIX = 4
"""Hex digits that a user must give at least to name an article."""

Precision = Literal["year", "month", "day", "minute", "second"]
DateSource = Literal["meta", "url", "feed", "text", "file", "user"]
Kind = Literal["text", "markdown", "html", "record", "row", "entry", "mail", "docx", "pdf"]
Format = Literal[
    "text",
    "markdown",
    "html",
    "json",
    "jsonl",
    "csv",
    "feed",
    "sitemap",
    "mbox",
    "eml",
    "mhtml",
    "epub",
    "docx",
    "pdf",
    "parquet",
    "warc",
    "zip",
    "tar",
    "gz",
    "bz2",
    "xz",
    "zst",
]
"""What a file can be that holds articles, or holds such files."""
FetchState = Literal["pending", "done", "failed", "gone"]
"""`failed`: asking again by itself makes no sense; `gone`: the host says that there is nothing (404, 410)."""
WebKind = Literal["article", "listing", "feed", "sitemap", "wordpress"]
"""What an address can lead to."""


@dataclass(frozen=True, slots=True)
class ArticleDate:
    """A point in time as far as the source gives it.

    `value` is ISO 8601 cut to its precision with the offset kept (`2019-06`, `2019-06-13T09:30+09:00`).
    """

    value: str
    precision: Precision
    source: DateSource


@dataclass(frozen=True, slots=True)
class Span:
    """Code points `[start, end)` of the raw text that cleaning removes."""

    start: int
    end: int
    kind: str
    rule: str


@dataclass(frozen=True, slots=True)
class Repair:
    """Code points `[start, end)` of the raw text that read `text` in the clean text."""

    start: int
    end: int
    text: str
    rule: str


@dataclass(frozen=True, slots=True)
class Retrieval:
    """How bytes came from the web: the address asked for, the one that answered after redirects, and when.

    `retrieved_at` is UTC, ISO 8601 to the second. `status` is that of HTTP, None where what keeps the page does not
    tell it. `headers` are those of the answer that matter, names in lower case.
    """

    url: str
    answered: str
    status: int | None
    retrieved_at: str
    headers: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class FetchEntry:
    """An address in the journal. `source` is the name of the followed source, or the address, that led to it.

    `status` and `error` are those of the last try. Before `retry_at` the host does not want to be asked again. `etag`
    and `last_modified` hold for `validated_url`, the address that answered. Times are UTC ISO 8601.
    """

    url: str
    source: str
    state: FetchState
    tries: int
    status: int | None
    error: str | None
    queued_at: str
    tried_at: str | None
    retry_at: str | None
    validated_url: str | None
    etag: str | None
    last_modified: str | None
    article_id: str | None


@dataclass(frozen=True, slots=True)
class Attempt:
    """What came of asking for an address; the fields are those of FetchEntry. `pending` means to ask again, None as
    `tried_at` just now.
    """

    url: str
    source: str
    state: FetchState
    status: int | None = None
    error: str | None = None
    retry_at: str | None = None
    validated_url: str | None = None
    etag: str | None = None
    last_modified: str | None = None
    article_id: str | None = None
    tried_at: str | None = None


@dataclass(frozen=True, slots=True)
class SourceItem:
    """One article as bytes, as a source found it and before anybody has read it.

    `origin` is the input as the user gave it. `name` is the base name of the input file ("" for stdin).
    `record` is the 1-based number within a file that holds many records, else None.
    `charset` is set when the source had to decode the file to split it, or was told. `payload` are the original bytes.
    `url` is the address of the article, `external_id` its id in what holds it, where the bytes do not tell them.
    """

    origin: str
    name: str
    kind: Kind
    payload: bytes
    record: int | None = None
    charset: str | None = None
    url: str | None = None
    retrieval: Retrieval | None = None
    external_id: str | None = None

    @property
    def retrieved_at(self) -> str | None:
        """When the bytes were fetched; None for a file, which has no time."""
        return self.retrieval.retrieved_at if self.retrieval else None


@dataclass(frozen=True, slots=True)
class SourceFailure:
    """An input that could not even be turned into items, with a one-line reason."""

    origin: str
    error: str
    record: int | None = None


@dataclass(frozen=True, slots=True)
class SourceSkip:
    """An input that was left out on purpose, which is no failure."""

    origin: str
    reason: str


@dataclass(frozen=True, slots=True)
class SourceUnchanged:
    """An input that is as it was when it was taken: it is stored with these very bytes, or its host says so."""

    origin: str
    record: int | None = None


@dataclass(frozen=True, slots=True)
class Document:
    """What one item says, after extraction and, with `removed` filled, after cleaning.

    Fields that the item does not give are None or empty; nothing is guessed.
    `extractor` and `cleaner` are `name/version`; `cleaner` is "" before cleaning and ends with `+fix/version` where
    damaged text was mended. `place` is where the report was
    filed, as its dateline spells it. `counterpart` is the address of the same article in another language.
    `evidence` are pairs of a field and where its value stood (`title` and `json-ld`, `translator` and
    `rule:daily-nk.translated-by`), sorted by field.
    """

    raw_text: str
    extractor: str
    title: str | None = None
    authors: tuple[str, ...] = ()
    translator: str | None = None
    editor: str | None = None
    contact: str | None = None
    korean_version: bool = False
    date: ArticleDate | None = None
    source: str | None = None
    lang: str | None = None
    url: str | None = None
    tags: tuple[str, ...] = ()
    external_id: str | None = None
    removed: tuple[Span, ...] = ()
    repairs: tuple[Repair, ...] = ()
    cleaner: str = ""
    place: str | None = None
    updated: ArticleDate | None = None
    section: str | None = None
    counterpart: str | None = None
    evidence: tuple[tuple[str, str], ...] = ()

    @property
    def text(self) -> str:
        """The clean text: raw text minus `removed`, with `repairs` applied. Linear in its length."""
        return apply_edits(self.raw_text, self.removed, self.repairs)

    @property
    def edits(self) -> tuple[tuple[int, str, str], ...]:
        """What was removed and repaired, in order: where in the raw text, what stands there, and what reads instead."""
        spans = [(span.start, span.end, "") for span in self.removed]
        spans += [(repair.start, repair.end, repair.text) for repair in self.repairs]
        return tuple((start, self.raw_text[start:end], text) for start, end, text in sorted(spans))


def apply_edits(raw_text: str, removed: Sequence[Span], repairs: Sequence[Repair]) -> str:
    """Return `raw_text` without the removed spans and with the repairs in place.

    Spans may touch but not overlap; repairs are disjoint from spans and from each other.
    """
    if not removed and not repairs:
        return raw_text
    edits = sorted(
        [(span.start, span.end, "") for span in removed]
        + [(repair.start, repair.end, repair.text) for repair in repairs]
    )
    parts: list[str] = []
    position = 0
    for start, end, text in edits:
        parts.append(raw_text[position:start])
        parts.append(text)
        position = end
    parts.append(raw_text[position:])
    return "".join(parts)


def restore(text: str, edits: Sequence[tuple[int, str, str]]) -> str:
    """Return the raw text that became `text` by `edits`, which are as in `Document.edits`."""
    parts: list[str] = []
    position = length = 0
    for start, original, replacement in edits:
        parts += (text[position : position + start - length], original)
        position += start - length + len(replacement)
        length = start + len(original)
    return "".join([*parts, text[position:]])


@dataclass(frozen=True, slots=True)
class Prepared:
    """One item ready for the store: cleaned, identified, digested, its payload compressed.

    `payload` is zstd-compressed, None where it is not to be kept; `payload_sha256` and `payload_size` are of the
    original bytes.
    `words` are those that white space parts. `text_digest` is shared by equal texts, one of `bands` by texts that
    may be near duplicates. `extract_sha256` is over what the extractor took, `content_sha256` over all content and
    provenance.
    """

    article_id: str
    document: Document
    text: str
    words: int
    text_digest: str | None
    bands: tuple[int, ...]
    extract_sha256: str
    content_sha256: str
    origin: str
    file_name: str
    record: int | None
    kind: Kind
    charset: str | None
    retrieval: Retrieval | None
    payload: bytes | None
    payload_sha256: str
    payload_size: int

    @property
    def retrieved_at(self) -> str | None:
        """When the bytes were fetched; None for a file, which has no time."""
        return self.retrieval.retrieved_at if self.retrieval else None


@dataclass(frozen=True, slots=True)
class Position:
    """A point in the corpus' sequence of changes; the token tells it from the same point in a restored file."""

    seq: int = 0
    token: str = ""


@dataclass(frozen=True, slots=True)
class Indexable:
    """What an index holds of an article. `cluster` is 16 hex digits, shared by articles with (nearly) the same text;
    `removed` is what cleaning cut from it. `tags` are the publisher's and the user's, `notes` the user's.
    """

    id: str
    seq: int
    title: str | None
    text: str
    authors: tuple[str, ...]
    translator: str | None
    source: str | None
    lang: str | None
    url: str | None
    date: str | None
    cluster: str | None
    place: str | None = None
    tags: tuple[str, ...] = ()
    removed: str = ""
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Removal:
    """An article that an index must forget."""

    id: str
    seq: int


@dataclass(frozen=True, slots=True)
class VersionInfo:
    """One stored version of an article. `number` counts from 1; times are UTC ISO 8601. `has_payload` tells whether the
    original bytes are kept.
    """

    number: int
    ingested_at: str
    retrieval: Retrieval | None
    content_sha256: str
    payload_sha256: str
    has_payload: bool = True

    @property
    def retrieved_at(self) -> str | None:
        """When its bytes were fetched; None for those of a file."""
        return self.retrieval.retrieved_at if self.retrieval else None


@dataclass(frozen=True, slots=True)
class Version:
    """One stored version of an article with what it says. `text` is the clean text, `words` its number of words."""

    info: VersionInfo
    document: Document
    text: str
    words: int
    origin: str


@dataclass(frozen=True, slots=True)
class Note:
    """What the user wrote about an article, and when (UTC, ISO 8601)."""

    text: str
    made_at: str


@dataclass(frozen=True, slots=True)
class Gone:
    """That a page is no longer at its address: when that was first found (UTC, ISO 8601), and the HTTP status."""

    found_at: str
    status: int | None


@dataclass(frozen=True, slots=True)
class Article:
    """An article as the store holds it: the newest document and its history.

    `id` is 32 hex digits. `text` is the clean text, `words` its number of words.
    `near_duplicates` are the ids of the other articles with (nearly) the same text. `user_tags` and `notes` are the
    user's own, by name and the oldest first; the publisher's tags are in the document. `gone` is set when its page was
    asked for again and was not there.
    """

    id: str
    document: Document
    text: str
    words: int
    origin: str
    versions: tuple[VersionInfo, ...]
    near_duplicates: tuple[str, ...] = ()
    user_tags: tuple[str, ...] = ()
    notes: tuple[Note, ...] = ()
    gone: Gone | None = None

    @property
    def version(self) -> VersionInfo:
        """The newest version."""
        return self.versions[-1]

    @property
    def lead(self) -> str:
        """The first line of the clean text: a stand-in where there is no title, to be marked as such."""
        return self.text.lstrip().partition("\n")[0].strip()
