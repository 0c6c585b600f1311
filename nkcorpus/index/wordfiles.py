"""The vocabulary in files beside the postings.

Words only ever come in: one that no article holds any more has no posting and is found nowhere. The lines of the files
are sorted, so that a look-up reads only some of them.
"""

from __future__ import annotations

import mmap
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from pathlib import Path

from nkcorpus.index.manifest import VouchedFiles
from nkcorpus.query.analysis import stems
from nkcorpus.query.ast import Pattern
from nkcorpus.query.patterns import literal_prefix

_WORDS = "words"
_SPELLINGS = "spellings"
"""Key and word of each word that has a `spelling_key`, apart by a tab."""
_FAMILIES = "families"
"""Each stem and how many words have it, apart by a tab."""
VOCABULARY = frozenset({_WORDS, _SPELLINGS, _FAMILIES})
"""The files."""


class WordFiles:
    """Fulfils Vocabulary: the words of the index in a folder."""

    def __init__(self, files: VouchedFiles) -> None:
        self._files = files
        self._words, self._spellings, self._families = (
            _SortedLines(files.folder / name) for name in (_WORDS, _SPELLINGS, _FAMILIES)
        )

    @cached_property
    def words(self) -> list[str]:
        """All words, sorted."""
        return _lines(self._files, _WORDS)

    def fitting(self, pattern: Pattern) -> Iterable[str]:
        """See Vocabulary."""
        return self.with_prefix(literal_prefix(pattern))

    def near(self, word: str, slips: int) -> Sequence[str]:
        """See Vocabulary."""
        return self.words

    def known(self, words: Collection[str]) -> Collection[str]:
        """See Vocabulary."""
        return [word for word in words if next(self._words.beginning(word), None) == word]

    def with_key(self, key: str) -> list[str]:
        """See Vocabulary."""
        return [line.partition("\t")[2] for line in self._spellings.beginning(f"{key}\t")]

    def family_sizes(self, stems: Collection[str]) -> Mapping[str, int]:
        """See Vocabulary."""
        return {
            stem: sum(int(line.partition("\t")[2]) for line in self._families.beginning(f"{stem}\t")) for stem in stems
        }

    def with_prefix(self, prefix: str) -> Iterable[str]:
        """Return the words that begin with `prefix`, sorted."""
        return self._words.beginning(prefix) if prefix else self.words

    def add(self, words: Iterable[str]) -> None:
        """Write the files with `words` added to them."""
        from nkcorpus.lexicon.folding import spelling_key

        known = self.words
        new = set(words).difference(known)
        if not new:
            return
        spellings = _lines(self._files, _SPELLINGS)
        spellings += [f"{key}\t{word}" for word in new if (key := spelling_key(word))]
        sizes = Counter(stems(list(new)))
        for line in _lines(self._files, _FAMILIES):
            stem, _, size = line.partition("\t")
            sizes[stem] += int(size)
        _write(self._files.folder / _WORDS, [*known, *new])
        _write(self._files.folder / _SPELLINGS, spellings)
        _write(self._files.folder / _FAMILIES, [f"{stem}\t{size}" for stem, size in sizes.items()])


def _lines(files: VouchedFiles, name: str) -> list[str]:
    try:
        return files.read(name).decode("utf-8").split("\n")[:-1]
    except FileNotFoundError:
        return []


class _SortedLines:
    """The lines of a sorted file, mapped when they are first looked at; what was mapped outlives its replacement."""

    def __init__(self, file: Path) -> None:
        self._file = file

    @cached_property
    def _lines(self) -> mmap.mmap | bytes:
        try:
            with self._file.open("rb") as opened:
                return mmap.mmap(opened.fileno(), 0, access=mmap.ACCESS_READ)
        except FileNotFoundError:
            return b""

    def beginning(self, prefix: str) -> Iterator[str]:
        """Yield the lines that begin with `prefix`. UTF-8 sorts as the characters do."""
        lines = self._lines
        wanted = prefix.encode("utf-8", "replace")
        low, high = 0, len(lines)  # each the start of a line, or the end
        while low < high:
            start = lines.rfind(b"\n", low, (low + high) // 2) + 1 or low
            end = lines.find(b"\n", start) + 1
            if lines[start:end] < wanted:
                low = end
            else:
                high = start
        while lines[low : low + len(wanted)] == wanted and low < len(lines):
            end = lines.find(b"\n", low)
            yield lines[low:end].decode("utf-8")
            low = end + 1


def _write(file: Path, lines: Sequence[str]) -> None:
    """Put a file in the place of one that another process may have mapped: to cut that short would end the process."""
    if lines:  # an empty file cannot be mapped
        draft = file.with_name(f"{file.name}.new")
        draft.write_bytes("\n".join([*sorted(lines), ""]).encode("utf-8", "replace"))
        draft.replace(file)
