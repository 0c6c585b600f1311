"""Writing to the journal of a corpus in a cluster, in the course of an ingest run."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from nkcorpus.cluster.client import Cluster
from nkcorpus.dates import utc_now
from nkcorpus.model import Attempt, FetchEntry, Retrieval
from nkcorpus.store.opensearch.batches import batches
from nkcorpus.store.opensearch.followed import can_move, followed_sources, move_source
from nkcorpus.store.opensearch.journal import (
    PART,
    OpenSearchJournal,
    changed,
    entry_of,
    key_of,
    next_number,
    source_of,
    wanted,
)
from nkcorpus.store.opensearch.lists import Lists, Source
from nkcorpus.store.opensearch.pages import Mark, Pages
from nkcorpus.store.opensearch.pending import Change, Pending

_BATCH = 1_000
_NOT_MODIFIED = 304


class OpenSearchJournalWriter:
    """Fulfils JournalWriter. What is written, but by `retry`, waits for `flush`, which comes after the articles are
    stored: an address is done only when its article is.
    """

    def __init__(self, cluster: Cluster, lists: Lists, journal: OpenSearchJournal, pages: Pages) -> None:
        self._cluster = cluster
        self._lists = lists
        self._journal = journal
        self._pages = pages
        self._pending = Pending(cluster, PART)
        self._marks: list[Mark] = []
        self._captures: dict[str, Retrieval] = {}
        self._articles: dict[str, str] = {}
        self._moves: dict[str, str] = {}

    def entry(self, url: str) -> FetchEntry | None:
        """See JournalWriter."""
        return entry_of(self._pending.now(key_of(url)))

    def queue(self, urls: Iterable[str], source: str) -> int:
        """See JournalWriter."""
        added, now = 0, utc_now()
        for batch in batches(dict.fromkeys(urls), _BATCH):
            self._pending.look_up(map(key_of, batch))
            for url in batch:
                if self.entry(url) is None:
                    self._pending.add(key_of(url), _queued(url, source, now))
                    added += 1
        return added

    def record(self, attempt: Attempt) -> None:
        """See JournalWriter."""
        tried = replace(attempt, tried_at=attempt.tried_at or utc_now())
        found = next_number()

        def change(stored: Source | None) -> Source | None:
            if stored is None:
                return source_of(_first(tried), found)
            return changed(stored, lambda entry: _tried(entry, tried))

        self._pending.add(key_of(attempt.url), change)
        if attempt.state in ("gone", "done"):
            self._marks.append(Mark(attempt.url, attempt.state == "gone", attempt.status))

    def settle(self, retrieval: Retrieval, article_id: str | None = None, error: str | None = None) -> None:
        """See JournalWriter."""
        settled = False

        def change(entry: FetchEntry) -> FetchEntry:
            nonlocal settled
            after = _settled(entry, retrieval, article_id, error)
            settled = after is not None
            return after or entry

        self._pending.add(key_of(retrieval.url), lambda stored: changed(stored, change))
        self._marks.append(Mark(retrieval.url, False, None, lambda: settled))

    def move(self, source: str, url: str) -> bool:
        """See JournalWriter."""
        entries = [replace(each, url=self._moves.get(each.name, each.url)) for each in followed_sources(self._lists)]
        if not can_move(entries, source, url):
            return False
        self._moves[source] = url
        return True

    def settle_capture(
        self, address: str, retrieval: Retrieval, article_id: str | None = None, error: str | None = None
    ) -> None:
        """See JournalWriter."""
        key = key_of(address)
        if article_id is None:
            self._captures[key] = retrieval

        def change(entry: FetchEntry) -> FetchEntry:
            failed = replace(entry, state="failed", error=error) if error is not None else entry
            return replace(failed, article_id=article_id or entry.article_id or self._articles.get(key))

        self._pending.add(key, lambda stored: changed(stored, change))

    def retry(self, source: str | None = None) -> int:
        """See JournalWriter."""
        waiting = frozenset(self._pending.waiting())
        failed = [key for key in waiting if _is_failed(entry_of(self._pending.now(key)), source)]
        for key in failed:
            self._pending.add(key, _again)
        return len(failed) + sum(
            self._retry([hit["_id"] for hit in hits if hit["_id"] not in waiting])
            for hits in batches(self._journal.hits(wanted(state="failed", source=source)), _BATCH)
        )

    def _retry(self, keys: Sequence[str]) -> int:
        """Make entries pending at once: there may be any number, and it is no answer that waits for its article."""
        pending = Pending(self._cluster, PART)
        for key in keys:
            pending.add(key, _again)
        pending.flush()
        return len(keys)

    def flush(self) -> None:
        """Write all of it down, durable and to be found."""
        self._articles.update(self._pages.captured(self._captures))
        self._pending.flush()
        self._pages.mark([mark for mark in self._marks if mark.holds()])
        for source, url in self._moves.items():
            move_source(self._lists, source, url)
        self.abandon()

    def abandon(self) -> None:
        """Forget what was not written down."""
        self._pending.abandon()
        self._marks.clear()
        self._captures.clear()
        self._articles.clear()
        self._moves.clear()


def _queued(url: str, source: str, now: str) -> Change:
    entry, found = FetchEntry(url, source, "pending", 0, None, None, now, *[None] * 6), next_number()
    return lambda stored: source_of(entry, found) if stored is None else stored


def _first(attempt: Attempt) -> FetchEntry:
    """Return the entry of an address that is tried and was never queued."""
    now = attempt.tried_at or utc_now()
    return FetchEntry(
        *(attempt.url, attempt.source, attempt.state, 1, attempt.status, attempt.error, now, now, attempt.retry_at),
        *(attempt.validated_url, attempt.etag, attempt.last_modified, attempt.article_id),
    )


def _tried(entry: FetchEntry, attempt: Attempt) -> FetchEntry:
    after = replace(
        entry,
        state=attempt.state,
        tries=entry.tries + 1,
        status=attempt.status,
        error=attempt.error,
        tried_at=attempt.tried_at,
        retry_at=attempt.retry_at,
        article_id=attempt.article_id or entry.article_id,
    )
    if attempt.status == _NOT_MODIFIED:
        return after
    return replace(after, validated_url=attempt.validated_url, etag=attempt.etag, last_modified=attempt.last_modified)


def _settled(entry: FetchEntry, retrieval: Retrieval, article: str | None, error: str | None) -> FetchEntry | None:
    """Return an entry with what was read in its page; None where there is a later answer."""
    tried_at, now = entry.tried_at or "", retrieval.retrieved_at
    is_open = entry.state in ("pending", "failed") or tried_at <= now
    if not is_open or (entry.state == "gone" and tried_at >= now):
        return None
    headers = dict(retrieval.headers)
    return replace(
        entry,
        state="failed" if error else "done",
        status=retrieval.status,
        error=error,
        tries=max(entry.tries, 1),
        tried_at=now,
        retry_at=None,
        validated_url=retrieval.answered,
        etag=headers.get("etag"),
        last_modified=headers.get("last-modified"),
        article_id=article or entry.article_id,
    )


def _is_failed(entry: FetchEntry | None, source: str | None) -> bool:
    return entry is not None and entry.state == "failed" and source in (None, entry.source)


def _again(stored: Source | None) -> Source | None:
    return changed(
        stored, lambda entry: replace(entry, state="pending", retry_at=None) if entry.state == "failed" else entry
    )
