"""The user's own tags and notes on articles. No ingest and no cleaning ever touches them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from nkcorpus.errors import UsageError
from nkcorpus.store import Store, storable

LONGEST_TAG = 100
"""Code points of a tag."""
LONGEST_NOTE = 100_000
"""Code points of a note."""


class Annotations:
    """The service of a corpus for tags and notes. `on_change` brings the index up to date.

    Articles are named by their ids or unique prefixes; all methods raise ArticleNotFound and AmbiguousId.
    """

    def __init__(self, store: Store, on_change: Callable[[], object]) -> None:
        self._store = store
        self._on_change = on_change

    def tag(self, ids: Sequence[str], add: Iterable[str] = (), remove: Iterable[str] = ()) -> int:
        """Give articles tags and take tags from them, and return how many articles that changed.

        Upper and lower case make no difference between tags; white space in them is single. Raises UsageError for
        what is no tag, and then nothing was changed.
        """
        added, removed = [_tag(tag) for tag in add], [_tag(tag) for tag in remove]
        both = {tag.casefold() for tag in added} & {tag.casefold() for tag in removed}
        if both:
            raise UsageError(f"the tag '{min(both)}' is both to be added and to be removed; leave one out")
        articles = dict.fromkeys(self._store.resolve(article) for article in ids)
        changed = self._store.change_tags(list(articles), added, removed)
        self._on_change()
        return changed

    def add_note(self, article_id: str, text: str) -> None:
        """Write a note about an article. Raises UsageError for one that is empty or longer than LONGEST_NOTE."""
        note = storable(text).strip()
        if not note:
            raise UsageError("the note is empty; give its text after the id")
        if len(note) > LONGEST_NOTE:
            raise UsageError(f"the note has {len(note):,} characters, more than {LONGEST_NOTE:,}; shorten it")
        self._store.add_note(self._store.resolve(article_id), note)
        self._on_change()

    def remove_note(self, article_id: str, number: int) -> None:
        """Delete a note by its number, from 1 in the order in which they were made. Raises UsageError for another."""
        article = self._store.resolve(article_id)
        if not self._store.remove_note(article, number):
            raise UsageError(f"{article[:12]} has no note {number}; 'nkcorpus note {article[:12]}' shows them")
        self._on_change()


def _tag(given: str) -> str:
    tag = " ".join(storable(given).split())
    if not tag:
        raise UsageError("a tag is empty; write +TAG or -TAG")
    if len(tag) > LONGEST_TAG:
        raise UsageError(f"a tag has {len(tag):,} characters, more than {LONGEST_TAG}; shorten it, or write a note")
    return tag
