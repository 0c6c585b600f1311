"""An article as a cluster keeps it: one document, the atomic unit, and what is kept beside it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from nkcorpus.codec import BadValue, decode, encode
from nkcorpus.dedupe import band_keys
from nkcorpus.errors import CorpusDamaged
from nkcorpus.identity import text_digest
from nkcorpus.model import (
    ID_LENGTH,
    Document,
    Indexable,
    Kind,
    Note,
    Prepared,
    Removal,
    Retrieval,
    SourceItem,
    VersionInfo,
)
from nkcorpus.store.records import ArticleDigests, VersionDigests
from nkcorpus.store.seals import version_seal

Source = dict[str, Any]

_KEPT_WHERE_EMPTY = frozenset({"raw_text", "extractor"})
_CUT_SEPARATOR = "\t"


@dataclass(frozen=True, slots=True)
class VersionEntry:
    """What an article's document says of one version. The fields are those of VersionInfo and Prepared; `run` is the id
    of the run that brought it, `row_sha256` the seal over all but `has_payload`.
    """

    number: int
    ingested_at: str
    run: str
    kind: Kind
    file_name: str
    extract_sha256: str
    content_sha256: str
    payload_sha256: str
    payload_size: int
    has_payload: bool
    record: int | None = None
    charset: str | None = None
    retrieval: Retrieval | None = None
    row_sha256: str = ""

    def sealed(self, article_id: str, number: int) -> VersionEntry:
        """Return it with its place in an article's history, and the seal of that."""
        entry = replace(self, number=number)
        return replace(entry, row_sha256=entry.seal(article_id))

    def seal(self, article_id: str) -> str:
        """Return what `row_sha256` must be."""
        retrieval = self.retrieval
        return version_seal(
            {
                "article": article_id,
                "number": self.number,
                "file_name": self.file_name,
                "record": self.record,
                "kind": self.kind,
                "charset": self.charset,
                "extract_sha256": self.extract_sha256,
                "content_sha256": self.content_sha256,
                "payload_sha256": self.payload_sha256,
                "retrieved_at": retrieval and retrieval.retrieved_at,
                "ingested_at": self.ingested_at,
                "run": self.run,
                "retrieval_url": retrieval and retrieval.url,
                "retrieval_answered": retrieval and retrieval.answered,
                "retrieval_status": retrieval and retrieval.status,
                "retrieval_headers": retrieval and json.dumps(retrieval.headers, ensure_ascii=False),
            }
        )

    def kept(self, sizes: Mapping[str, int]) -> VersionEntry:
        """Return it with its bytes kept, if theirs is one of these digests, of which the sizes are told: that of bytes
        which nobody kept may have come from a foreign corpus.
        """
        size = sizes.get(self.payload_sha256)
        return self if self.has_payload or size is None else replace(self, has_payload=True, payload_size=size)

    @property
    def info(self) -> VersionInfo:
        """What the rest of nkcorpus knows of it."""
        return VersionInfo(
            self.number, self.ingested_at, self.retrieval, self.content_sha256, self.payload_sha256, self.has_payload
        )

    @property
    def digests(self) -> VersionDigests:
        """What tells it from the other versions of the article."""
        retrieved_at = self.retrieval.retrieved_at if self.retrieval else None
        return VersionDigests(
            self.extract_sha256, self.payload_sha256, retrieved_at, self.content_sha256, self.has_payload
        )

    @property
    def held(self) -> str:
        """What tells an input that is stored already. It is another one where the bytes were not kept."""
        at, url = (self.retrieval.retrieved_at, self.retrieval.url) if self.retrieval else (None, None)
        key = held_key(self.payload_sha256, self.file_name, self.kind, self.charset, self.record, at, url)
        return key if self.has_payload else without_payload(key)


@dataclass(frozen=True, slots=True)
class VersionBody:
    """What one version says. `words` are those of its clean text."""

    document: Document
    origin: str
    words: int

    def source(self) -> Source:
        """Return it as it is stored."""
        document = {
            name: value
            for name, value in encode(self.document).items()
            if name in _KEPT_WHERE_EMPTY or (value is not None and value is not False and value != [])
        }
        return {"document": document, "origin": self.origin, "words": self.words}


