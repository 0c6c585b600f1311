"""The Store of a corpus in an OpenSearch cluster."""

from __future__ import annotations

import contextlib
from collections.abc import Generator, Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING

from nkcorpus.cluster import Cluster
from nkcorpus.dates import utc_now
from nkcorpus.model import Article, Indexable, Note, Position, Removal, Version
from nkcorpus.results import CorpusStats, Problem, Quarantined
from nkcorpus.store.base import Current, Finding, StoredPayload, StoredText
from nkcorpus.store.opensearch import opening, remarks
from nkcorpus.store.opensearch.articles import Articles
from nkcorpus.store.opensearch.changes import ArticleChanges, OnChanged
from nkcorpus.store.opensearch.desk import OpenSearchDesk
from nkcorpus.store.opensearch.drafts import Drafts, Step
from nkcorpus.store.opensearch.journal import OpenSearchJournal
from nkcorpus.store.opensearch.lists import Lists
from nkcorpus.store.opensearch.mappings import SCHEMA

if TYPE_CHECKING:
    from nkcorpus.store.opensearch.recleaner import OpenSearchRecleaner
    from nkcorpus.store.opensearch.taker import OpenSearchTaker
    from nkcorpus.store.opensearch.writer import OpenSearchWriter
    from nkcorpus.store.records import ArticleDigests, PassOver, Record, Unreadable


def nobody(changes: Sequence[Indexable | Removal]) -> None:
    """Hear of changes, and index nothing."""


