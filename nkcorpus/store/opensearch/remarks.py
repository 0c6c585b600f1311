"""The user's tags, notes and kept lines, in the documents of their articles: steps of drafts."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from nkcorpus.model import Gone, Note
from nkcorpus.store.opensearch.drafts import Draft, Step
from nkcorpus.store.remarks import retagged


def retag(add: Sequence[str], remove: Sequence[str]) -> Step[bool]:
    """Return what gives an article tags and takes some from it, case aside; it tells whether anything changed."""

    def step(draft: Draft) -> bool:
        tags = tuple(retagged(draft.article.tags, add, remove))
        return draft.article.is_live and draft.edit(is_seen=True, tags=tags)

    return step


def with_note(note: Note, *, only_once: bool) -> Step[bool]:
    """Return what writes a note about an article, `only_once` unless it has the very same."""

    def step(draft: Draft) -> bool:
        notes = draft.article.notes
        if not draft.article.is_live or (only_once and note in notes):
            return False
        return draft.edit(is_seen=True, notes=(*notes, note))

    return step


def without_note(number: int) -> Step[bool]:
    """Return what deletes a note by its number, from 1; it tells whether there was one."""

    def step(draft: Draft) -> bool:
        notes = draft.article.notes
        if not 0 < number <= len(notes):
            return False
        return draft.edit(is_seen=True, notes=notes[: number - 1] + notes[number:])

    return step


def keeping(add: Iterable[str], remove: Iterable[str] = ()) -> Step[bool]:
    """Return what has lines stay in an article, and others not any more; it tells whether anything changed."""
    added, removed = frozenset(add), frozenset(remove)

    def step(draft: Draft) -> bool:
        lines = tuple(sorted((frozenset(draft.article.kept_lines) | added) - removed))
        return draft.article.is_live and draft.edit(is_seen=False, kept_lines=lines)

    return step


def marked_gone(gone: Gone) -> Step[bool]:
    """Return what marks the page of an article as gone, unless the article was there later."""

    def step(draft: Draft) -> bool:
        article = draft.article
        if not article.is_live or article.gone_at is not None:
            return False
        newest = article.entries[-1]
        came_at = newest.retrieval.retrieved_at if newest.retrieval else newest.ingested_at
        if came_at > gone.found_at:
            return False
        return draft.edit(is_seen=False, gone_at=gone.found_at, gone_status=gone.status)

    return step
