"""Repairs of damaged text, asked for with `--fix-text`: each a small span of the raw text and what it should read."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import replace

from nkcorpus.clean.repair.characters import character_repairs
from nkcorpus.clean.repair.glued import glued_word_repairs
from nkcorpus.clean.repair.mojibake import mojibake_repairs
from nkcorpus.clean.repair.wrapped import hard_wrap_repairs
from nkcorpus.model import Document, Repair, Span

__all__ = ["fix_document", "is_fixed", "unfixed"]

VERSION = 1
"""Raised with every change that gives other repairs for the same text."""

_PREFIX = "fix."
_MARK = "+fix/"


def fix_document(document: Document) -> Document:
    """Return a cleaned `document` with what is damaged in its text listed in `repairs`.

    The rules are `fix.mojibake`, `fix.hard-wrap`, `fix.hyphenation`, `fix.glued-words`, `fix.nbsp`,
    `fix.soft-hyphen` and `fix.zero-width`. The result depends on the document alone. Nothing within a removed span
    is mended. Repairs that the extractor made stay; earlier ones of these rules are made anew, so that a second call
    changes nothing. `cleaner` tells that it was done, even where nothing was to be mended. Time is linear in the
    length of the text.
    """
    document = unfixed(document)
    text = document.raw_text
    repairs = _Repairs(document.removed, document.repairs)
    repairs.add(mojibake_repairs(text))
    repairs.add(hard_wrap_repairs(text, document.removed))
    repairs.add(glued_word_repairs(text))
    repairs.add(character_repairs(text))
    return replace(document, repairs=repairs.all(), cleaner=f"{document.cleaner}{_MARK}{VERSION}")


def is_fixed(document: Document) -> bool:
    """Tell whether `fix_document` was asked to mend `document`."""
    return _MARK in document.cleaner


def unfixed(document: Document) -> Document:
    """Return `document` as it was before `fix_document`."""
    return replace(
        document,
        repairs=tuple(repair for repair in document.repairs if not repair.rule.startswith(_PREFIX)),
        cleaner=document.cleaner.partition(_MARK)[0],
    )


class _Repairs:
    """Repairs that lie outside the removed spans and of each other; the first come stay."""

    def __init__(self, removed: Sequence[Span], repairs: Iterable[Repair]) -> None:
        self._removed = sorted((span.start, span.end) for span in removed)
        self._kept = sorted(repairs, key=_position)

    def add(self, repairs: Iterable[Repair]) -> None:
        """Add those that overlap nothing."""
        kept = [(repair.start, repair.end) for repair in self._kept]
        new = [repair for repair in repairs if not _overlaps(repair, kept) and not _overlaps(repair, self._removed)]
        self._kept = sorted([*self._kept, *new], key=_position)

    def all(self) -> tuple[Repair, ...]:
        """Return the repairs in the order of the text."""
        return tuple(self._kept)


def _overlaps(repair: Repair, spans: Sequence[tuple[int, int]]) -> bool:
    """Tell whether one of the sorted, disjoint `spans` shares a position with `repair`, or holds it as an insertion."""
    before = bisect_right(spans, (repair.start, repair.start)) - 1
    if before >= 0 and spans[before][1] > repair.start:
        return True
    after = bisect_left(spans, (repair.start, repair.start))
    return after < len(spans) and spans[after][0] < max(repair.end, repair.start + 1)


def _position(repair: Repair) -> tuple[int, int]:
    return repair.start, repair.end