@dataclass(frozen=True, slots=True)
class ArticleState:
    """All that an article's document holds. `arrived` is the change that brought the newest version, which is `body`.

    `text_digest`, `bands` and `cluster` are of its clean text: `cluster` is the smallest digest of the texts that are
    nearly the same, which is its own for one that stands alone. Of an article that was removed there is `removed_at`
    and no version.
    """

    id: str
    seq: int = 0
    arrived: int | None = None
    removed_at: str | None = None
    gone_at: str | None = None
    gone_status: int | None = None
    entries: tuple[VersionEntry, ...] = ()
    body: VersionBody | None = None
    text_digest: str | None = None
    bands: tuple[int, ...] = ()
    cluster: str | None = None
    tags: tuple[str, ...] = ()
    notes: tuple[Note, ...] = ()
    kept_lines: tuple[str, ...] = ()

    @property
    def is_live(self) -> bool:
        """Tell whether it has any version."""
        return bool(self.entries)

    @property
    def newest(self) -> VersionBody:
        """The newest version. Raises CorpusDamaged where there is none."""
        if self.body is None:
            raise damaged(f"the article {self.id[:ID_LENGTH]} has no version")
        return self.body

    def with_body(self, body: VersionBody, digest: str | None, bands: tuple[int, ...]) -> ArticleState:
        """Return it with another newest version's content; `digest` and `bands` are those of its clean text."""
        cluster = self.cluster if digest == self.text_digest else digest
        return replace(self, body=body, text_digest=digest, bands=bands, cluster=cluster)

    def with_history(self, entries: Sequence[VersionEntry], body: VersionBody) -> ArticleState:
        """Return it with these versions, the oldest first, numbered and sealed anew; `body` is the newest one's."""
        sealed = tuple(entry.sealed(self.id, number) for number, entry in enumerate(entries, 1))
        text = body.document.text
        after = self.with_body(body, text_digest(text), band_keys(text))
        return replace(after, entries=sealed, removed_at=None)

    def derived(self) -> ArticleState:
        """Return it with what follows from its newest version computed anew."""
        text = self.newest.document.text
        body = replace(self.newest, words=len(text.split()))
        return replace(self, body=body, text_digest=text_digest(text), bands=band_keys(text))

    def with_version(self, prepared: Prepared, run: str, now: str) -> ArticleState:
        """Return it with one more version, which `run` brought `now`."""
        entry = entry_of(prepared, run, now).sealed(self.id, len(self.entries) + 1)
        after = self.with_body(body_of(prepared), prepared.text_digest, prepared.bands)
        return replace(after, entries=(*self.entries, entry), removed_at=None)

    def tombstone(self, removed_at: str) -> ArticleState:
        """Return what is left of it when it is removed."""
        return ArticleState(self.id, self.seq, self.arrived, removed_at)

    def source(self) -> Source:
        """Return it as it is stored, with what is looked up and counted."""
        found: Source = {"id": self.id, "seq": self.seq, "number": len(self.entries)}
        for name in ("arrived", "removed_at", "gone_at", "gone_status", "text_digest", "cluster"):
            if (value := getattr(self, name)) is not None:
                found[name] = value
        if self.bands:
            found["bands"] = list(self.bands)
        if self.body:
            found |= _counted(self.body)
            found["current"] = self.body.source()
        if self.entries:
            found["versions"] = [_compact(encode(entry)) for entry in self.entries]
            found["held"] = _distinct(entry.held for entry in self.entries)
            found["payloads"] = _distinct(entry.payload_sha256 for entry in self.entries)
            asked = [entry.retrieval for entry in self.entries if entry.retrieval]
            if urls := _distinct(url for each in asked for url in (each.url, each.answered) if url):
                found["urls"] = urls
        if self.kept_lines:
            found["keeps_lines"] = True
        for name in ("tags", "notes", "kept_lines"):
            if values := getattr(self, name):
                found[name] = encode(values)
        return found

    @classmethod
    def of(cls, source: Mapping[str, Any]) -> ArticleState:
        """Return what a stored document says. Raises CorpusDamaged."""
        try:
            return _state_of(source)
        except (BadValue, KeyError, TypeError) as error:
            raise damaged(f"the article {str(source.get('id'))[:ID_LENGTH]} cannot be read ({error})") from None

    def digests(self) -> ArticleDigests:
        """Return what tells its versions."""
        versions = tuple(entry.digests for entry in self.entries)
        return ArticleDigests(self.id, not versions, versions)

    def indexable(self) -> Indexable | Removal:
        """Return what an index holds of it."""
        if self.body is None:
            return Removal(self.id, self.seq)
        document = self.body.document
        return Indexable(
            id=self.id,
            seq=self.seq,
            title=document.title,
            text=document.text,
            authors=document.authors,
            translator=document.translator,
            source=document.source,
            lang=document.lang,
            url=document.url,
            date=document.date.value if document.date else None,
            cluster=self.cluster,
            place=document.place,
            tags=document.tags + tuple(sorted(self.tags)),
            removed="\n".join(document.raw_text[cut.start : cut.end].strip() for cut in document.removed),
            notes=tuple(note.text for note in self.notes),
        )


