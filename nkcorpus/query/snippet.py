"""The passages of an article that show best why it was found."""

from __future__ import annotations

import math
import re
from collections import Counter, deque
from collections.abc import Callable, Container, Iterator, Mapping, Sequence
from functools import lru_cache
from itertools import islice
from operator import attrgetter
from typing import NamedTuple

from nkcorpus.dataclass import dataclass, field
from nkcorpus.query import analysis
from nkcorpus.query.ast import Node, Phrase, Synonym, Wildcard, Word, leaves, synonyms
from nkcorpus.query.patterns import matcher
from nkcorpus.results import Snippet

WIDTH = 240
"""Code points of a snippet at most."""

# Not after initials and titles (U.S., Mr.), nor before small letters and figures (Jan. 5).
_SENTENCE_END = re.compile(
    r"(?:(?<!\b[A-Z])(?<!\b[DMJS]r)(?<!\bMrs)\.|[!?])[\"'”’)\]]*\s+(?![a-z\d])|[。！？][”’」』）]*\s*|\n\s*\n\s*"
)
_LINE_END = re.compile(r"\n\s*")
_SPACE = re.compile(r"\s+")
_TEXT_FIELDS = (None, "text", "title")
_AGAIN = 0.1
"""What a word counts that stands in a passage already, beside its first time."""
_SHOWN_BEFORE = 0.3
"""What a word counts that an earlier passage shows."""
_MOST_MATCHES = 200_000
_LONGEST_RUN = 10_000
"""Code points of a run without spaces that are looked at."""
_REMEMBERED = 100_000
_SHARED = 20_000
"""Words whose terms are remembered from one search to the next."""
_LEAST_FILLED = 0.6
"""A passage ends with a sentence where that leaves so much of its width."""


class MarkedPhrase(NamedTuple):
    """Terms with how many words they are from the first, two or more, and the weight of the phrase.

    What was typed is marked `by_word`, as it stands in the query; a synonym is marked as the one thing that it is.
    """

    slots: tuple[tuple[int, str], ...]
    weight: float
    by_word: bool = False

    @property
    def reach(self) -> int:
        """How many words the last term is from the first."""
        return self.slots[-1][0]


@dataclass(frozen=True, slots=True)
class Marks:
    """What a snippet marks: terms, words as they are written (folded), and words that a pattern fits.

    Terms and words have a weight beside the words as typed, which count 1. `patterns` are the text of each with its
    test. `phrases` are marked where all of their terms stand side by side; `exact` takes words for their terms.
    """

    terms: Mapping[str, float] = field(default_factory=dict)
    words: Mapping[str, float] = field(default_factory=dict)
    patterns: Sequence[tuple[str, Callable[[str], bool]]] = ()
    phrases: Sequence[MarkedPhrase] = ()
    exact: bool = False

    def key(self, token: analysis.Token) -> str | None:
        """Return what marks a token, or None."""
        if token.term in self.terms:
            return token.term
        if token.word in self.words:
            return token.word
        return next((text for text, fits in self.patterns if fits(token.word)), None)

    def weight(self, key: str) -> float:
        """Return the weight of what `key` gave."""
        return self.terms.get(key) or self.words.get(key) or 1.0


def query_marks(node: Node, *, exact: bool = False, passed_over: Container[Synonym] = ()) -> Marks:
    """Return what of a query the running text can show, without the synonyms in `passed_over`; `exact` as in a search.

    What is made of several terms, be it a phrase, a Korean word or a synonym, counts where these stand side by side.
    """
    others = list(synonyms(node))
    typed = Counter(leaves(node))
    typed.subtract(other.leaf for other in others)
    weights: dict[str, float] = {}
    patterns: dict[str, Callable[[str], bool]] = {}
    phrases: dict[tuple[tuple[int, str], ...], MarkedPhrase] = {}

    def add(slots: tuple[tuple[int, str], ...], weight: float, *, by_word: bool) -> None:
        if len(slots) > 1:
            phrases.setdefault(slots, MarkedPhrase(slots, weight, by_word))
        elif slots:
            weights[slots[0][1]] = max(weight, weights.get(slots[0][1], 0.0))

    for leaf in +typed:
        if leaf.field not in _TEXT_FIELDS:
            continue
        if not isinstance(leaf, Word | Phrase):
            patterns[leaf.text] = matcher(leaf)
        elif isinstance(leaf, Phrase) and leaf.distance is not None:
            for word in leaf.text.split():
                add(_slots(word, exact=exact), 1.0, by_word=True)
        else:
            add(_slots(leaf.text, exact=exact), 1.0, by_word=True)
    for other in others:
        if other.leaf.field not in _TEXT_FIELDS or other in passed_over:
            continue
        if isinstance(other.leaf, Wildcard):
            patterns[other.leaf.text] = matcher(other.leaf)
        else:
            add(_slots(other.leaf.text, exact=exact), other.weight, by_word=False)
    found, several = tuple(patterns.items()), tuple(phrases.values())
    if exact:
        return Marks(words=weights, patterns=found, phrases=several, exact=True)
    return Marks(terms=weights, patterns=found, phrases=several)