class OpenSearchStore:
    """Fulfils Store. Any number of processes may write at once."""

    def __init__(
        self,
        cluster: Cluster,
        tool: str,
        *,
        create: bool = False,
        as_is: bool = False,
        on_changed: OnChanged = nobody,
    ) -> None:
        """Open a corpus, with `create` make it if need be; `as_is`, do not mind damage: for `inspect`.

        `on_changed` gets what an index holds of each article that changes, before the change counts as done. Raises
        CorpusError.
        """
        self._cluster = cluster
        self._tool = tool
        self._lists = Lists(cluster)
        self._articles = Articles(cluster)
        self._changes = ArticleChanges(cluster, on_changed)
        if create:
            opening.make(cluster, tool)
        if not as_is:
            assert self._about

    @cached_property
    def _about(self) -> opening.About:
        return opening.read_about(self._cluster)

    @property
    def corpus_id(self) -> str:
        """See Store."""
        return self._about.id

    @property
    def schema(self) -> int:
        """See Store."""
        return SCHEMA

    @property
    def journal(self) -> OpenSearchJournal:
        """See Store."""
        return OpenSearchJournal(self._cluster, self._lists)

    @property
    def desk(self) -> OpenSearchDesk:
        """See Store."""
        return OpenSearchDesk(self._lists)

    def position(self) -> Position:
        """See Store. What is at or below it is stored and was handed to `on_changed`."""
        seq = self._changes.position()
        return Position(seq, self._about.token) if seq else Position()

    def allocated(self) -> int:
        """Return the last number that was given to a change, whether that is done or not."""
        return self._changes.allocated()

    def token_at(self, seq: int) -> str | None:
        """See Store."""
        return self._about.token if 0 < seq <= self._changes.position() else None

    def recover(self) -> None:
        """Complete what writers began that have died since."""
        self._changes.recover()

    def changes(self, after: int) -> Iterator[Indexable | Removal]:
        """See Store."""
        return self._articles.changes(after, self._changes.position())

    def change_count(self, after: int) -> int:
        """See Store."""
        return self._articles.change_count(after, self._changes.position())

    def articles(self, ids: Sequence[str]) -> list[Article]:
        """See Store."""
        return self._articles.articles(ids)

    def versions(self, article_id: str) -> Iterator[Version]:
        """See Store."""
        return self._articles.versions(article_id)

    def version(self, article_id: str, number: int) -> Version | None:
        """See Store."""
        return self._articles.version(article_id, number)

    def payloads(self, ids: Sequence[str] | None = None) -> Iterator[StoredPayload]:
        """See Store."""
        return self._articles.payloads(ids)

    def resolve(self, prefix: str) -> str:
        """See Store."""
        return self._articles.resolve(prefix)

    def clusters(self) -> list[tuple[str, tuple[str, ...]]]:
        """See Store."""
        from nkcorpus.store.opensearch.counts import clusters

        return clusters(self._cluster)

    def stats(self) -> CorpusStats:
        """See Store."""
        from nkcorpus.store.opensearch.counts import stats

        return stats(self._cluster)

    def export_hash(self) -> str:
        """See Store."""
        return self._articles.export_hash()

    def digests(self) -> Iterator[ArticleDigests]:
        """See Store."""
        return self._articles.digests()

    def remove(self, ids: Sequence[str]) -> int:
        """See Store."""
        from nkcorpus.store.opensearch.removing import remove

        return remove(self._cluster, self._changes, ids)

    def arrived(self, after: int) -> frozenset[str]:
        """See Store."""
        return self._articles.arrived(after)

    def current(self, article_id: str | None = None) -> Iterator[Current]:
        """See Store."""
        return self._articles.current(article_id)

    def texts(self) -> Iterator[StoredText]:
        """See Store."""
        return self._articles.texts()

    def kept_lines(self) -> Mapping[str, frozenset[str]]:
        """See Store."""
        return self._articles.kept_lines()

    def change_tags(self, ids: Sequence[str], add: Sequence[str], remove: Sequence[str]) -> int:
        """See Store."""
        return self._remarking(ids, remarks.retag(add, remove))

    def add_note(self, article_id: str, text: str) -> None:
        """See Store."""
        self._remarking([article_id], remarks.with_note(Note(text, utc_now()), only_once=False))

    def remove_note(self, article_id: str, number: int) -> bool:
        """See Store."""
        return self._remarking([article_id], remarks.without_note(number)) > 0

    def _remarking(self, ids: Sequence[str], step: Step[bool]) -> int:
        """Take a step with each of these articles, and return how many changed."""
        drafts = Drafts(self._cluster, self._changes)
        for article in ids:
            drafts.later(article, step)
        return drafts.commit()

    def records(
        self, ids: Sequence[str] | None = None, *, pass_over: PassOver | None = None
    ) -> Generator[Record | Unreadable]:
        """See Store."""
        from nkcorpus.store.opensearch.records import Records

        records = Records(self._cluster, self._lists, pass_over)
        yield from records.all() if ids is None else records.of(ids)

    def awake(self) -> contextlib.AbstractContextManager[None]:
        """See Store. Nobody waits for a reader."""
        return contextlib.nullcontext()

    @contextlib.contextmanager
    def taking(self, source: str) -> Iterator[OpenSearchTaker]:
        """See Store."""
        from nkcorpus.store.opensearch.runs import Run
        from nkcorpus.store.opensearch.taker import OpenSearchTaker

        self.recover()
        drafts = Drafts(self._cluster, self._changes)
        run = Run(self._cluster, self._tool, [source])
        taker = OpenSearchTaker(self._cluster, self._lists, drafts, run, is_new=not self.allocated())
        try:
            yield taker
        finally:
            taker.abandon()

    @contextlib.contextmanager
    def recleaning(self) -> Iterator[OpenSearchRecleaner]:
        """See Store."""
        from nkcorpus.store.opensearch.recleaner import OpenSearchRecleaner

        self.recover()
        recleaner = OpenSearchRecleaner(Drafts(self._cluster, self._changes))
        try:
            yield recleaner
        finally:
            recleaner.abandon()

    @contextlib.contextmanager
    def writing(self, sources: Sequence[str]) -> Iterator[OpenSearchWriter]:
        """See Store."""
        from nkcorpus.store.opensearch.journaling import OpenSearchJournalWriter
        from nkcorpus.store.opensearch.pages import Pages
        from nkcorpus.store.opensearch.runs import Run
        from nkcorpus.store.opensearch.writer import OpenSearchWriter

        self.recover()
        pages = Pages(self._cluster, self._changes)
        journal = OpenSearchJournalWriter(self._cluster, self._lists, self.journal, pages)
        writer = OpenSearchWriter(self._cluster, self._changes, Run(self._cluster, self._tool, sources), journal)
        try:
            yield writer
        finally:
            writer.abandon()

    def inspect(self, sample: int | None = None) -> Iterator[Finding]:
        """See Store."""
        from nkcorpus.store.opensearch.checks import inspect

        return inspect(self._cluster, sample)

    def mend(self, problems: Iterable[Problem]) -> list[Problem]:
        """Mend what can be of what `inspect` found, complete what dead writers began, delete what they left, and return
        what was mended.
        """
        from nkcorpus.store.opensearch.mending import mend

        return list(mend(self._cluster, self._changes, problems))

    def quarantine(self) -> Iterator[Quarantined]:
        """See Store. Nothing is taken out of use in a cluster: what is damaged comes from a snapshot."""
        return iter(())

    def close(self) -> None:
        """See Store."""
        self._cluster.close()
