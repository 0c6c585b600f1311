"""From text to index terms: one pass, one rule for every engine, for indexing, querying and highlighting.

A *surface* is a word as it stands in the text; its *terms* are what the index holds for it:
the folded, stemmed word for alphabetic scripts, overlapping character bigrams for scripts without
spaces and for Hangul, whose particles cling to the noun. Stop words have no term but keep their position,
so that phrases across them hold.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache

import Stemmer

ANALYSIS_VERSION = 2
"""Part of every index's version: raise it when any text would give other terms."""

# Lucene's English stop set (org.apache.lucene.analysis.en.EnglishAnalyzer).
STOP_WORDS = frozenset(
    "a an and are as at be but by for if in into is it no not of on or such that the their then there these"
    " they this to was will with".split()
)

# Combining marks of Latin, Hebrew, Arabic and the Indic blocks, which \w leaves out, belong to their word.
_WORD_CHAR = r"[\w\u0300-\u036F\u0591-\u05C7\u0610-\u061A\u064B-\u065F\u0670\u0900-\u0963\u0966-\u0DFF]"
_SURFACE = re.compile(
    rf"[A-Za-z](?:\.[A-Za-z])+(?!{_WORD_CHAR})"  # initials: U.S, D.P.R.K
    r"|\d+(?:[.,]\d+)+"  # 5,500 and 13.9
    rf"|{_WORD_CHAR}+(?:['’ʼ＇]{_WORD_CHAR}+)*"
)

# Scripts written without spaces between words, and Hangul (Unicode 16.0, Blocks.txt).
_UNSPACED = re.compile(
    "[\u0e00-\u0eff\u1000-\u109f\u1100-\u11ff\u1780-\u17ff\u2e80-\u2fff\u3005-\u3007\u3040-\u312f\u3130-\u318f"
    "\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff\ua960-\ua97f\uac00-\ud7ff\uf900-\ufaff\uff66-\uffdc\U00020000-\U0003ffff]+"
)
_APOSTROPHE = "'’ʼ＇"
_APOSTROPHES = str.maketrans("’ʼ＇", "'''")
_CACHE_LIMIT = 400_000
_LONGEST_TERM = 100


@dataclass(frozen=True, slots=True)
class Token:
    """One term of a text: `position` counts words, `[start, end)` are code points of the text."""

    term: str
    position: int
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class _Piece:
    term: str
    start: int
    end: int


class Analyzer:
    """Turns text into terms. Instances hold a bounded cache from surfaces to terms; use `prose` or `name`."""

    def __init__(self, to_term: Callable[[str], str]) -> None:
        self._to_term = to_term
        self._cache: dict[str, str | tuple[str, ...]] = {}

    def positions(self, text: str) -> tuple[dict[str, list[int]], int]:
        """Return the positions of each term of `text`, ascending, and the number of words and bigrams."""
        known = self._cache
        found: dict[str, list[int]] = {}
        position = 0
        for surface in _SURFACE.findall(text):
            terms = known.get(surface)
            if terms is None:
                terms = self._remember(surface)
            if terms.__class__ is str:
                if terms in found:
                    found[terms].append(position)
                else:
                    found[terms] = [position]
                position += 1
                continue
            for term in terms:
                if term:
                    found.setdefault(term, []).append(position)
                position += 1
        return found, position

    def tokens(self, text: str) -> Iterator[Token]:
        """Yield the terms of `text` in order, with their places; agrees with `positions`."""
        position = 0
        for match in _SURFACE.finditer(text):
            for piece in _pieces(match.group(), self._to_term):
                if piece.term:
                    yield Token(piece.term, position, match.start() + piece.start, match.start() + piece.end)
                position += 1

    def _remember(self, surface: str) -> str | tuple[str, ...]:
        terms = tuple(piece.term for piece in _pieces(surface, self._to_term))
        if len(self._cache) >= _CACHE_LIMIT:
            self._cache.clear()
        known = self._cache[surface] = terms[0] if len(terms) == 1 and terms[0] else terms
        return known


def fold(text: str) -> str:
    """Return `text` in lower case without diacritics: Hamgyŏng becomes hamgyong, Hangul stays composed."""
    if text.isascii():
        return text.lower()
    decomposed = unicodedata.normalize("NFKD", text.translate(_APOSTROPHES)).casefold()
    bare = "".join(char for char in decomposed if not "\u0300" <= char <= "\u036f")
    return unicodedata.normalize("NFC", bare)


@cache
def prose() -> Analyzer:
    """Return the analyzer of running text: English stems (Snowball English, "Porter2"), no stop words."""
    stem = Stemmer.Stemmer("english", 0).stemWord

    def to_term(word: str) -> str:
        if word in STOP_WORDS:
            return ""
        return str(stem(word))

    return Analyzer(to_term)


@cache
def name() -> Analyzer:
    """Return the analyzer of names and labels: folded, neither stemmed nor stopped."""
    return Analyzer(lambda word: word)


def _pieces(surface: str, to_term: Callable[[str], str]) -> list[_Piece]:
    """Split one surface by script and return its terms with their offsets; "" marks a stop word."""
    if surface.isascii():
        return [_Piece(_alphabetic(surface, to_term), 0, len(surface))]
    pieces: list[_Piece] = []
    position = 0
    for run in _UNSPACED.finditer(surface):
        pieces.extend(_word(surface, position, run.start(), to_term))
        pieces.extend(_bigrams(run.group(), run.start()))
        position = run.end()
    pieces.extend(_word(surface, position, len(surface), to_term))
    return pieces


def _word(surface: str, start: int, end: int, to_term: Callable[[str], str]) -> Iterator[_Piece]:
    """Yield the alphabetic word in `[start, end)`, if any; an apostrophe at its edge is a quotation mark."""
    word = surface[start:end].rstrip(_APOSTROPHE)
    start += len(word) - len(word.lstrip(_APOSTROPHE))
    word = word.lstrip(_APOSTROPHE)
    if word:
        yield _Piece(_alphabetic(word, to_term), start, start + len(word))


def _alphabetic(word: str, to_term: Callable[[str], str]) -> str:
    folded = fold(word)
    if folded[:1].isdigit():
        folded = folded.replace(",", "")
    elif "." in folded:
        folded = folded.replace(".", "")
    return to_term(folded[:_LONGEST_TERM])


def _bigrams(run: str, offset: int) -> Iterator[_Piece]:
    """Yield the overlapping bigrams of a run, or its only character."""
    edges = _characters(run)
    folded: Callable[[str], str] = str if fold(run) == run else fold  # most runs are folded as they stand
    if len(edges) == 2:
        yield _Piece(folded(run), offset, offset + len(run))
    for start, end in zip(edges, edges[2:], strict=False):
        yield _Piece(folded(run[start:end]), offset + start, offset + end)


def _characters(run: str) -> Sequence[int]:
    """Return the edges of the characters of a run: conjoining jamo, as in file names of a Mac, make one syllable."""
    if unicodedata.is_normalized("NFC", run):
        return range(len(run) + 1)
    edges = [0]
    for i in range(1, len(run)):
        if len(unicodedata.normalize("NFC", run[edges[-1] : i + 1])) > 1:
            edges.append(i)
    return [*edges, len(run)]
