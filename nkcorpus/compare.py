"""How one text became another: lines first, and words within the lines that changed. Linear but for short stretches."""

from __future__ import annotations

import re
from array import array
from bisect import bisect_left
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal, cast

Op = Literal["equal", "removed", "added"]

_MOST_PAIRS = 100_000_000
"""Pairs of units compared at once at most; 12 MB of bits."""
_WINDOW = 5_000
"""Units of each sequence that are compared at once where there are too many for one comparison."""
_LEAST_IN_COMMON = 0.3
"""Share of common words (Dice) below which two stretches are shown whole: a word here and there is chance."""
_IDEOGRAPHS = "\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff"  # kana and Han, written without spaces
_WORD = re.compile(rf"([{_IDEOGRAPHS}]|[^\s{_IDEOGRAPHS}]+)\s*|\s+")

_Run = tuple[int, int, int]
"""Start in one sequence, start in the other, length of what is equal there."""


@dataclass(frozen=True, slots=True)
class Change:
    """A stretch of words with the white space after them, and what became of it. Equal ones read as in the newer text;
    `words` are those that white space parts, or ideographs.
    """

    op: Op
    text: str
    words: int


@dataclass(frozen=True, slots=True)
class Block:
    """Lines, with their line ends, that are the same in both texts, or that became others.

    `changes` are the words of a block that changed; empty for one that is the same.
    """

    before: tuple[str, ...]
    after: tuple[str, ...]
    changes: tuple[Change, ...] = ()

    @property
    def is_equal(self) -> bool:
        """Whether nothing changed here."""
        return not self.changes


def compare(before: str, after: str) -> tuple[Block, ...]:
    """Return the blocks that two texts consist of, in order; equal and changed ones take turns."""
    old, new = _lines(before), _lines(after)
    blocks: list[Block] = []
    for is_equal, one, other in _stretches(_runs(old, new), len(old), len(new)):
        gone, come = tuple(old[slice(*one)]), tuple(new[slice(*other)])
        blocks.append(Block(gone, come, () if is_equal else _word_changes("".join(gone), "".join(come))))
    return tuple(blocks)


def _lines(text: str) -> list[str]:
    """Split after line feeds only, as all that counts lines does."""
    return re.findall(r"[^\n]*\n|[^\n]+", text)


def _word_changes(before: str, after: str) -> tuple[Change, ...]:
    """Compare word by word; white space alone makes no difference."""
    old, new = _Words(before), _Words(after)
    runs = _runs(old.words, new.words)
    if 2 * sum(length for _, _, length in runs) < _LEAST_IN_COMMON * (len(old.words) + len(new.words)):
        runs = []
    changes: list[Change] = []
    for is_equal, one, other in _stretches(runs, len(old.words), len(new.words)):
        if is_equal:
            changes.append(new.change("equal", *other))
        else:
            changes += [words.change(op, *place) for op, words, place in (("removed", old, one), ("added", new, other))]
    return tuple(change for change in changes if change.text)


