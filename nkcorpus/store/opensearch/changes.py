"""Changing articles: each is written as a whole, if nobody else has written it since it was read."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterable, Mapping, Sequence, Set
from dataclasses import dataclass, field, replace
from typing import Literal

from nkcorpus.cluster import Cluster, Document, Write
from nkcorpus.errors import CorpusError
from nkcorpus.model import Indexable, Removal
from nkcorpus.results import Likeness
from nkcorpus.store.opensearch.batches import batches
from nkcorpus.store.opensearch.clusters import Clusters, Written
from nkcorpus.store.opensearch.ledger import Ledger, Range
from nkcorpus.store.opensearch.mappings import ARTICLES, PAYLOADS, VERSIONS
from nkcorpus.store.opensearch.payloads import payload_writes
from nkcorpus.store.opensearch.states import ArticleState, Source, VersionBody

OnChanged = Callable[[Sequence[Indexable | Removal]], None]
Outcome = Likeness | Literal["conflict"] | None
_BATCH = 200


@dataclass(frozen=True, slots=True)
class Revised:
    """What an article is to become.

    `bodies` are what its older versions say, by content_sha256, and `payloads` frames by the SHA-256 of the bytes:
    those that are not stored yet, which they are before the article is. `arrives` tells that its newest version is new,
    and `is_seen` that readers and the index have to follow.
    """

    article: ArticleState
    bodies: Mapping[str, VersionBody] = field(default_factory=dict)
    payloads: Mapping[str, bytes] = field(default_factory=dict)
    arrives: bool = False
    is_seen: bool = True


Revise = Callable[[str, ArticleState | None], Revised | None]
"""Makes of an article, by its id, what it is to become; None leaves it. There is no state where nothing was stored."""


@dataclass(frozen=True, slots=True)
class Revision:
    """An article as it was read, None where there was none, and what it is to become."""

    read: Document | None
    before: ArticleState | None
    revised: Revised


class ArticleChanges:
    """The one way to change articles of a corpus. Every change that is seen gets a number of its own, greater than all
    before; `on_changed` gets what an index holds of the article, before the number counts as done.
    """

    def __init__(self, cluster: Cluster, on_changed: OnChanged) -> None:
        self._cluster = cluster
        self._on_changed = on_changed
        self._ledger = Ledger(cluster)
        self._clusters = Clusters(cluster, self._relabel)

    def change(self, ids: Iterable[str], revise: Revise) -> list[str]:
        """Change articles, and return the ids of those that were: some hundred at a time, each for itself.

        `revise` is asked again about an article that somebody else has changed meanwhile.
        """
        changed: list[str] = []
        for batch in batches(dict.fromkeys(ids), _BATCH):
            left = batch
            while left:
                revisions = self._revisions(left, revise)
                outcomes = self.write(revisions)
                told = [(each.revised.article.id, outcome) for each, outcome in zip(revisions, outcomes, strict=True)]
                changed += [article for article, outcome in told if outcome != "conflict"]
                left = [article for article, outcome in told if outcome == "conflict"]
        return changed

    def write(self, revisions: Sequence[Revision]) -> list[Outcome]:
        """Write articles once, and tell in order what came of each; an article may come once.

        What it returns from is stored, joined to its near duplicates and handed to `on_changed`.
        """
        seen = [each for each in revisions if each.revised.is_seen]
        outcomes = self._write_seen(seen) if seen else {}
        outcomes |= self._write_unseen([each for each in revisions if not each.revised.is_seen])
        return [outcomes[each.revised.article.id] for each in revisions]

    def recover(self) -> None:
        """Complete what dead writers began: what they stored is joined and indexed, what they did not is theirs to try
        again.
        """
        for taken in self._ledger.dead():
            self._cluster.refresh(ARTICLES)
            query = {"range": {"seq": {"gte": taken.first, "lte": taken.last}}}
            for documents in batches(self._cluster.pages(ARTICLES, query, ["seq"], size=_BATCH), _BATCH):
                written = [Written(None, ArticleState.of(document.source)) for document in documents]
                self._follow(written, ())
            self._clusters.forget(taken.gone)
            self._ledger.close(taken)

    def regroup(self, labels: Set[str]) -> None:
        """Put the texts of clusters, which are not as they must be, together anew."""
        self._clusters.regroup(labels)

    def position(self) -> int:
        """Return the last number up to which all changes are stored and indexed."""
        return self._ledger.position()

    def allocated(self) -> int:
        """Return the last number that was given to a change."""
        return self._ledger.allocated()

    def _revisions(self, ids: Sequence[str], revise: Revise) -> list[Revision]:
        revisions: list[Revision] = []
        for article, read in zip(ids, self._cluster.get_many(ARTICLES, ids), strict=True):
            before = ArticleState.of(read.source) if read else None
            if (revised := revise(article, before)) is not None:
                revisions.append(Revision(read, before, revised))
        return revisions

    def _write_seen(self, revisions: Sequence[Revision]) -> dict[str, Outcome]:
        gone = sorted({text for each in revisions if (text := _text_lost(each))})
        taken = self._ledger.take(len(revisions), gone)
        try:
            return self._write_with(taken, revisions, gone)
        except BaseException:
            with contextlib.suppress(CorpusError):  # which would hide what failed first; the lease ends anyway
                self._ledger.give_up(taken)
            raise

    def _write_with(
        self, taken: Range, revisions: Sequence[Revision], gone: Sequence[tuple[str, str]]
    ) -> dict[str, Outcome]:
        self._write_beside(revisions)
        if taken.is_nearly_over:
            late, taken = taken, self._ledger.take(len(revisions), gone)
            self._ledger.close(late)
        written = [
            Written(each.before, _numbered(each.revised, taken.first + offset)) for offset, each in enumerate(revisions)
        ]
        told = self._cluster.write(
            ARTICLES, [_write(each.read, one.after) for each, one in zip(revisions, written, strict=True)]
        )
        outcomes: dict[str, Outcome] = {one.after.id: "conflict" for one in written}
        done = [one for one, outcome in zip(written, told, strict=True) if outcome == "done"]
        if done:
            self._cluster.refresh(ARTICLES)
            outcomes |= self._follow(done, gone)
        if not self._ledger.close(taken):
            # Whoever took this writer for dead may have looked before the articles were there.
            self.change([one.after.id for one in done], lambda article, state: Revised(state) if state else None)
        return outcomes

    def _write_unseen(self, revisions: Sequence[Revision]) -> dict[str, Outcome]:
        if not revisions:
            return {}
        self._write_beside(revisions)
        told = self._cluster.write(ARTICLES, [_write(each.read, each.revised.article) for each in revisions])
        self._cluster.refresh(ARTICLES)
        return {
            each.revised.article.id: None if outcome == "done" else "conflict"
            for each, outcome in zip(revisions, told, strict=True)
        }

    def _write_beside(self, revisions: Sequence[Revision]) -> None:
        """Write what the articles are going to refer to."""
        bodies = [
            Write.put(f"{each.revised.article.id}.{key}", _body_source(each.revised.article.id, key, body))
            for each in revisions
            for key, body in each.revised.bodies.items()
        ]
        if bodies:
            self._cluster.write(VERSIONS, bodies)
        payloads = (
            write
            for each in revisions
            for sha256, frame in each.revised.payloads.items()
            for write in payload_writes(each.revised.article.id, sha256, frame)
        )
        self._cluster.write(PAYLOADS, payloads)

    def _follow(self, done: Sequence[Written], gone: Sequence[tuple[str, str]]) -> dict[str, Likeness | None]:
        """Have clusters and index follow what was written, and tell which articles are like others."""
        self._clusters.forget(gone)
        likenesses, relabelled = self._clusters.join(done)
        states = [one.after for one in done if one.after.id not in relabelled]
        self._on_changed([state.indexable() for state in states])
        return likenesses

    def _relabel(self, ids: Iterable[str], label_of: Callable[[str, str], str]) -> list[str]:
        """Put articles into the clusters of their texts."""

        def revise(article: str, state: ArticleState | None) -> Revised | None:
            if state is None or state.text_digest is None:
                return None
            label = label_of(article, state.text_digest)
            return None if label == state.cluster else Revised(replace(state, cluster=label))

        return self.change(ids, revise)


def _numbered(revised: Revised, seq: int) -> ArticleState:
    after = replace(revised.article, seq=seq)
    return replace(after, arrived=seq) if revised.arrives else after


def _write(read: Document | None, after: ArticleState) -> Write:
    return Write.replace(read, after.source()) if read else Write.create(after.id, after.source())


def _body_source(article: str, key: str, body: VersionBody) -> Source:
    return {"article": article, "key": key, "body": body.source()}


def _text_lost(revision: Revision) -> tuple[str, str] | None:
    """Return the text that an article had and is not to have any more, by digest and cluster."""
    before = revision.before
    if before is None or not before.text_digest or before.text_digest == revision.revised.article.text_digest:
        return None
    return before.text_digest, before.cluster or before.text_digest
