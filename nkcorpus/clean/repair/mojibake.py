"""Text that was decoded with the wrong encoding at some time, such as "â€œ" for an opening quote."""

from __future__ import annotations

from collections.abc import Iterator

from nkcorpus.clean.repair.characters import plain
from nkcorpus.model import Repair

_RULE = "fix.mojibake"
_MAX_SEGMENT = 5_000
"""Code points that are looked at together; a longer line is read in parts."""
_REFUSED = frozenset("\0\n\r\ufffd")


def mojibake_repairs(text: str) -> Iterator[Repair]:
    """Yield what ftfy decodes anew, word by word where the words stay the same in number.

    ftfy's other fixes (quotes, ligatures, width) are left out: they change text that is sound.
    """
    if text.isascii():
        return
    from ftfy import fix_encoding

    start = 0
    for line in text.split("\n"):
        if not line.isascii():
            for offset in range(0, len(line), _MAX_SEGMENT):
                segment = line[offset : offset + _MAX_SEGMENT]
                fixed = segment if segment.isascii() else fix_encoding(segment)
                if fixed != segment:
                    yield from _word_repairs(start + offset, segment, fixed)
        start += len(line) + 1


def _word_repairs(start: int, damaged: str, fixed: str) -> Iterator[Repair]:
    before, after = damaged.split(" "), fixed.split(" ")
    if len(before) != len(after):
        before, after = [damaged], [fixed]
    for old, new in zip(before, after, strict=True):
        if old != new and not _REFUSED.intersection(new):
            head = _common(old, new)
            tail = _common(old[head:][::-1], new[head:][::-1])
            yield Repair(start + head, start + len(old) - tail, plain(new[head : len(new) - tail]), _RULE)
        start += len(old) + 1


def _common(one: str, other: str) -> int:
    """Return how many characters the two begin with alike."""
    pairs = zip(one, other, strict=False)
    return next((index for index, (a, b) in enumerate(pairs) if a != b), min(len(one), len(other)))
