"""One ingest run's access to a corpus in a cluster. Any number of them may be at work at once."""

from __future__ import annotations

import dataclasses
import functools
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace

from nkcorpus.cluster import Cluster, Document
from nkcorpus.codec import BadValue, decode
from nkcorpus.dates import utc_now
from nkcorpus.identity import url_id
from nkcorpus.model import Prepared, SourceItem
from nkcorpus.results import IngestReport
from nkcorpus.store.base import Known, Outcome
from nkcorpus.store.opensearch.changes import ArticleChanges, Revised, Revision
from nkcorpus.store.opensearch.journaling import OpenSearchJournalWriter
from nkcorpus.store.opensearch.mappings import ARTICLES
from nkcorpus.store.opensearch.payloads import payload_of
from nkcorpus.store.opensearch.runs import Run
from nkcorpus.store.opensearch.states import (
    ArticleState,
    VersionBody,
    VersionEntry,
    damaged,
    entry_of,
    held_key_of,
    without_payload,
)
from nkcorpus.store.payloads import decompress, size_of

_KNOWN = ("id", "versions", "current.document.extractor", "current.document.url")


class OpenSearchWriter:
    """Fulfils StoreWriter. Articles are read when they are asked for, and written at the commit if nobody else has
    written them since; journal, failures and walks are written after them.
    """

    def __init__(self, cluster: Cluster, changes: ArticleChanges, run: Run, journal: OpenSearchJournalWriter) -> None:
        self._cluster = cluster
        self._changes = changes
        self._run = run
        self._journal = journal
        self._read: dict[str, Document | None] = {}
        self._added: list[Prepared] = []
        self._added_to: defaultdict[str, list[Prepared]] = defaultdict(list)
        self._frames: dict[tuple[str, str], bytes] = {}

    @property
    def journal(self) -> OpenSearchJournalWriter:
        """See StoreWriter."""
        return self._journal

    def prefetch(self, ids: Sequence[str]) -> None:
        """See StoreWriter."""
        unread = [article for article in dict.fromkeys(ids) if article not in self._read]
        if unread:
            found = self._cluster.get_many(ARTICLES, unread, fields=_KNOWN)
            self._read.update(zip(unread, found, strict=True))

    def known(self, article_id: str) -> Known | None:
        """See StoreWriter."""
        entries = self._entries(article_id)
        added = self._added_to.get(article_id)
        read = self._read[article_id]
        if not entries:
            return Known(True, (), (), (), (), "", "text", "", None, None) if read else None
        newest = entries[-1]
        extractor, url = (added[-1].document.extractor, added[-1].document.url) if added else _origin_of(read)
        return Known(
            removed=False,
            extract_digests=tuple(entry.extract_sha256 for entry in entries),
            payload_digests=tuple(entry.payload_sha256 for entry in entries),
            retrieval_times=tuple(entry.retrieval.retrieved_at if entry.retrieval else None for entry in entries),
            kinds=tuple(entry.kind for entry in entries),
            extractor=extractor,
            kind=newest.kind,
            file_name=newest.file_name,
            url=url,
            charset=newest.charset,
        )

    def holds(self, items: Sequence[tuple[SourceItem, str]], *, with_payload: bool = True) -> list[bool]:
        """See StoreWriter."""
        keys = [held_key_of(item, digest) for item, digest in items]
        wanted = sorted({*keys, *(() if with_payload else map(without_payload, keys))})
        body = {
            "query": {"terms": {"held": wanted}},
            "size": 0,
            "aggs": {"held": {"terms": {"field": "held", "include": wanted, "size": max(len(wanted), 1)}}},
        }
        buckets = self._cluster.search(ARTICLES, body)["aggregations"]["held"]["buckets"]
        held = {bucket["key"] for bucket in buckets}
        return [key in held or without_payload(key) in held for key in keys]

    def payload(self, article_id: str, sha256: str) -> bytes | None:
        """See StoreWriter."""
        for prepared in self._added_to.get(article_id, ()):
            if prepared.payload_sha256 == sha256 and prepared.payload is not None:
                return decompress(prepared.payload, prepared.payload_size)
        for entry in self._entries(article_id):
            if entry.payload_sha256 == sha256 and entry.has_payload:
                return payload_of(self._cluster, article_id, sha256, entry.payload_size)
        return None

    def put_payload(self, article_id: str, sha256: str, frame: bytes) -> None:
        """See StoreWriter."""
        same = [entry for entry in self._entries(article_id) if entry.payload_sha256 == sha256]
        if same and not any(entry.has_payload for entry in same):
            self._frames[article_id, sha256] = frame

    def add(self, prepared: Prepared) -> None:
        """See StoreWriter."""
        self.prefetch([prepared.article_id])
        self._added.append(prepared)
        self._added_to[prepared.article_id].append(prepared)

    def fail(self, origin: str, record: int | None, error: str) -> None:
        """See StoreWriter."""
        self._run.fail(origin, record, error)

    def settle(self, origin: str, record: int | None) -> None:
        """See StoreWriter."""
        self._run.settle(origin, record)

    def has_page(self, url: str) -> bool:
        """See StoreWriter."""
        article = url_id(url)
        retrievals = (prepared.retrieval for prepared in self._added)
        if any(each and url in (each.url, each.answered) for each in retrievals):
            return True
        if article and (self._added_to.get(article) or self._cluster.get(ARTICLES, article, fields=["id"])):
            return True
        return self._cluster.count(ARTICLES, {"term": {"urls": url}}) > 0

    def has_otherwise(self, url: str) -> bool:
        """See StoreWriter."""
        article = url_id(url)
        entries = self._entries(article) if article else ()
        is_from_web = any(entry.retrieval is not None and bool(entry.retrieval.url) for entry in entries)
        return is_from_web and all(entry.kind != "entry" for entry in entries)

    def reached(self, walk: str) -> str | None:
        """See StoreWriter."""
        return self._run.reached(walk)

    def reach(self, walk: str, place: str) -> None:
        """See StoreWriter."""
        self._run.reach(walk, place)

    def commit(self) -> list[Outcome]:
        """See StoreWriter. While any article is in conflict, nothing is written that tells that it is stored."""
        outcomes = self._write_articles() if self._added else {}
        told = [outcomes[prepared.article_id] for prepared in self._added]
        frames = self._frames
        self.forget()
        for (article, sha256), frame in frames.items():
            self._changes.change([article], functools.partial(_kept, sha256, frame))
        if "conflict" not in told:
            self._journal.flush()
            self._run.flush()
        return told

    def finish(self, report: IngestReport) -> None:
        """See StoreWriter."""
        self.commit()
        self._run.finish(dataclasses.asdict(report))

    def forget(self) -> None:
        """Forget what was read, and what was added and not committed."""
        self._read = {}
        self._added = []
        self._added_to = defaultdict(list)
        self._frames = {}

    def abandon(self) -> None:
        """Forget what was not committed."""
        self.forget()
        self._journal.abandon()
        self._run.abandon()

    def _entries(self, article_id: str) -> tuple[VersionEntry, ...]:
        """Return the versions of an article, with what was added."""
        self.prefetch([article_id])
        read = self._read[article_id]
        added = (entry_of(prepared, self._run.id, "") for prepared in self._added_to.get(article_id, ()))
        try:
            stored: tuple[VersionEntry, ...] = (
                decode(tuple[VersionEntry, ...], read.source.get("versions", []), "versions") if read else ()
            )
        except BadValue as error:
            raise damaged(f"the article {article_id} cannot be read ({error})") from None
        return (*stored, *added)

    def _write_articles(self) -> dict[str, Outcome]:
        """Write what was added; return what came of each article."""
        outcomes: dict[str, Outcome] = {}
        known = [article for article in self._added_to if self._read[article]]
        whole = dict(zip(known, self._cluster.get_many(ARTICLES, known), strict=True))
        revisions: list[Revision] = []
        now = utc_now()
        for article, added in self._added_to.items():
            read, seen = whole.get(article), self._read[article]
            if seen and (read is None or read.seq_no != seen.seq_no):
                outcomes[article] = "conflict"
                continue
            before = ArticleState.of(read.source) if read else None
            revisions.append(Revision(read, before, _revised(before, article, added, self._run.id, now)))
        told = self._changes.write(revisions) if revisions else []
        outcomes |= {each.revised.article.id: outcome for each, outcome in zip(revisions, told, strict=True)}
        return outcomes


