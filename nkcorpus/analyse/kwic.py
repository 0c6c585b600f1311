"""A concordance: every place where a query's words stand in the texts, each with its context (key word in context)."""

from __future__ import annotations

import heapq
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import islice
from typing import Literal

from nkcorpus.model import Article
from nkcorpus.query import analysis
from nkcorpus.query.ast import (
    And,
    Fuzzy,
    Leaf,
    Near,
    Node,
    Or,
    Phrase,
    Regex,
    Synonym,
    Synonyms,
    Weighted,
    Wildcard,
    Word,
    Words,
    synonyms,
)
from nkcorpus.query.nearness import stretches
from nkcorpus.query.patterns import matcher
from nkcorpus.query.senses import of_other_senses

LineOrder = Literal["position", "left", "right"]

WIDTH = 40
"""Code points of context on each side where nothing else is asked for."""
LINES = 50
"""Lines where nothing else is asked for."""

_WORD = re.compile(r"\w+")
_TEXT_FIELDS = (None, "text")

_Slots = Sequence[tuple[int, str]]
"""What stands side by side: how many words from the first, and the key of an occurrence."""
_Occurrences = Mapping[str, Mapping[int, tuple[int, int]]]
"""By key and position in words: the code points of what stands there."""
_Span = tuple[int, int]


@dataclass(frozen=True, slots=True)
class ConcordanceLine:
    """One match with its context. `[start, end)` are code points of the article's clean text, of which `left`,
    `match` and `right` are pieces that follow each other.
    """

    id: str
    start: int
    end: int
    left: str
    match: str
    right: str
    title: str | None
    date: str | None
    source: str | None


@dataclass(frozen=True, slots=True)
class Concordance:
    """The lines of a query. `is_whole` is False where a limit left some out. `also` and `notes` are as in a search."""

    query: str
    lines: tuple[ConcordanceLine, ...]
    is_whole: bool
    also: str = ""
    notes: tuple[str, ...] = ()


def concordance(
    query: str,
    articles: Iterable[Article],
    root: Node,
    *,
    exact: bool = False,
    width: int = WIDTH,
    order: LineOrder = "position",
    limit: int = LINES,
) -> Concordance:
    """Return the lines of `root`, the tree of `query`, in the texts of `articles`; `limit` 0 means all.

    `position` is the order of the articles and of the places in them; it reads no more articles than it needs.
    `left` and `right` sort by the words next to the match, outwards, case and diacritics aside.
    The time is linear in the length of the texts.
    """
    ambiguous = [synonym for synonym in synonyms(root) if synonym.senses]

    @cache
    def finder(passed_over: frozenset[Synonym]) -> Finder:
        return Finder(root, exact=exact, passed_over=passed_over)

    lines = (
        line
        for article in articles
        for line in _lines(article, finder(of_other_senses(ambiguous, (article.document.title, article.text))), width)
    )
    wanted = limit + 1 if limit else None
    if order == "position":
        found = list(islice(lines, wanted))
    else:
        key = _left_words if order == "left" else _right_words
        found = heapq.nsmallest(wanted, lines, key=key) if wanted else sorted(lines, key=key)
    kept = found[:limit] if limit else found
    return Concordance(query, tuple(kept), len(kept) == len(found))


