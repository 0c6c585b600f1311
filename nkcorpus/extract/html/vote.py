"""Which of several extractors' texts of one page to take: the medoid, the one most like the others.

Our own extractor, readability-lxml and trafilatura err on different pages, so that the text which another one
agrees with is rarely wrong. The libraries are imported when the first page is voted on.
"""

from __future__ import annotations

import logging
import re
from collections import Counter
from collections.abc import Callable, Sequence
from itertools import pairwise

from bs4 import Tag

from nkcorpus.extract.html.blocks import read_blocks, render
from nkcorpus.extract.html.prune import unwanted
from nkcorpus.extract.html.tree import parse_tree

_WORD = re.compile(r"\w+")
_SHINGLE = 4
"""Words in a shingle, as in the public article extraction benchmark."""

_HEAD_START = 0.16
"""What our own text, whose paragraphs are the page's, is given in the sum of likenesses (two at most 2.0)."""

_NAMED_HEAD_START = 0.6
"""The same where the markup calls our text the article's body."""

_CONFIRMED = 0.9
"""Likeness to the whole text of trafilatura (set to balance) from which on our own text is kept after all."""

_LEAST_SHARE = 0.7
"""Share of a rival's text that ours must make up for the rest to be taken for furniture."""

_AGREED = 0.95
"""Likeness of two texts from which on a third cannot change the choice by anything that matters."""

_MAX_LETTERS = 1_500_000
_MAX_ELEMENTS = 20_000
_MAX_DEPTH = 150
"""Pages beyond these are not given to the libraries, which recurse and have no bounds of their own."""


def likeness(one: str, other: str) -> float:
    """Return the F1 of the word shingles of two texts: 0.0 (nothing in common) to 1.0 (the same words in order)."""
    return _likeness(_shingles(one), _shingles(other))


def elect(own: str, named: bool, rivals: Sequence[Callable[[], str]], control: Callable[[], str]) -> str:
    """Return the text most like the others among `own` and what the two `rivals` give, with a head start for `own`.

    `named`: the page's markup calls `own` the body. The second rival is not asked when `own` and the first agree;
    `control` is asked only when `own` loses, and may confirm it. A text of nothing does not stand.
    """
    texts = [own]
    shingles = [_shingles(own)]
    for rival in rivals:
        text = rival()
        if not text.strip():
            continue
        texts.append(text)
        shingles.append(_shingles(text))
        if own and _likeness(shingles[0], shingles[-1]) >= _AGREED:
            return own
    if not own.strip():
        return max(texts[1:], key=len, default="")
    start = _NAMED_HEAD_START if named else _HEAD_START
    scores = [
        sum(_likeness(one, other) for other in shingles if other is not one) + (start if index == 0 else 0.0)
        for index, one in enumerate(shingles)
    ]
    winner = scores.index(max(scores))
    if winner and (
        _adds_little(shingles[winner], shingles[0]) or _likeness(shingles[0], _shingles(control())) >= _CONFIRMED
    ):
        winner = 0
    return texts[winner]


def _adds_little(rival: Counter[tuple[str, ...]], own: Counter[tuple[str, ...]]) -> bool:
    """Return whether a rival's text is ours with a little more: a byline or a note that ours has trimmed."""
    return (rival & own).total() >= 0.9 * own.total() and own.total() >= _LEAST_SHARE * rival.total()


def within_bounds(html: str, root: Tag) -> bool:
    """Return whether a page is small and flat enough for extractors that have no bounds of their own."""
    if len(html) > _MAX_LETTERS:
        return False
    depths = {id(root): 0}
    for count, tag in enumerate(root.find_all(True)):
        depth = depths.get(id(tag.parent), 0) + 1
        if depth > _MAX_DEPTH or count >= _MAX_ELEMENTS:
            return False
        depths[id(tag)] = depth
    return True


def readability_text(html: str) -> str:
    """Return what readability-lxml takes for the article, rendered by our rules; "" where it finds none."""
    from readability import Document

    logging.getLogger("readability").setLevel(logging.CRITICAL)
    try:
        summary = Document(html).summary(html_partial=True)
    except Exception:  # it documents no errors, and lxml's differ by input
        return ""
    root = parse_tree(summary)
    return render(read_blocks(root, unwanted(root))[0])


def trafilatura_text(html: str, *, precise: bool) -> str:
    """Return what trafilatura, set to precision or balance, takes for the article; blank lines part its paragraphs."""
    import trafilatura

    logging.getLogger("trafilatura").setLevel(logging.CRITICAL)
    try:
        text = trafilatura.extract(html, favor_precision=precise, include_comments=False)
    except Exception:  # as above
        return ""
    lines = [line for line in (text or "").split("\n") if line.strip()]
    parts = lines[:1]
    for before, line in pairwise(lines):
        parts.append("\n" if before.startswith("- ") and line.startswith("- ") else "\n\n")
        parts.append(line)
    return "".join(parts)


def _shingles(text: str) -> Counter[tuple[str, ...]]:
    words = _WORD.findall(text)
    size = min(_SHINGLE, len(words))
    return Counter(tuple(words[index : index + size]) for index in range(len(words) - size + 1)) if words else Counter()


def _likeness(one: Counter[tuple[str, ...]], other: Counter[tuple[str, ...]]) -> float:
    total = one.total() + other.total()
    return 2 * (one & other).total() / total if total else 0.0