def _revised(before: ArticleState | None, article: str, added: Sequence[Prepared], run: str, now: str) -> Revised:
    """Return an article with versions more."""
    state = before or ArticleState(article)
    bodies: dict[str, VersionBody] = {}
    for prepared in added:
        if state.entries:
            bodies[state.entries[-1].content_sha256] = state.newest
        state = state.with_version(prepared, run, now)
    stored = {
        entry.payload_sha256: entry.payload_size for entry in (before.entries if before else ()) if entry.has_payload
    }
    payloads = {
        prepared.payload_sha256: prepared.payload
        for prepared in added
        if prepared.payload is not None and prepared.payload_sha256 not in stored
    }
    sizes = stored | {sha256: size_of(frame) for sha256, frame in payloads.items()}
    return Revised(_with_payloads(state, sizes), bodies, payloads, arrives=True)


def _kept(sha256: str, frame: bytes, article: str, state: ArticleState | None) -> Revised | None:
    """Return an article of which the bytes of a version are kept now."""
    if state is None or all(entry.has_payload or entry.payload_sha256 != sha256 for entry in state.entries):
        return None
    return Revised(_with_payloads(state, {sha256: size_of(frame)}), payloads={sha256: frame}, is_seen=False)


def _with_payloads(state: ArticleState, sizes: Mapping[str, int]) -> ArticleState:
    return replace(state, entries=tuple(entry.kept(sizes) for entry in state.entries))


def _origin_of(read: Document | None) -> tuple[str, str | None]:
    """Return the extractor and the address of the newest version of a stored article."""
    document = ((read.source.get("current") or {}).get("document") or {}) if read else {}
    return document.get("extractor") or "", document.get("url")
