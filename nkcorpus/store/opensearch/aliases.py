"""The user's own groups of texts that stand for the same, in a cluster. Texts are compared by fold level 1."""

from __future__ import annotations

from collections.abc import Sequence

from nkcorpus.dates import utc_now
from nkcorpus.lexicon.folding import fold_name
from nkcorpus.store.opensearch.lists import Lists
from nkcorpus.store.records import AliasRecord, Put

NAME = "aliases"


def stored_aliases(lists: Lists) -> list[AliasRecord]:
    """Return the groups in the order in which they were begun, the texts of each sorted."""
    return lists.entries(NAME, AliasRecord)


def put_alias_group(lists: Lists, texts: Sequence[str]) -> None:
    """Join texts, and the groups that have any of them, to one group, which stands where the oldest of them did."""
    given, now = {_key(text): text for text in texts}, utc_now()

    def put(groups: list[AliasRecord]) -> None:
        joined = [group for group in groups if given.keys() & _keys(group)]
        added_at = {_key(text): (text, at) for group in joined for text, at in group.texts}
        for key, text in given.items():
            added_at[key] = (text, added_at[key][1] if key in added_at else now)
        place = groups.index(joined[0]) if joined else len(groups)
        groups[:] = [group for group in groups if group not in joined]
        groups.insert(place, AliasRecord(tuple(sorted(added_at.values()))))

    lists.change(NAME, AliasRecord, put)


def insert_alias_group(lists: Lists, record: AliasRecord) -> Put:
    """Add a group of another corpus, unless any of its texts is in a group: then it makes no difference where all of
    them are in that, and is in conflict with it otherwise.
    """
    texts = {_key(text): (text, added_at) for text, added_at in record.texts}

    def insert(groups: list[AliasRecord]) -> Put:
        found = [keys for group in groups if (keys := texts.keys() & _keys(group))]
        if found:
            return "unchanged" if found == [texts.keys()] else "conflict"
        groups.append(AliasRecord(tuple(sorted(texts.values()))))
        return "added"

    return lists.change(NAME, AliasRecord, insert)


def drop_alias(lists: Lists, text: str) -> bool:
    """Take a text out of its group, and the group with it when one text is left; tell whether it was in one."""
    key = _key(text)

    def drop(groups: list[AliasRecord]) -> bool:
        for place, group in enumerate(groups):
            rest = tuple(pair for pair in group.texts if _key(pair[0]) != key)
            if len(rest) < len(group.texts):
                groups[place : place + 1] = [AliasRecord(rest)] if len(rest) > 1 else []
                return True
        return False

    return lists.change(NAME, AliasRecord, drop)


def _keys(group: AliasRecord) -> set[str]:
    return {_key(text) for text, _ in group.texts}


def _key(text: str) -> str:
    return fold_name(text, 1)