def _slots(text: str, *, exact: bool) -> tuple[tuple[int, str], ...]:
    """Return the terms of `text` with how many words they are from the first; with `exact` the words."""
    tokens = list(analysis.prose().tokens(text))
    return tuple((token.position - tokens[0].position, token.word if exact else token.term) for token in tokens)


class _Match(NamedTuple):
    """What stands in `[start, end)`; `marked` are the pieces of it that a reader sees marked."""

    start: int
    end: int
    key: str
    term: str
    marked: tuple[tuple[int, int], ...]


class _Window(NamedTuple):
    """Matches side by side: `[start, end)` from the first to the last, and what they weigh."""

    start: int
    end: int
    weight: float


class Highlighter:
    """Finds the passages of texts that show `marks` best. It remembers the words that it has seen: use one a search.

    `rarity` gives the idf of a term.
    """

    def __init__(self, marks: Marks, rarity: Callable[[str], float]) -> None:
        self._marks = marks
        self._rarity = rarity
        self._rarities: dict[str, float] = {}
        self._known: dict[str, tuple[tuple[analysis.Token, str], ...]] = {}
        self._phrases = _Phrases(marks.phrases, exact=marks.exact) if marks.phrases else None

    def snippets(self, text: str, count: int = 1, width: int = WIDTH) -> tuple[Snippet, tuple[Snippet, ...]]:
        """Return the best passage of `text`, and the best `count` in the order of the text, none overlapping another.

        A passage is the better the more marked words it holds and the rarer they are, and is at most `width` code
        points long. Without any match the beginning is the only passage. Matches are marked in their inflected forms;
        white space within a passage is one space. The time is linear in the length of `text`, for each passage in the
        number of its matches.
        """
        matches, weights = self._weighed(text)
        taken: list[tuple[int, int]] = []
        gaps = [(0, len(text))]
        while len(taken) < count and gaps:
            windows = [
                (_densest([m for m in matches if low <= m.start and m.end <= high], weights, width - 40), low, high)
                for low, high in gaps
            ]
            window, low, high = max(windows, key=lambda found: found[0].weight)
            if taken and not window.weight:
                break
            start, end = _passage(text, window, _core(matches, window), (low, high), width)
            taken.append((start, end))
            gaps.remove((low, high))
            gaps += [gap for gap in ((low, start), (end, high)) if gap[0] < gap[1]]
            for key in {match.key for match in matches if start <= match.start and match.end <= end}:
                weights[key] *= _SHOWN_BEFORE
        found = {start: _condensed(text, start, end, matches) for start, end in taken}
        return found[taken[0][0]], tuple(found[start] for start in sorted(found))

    def _weighed(self, text: str) -> tuple[list[_Match], dict[str, float]]:
        """Return the matches, and the weight of each key: a pattern is as common as the commonest word it finds, a
        phrase as rare as its rarest.
        """
        matches: list[_Match] = []
        commonest: dict[str, float] = {}
        for match in islice(self._matches(text), _MOST_MATCHES):
            matches.append(match)
            commonest[match.key] = min(self._rarity_of(match.term), commonest.get(match.key, math.inf))
        weights = {key: found * self._marks.weight(key) for key, found in commonest.items()}
        if self._phrases:
            for pieces, phrase in islice(self._phrases.places(text), _MOST_MATCHES):
                key = " ".join(term for _, term in phrase.slots)
                start, end = pieces[0][0], pieces[-1][1]
                matches.append(_Match(start, end, key, key, pieces if phrase.by_word else ((start, end),)))
                weights[key] = phrase.weight * max(self._rarity_of(term) for _, term in phrase.slots)
            matches.sort()
        return matches, weights

    def _rarity_of(self, term: str) -> float:
        if term not in self._rarities:
            self._rarities[term] = self._rarity(term)
        return self._rarities[term]

    def _matches(self, text: str) -> Iterator[_Match]:
        known = self._known
        for start, surface in analysis.surfaces(text):
            found = known.get(surface)
            if found is None:
                if len(known) >= _REMEMBERED:
                    known.clear()
                found = known[surface] = self._marked(surface)
            for token, key in found:
                place = start + token.start, start + token.end
                yield _Match(*place, key, token.term, (place,))

    def _marked(self, surface: str) -> tuple[tuple[analysis.Token, str], ...]:
        return tuple((token, key) for token in _tokens(surface) if (key := self._marks.key(token)) is not None)


