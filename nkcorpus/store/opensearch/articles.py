"""Reading the articles of a corpus in a cluster."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence

from nkcorpus.cluster import Cluster
from nkcorpus.errors import AmbiguousId, ArticleNotFound
from nkcorpus.model import ID_LENGTH, SHORTEST_PREFIX, Article, Gone, Indexable, Removal, Version
from nkcorpus.store.base import Current, StoredPayload, StoredText
from nkcorpus.store.opensearch.beside import body_in, body_key
from nkcorpus.store.opensearch.hits import fields_of
from nkcorpus.store.opensearch.mappings import ARTICLES, VERSIONS
from nkcorpus.store.opensearch.payloads import payload_of
from nkcorpus.store.opensearch.states import ArticleState, Source, VersionBody, VersionEntry
from nkcorpus.store.records import ArticleDigests

LIVE: Source = {"range": {"number": {"gt": 0}}}
_BATCH = 200
_MANY = 1000
_ENTRIES = ("id", "seq", "versions")
_KEPT_LINES = ("id", "seq", "kept_lines")
_NEWEST = ("id", "seq", "current", "versions", "text_digest", "cluster")


class Articles:
    """The articles of one corpus. Those asked for by id are as they are at this moment; what is searched for is as of
    the last commit of any writer.
    """

    def __init__(self, cluster: Cluster) -> None:
        self._cluster = cluster

    def state(self, article_id: str) -> ArticleState | None:
        """Return an article, also one that was removed; None for an unknown one."""
        document = self._cluster.get(ARTICLES, article_id)
        return ArticleState.of(document.source) if document else None

    def states(self, query: Source = LIVE, *, fields: Sequence[str] | None = None) -> Iterator[ArticleState]:
        """Yield articles by id, all as they are at one moment; of their documents, these fields at least."""
        for document in self._cluster.pages(ARTICLES, query, ["id"], fields=fields, size=_BATCH):
            yield ArticleState.of(document.source)

    def articles(self, ids: Sequence[str]) -> list[Article]:
        """See Store."""
        found: dict[str, ArticleState] = {}
        for document in self._cluster.get_many(ARTICLES, list(dict.fromkeys(ids))):
            state = ArticleState.of(document.source) if document else None
            if state and state.is_live:
                found[state.id] = state
        alike = self._in_clusters({state.cluster for state in found.values() if state.cluster})
        return [_article(found[article], alike) for article in ids if article in found]

    def changes(self, after: int, last: int) -> Iterator[Indexable | Removal]:
        """Yield the articles whose latest change is after one and at most `last`, in the order of changes."""
        query = {"range": {"seq": {"gt": after, "lte": last}}}
        for document in self._cluster.pages(ARTICLES, query, ["seq"], size=_BATCH):
            yield ArticleState.of(document.source).indexable()

    def change_count(self, after: int, last: int) -> int:
        """Return how many articles `changes` would yield."""
        return self._cluster.count(ARTICLES, {"range": {"seq": {"gt": after, "lte": last}}})

    def arrived(self, after: int) -> frozenset[str]:
        """See Store."""
        newer = [{"range": {name: {"gt": after}}} for name in ("seq", "arrived")]
        body = {"query": {"bool": {"filter": [LIVE, *newer]}}, "sort": ["id"]}
        return frozenset(fields["id"][0] for fields in fields_of(self._cluster, ARTICLES, body, ["id"]))

    def kept_lines(self) -> Mapping[str, frozenset[str]]:
        """See Store."""
        query = {"term": {"keeps_lines": True}}
        return {state.id: frozenset(state.kept_lines) for state in self.states(query, fields=_KEPT_LINES)}

    def current(self, article_id: str | None) -> Iterator[Current]:
        """See Store."""
        if article_id is None:
            yield from map(_current, self.states(fields=_NEWEST))
        elif (state := self.state(article_id)) and state.is_live:
            yield _current(state)

    def texts(self) -> Iterator[StoredText]:
        """See Store."""
        for state in self.states(fields=_NEWEST):
            document, entry = state.newest.document, state.entries[-1]
            yield StoredText(
                article_id=state.id,
                story=state.cluster or state.id,
                source=document.source,
                url=document.url,
                origin=state.newest.origin,
                record=entry.record,
                text=document.text,
            )

    def versions(self, article_id: str) -> Iterator[Version]:
        """See Store."""
        if state := self.state(article_id):
            for entry in state.entries:
                yield self._version(state, entry)

    def version(self, article_id: str, number: int) -> Version | None:
        """See Store."""
        if state := self.state(article_id):
            return next((self._version(state, entry) for entry in state.entries if entry.number == number), None)
        return None

    def body(self, state: ArticleState, entry: VersionEntry) -> VersionBody:
        """Return what a version of an article says. Raises CorpusDamaged where that is not stored."""
        if entry.number == len(state.entries):
            return state.newest
        return body_in(self._cluster.get(VERSIONS, body_key(state, entry)), state, entry)

    def payloads(self, ids: Sequence[str] | None) -> Iterator[StoredPayload]:
        """See Store."""
        if ids is None:
            for each in self.states(fields=_NEWEST):
                yield from self._payloads(each)
        for article in ids or ():
            if state := self.state(article):
                yield from self._payloads(state)

    def resolve(self, prefix: str) -> str:
        """See Store."""
        given = prefix.strip().lower()
        if not SHORTEST_PREFIX <= len(given) <= ID_LENGTH or set(given) - set("0123456789abcdef"):
            raise ArticleNotFound(f"'{prefix}' is no article id; give {SHORTEST_PREFIX} to {ID_LENGTH} hex digits")
        body = {"query": {"bool": {"filter": [{"prefix": {"id": given}}, LIVE]}}, "sort": ["id"], "size": 2}
        hits = self._cluster.search(ARTICLES, {**body, "_source": False})["hits"]["hits"]
        if not hits:
            raise ArticleNotFound(f"no article has the id {given}; 'nkcorpus list' shows ids")
        if len(hits) > 1:
            raise AmbiguousId(f"several articles have ids that begin with {given}; give more digits")
        return str(hits[0]["_id"])

    def digests(self) -> Iterator[ArticleDigests]:
        """See Store."""
        for document in self._cluster.pages(ARTICLES, {"match_all": {}}, ["id"], fields=_ENTRIES, size=_MANY):
            yield ArticleState.of(document.source).digests()

    def export_hash(self) -> str:
        """See Store."""
        digest = hashlib.sha256()
        for document in self._cluster.pages(ARTICLES, LIVE, ["id"], fields=_ENTRIES, size=_MANY):
            state = ArticleState.of(document.source)
            for entry in state.entries:
                row = (state.id, entry.number, entry.content_sha256, entry.payload_sha256)
                digest.update(("\t".join(map(str, row)) + "\n").encode("utf-8", "surrogateescape"))
        return digest.hexdigest()

    def _in_clusters(self, labels: set[str]) -> dict[str, list[str]]:
        """Return the ids of the articles of each of these clusters, ascending."""
        members: defaultdict[str, list[str]] = defaultdict(list)
        body = {"query": {"terms": {"cluster": sorted(labels)}}, "sort": ["id"]}
        for fields in fields_of(self._cluster, ARTICLES, body, ["id", "cluster"]) if labels else ():
            members[fields["cluster"][0]].append(fields["id"][0])
        return members

    def _version(self, state: ArticleState, entry: VersionEntry) -> Version:
        body = self.body(state, entry)
        return Version(entry.info, body.document, body.document.text, body.words, body.origin)

    def _payloads(self, state: ArticleState) -> Iterator[StoredPayload]:
        for entry in state.entries:
            document = self.body(state, entry).document
            payload = None
            if entry.has_payload:
                payload = payload_of(self._cluster, state.id, entry.payload_sha256, entry.payload_size)
            yield StoredPayload(
                article_id=state.id,
                number=entry.number,
                kind=entry.kind,
                charset=entry.charset,
                file_name=entry.file_name,
                record=entry.record,
                url=document.url,
                external_id=document.external_id,
                ingested_at=entry.ingested_at,
                retrieval=entry.retrieval,
                sha256=entry.payload_sha256,
                payload=payload,
            )


def _article(state: ArticleState, clusters: dict[str, list[str]]) -> Article:
    body = state.newest
    alike = clusters.get(state.cluster, ()) if state.cluster else ()
    return Article(
        id=state.id,
        document=body.document,
        text=body.document.text,
        words=body.words,
        origin=body.origin,
        versions=tuple(entry.info for entry in state.entries),
        near_duplicates=tuple(other for other in alike if other != state.id),
        user_tags=tuple(sorted(state.tags)),
        notes=state.notes,
        gone=Gone(state.gone_at, state.gone_status) if state.gone_at else None,
    )


def _current(state: ArticleState) -> Current:
    entry, body = state.entries[-1], state.newest
    return Current(state.id, body.document, body.origin, entry.payload_sha256, entry.content_sha256)
