"""Replacing what cleaning derives from the raw texts of a corpus in a cluster."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from nkcorpus.store.base import Recleaned
from nkcorpus.store.opensearch.drafts import Draft, Drafts, Step
from nkcorpus.store.opensearch.remarks import keeping
from nkcorpus.store.opensearch.states import VersionBody


class OpenSearchRecleaner:
    """Fulfils Recleaner."""

    def __init__(self, drafts: Drafts) -> None:
        self._drafts = drafts
        self._done: list[bool] = []

    def put(self, recleaned: Recleaned) -> None:
        """See Recleaner."""
        self._drafts.later(recleaned.article_id, _put(recleaned, self._done, len(self._done)))
        self._done.append(False)

    def keep_lines(self, article_id: str, lines: Iterable[str]) -> None:
        """See Recleaner."""
        self._drafts.later(article_id, keeping(lines))

    def release_lines(self, article_id: str, lines: Iterable[str]) -> None:
        """See Recleaner."""
        self._drafts.later(article_id, keeping((), lines))

    def commit(self) -> Sequence[bool]:
        """See Recleaner."""
        self._drafts.commit()
        done = list(self._done)
        self._done.clear()
        return done

    def abandon(self) -> None:
        """Forget what was not stored."""
        self._drafts.abandon()
        self._done.clear()


def _put(recleaned: Recleaned, done: list[bool], place: int) -> Step[None]:
    """Return what replaces the content of the newest version, and writes down whether it did."""

    def step(draft: Draft) -> None:
        article = draft.article
        done[place] = article.is_live and article.entries[-1].content_sha256 == recleaned.before
        if not done[place]:
            return
        body = VersionBody(recleaned.document, article.newest.origin, recleaned.words)
        *older, newest = article.entries
        sealed = replace(newest, content_sha256=recleaned.content_sha256).sealed(article.id, newest.number)
        after = article.with_body(body, recleaned.text_digest, recleaned.bands)
        draft.article = replace(after, entries=(*older, sealed))
        draft.is_seen |= recleaned.changed

    return step
