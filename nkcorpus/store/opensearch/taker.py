"""Taking records of another corpus into one in a cluster."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from nkcorpus.cluster.client import Cluster
from nkcorpus.model import FetchEntry
from nkcorpus.store.journal import Followed
from nkcorpus.store.opensearch import journal
from nkcorpus.store.opensearch.aliases import insert_alias_group
from nkcorpus.store.opensearch.articles import Articles
from nkcorpus.store.opensearch.drafts import Draft, Drafts, Step
from nkcorpus.store.opensearch.followed import insert_source
from nkcorpus.store.opensearch.histories import History, joining_of
from nkcorpus.store.opensearch.lists import Lists
from nkcorpus.store.opensearch.mappings import ARTICLES
from nkcorpus.store.opensearch.pending import Pending
from nkcorpus.store.opensearch.remarks import keeping, marked_gone, retag, with_note
from nkcorpus.store.opensearch.rules import insert_rule
from nkcorpus.store.opensearch.runs import Run
from nkcorpus.store.opensearch.searches import insert_search
from nkcorpus.store.records import (
    AliasRecord,
    FailureRecord,
    GoneRecord,
    Joined,
    KeptLineRecord,
    NoteRecord,
    OfArticle,
    Put,
    Record,
    RemovedRecord,
    RuleRecord,
    SearchRecord,
    TagRecord,
    VersionRecord,
)

_MOST_BYTES = 32 << 20
"""Of frames that wait for a commit."""


class OpenSearchTaker:
    """Fulfils Taker. What `join` and `put` tell is as the corpus was when it was read; where somebody else changes an
    article before the commit, it is joined with what that made of it.
    """

    def __init__(self, cluster: Cluster, lists: Lists, drafts: Drafts, run: Run, *, is_new: bool) -> None:
        self._cluster = cluster
        self._lists = lists
        self._drafts = drafts
        self._run = run
        self._is_new = is_new
        self._articles = Articles(cluster)
        self._entries = Pending(cluster, journal.PART)
        self._there: dict[str, bool] = {}
        self._ahead: Sequence[Record] = ()
        self._is_ahead = False
        self._waiting = 0

    def prefetch(self, records: Sequence[Record]) -> None:
        """See Taker."""
        self._ahead, self._is_ahead = tuple(records), True
        self._drafts.look_up(each.article_id for each in records if isinstance(each, VersionRecord | OfArticle))
        fetches = [each for each in records if isinstance(each, FetchEntry)]
        self._entries.look_up(journal.key_of(each.url) for each in fetches)
        self._look_for(each.article_id for each in fetches if each.article_id)
        if self._is_new:
            self._run.look_up(each for each in records if isinstance(each, FailureRecord))

    def _refetch(self) -> None:
        """Read anew what was read ahead before the last commit."""
        if not self._is_ahead:
            self.prefetch(self._ahead)

    def join(self, article_id: str, versions: Iterator[VersionRecord], *, force: bool) -> tuple[Joined, int]:
        """See Taker."""
        if self._waiting > _MOST_BYTES:
            self.commit()
        self._refetch()
        if self._drafts.now(article_id).article.removed_at and not force:
            return "skipped", 0
        history = History(versions, self._run.id)
        self._waiting += history.size
        return self._drafts.apply(article_id, self._joining(history, force=force))

    def _joining(self, history: History, *, force: bool) -> Step[tuple[Joined, int]]:
        def step(draft: Draft) -> tuple[Joined, int]:
            if draft.article.removed_at and not force:
                return "skipped", 0
            return joining_of(draft, history, self._articles.body)

        return step

    def put(self, record: Record) -> Put:
        """See Taker."""
        self._refetch()
        match record:
            case RemovedRecord():
                return _told(self._drafts.apply(record.article_id, _removed(record)))
            case GoneRecord() | TagRecord() | NoteRecord() | KeptLineRecord():
                return self._put_of_article(record)
            case RuleRecord():
                return insert_rule(self._lists, record)
            case AliasRecord():
                return insert_alias_group(self._lists, record)
            case SearchRecord():
                return insert_search(self._lists, record)
            case Followed():
                return insert_source(self._lists, record)
            case FetchEntry():
                return self._put_fetch(record)
            case FailureRecord():
                return _told(self._run.take_over(record)) if self._is_new else "skipped"
        raise TypeError(f"{type(record).__name__} is joined, not put")

    def _put_of_article(self, record: GoneRecord | TagRecord | NoteRecord | KeptLineRecord) -> Put:
        if not self._drafts.now(record.article_id).article.is_live:
            return "skipped"
        step: Step[bool]
        match record:
            case GoneRecord():
                step = marked_gone(record.gone)
            case TagRecord():
                step = retag([record.tag], [])
            case NoteRecord():
                step = with_note(record.note, only_once=True)
            case KeptLineRecord():
                step = keeping([record.line])
        return _told(self._drafts.apply(record.article_id, step))

    def _put_fetch(self, entry: FetchEntry) -> Put:
        """Take an address into the journal, unless it is there, or led to an article that was not taken: it would never
        be fetched again.
        """
        if entry.article_id and not self._is_there(entry.article_id):
            return "skipped"
        key = journal.key_of(entry.url)
        if self._entries.now(key) is not None:
            return "unchanged"
        source = journal.source_of(entry, journal.next_number())
        self._entries.add(key, lambda stored: source if stored is None else stored)
        return "added"

    def _is_there(self, article_id: str) -> bool:
        if article_id in self._drafts:
            article = self._drafts.now(article_id).article
            return article.is_live or article.removed_at is not None
        self._look_for([article_id])
        return self._there[article_id]

    def _look_for(self, ids: Iterable[str]) -> None:
        unknown = [article for article in dict.fromkeys(ids) if article not in self._there]
        for article, found in zip(unknown, self._cluster.get_many(ARTICLES, unknown, fields=["id"]), strict=True):
            self._there[article] = found is not None

    def commit(self) -> None:
        """See Taker."""
        self._drafts.commit()
        self._entries.flush()
        self._run.flush()
        self._there.clear()
        self._is_ahead = False
        self._waiting = 0

    def finish(self, report: dict[str, object]) -> None:
        """See Taker."""
        self.commit()
        self._run.finish(report)

    def abandon(self) -> None:
        """Forget what was not committed."""
        self._drafts.abandon()
        self._entries.abandon()
        self._run.abandon()


def _removed(record: RemovedRecord) -> Step[bool]:
    """Return what remembers that an article was removed elsewhere, unless it is known here."""

    def step(draft: Draft) -> bool:
        return not draft.is_stored and draft.edit(is_seen=True, removed_at=record.removed_at)

    return step


def _told(is_new: bool) -> Put:
    return "added" if is_new else "unchanged"
