"""What users set beside the articles, in a cluster."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from nkcorpus.store.desk import SavedSearch, StoredRule
from nkcorpus.store.opensearch import rules, searches
from nkcorpus.store.opensearch.aliases import drop_alias, put_alias_group, stored_aliases
from nkcorpus.store.opensearch.lists import Lists


class OpenSearchDesk:
    """Fulfils Desk."""

    def __init__(self, lists: Lists) -> None:
        self._lists = lists

    def rules(self) -> tuple[StoredRule, ...]:
        """See Desk."""
        return tuple(record.rule for record in rules.stored_rules(self._lists))

    def put_rules(self, given: Iterable[StoredRule]) -> None:
        """See Desk."""
        rules.put_rules(self._lists, given)

    def drop_rules(self, ids: Iterable[str]) -> None:
        """See Desk."""
        rules.drop_rules(self._lists, ids)

    def aliases(self) -> tuple[tuple[str, ...], ...]:
        """See Desk."""
        return tuple(tuple(text for text, _ in record.texts) for record in stored_aliases(self._lists))

    def put_aliases(self, texts: Sequence[str]) -> None:
        """See Desk."""
        put_alias_group(self._lists, texts)

    def drop_alias(self, text: str) -> bool:
        """See Desk."""
        return drop_alias(self._lists, text)

    def searches(self) -> tuple[SavedSearch, ...]:
        """See Desk."""
        return searches.saved_searches(self._lists)

    def put_search(self, search: SavedSearch, *, replace: bool) -> bool:
        """See Desk."""
        return searches.put_search(self._lists, search, replace=replace)

    def drop_search(self, name: str) -> bool:
        """See Desk."""
        return searches.drop_search(self._lists, name)

    def mark_search(self, name: str, seen: int) -> None:
        """See Desk."""
        searches.mark_search(self._lists, name, seen)
