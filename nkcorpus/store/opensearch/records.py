"""Reading a corpus in a cluster as a stream of records."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing

from nkcorpus.cluster.client import Cluster
from nkcorpus.cluster.documents import Document as StoredDocument
from nkcorpus.errors import CorpusDamaged
from nkcorpus.model import Gone
from nkcorpus.store.opensearch import journal
from nkcorpus.store.opensearch.aliases import stored_aliases
from nkcorpus.store.opensearch.articles import Articles
from nkcorpus.store.opensearch.batches import batches
from nkcorpus.store.opensearch.beside import Beside
from nkcorpus.store.opensearch.followed import followed_sources
from nkcorpus.store.opensearch.lists import Lists
from nkcorpus.store.opensearch.mappings import ARTICLES
from nkcorpus.store.opensearch.rules import stored_rules
from nkcorpus.store.opensearch.runs import failure_of, stored_failures
from nkcorpus.store.opensearch.searches import saved_searches
from nkcorpus.store.opensearch.states import ArticleState, Source, VersionEntry
from nkcorpus.store.records import (
    GoneRecord,
    KeptLineRecord,
    NoteRecord,
    PassOver,
    Record,
    RemovedRecord,
    SearchRecord,
    TagRecord,
    Unreadable,
    VersionRecord,
)

_ALL: Source = {"match_all": {}}
_BATCH = 200
_MOST_BYTES = 16 << 20
"""Of payloads that are read at a time, where no one article has more."""


class Records:
    """The records of one corpus. `pass_over` hears of each live article before its versions are read, and may have them
    left out.
    """

    def __init__(self, cluster: Cluster, lists: Lists, pass_over: PassOver | None = None) -> None:
        self._cluster = cluster
        self._lists = lists
        self._pass_over = pass_over
        self._articles = Articles(cluster)

    def all(self) -> Iterator[Record | Unreadable]:
        """Yield all that the corpus holds, the articles by id. Each part is as it was when its first record came; an
        article whose older versions or bytes are gone by then was changed since, and comes as it is now.
        """
        for failure in stored_failures(self._cluster):
            yield from _made("a failure", failure_of, failure)
        yield from stored_rules(self._lists)
        yield from stored_aliases(self._lists)
        for search in saved_searches(self._lists):
            yield SearchRecord(search.name, search.query, dict(search.options), search.saved_at)
        yield from followed_sources(self._lists)
        stored = self._cluster.pages(ARTICLES, _ALL, ["id"], size=_BATCH)
        with closing(stored):
            yield from self._of_articles(stored)
        entries = self._cluster.pages(journal.PART, _ALL, journal.IN_ORDER)
        with closing(entries):
            for entry in entries:
                yield from _made("an entry of the journal", journal.known, entry.source)

    def of(self, ids: Iterable[str]) -> Iterator[Record | Unreadable]:
        """Yield what belongs to the articles with these ids, by id."""
        for batch in batches(sorted(set(ids)), _BATCH):
            yield from self._of_articles(each for each in self._cluster.get_many(ARTICLES, batch) if each)

    def _of_articles(self, stored: Iterable[StoredDocument]) -> Iterator[Record | Unreadable]:
        waiting: list[ArticleState] = []
        size = 0
        for each in stored:
            try:
                state = ArticleState.of(each.source)
            except CorpusDamaged as error:
                yield from self._of_states(waiting)
                waiting, size = [], 0
                yield Unreadable(f"the article {each.id}", str(error))
                continue
            waiting.append(state)
            size += sum(entry.payload_size for entry in state.entries)
            if len(waiting) >= _BATCH or size > _MOST_BYTES:
                yield from self._of_states(waiting)
                waiting, size = [], 0
        yield from self._of_states(waiting)

    def _of_states(self, states: Sequence[ArticleState]) -> Iterator[Record | Unreadable]:
        wanted = [state for state in states if state.is_live and not self._is_passed_over(state)]
        with_versions = {state.id for state in wanted}
        beside = Beside(self._cluster, wanted)
        for state in states:
            if state.id in with_versions:
                yield from self._with_versions(state, beside)
            else:
                yield from _besides(state)

    def _is_passed_over(self, state: ArticleState) -> bool:
        return self._pass_over is not None and self._pass_over(state.digests())

    def _with_versions(self, state: ArticleState, beside: Beside) -> Iterator[Record | Unreadable]:
        versions = list(_versions_of(state, beside))
        if any(isinstance(each, Unreadable) for each in versions):
            now = self._articles.state(state.id)
            if now and now.seq != state.seq:
                state, versions = now, list(_versions_of(now, Beside(self._cluster, [now])))
        yield from versions
        yield from _besides(state)


def _versions_of(state: ArticleState, beside: Beside) -> Iterator[Record | Unreadable]:
    for entry in state.entries:
        try:
            yield _version_of(state, entry, beside)
        except CorpusDamaged as error:
            yield Unreadable(f"version {entry.number} of {state.id}", str(error))


def _version_of(state: ArticleState, entry: VersionEntry, beside: Beside) -> VersionRecord:
    body = beside.body(state, entry)
    return VersionRecord(
        article_id=state.id,
        number=entry.number,
        ingested_at=entry.ingested_at,
        origin=body.origin,
        file_name=entry.file_name,
        record=entry.record,
        kind=entry.kind,
        charset=entry.charset,
        retrieval=entry.retrieval,
        document=body.document,
        extract_sha256=entry.extract_sha256,
        content_sha256=entry.content_sha256,
        payload_sha256=entry.payload_sha256,
        payload_size=entry.payload_size,
        payload=beside.payload(state, entry),
    )


def _besides(state: ArticleState) -> Iterator[Record]:
    if state.removed_at is not None:
        yield RemovedRecord(state.id, state.removed_at)
    if state.gone_at is not None:
        yield GoneRecord(state.id, Gone(state.gone_at, state.gone_status))
    for tag in sorted(state.tags):
        yield TagRecord(state.id, tag)
    for note in state.notes:
        yield NoteRecord(state.id, note)
    for line in sorted(state.kept_lines):
        yield KeptLineRecord(state.id, line)


def _made(what: str, make: Callable[[Source], Record], source: Source) -> Iterator[Record | Unreadable]:
    try:
        yield make(source)
    except CorpusDamaged as error:
        yield Unreadable(what, str(error))