class _Phrases:
    """Finds phrases in texts, each where its terms stand side by side."""

    def __init__(self, phrases: Sequence[MarkedPhrase], *, exact: bool) -> None:
        wanted = frozenset(key for phrase in phrases for _, key in phrase.slots)
        self._key = attrgetter("word" if exact else "term")
        self._selection = analysis.Selection(lambda term, word: (word if exact else term) in wanted, _LONGEST_RUN)
        self._reach = max(phrase.reach for phrase in phrases)
        self._by_last: dict[str, list[MarkedPhrase]] = {}
        for phrase in phrases:
            self._by_last.setdefault(phrase.slots[-1][1], []).append(phrase)

    def places(self, text: str) -> Iterator[tuple[tuple[tuple[int, int], ...], MarkedPhrase]]:
        """Yield where the words of each stand, in the order of the last ones."""
        recent: deque[analysis.Token] = deque(maxlen=self._reach + 1)
        key = self._key
        for token in self._selection.tokens(text):
            recent.append(token)
            phrases = self._by_last.get(key(token))
            if phrases is None:
                continue
            before = {other.position: other for other in recent}
            for phrase in phrases:
                first = token.position - phrase.reach
                places = [first + offset for offset, _ in phrase.slots]
                if all(
                    (at := before.get(place)) and key(at) == term
                    for place, (_, term) in zip(places, phrase.slots, strict=True)
                ):
                    yield tuple((before[place].start, before[place].end) for place in places), phrase


@lru_cache(_SHARED)
def _tokens(surface: str) -> tuple[analysis.Token, ...]:
    return tuple(analysis.prose().tokens(surface[:_LONGEST_RUN]))


def _densest(matches: Sequence[_Match], weights: Mapping[str, float], reach: int) -> _Window:
    """Return the window of `reach` code points with the greatest weight, the earliest of equals."""
    window: deque[_Match] = deque()
    counts: dict[str, int] = {}
    weight = 0.0
    best = _Window(0, 0, 0.0)
    for match in matches:
        window.append(match)
        counts[match.key] = counts.get(match.key, 0) + 1
        weight += weights[match.key] * (1.0 if counts[match.key] == 1 else _AGAIN)
        while match.end - window[0].start > reach and len(window) > 1:
            dropped = window.popleft().key
            counts[dropped] -= 1
            weight -= weights[dropped] * (1.0 if counts[dropped] == 0 else _AGAIN)
        if weight > best.weight + 1e-9:
            best = _Window(window[0].start, max(inside.end for inside in window), weight)
    return best


def _core(matches: Sequence[_Match], window: _Window) -> _Window:
    """Return the beginning of a window that holds each of its words once."""
    ends: dict[str, int] = {}
    for match in matches:
        if window.start <= match.start and match.end <= window.end:
            ends.setdefault(match.key, match.end)
    return window._replace(end=max(ends.values(), default=window.end))


def _passage(text: str, window: _Window, core: _Window, bounds: tuple[int, int], width: int) -> tuple[int, int]:
    """Return `[start, end)` around a window, within `bounds`: from a sentence's start if that fits the window or its
    core, else a line's or a word's, to a sentence's end if that fills the width well, else a word's.
    """
    low, high = bounds
    first = max(window.start, low)
    for border, last in ((_SENTENCE_END, window.end), (_SENTENCE_END, core.end), (_LINE_END, window.end)):
        start = _after(border, text, first, last, bounds, width)
        if start is not None:
            break
    else:
        start, last = _word(text, first, window.end, low, width), window.end
    end = min(high, start + width)
    if end < high:
        least = max(last, start + int(width * _LEAST_FILLED))
        sentences = [match.end() for match in _SENTENCE_END.finditer(text, least, end)]
        if sentences:
            return start, sentences[-1]
        cut = max((space.start() for space in _SPACE.finditer(text, max(last, start), end + 1)), default=end)
        end = max(cut, last) if cut > start else end
    return start, min(end, start + width)


def _after(
    border: re.Pattern[str], text: str, first: int, last: int, bounds: tuple[int, int], width: int
) -> int | None:
    """Return the first place behind a border from which `width` reaches the end of the sentence of `last`, else the
    nearest before `first` from which it reaches `last`; None if it does from none. The start of a text is such a place.
    """
    low, high = bounds
    earliest = max(low, last - width)
    closing = _SENTENCE_END.search(text, last, min(high, last + width))
    close = closing.end() if closing else min(high, last + width)
    starts = [low] if earliest == low and (low == 0 or first == low) else []
    starts += [found.end() for found in border.finditer(text, earliest, first + 1) if found.end() <= first]
    return next((start for start in starts if close - start <= width), starts[-1] if starts else None)


def _word(text: str, first: int, last: int, low: int, width: int) -> int:
    """Return where a word begins that leaves room on both sides of `[first, last)`, twice as much before it."""
    closing = _SENTENCE_END.search(text, last, last + width)
    after = closing.end() - last if closing else width
    space = _SPACE.search(text, max(low, last - width + min((width - (last - first)) // 3, after)), max(first, low))
    return space.end() if space else first


def _condensed(text: str, start: int, end: int, matches: Sequence[_Match]) -> Snippet:
    """Return the passage with its white space condensed and the matches' offsets carried along."""
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    parts: list[str] = []
    length = 0
    shifts: dict[int, int] = {}
    inside = sorted({piece for match in matches for piece in match.marked if start <= piece[0] and piece[1] <= end})
    wanted = {offset for piece in inside for offset in piece}
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
    for first, last in inside:
        if first in shifts and last in shifts:
            low, high = shifts[first], shifts[last]
            if marked and low < marked[-1][1]:
                marked[-1] = (marked[-1][0], max(high, marked[-1][1]))
            else:
                marked.append((low, high))
    return Snippet("".join(parts), tuple(marked))
