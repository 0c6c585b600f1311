"""What is done to the user's remarks about an article, the same in every store."""

from __future__ import annotations

from collections.abc import Iterable


def retagged(tags: Iterable[str], add: Iterable[str], remove: Iterable[str]) -> list[str]:
    """Return tags with some given and some taken, case aside, in ascending order. What is there keeps its spelling."""
    unwanted = {tag.casefold() for tag in remove}
    kept = {tag.casefold(): tag for tag in tags if tag.casefold() not in unwanted}
    for tag in add:
        kept.setdefault(tag.casefold(), tag)
    return sorted(kept.values())
