"""Changes to articles that are told as they are asked for and made at the commit."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from typing import Any, TypeVar

from nkcorpus.cluster.client import Cluster
from nkcorpus.store.opensearch.changes import ArticleChanges, Revised
from nkcorpus.store.opensearch.mappings import ARTICLES
from nkcorpus.store.opensearch.states import ArticleState, VersionBody

Result = TypeVar("Result")


@dataclass(slots=True)
class Draft:
    """An article in the making. `is_stored` tells that there was anything of it before; the other fields are as in
    Revised.
    """

    article: ArticleState
    is_stored: bool
    bodies: dict[str, VersionBody] = field(default_factory=dict)
    payloads: dict[str, bytes] = field(default_factory=dict)
    arrives: bool = False
    is_seen: bool = False

    def edit(self, *, is_seen: bool, **changes: Any) -> bool:
        """Give fields of the article other values; tell whether that made a difference."""
        after = replace(self.article, **changes)
        if after == self.article:
            return False
        self.article = after
        self.is_seen |= is_seen
        return True


Step = Callable[[Draft], Result]


class Drafts:
    """Articles in the making. A step is asked again, of the article as it is then, when it comes to be stored."""

    def __init__(self, cluster: Cluster, changes: ArticleChanges) -> None:
        self._cluster = cluster
        self._changes = changes
        self._read: dict[str, ArticleState | None] = {}
        self._drafts: dict[str, Draft] = {}
        self._steps: dict[str, list[Step[Any]]] = {}

    def __contains__(self, article_id: object) -> bool:
        return article_id in self._drafts

    def look_up(self, ids: Iterable[str]) -> None:
        """Read articles ahead, many at once."""
        unread = [article for article in dict.fromkeys(ids) if article not in self._read]
        for article, stored in zip(unread, self._cluster.get_many(ARTICLES, unread), strict=True):
            self._read[article] = ArticleState.of(stored.source) if stored else None

    def now(self, article_id: str) -> Draft:
        """Return an article as it is with all steps."""
        if article_id not in self._drafts:
            self.look_up([article_id])
            self._drafts[article_id] = _draft(article_id, self._read[article_id])
        return self._drafts[article_id]

    def apply(self, article_id: str, step: Step[Result]) -> Result:
        """Take a step with an article, and return what came of it; one that makes no difference is not asked again."""
        draft = self.now(article_id)
        article, payloads = draft.article, len(draft.payloads)
        result = step(draft)
        if draft.article is not article or len(draft.payloads) > payloads:
            self._steps.setdefault(article_id, []).append(step)
        return result

    def later(self, article_id: str, step: Step[object]) -> None:
        """Take a step when the article is stored, and not before."""
        self._steps.setdefault(article_id, []).append(step)

    def commit(self) -> int:
        """Store all articles with their steps; return how many changed."""
        changed = self._changes.change(self._steps, self._revised)
        self.abandon()
        return len(changed)

    def abandon(self) -> None:
        """Forget what was not stored."""
        self._read.clear()
        self._drafts.clear()
        self._steps.clear()

    def _revised(self, article: str, state: ArticleState | None) -> Revised | None:
        draft = _draft(article, state)
        for step in self._steps[article]:
            step(draft)
        if draft.article == (state or ArticleState(article)) and not draft.payloads:
            return None
        return Revised(draft.article, draft.bodies, draft.payloads, draft.arrives, draft.is_seen)


def _draft(article: str, state: ArticleState | None) -> Draft:
    return Draft(state or ArticleState(article), state is not None)
