"""Reading a corpus in a cluster as a stream of records."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from nkcorpus.cluster.client import Cluster
from nkcorpus.errors import CorpusDamaged
from nkcorpus.model import ID_LENGTH, FetchEntry, Gone
from nkcorpus.store.opensearch import journal
from nkcorpus.store.opensearch.aliases import stored_aliases
from nkcorpus.store.opensearch.articles import LIVE, Articles
from nkcorpus.store.opensearch.batches import batches
from nkcorpus.store.opensearch.desk import Desk
from nkcorpus.store.opensearch.followed import followed_sources
from nkcorpus.store.opensearch.mappings import ARTICLES
from nkcorpus.store.opensearch.rules import stored_rules
from nkcorpus.store.opensearch.runs import failure_of, stored_failures
from nkcorpus.store.opensearch.searches import saved_searches
from nkcorpus.store.opensearch.states import ArticleState, Source, VersionEntry
from nkcorpus.store.records import (
    GoneRecord,
    KeptLineRecord,
    NoteRecord,
    Record,
    RemovedRecord,
    SearchRecord,
    TagRecord,
    Unreadable,
    VersionRecord,
)

_ALL: Source = {"match_all": {}}
_BATCH = 200


class Records:
    """The records of one corpus."""

    def __init__(self, cluster: Cluster, desk: Desk) -> None:
        self._cluster = cluster
        self._desk = desk
        self._articles = Articles(cluster)

    def all(self) -> Iterator[Record | Unreadable]:
        """Yield all that the corpus holds, the articles by id. Each part is as it was when its first record came; an
        article that is changed while it is read comes as it is then.
        """
        for source in stored_failures(self._cluster):
            yield from _made("a failure", lambda source=source: failure_of(source))
        yield from stored_rules(self._desk)
        yield from stored_aliases(self._desk)
        for search in saved_searches(self._desk):
            yield SearchRecord(search.name, search.query, dict(search.options), search.saved_at)
        yield from followed_sources(self._desk)
        for stored in self._cluster.pages(ARTICLES, _ALL, ["id"], size=_BATCH):
            yield from self._of_article(stored.id, stored.source)
        for entry in self._cluster.pages(journal.PART, _ALL, journal.IN_ORDER):
            yield from _made("an entry of the journal", lambda source=entry.source: journal.known(source))

    def of(self, ids: Iterable[str]) -> Iterator[Record | Unreadable]:
        """Yield what belongs to the articles with these ids, by id."""
        for batch in batches(sorted(set(ids)), _BATCH):
            for stored in self._cluster.get_many(ARTICLES, batch):
                if stored:
                    yield from self._of_article(stored.id, stored.source)
