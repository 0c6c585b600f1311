"""What users set beside the articles: cleaning rules, aliases, saved searches."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Protocol

from nkcorpus.dataclass import dataclass


@dataclass(frozen=True, slots=True)
class StoredRule:
    """A cleaning rule of a corpus' own. `toml` is one `[[rule]]` table, `origin` the file that it came from."""

    id: str
    toml: str
    origin: str


def joined(rules: Iterable[StoredRule]) -> str:
    """Return rules as one rule file; an empty string when there are none."""
    return "\n".join(rule.toml for rule in rules)


@dataclass(frozen=True, slots=True)
class SavedSearch:
    """A query under a name. `options` are those of a search that say what it finds and in which order; `seen` is the
    change up to which its hits have been looked at; times are UTC ISO 8601, `looked_at` None before the first look.
    """

    name: str
    query: str
    options: Mapping[str, object]
    seen: int
    saved_at: str
    looked_at: str | None = None


class Desk(Protocol):
    """The rules, aliases and saved searches of a corpus."""

    def rules(self) -> tuple[StoredRule, ...]:
        """Return the corpus' own cleaning rules in the order in which they were added."""

    def put_rules(self, rules: Iterable[StoredRule]) -> None:
        """Add rules, or replace those with the same ids, all or none."""

    def drop_rules(self, ids: Iterable[str]) -> None:
        """Delete own rules."""

    def aliases(self) -> tuple[tuple[str, ...], ...]:
        """Return the user's own groups of texts that stand for the same, the oldest first."""

    def put_aliases(self, texts: Sequence[str]) -> None:
        """Join texts, and the groups that have any of them, to one group. Texts are compared by fold level 1."""

    def drop_alias(self, text: str) -> bool:
        """Take a text out of its group; a group of one is none. Tell whether it was in one."""

    def searches(self) -> tuple[SavedSearch, ...]:
        """Return the saved searches by name."""

    def put_search(self, search: SavedSearch, *, replace: bool) -> bool:
        """Save a search; tell whether it was done: not where its name is taken, unless `replace`."""

    def drop_search(self, name: str) -> bool:
        """Delete a saved search; tell whether there was one."""

    def mark_search(self, name: str, seen: int) -> None:
        """Remember that the hits of a search up to a change have been looked at, now."""
