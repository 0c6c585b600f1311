"""The journal of fetches in a corpus in a cluster: one document an address."""

from __future__ import annotations

import dataclasses
import hashlib
import itertools
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any, cast

from nkcorpus.cluster.client import Cluster
from nkcorpus.cluster.documents import Write
from nkcorpus.codec import BadValue, decode, encode
from nkcorpus.model import FetchEntry, FetchState
from nkcorpus.store.journal import Followed
from nkcorpus.store.opensearch.batches import batches
from nkcorpus.store.opensearch.followed import drop_source, followed_sources, insert_source, mark_asked
from nkcorpus.store.opensearch.lists import Lists, Source, damaged, seal_of
from nkcorpus.store.opensearch.pending import Pending

PART = "journal"
_LONGEST_TERM = 8_000
"""Code points of what can be looked up: Lucene takes no term of more than 32,766 bytes."""
_KEYWORD = {"type": "keyword", "ignore_above": _LONGEST_TERM}
_TOLD = {"type": "keyword", "index": False, "doc_values": False}
_COUNT = {"type": "long", "index": False, "doc_values": False}
MAPPINGS: Mapping[str, Any] = {
    "dynamic": "strict",
    "properties": {
        "url": _KEYWORD,
        "source": _KEYWORD,
        "state": _KEYWORD,
        "tries": _COUNT,
        "status": _COUNT,
        "error": _TOLD,
        "queued_at": _TOLD,
        "tried_at": _TOLD,
        "retry_at": _TOLD,
        "validated_url": _TOLD,
        "etag": _TOLD,
        "last_modified": _TOLD,
        "article_id": _TOLD,
        "when": _KEYWORD,
        "found": {"type": "long"},
        "seal": _COUNT,
    },
}
"""The fields of FetchEntry; `when` it was tried or queued last, and `found`, by which entries are in the order in which
they were found.
"""
EntryChange = Callable[[FetchEntry], FetchEntry | None]
"""Makes of an entry what it is to be; None lets it go."""
_FIELDS = tuple(field.name for field in dataclasses.fields(FetchEntry))
_BATCH = 400
IN_ORDER = [{"found": "asc"}, {"url": "asc"}]
_LAST_FIRST = [{"when": "desc"}, {"found": "desc"}, {"url": "desc"}]


class OpenSearchJournal:
    """Fulfils Journal."""

    def __init__(self, cluster: Cluster, lists: Lists) -> None:
        self._cluster = cluster
        self._lists = lists

    def entry(self, url: str) -> FetchEntry | None:
        """See Journal."""
        found = self._cluster.get(PART, key_of(url))
        return entry_of(found.source if found else None)

    def entries(self, state: FetchState | None = None, source: str | None = None) -> Iterator[FetchEntry]:
        """See Journal."""
        for hit in self.hits(wanted(state=state, source=source)):
            yield known(hit["_source"])

    def latest(
        self, limit: int = 0, state: FetchState | None = None, source: str | None = None
    ) -> tuple[FetchEntry, ...]:
        """See Journal."""
        hits = self.hits(wanted(state=state, source=source), _LAST_FIRST)
        return tuple(known(hit["_source"]) for hit in itertools.islice(hits, limit or None))

    def counts(self, source: str | None = None) -> Mapping[FetchState, int]:
        """See Journal."""
        body = {
            "size": 0,
            "query": wanted(source=source),
            "aggs": {"states": {"terms": {"field": "state", "size": 100}}},
        }
        buckets = self._cluster.search(PART, body)["aggregations"]["states"]["buckets"]
        return {cast(FetchState, bucket["key"]): bucket["doc_count"] for bucket in buckets}

    def followed(self) -> tuple[Followed, ...]:
        """See Journal."""
        return followed_sources(self._lists)

    def follow(self, source: Followed) -> bool:
        """See Journal."""
        if insert_source(self._lists, source) != "added":
            return False
        own = key_of(source.url)

        def adopt(stored: Source | None) -> Source | None:
            return changed(stored, lambda entry: replace(_unvalidated(entry), source=source.name))

        self._cluster.update(PART, own, adopt)
        self._cluster.refresh(PART)
        return True

    def unfollow(self, name: str) -> bool:
        """See Journal."""
        dropped = drop_source(self._lists, name)
        if dropped is None:
            return False
        for source in (name, dropped.url):
            self._change_where(wanted(source=source), lambda entry: _left(entry, name))
        return True

    def mark_asked(self, name: str, error: str | None = None) -> None:
        """See Journal."""
        mark_asked(self._lists, name, error)

    def _change_where(self, query: Source, change: EntryChange) -> None:
        for hits in batches(self.hits(query), _BATCH):
            pending = Pending(self._cluster, PART)
            for hit in hits:
                pending.add(hit["_id"], lambda source: changed(source, change))
            pending.flush()

    def hits(self, query: Source, sort: list[Source] = IN_ORDER) -> Iterator[Source]:
        """Yield what a query finds, page by page: a view that is held open would end while a crawl waits for hosts."""
        body: Source = {"query": query, "sort": sort, "size": _BATCH}
        while True:
            hits = self._cluster.search(PART, body)["hits"]["hits"]
            yield from hits
            if len(hits) < _BATCH:
                return
            body["search_after"] = hits[-1]["sort"]


