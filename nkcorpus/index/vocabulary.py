"""All words of a corpus as they are written, folded, in files beside the postings, which are of stems.

Words only ever come in: one that no article holds any more has no posting and is found nowhere.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable
from functools import cached_property
from itertools import islice, takewhile
from pathlib import Path

from nkcorpus.query.analysis import stems

_NAME = "words"
_BY_SOUND = "spellings"


class Vocabulary:
    """The words of the index in a folder."""

    def __init__(self, folder: Path) -> None:
        self._file = folder / _NAME
        self._by_sound = folder / _BY_SOUND

    @cached_property
    def words(self) -> list[str]:
        """All words, sorted."""
        return _lines(self._file)

    @cached_property
    def _spellings(self) -> list[str]:
        """Key and word of each word that has a `spelling_key`, apart by a tab, sorted."""
        return _lines(self._by_sound)

    def with_key(self, key: str) -> list[str]:
        """Return the words whose `spelling_key` is `key`, sorted."""
        prefix = f"{key}\t"
        start = bisect_left(self._spellings, prefix)
        found = takewhile(lambda line: line.startswith(prefix), islice(self._spellings, start, None))
        return [line[len(prefix) :] for line in found]

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
        """Write the files with `words` added to them."""
        from nkcorpus.lexicon.folding import spelling_key

        known = self.words
        new = set(words).difference(known)
        if new:
            _write(self._file, [*known, *new])
            _write(
                self._by_sound, [*self._spellings, *(f"{key}\t{word}" for word in new if (key := spelling_key(word)))]
            )


def _lines(file: Path) -> list[str]:
    try:
        return file.read_text("utf-8").split("\n")[:-1]
    except FileNotFoundError:
        return []


def _write(file: Path, lines: Iterable[str]) -> None:
    file.write_bytes("\n".join([*sorted(lines), ""]).encode("utf-8", "replace"))
