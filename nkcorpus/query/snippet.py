"""The passage of an article that shows best why it was found."""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from nkcorpus.model import Snippet
from nkcorpus.query import analysis
from nkcorpus.query.ast import Node, Phrase, Word, leaves, synonyms
from nkcorpus.query.patterns import matcher

WIDTH = 240
"""Code points of a snippet at most."""

_SENTENCE_END = re.compile(r"[.!?。！？][\"'”’)\]]*\s+|\n+")
_SPACE = re.compile(r"\s+")
_SCAN_LIMIT = 1_000_000


@dataclass(frozen=True, slots=True)
class Marks:
    """What a snippet marks: terms, words as they are written (folded), and words that a pattern fits.

    Terms and words have the weight of a rare word; longer ones count as rarer: without the index at hand that is the
    best proxy for rarity. `patterns` are the text of each with its test. `phrases` are what stands side by side only:
    the terms of each with how many words they are from the first.
    """

    terms: Mapping[str, float] = field(default_factory=dict)
    words: Mapping[str, float] = field(default_factory=dict)
    patterns: Sequence[tuple[str, Callable[[str], bool]]] = ()
    phrases: Sequence[Sequence[tuple[int, str]]] = ()

    def key(self, token: analysis.Token) -> str | None:
        """Return what marks a token, or None."""
        if token.term in self.terms:
            return token.term
        if token.word in self.words:
            return token.word
        return next((text for text, fits in self.patterns if fits(token.word)), None)

    def weight(self, key: str) -> float:
        """Return the weight of what `key` gave."""
        return self.terms.get(key) or self.words.get(key) or _rarity(key)


def query_marks(node: Node, *, exact: bool = False) -> Marks:
    """Return what of a query the running text can show; `exact` as in a search.

    Synonyms of several terms count where these stand side by side.
    """
    prose = analysis.prose()
    weights: dict[str, float] = {}
    patterns: dict[str, Callable[[str], bool]] = {}
    phrases: list[list[tuple[int, str]]] = []
    not_typed = {synonym.leaf for synonym in synonyms(node)}
    for leaf in leaves(node):
        if leaf.field not in (None, "text", "title"):
            continue
        if isinstance(leaf, Word | Phrase):
            tokens = list(prose.tokens(leaf.text))
            if leaf in not_typed and len(tokens) > 1:
                phrases.append([(token.position - tokens[0].position, token.term) for token in tokens])
                continue
            for token in tokens:
                key = token.word if exact else token.term
                weights[key] = _rarity(key)
        else:
            patterns[leaf.text] = matcher(leaf)
    found = tuple(patterns.items())
    return Marks(words=weights, patterns=found) if exact else Marks(terms=weights, patterns=found, phrases=phrases)


def _rarity(word: str) -> float:
    return 1.0 + min(len(word), 10) / 10


def snippet(text: str, marks: Marks, *, width: int = WIDTH) -> Snippet:
    """Return the passage of `text`, at most `width` code points long, that holds the most of `marks`.

    Matched words are marked in their inflected forms; white space within the passage is one space.
    The time is linear in the length of `text`, of which the first million code points are looked at.
    """
    matches = _matches(text[:_SCAN_LIMIT], marks)
    first, last = _densest(matches, marks.weight, width - 40)
    start, end = _passage(text, first, last, width)
    return _condensed(text, start, end, matches)


def _matches(text: str, marks: Marks) -> list[tuple[int, int, str]]:
    """Return `[start, end)` of all that `marks` marks in `text` and the keys, in the order of the starts."""
    ends: dict[str, list[Sequence[tuple[int, str]]]] = {}
    for phrase in marks.phrases:
        ends.setdefault(phrase[-1][1], []).append(phrase)
    recent = deque[analysis.Token](maxlen=max((phrase[-1][0] + 1 for phrase in marks.phrases), default=0))
    matches = []
    for token in analysis.prose().tokens(text):
        recent.append(token)
        if (key := marks.key(token)) is not None:
            matches.append((token.start, token.end, key))
        for phrase in ends.get(token.term, ()):
            first = token.position - phrase[-1][0]
            before = {other.position: other for other in recent}
            if all(first + offset in before and before[first + offset].term == term for offset, term in phrase):
                matches.append((before[first].start, token.end, " ".join(term for _, term in phrase)))
    return sorted(matches) if ends else matches


def _densest(matches: Sequence[tuple[int, int, str]], weigh: Callable[[str], float], reach: int) -> tuple[int, int]:
    """Return `[start, end)` of the window of `reach` code points with the greatest weight of distinct terms.

    Repeats of a term count a tenth, so that variety wins; the earliest of equals is taken.
    """
    window: deque[tuple[int, int, str]] = deque()
    counts: dict[str, int] = {}
    weight = best = 0.0
    found = (0, 0)
    for start, end, term in matches:
        window.append((start, end, term))
        counts[term] = counts.get(term, 0) + 1
        weight += weigh(term) * (1.0 if counts[term] == 1 else 0.1)
        while end - window[0][0] > reach and len(window) > 1:
            dropped = window.popleft()[2]
            counts[dropped] -= 1
            weight -= weigh(dropped) * (1.0 if counts[dropped] == 0 else 0.1)
        if weight > best + 1e-9:
            best = weight
            found = (window[0][0], end)
    return found


def _passage(text: str, first: int, last: int, width: int) -> tuple[int, int]:
    """Return `[start, end)` around `[first, last)`: from a sentence's start if that fits, else a word's."""
    start = max(0, last - width)
    border = start
    for match in _SENTENCE_END.finditer(text, max(0, first - width), first):
        if match.end() <= first and last - match.end() <= width:
            border = match.end()
            break
    else:
        if start > 0:
            space = _SPACE.search(text, start, first)
            border = space.end() if space else first
    if last - border > width:
        border = first
    end = min(len(text), border + width)
    if end < len(text):
        cut = max((space.start() for space in _SPACE.finditer(text, max(last, border), end + 1)), default=end)
        end = max(cut, last) if cut > border else end
    return border, min(end, border + width)


def _condensed(text: str, start: int, end: int, matches: Sequence[tuple[int, int, str]]) -> Snippet:
    """Return the passage with its white space condensed and the matches' offsets carried along."""
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    parts: list[str] = []
    length = 0
    shifts: dict[int, int] = {}
    wanted = {offset for match in matches if start <= match[0] and match[1] <= end for offset in match[:2]}
    position = start
    for space in [*_SPACE.finditer(text, start, end), None]:
        stop = space.start() if space else end
        for offset in range(position, stop + 1):
            if offset in wanted:
                shifts[offset] = length + offset - position
        parts.append(text[position:stop])
        length += stop - position
        if space:
            parts.append(" ")
            length += 1
            position = space.end()
    marked: list[tuple[int, int]] = []
    for first, last, _ in matches:
        if first in shifts and last in shifts:
            low, high = shifts[first], shifts[last]
            if marked and low <= marked[-1][1] and low < marked[-1][1]:
                marked[-1] = (marked[-1][0], max(high, marked[-1][1]))
            else:
                marked.append((low, high))
    return Snippet("".join(parts), tuple(marked))