def key_of(url: str) -> str:
    """Return the id of an address' document."""
    return hashlib.sha256(url.encode("utf-8", "surrogatepass")).hexdigest()


class _Numbers:
    """Numbers in the order of time: microseconds since 1970, or one more than the last one."""

    def __init__(self) -> None:
        self._last = 0

    def take(self) -> int:
        """Return the next one."""
        self._last = max(self._last + 1, time.time_ns() // 1_000)
        return self._last


next_number = _Numbers().take
"""Returns what an entry that was found now is sorted by."""


def entry_of(source: Source | None) -> FetchEntry | None:
    """Return the entry of a document, None for none. Raises CorpusDamaged."""
    return None if source is None else known(source)


def source_of(entry: FetchEntry, found: int) -> Source:
    """Return the document of an entry."""
    values = encode(entry)
    return {**values, "when": entry.tried_at or entry.queued_at, "found": found, "seal": seal_of(values)}


def is_whole(source: Source) -> bool:
    """Tell whether a document is what its seal says."""
    return bool(source.get("seal") == seal_of({name: source.get(name) for name in _FIELDS}))


def changed(source: Source | None, change: EntryChange) -> Source | None:
    """Return the document of an entry that is changed, None where there is none or it is to go."""
    if source is None:
        return None
    before = known(source)
    after = change(before)
    if after == before:
        return source
    return None if after is None else source_of(after, source["found"])


def insert_entries(cluster: Cluster, entries: Iterable[FetchEntry]) -> list[bool]:
    """Store entries of another journal; tell of each whether its address was not there yet."""
    writes = [Write.create(key_of(entry.url), source_of(entry, next_number())) for entry in entries]
    return [outcome == "done" for outcome in cluster.write(PART, writes)]


def known(source: Source) -> FetchEntry:
    """Return the entry of a document. Raises CorpusDamaged."""
    try:
        entry: FetchEntry = decode(FetchEntry, source)
    except BadValue as error:
        raise damaged(f"an entry of the journal is none ({error})") from None
    return entry


def _left(entry: FetchEntry, name: str) -> FetchEntry | None:
    """Return what stays of an entry of a source that was of this name."""
    if entry.state == "pending" and entry.source == name:
        return None
    return entry if entry.article_id else _unvalidated(entry)


def _unvalidated(entry: FetchEntry) -> FetchEntry:
    return replace(entry, validated_url=None, etag=None, last_modified=None)


def wanted(**terms: str | None) -> Source:
    """Return the query for the entries that have these values; None is any."""
    return {"bool": {"filter": [{"term": {name: value}} for name, value in terms.items() if value is not None]}}
