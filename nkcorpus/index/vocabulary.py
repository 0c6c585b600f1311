"""All words of a corpus as they are written, folded: the postings are of stems."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Protocol

from nkcorpus.query.ast import Pattern


class Vocabulary(Protocol):
    """The words of title, text, notes and what was cut. One that no article holds any more may be among them."""

    def fitting(self, pattern: Pattern) -> Iterable[str]:
        """Return words, sorted, among which are all that a pattern stands for."""

    def near(self, word: str, slips: int) -> Sequence[str]:
        """Return words, sorted, among which are all that come of `word` by so many slips at most, see `suggest`."""

    def known(self, words: Collection[str]) -> Collection[str]:
        """Return those of `words` that are among these."""

    def with_key(self, key: str) -> Sequence[str]:
        """Return the words whose `spelling_key` is `key`, sorted."""

    def family_sizes(self, stems: Collection[str]) -> Mapping[str, int]:
        """Return how many words have each stem."""
