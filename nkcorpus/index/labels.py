"""The values that articles are counted by, as the sources spell them, in a file beside the postings.

A column holds, for each article, the number of a line; the line holds the article's values of one field. Lines are only
ever added, so that their numbers hold in all segments.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cached_property

from nkcorpus.index.manifest import VouchedFiles

LABELS = "labels"
_BETWEEN = "\x1f"  # ASCII's unit separator, white space to Python, which values have none of but spaces


def spelled(values: Iterable[str]) -> list[str]:
    """Return values as they are counted: each once, with single spaces."""
    bare = (" ".join(value.split()) for value in values)
    return list(dict.fromkeys(filter(None, bare)))


class Labels:
    """The labels of the index in a folder. Line 0 is of no value."""

    def __init__(self, files: VouchedFiles) -> None:
        self._files = files
        self._written = 0

    @cached_property
    def lines(self) -> list[str]:
        """All lines, by number."""
        try:
            lines = self._files.read(LABELS).decode("utf-8").split("\n")[:-1]
        except FileNotFoundError:
            return [""]
        self._written = len(lines)
        return lines

    @cached_property
    def _numbers(self) -> dict[str, int]:
        return {line: number for number, line in enumerate(self.lines)}

    def values(self, number: int) -> list[str]:
        """Return the values on a line; one that is empty for none."""
        return self.lines[number].split(_BETWEEN)

    def number(self, values: Iterable[str]) -> int:
        """Return the number of the line of `values`, added where there is none. `write` makes it last."""
        line = _BETWEEN.join(spelled(values))
        number = self._numbers.get(line)
        if number is None:
            number = self._numbers[line] = len(self.lines)
            self.lines.append(line)
        return number

    def write(self) -> None:
        """Write the file anew if lines were added."""
        if len(self.lines) == self._written:
            return
        content = "".join(f"{line}\n" for line in self.lines).encode("utf-8", "replace")
        (self._files.folder / LABELS).write_bytes(content)
