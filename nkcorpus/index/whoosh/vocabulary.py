"""All words of a corpus as they are written, folded, in a file beside the postings, which are of stems.

Words only ever come in: one that no article holds any more has no posting and is found nowhere.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable
from functools import cached_property
from itertools import takewhile
from pathlib import Path

from nkcorpus.query.analysis import stems

_NAME = "words"


class Vocabulary:
    """The words of the index in a folder."""

    def __init__(self, folder: Path) -> None:
        self._file = folder / _NAME

    @cached_property
    def words(self) -> list[str]:
        """All words, sorted."""
        try:
            return self._file.read_text("utf-8").split("\n")[:-1]
        except FileNotFoundError:
            return []

    @cached_property
    def family_sizes(self) -> Counter[str]:
        """How many words each stem has."""
        return Counter(stems(self.words))

    def with_prefix(self, prefix: str) -> Iterable[str]:
        """Return the words that begin with `prefix`, sorted."""
        if not prefix:
            return self.words
        start = bisect_left(self.words, prefix)
        return takewhile(lambda word: word.startswith(prefix), (self.words[i] for i in range(start, len(self.words))))

    def add(self, words: Iterable[str]) -> None:
        """Write the file with `words` added to it."""
        known = set(self.words)
        gathered = known.union(words)
        if len(gathered) > len(known):
            lines = "".join(f"{word}\n" for word in sorted(gathered))
            self._file.write_bytes(lines.encode("utf-8", "replace"))
