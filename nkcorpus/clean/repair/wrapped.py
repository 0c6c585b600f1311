"""Paragraphs that are broken into lines of one width, as mail and teleprinters do.

A break is taken for one of these when the next word would not have fitted on the line. Lists, verse, tables, addresses
and headings break their lines earlier, and so do paragraphs without blank lines between them.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from itertools import pairwise

from nkcorpus.model import Repair, Span

MIN_WIDTH, MAX_WIDTH = 50, 100
"""Characters in the longest line of a text that is taken for wrapped; mail and wires have 60 to 80."""
_SLACK = 6
"""How much a line and the next word may fall short of the longest line: some programs leave a margin for a hyphen."""
_MIN_BREAKS = 3
_MIN_SHARE = 0.75
"""How many breaks of a text must be forced, and which share of all, before any is mended."""

_WORD = re.compile(r"\S{1,100}")
_HYPHENATED = re.compile(r"[^\W\d_]-\Z")
# "three-\nand seven-day": the hyphen stands for what follows later.
_SUSPENDED = re.compile(r"(?:and|or|to)\b")
# What a line of a list, quotation, table or heading begins with, or white space, which begins a paragraph.
_OWN_LINE = re.compile(r"[\s>|*•▲△■□○●◆◇※#=_+~·–—-]|\(?[0-9a-zA-Z]{1,3}[.)]\s|\(?\d{1,3}\)")
_TABLE = re.compile(r"\t|\S {3}|[|]")


def hard_wrap_repairs(text: str, removed: Sequence[Span]) -> Iterator[Repair]:
    """Yield a repair for each line end within a paragraph that is hard-wrapped: a space, or nothing after a hyphen.

    A hyphen at the end of a line goes when the text has the whole word elsewhere, else it stays.
    A line next to a removed span keeps its end.
    """
    breaks = _breaks(text, removed)
    if len(breaks) < _MIN_BREAKS:
        return
    width = max(len(line) for line, _, _ in breaks)
    if not MIN_WIDTH <= width <= MAX_WIDTH:
        return
    forced = [entry for entry in breaks if _is_forced(entry[0], entry[1], width)]
    if len(forced) < max(_MIN_BREAKS, _MIN_SHARE * len(breaks)):
        return
    words = frozenset(re.findall(r"[^\W\d_]+", text))
    for line, following, end in forced:
        kept = line.rstrip()
        start = end - (len(line) - len(kept))
        if _HYPHENATED.search(kept[-2:]) and following[0].islower() and not _SUSPENDED.match(following):
            yield _hyphenation(kept, following, start, end, words)
        else:
            yield Repair(start, end + 1, " ", "fix.hard-wrap")


def _breaks(text: str, removed: Sequence[Span]) -> list[tuple[str, str, int]]:
    """Return the line ends within paragraphs: the line, the next one, and where the line end stands."""
    starts = [span.start for span in removed]
    lines = text.split("\n")
    found = []
    end = -1
    for line, following in pairwise(lines):
        end += len(line) + 1
        if not line.strip() or not following.strip() or _OWN_LINE.match(following) or _is_table(line):
            continue
        index = bisect_right(starts, end + 1) - 1
        if index < 0 or removed[index].end <= end:
            found.append((line, following, end))
    return found


def _is_table(line: str) -> bool:
    return len(line) <= MAX_WIDTH and bool(_TABLE.search(line.strip()))


def _is_forced(line: str, following: str, width: int) -> bool:
    word = _WORD.match(following)
    return word is not None and len(line.rstrip()) + 1 + len(word[0]) > width - _SLACK


def _hyphenation(kept: str, following: str, start: int, end: int, words: frozenset[str]) -> Repair:
    before = re.search(r"[^\W\d_]{1,40}$", kept[-41:-1])
    after = re.match(r"[^\W\d_]{1,40}", following)
    whole = before[0] + after[0] if before and after else ""
    return Repair(start - 1 if whole in words else start, end + 1, "", "fix.hyphenation")