class _Words:
    """A text in words; white space at its start is one with nothing in it."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._ends = array("Q", [0])
        self.words: list[str] = []
        for match in _WORD.finditer(text):
            self.words.append(match[1] or "")
            self._ends.append(match.end())

    def change(self, op: str, start: int, end: int) -> Change:
        """Return what became of the words `[start, end)`."""
        count = end - start - (start == 0 < end and not self.words[0])
        return Change(cast("Op", op), self._text[self._ends[start] : self._ends[end]], count)


def _stretches(
    runs: Sequence[_Run], old_length: int, new_length: int
) -> Iterator[tuple[bool, tuple[int, int], tuple[int, int]]]:
    """Yield whether it is equal, and its place in both sequences, of each stretch between and in the runs."""
    i = j = 0
    for start, other, length in [*runs, (old_length, new_length, 0)]:
        if i < start or j < other:
            yield False, (i, start), (j, other)
        if length:
            yield True, (start, start + length), (other, other + length)
        i, j = start + length, other + length


def _runs(old: Sequence[str], new: Sequence[str]) -> list[_Run]:
    """Return what two sequences have in common, in order; runs do not touch in both sequences at once."""
    numbers: dict[str, int] = {}
    a = [numbers.setdefault(unit, len(numbers)) for unit in old]
    b = [numbers.setdefault(unit, len(numbers)) for unit in new]
    joined: list[_Run] = []
    for i, j, length in _within(a, b, 0, 0, _anchored):
        if joined and joined[-1][0] + joined[-1][2] == i and joined[-1][1] + joined[-1][2] == j:
            i, j, length = joined[-1][0], joined[-1][1], joined.pop()[2] + length
        joined.append((i, j, length))
    return joined


_Middle = Callable[[list[int], list[int], int, int], Iterator[_Run]]


def _within(a: list[int], b: list[int], i: int, j: int, middle: _Middle) -> Iterator[_Run]:
    """Yield the common head, what `middle` finds, and the common tail of two sequences that begin at `i` and `j`."""
    shorter = min(len(a), len(b))
    head = next((n for n in range(shorter) if a[n] != b[n]), shorter)
    tail = next((n for n in range(shorter - head) if a[-1 - n] != b[-1 - n]), shorter - head)
    if head:
        yield i, j, head
    if len(a) > head + tail and len(b) > head + tail:
        yield from middle(a[head : len(a) - tail], b[head : len(b) - tail], i + head, j + head)
    if tail:
        yield i + len(a) - tail, j + len(b) - tail, tail


def _anchored(a: list[int], b: list[int], i: int, j: int) -> Iterator[_Run]:
    """Yield common runs; long sequences are parted at units that both have just once (patience diff)."""
    if len(a) * len(b) <= _MOST_PAIRS:
        yield from _common(a, b, i, j)
        return
    x = y = 0
    for k, m in [*_anchors(a, b), (len(a), len(b))]:
        yield from _within(a[x:k], b[y:m], i + x, j + y, _common)
        if k < len(a):
            yield i + k, j + m, 1
        x, y = k + 1, m + 1


def _common(a: list[int], b: list[int], i: int, j: int) -> Iterator[_Run]:
    """Yield the longest common subsequence in runs; of long sequences that of one window after the other."""
    from rapidfuzz.distance import LCSseq

    size = _WINDOW if len(a) * len(b) > _MOST_PAIRS else max(len(a), len(b))
    x = y = 0
    while x < len(a) and y < len(b):
        is_last = x + size >= len(a) and y + size >= len(b)
        end = x + size if is_last else x + size * 3 // 4  # what stands near the end may match what comes after it
        next_x, next_y = min(x + size, len(a)), min(y + size, len(b))
        found = False
        for step in LCSseq.opcodes(a[x : x + size], b[y : y + size]):
            if step.tag != "equal" or (found and x + step.src_start >= end):
                continue
            yield i + x + step.src_start, j + y + step.dest_start, step.src_end - step.src_start
            found, next_x, next_y = True, x + step.src_end, y + step.dest_end
        if is_last:
            return
        x, y = next_x, next_y


def _anchors(a: Sequence[int], b: Sequence[int]) -> list[tuple[int, int]]:
    """Return the places of the most units that both have once, in an order that they have in both."""
    counts, others = Counter(a), Counter(b)
    place = {unit: n for n, unit in enumerate(b) if others[unit] == 1 and counts[unit] == 1}
    pairs = [(n, place[unit]) for n, unit in enumerate(a) if unit in place]
    # The longest increasing subsequence of the places in `b`, by patience sorting.
    tops: list[int] = []
    piles: list[int] = []
    previous: list[int] = []
    for number, (_, m) in enumerate(pairs):
        pile = bisect_left(tops, m)
        previous.append(piles[pile - 1] if pile else -1)
        tops[pile : pile + 1] = [m]
        piles[pile : pile + 1] = [number]
    chain: list[tuple[int, int]] = []
    at = piles[-1] if piles else -1
    while at >= 0:
        chain.append(pairs[at])
        at = previous[at]
    return chain[::-1]