def entry_of(prepared: Prepared, run: str, now: str) -> VersionEntry:
    """Return the entry of a version, which has no place in a history yet."""
    return VersionEntry(
        number=0,
        ingested_at=now,
        run=run,
        kind=prepared.kind,
        file_name=prepared.file_name,
        extract_sha256=prepared.extract_sha256,
        content_sha256=prepared.content_sha256,
        payload_sha256=prepared.payload_sha256,
        payload_size=prepared.payload_size,
        has_payload=prepared.payload is not None,
        record=prepared.record,
        charset=prepared.charset,
        retrieval=prepared.retrieval,
    )


def body_of(prepared: Prepared) -> VersionBody:
    """Return what a version says."""
    return VersionBody(prepared.document, prepared.origin, prepared.words)


def body_from(source: object) -> VersionBody:
    """Return a stored body. Raises BadValue."""
    body: VersionBody = decode(VersionBody, source, "a version")
    end = 0
    document = body.document
    spans = [(cut.start, cut.end) for cut in document.removed] + [(fix.start, fix.end) for fix in document.repairs]
    for start, stop in sorted(spans):  # overlapping ones could make any text of a text, of any length
        if not end <= start <= stop <= len(document.raw_text):
            raise BadValue(f"there is no span {start}-{stop} in its text")
        end = stop
    return body


def held_key(payload_sha256: str, *values: str | int | None) -> str:
    """Return what two inputs share that are read alike: the same bytes, name, kind, charset, record, time, address."""
    return hashlib.sha256(json.dumps([payload_sha256, *values]).encode()).hexdigest()[:ID_LENGTH]


def held_key_of(item: SourceItem, payload_sha256: str) -> str:
    """Return the `held_key` of an input."""
    url = item.retrieval.url if item.retrieval else None
    return held_key(payload_sha256, item.name, item.kind, item.charset, item.record, item.retrieved_at, url)


def without_payload(key: str) -> str:
    """Return what a `held_key` is where the bytes were not kept."""
    return f"{key}-"


def damaged(what: str) -> CorpusDamaged:
    """Return the error for a document that cannot be."""
    return CorpusDamaged(f"the content of the corpus is damaged: {what}; restore it from a backup")


def _counted(body: VersionBody) -> Source:
    document = body.document
    rules: dict[str, int] = {}
    for cut in document.removed:
        rules[cut.rule] = rules.get(cut.rule, 0) + 1
    return {
        "source": document.source or "",
        "year": document.date.value[:4] if document.date else "",
        "words": body.words,
        "cuts": [f"{rule}{_CUT_SEPARATOR}{count}" for rule, count in rules.items()],
    }


def cut_of(term: str) -> tuple[str, int]:
    """Return the rule and the number of cuts of a term of `cuts`."""
    rule, _, count = term.rpartition(_CUT_SEPARATOR)
    return rule, int(count)


def _state_of(source: Mapping[str, Any]) -> ArticleState:
    current = source.get("current")
    entries = decode(tuple[VersionEntry, ...], source.get("versions", []), "versions")
    if source.get("number", len(entries)) != len(entries):
        raise BadValue(f"it has {len(entries)} versions, not {source['number']}")
    return ArticleState(
        id=decode(str, source["id"], "id"),
        seq=decode(int, source["seq"], "seq"),
        arrived=decode(int | None, source.get("arrived"), "arrived"),
        removed_at=decode(str | None, source.get("removed_at"), "removed_at"),
        gone_at=decode(str | None, source.get("gone_at"), "gone_at"),
        gone_status=decode(int | None, source.get("gone_status"), "gone_status"),
        entries=entries,
        body=None if current is None else body_from(current),
        text_digest=decode(str | None, source.get("text_digest"), "text_digest"),
        bands=tuple(map(int, source.get("bands", ()))),
        cluster=decode(str | None, source.get("cluster"), "cluster"),
        tags=decode(tuple[str, ...], source.get("tags", []), "tags"),
        notes=decode(tuple[Note, ...], source.get("notes", []), "notes"),
        kept_lines=decode(tuple[str, ...], source.get("kept_lines", []), "kept_lines"),
    )


def _compact(fields: Source) -> Source:
    return {name: value for name, value in fields.items() if value is not None}


def _distinct(values: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(values))