class Finder:
    """Finds what a query's words, phrases, patterns and near parts stand for in running text.

    Excluded parts, parts of other fields than the text, and the synonyms in `passed_over` are passed over. `exact` as
    in a search.
    """

    def __init__(self, root: Node, *, exact: bool = False, passed_over: frozenset[Synonym] = frozenset()) -> None:
        self._exact = exact
        self._keys: set[str] = set()
        self._patterns: dict[str, Callable[[str], bool]] = {}
        self._fitting: dict[str, tuple[str, ...]] = {}
        self._phrases: list[_Slots] = []
        self._near: list[tuple[int, list[list[_Slots]]]] = []
        self._selection = analysis.Selection(self._is_wanted)
        for unit in _units(root, passed_over):
            self._take(unit)

    def spans(self, text: str) -> list[_Span]:
        """Return the matches as `[start, end)` in `text`, ascending; of those that overlap the first, longest one."""
        occurrences = self._occurrences(text)
        found: set[_Span] = set()
        for slots in self._phrases:
            found.update(_characters(occurrences, slots, start) for start in _starts(occurrences, slots))
        for distance, parts in self._near:
            found.update(_near_spans(occurrences, parts, distance))
        kept: list[_Span] = []
        for start, end in sorted(found, key=lambda span: (span[0], -span[1])):
            if not kept or start >= kept[-1][1]:
                kept.append((start, end))
        return kept

    def _take(self, unit: Leaf | Near) -> None:
        if isinstance(unit, Phrase) and unit.distance is not None:
            unit = Near(tuple((Word(word, unit.field),) for word in unit.text.split()), unit.distance)
        if isinstance(unit, Near):
            parts = [[slots for leaf in part if (slots := self._slots(leaf))] for part in unit.parts]
            wanted = [alternatives for alternatives in parts if alternatives]
            if wanted:
                self._near.append((unit.distance, wanted))
        elif slots := self._slots(unit):
            self._phrases.append(slots)

    def _slots(self, leaf: Leaf) -> _Slots:
        """Return what stands side by side for a leaf; nothing for a stop word or another field."""
        if leaf.field not in _TEXT_FIELDS:
            return ()
        if not isinstance(leaf, Word | Phrase):
            key = f"/{type(leaf).__name__} {leaf}"  # no word has a slash
            self._patterns[key] = matcher(leaf)
            return ((0, key),)
        tokens = list(analysis.prose().tokens(leaf.text))
        slots = [(token.position - tokens[0].position, self._key(token.term, token.word)) for token in tokens]
        self._keys.update(key for _, key in slots)
        return slots

    def _occurrences(self, text: str) -> _Occurrences:
        found: dict[str, dict[int, tuple[int, int]]] = {key: {} for key in (*self._keys, *self._patterns)}
        for token in self._selection.tokens(text):
            place = (token.start, token.end)
            key = self._key(token.term, token.word)
            if key in self._keys:
                found[key][token.position] = place
            for pattern in self._fits(token.word):
                found[pattern][token.position] = place
        return found

    def _is_wanted(self, term: str, word: str) -> bool:
        return self._key(term, word) in self._keys or bool(self._fits(word))

    def _key(self, term: str, word: str) -> str:
        return word if self._exact else term

    def _fits(self, word: str) -> tuple[str, ...]:
        if word not in self._fitting:
            self._fitting[word] = tuple(key for key, fits in self._patterns.items() if fits(word))
        return self._fitting[word]


def _units(node: Node, passed_over: frozenset[Synonym]) -> Iterator[Leaf | Near]:
    """Yield what a text may hold: leaves, and near parts as a whole."""
    match node:
        case Word() | Phrase() | Wildcard() | Fuzzy() | Regex() | Near():
            yield node
        case Weighted():
            yield from _units(node.part, passed_over)
        case Words():
            for part in (*node.must, *node.should):
                yield from _units(part, passed_over)
        case And() | Or():
            for part in node.parts:
                yield from _units(part, passed_over)
        case Synonyms():
            yield from _units(node.original, passed_over)
            yield from (synonym.leaf for synonym in node.synonyms if synonym not in passed_over)


def _starts(occurrences: _Occurrences, slots: _Slots) -> list[int]:
    """Return the positions at which all slots stand side by side, ascending."""
    (_, first), *rest = slots
    return [start for start in occurrences[first] if all(start + offset in occurrences[key] for offset, key in rest)]


def _characters(occurrences: _Occurrences, slots: _Slots, start: int) -> _Span:
    """Return the code points of slots that begin at a position."""
    offset, last = slots[-1]
    return occurrences[slots[0][1]][start][0], occurrences[last][start + offset][1]


def _near_spans(occurrences: _Occurrences, parts: Sequence[Sequence[_Slots]], distance: int) -> Iterator[_Span]:
    begins: dict[int, int] = {}
    ends: dict[int, int] = {}
    lists: list[list[_Span]] = []
    for alternatives in parts:
        spans: set[_Span] = set()
        for slots in alternatives:
            for start in _starts(occurrences, slots):
                last = start + slots[-1][0]
                begins[start], ends[last] = _characters(occurrences, slots, start)
                spans.add((start, last))
        lists.append(sorted(spans))
    if all(lists):
        for first, last in stretches(lists, distance):
            yield begins[first], ends[last]


def _lines(article: Article, finder: Finder, width: int) -> Iterator[ConcordanceLine]:
    document, text = article.document, article.text
    for start, end in finder.spans(text):
        yield ConcordanceLine(
            id=article.id,
            start=start,
            end=end,
            left=text[max(0, start - width) : start],
            match=text[start:end],
            right=text[end : end + width],
            title=document.title,
            date=document.date.value if document.date else None,
            source=document.source,
        )


def _left_words(line: ConcordanceLine) -> list[str]:
    return _WORD.findall(analysis.fold(line.left))[::-1]


def _right_words(line: ConcordanceLine) -> list[str]:
    return _WORD.findall(analysis.fold(line.right))
