"""From text to index terms: one pass, one rule for every engine, for indexing, querying and highlighting.

A *surface* is a word as it stands in the text; its *terms* are what the index holds for it:
the folded, stemmed word for alphabetic scripts, overlapping character bigrams for scripts without
spaces and for Hangul, whose particles cling to the noun. Stop words have no term but keep their position,
so that phrases across them hold.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from functools import cache
from itertools import groupby
from typing import NamedTuple

import Stemmer

from nkcorpus.dataclass import dataclass
from nkcorpus.query.forms import PLACE_BITS, packed_form

ANALYSIS_VERSION = 4
"""Part of every index's version: raise it when any text would give other terms."""

# Lucene's English stop set (org.apache.lucene.analysis.en.EnglishAnalyzer).
STOP_WORDS = frozenset(
    "a an and are as at be but by for if in into is it no not of on or such that the their then there these"
    " they this to was will with".split()
)

# McCune-Reischauer has P‘yŏngyang, in any of these.
_APOSTROPHE = "'’‘ʼʻ＇"
_APOSTROPHES = str.maketrans(dict.fromkeys(_APOSTROPHE, "'"))

# Combining marks of Latin, Hebrew, Arabic and the Indic blocks, which \w leaves out, belong to their word.
# The commonest letters stand as ranges too: looked up in a table, where \w asks for each character's category.
_COMMON = r"0-9A-Za-z_\u00C0-\u00D6\u00D8-\u00F6\u00F8-\u024F"
_MARKS = r"\u0300-\u036F\u0591-\u05C7\u0610-\u061A\u064B-\u065F\u0670\u0900-\u0963\u0966-\u0DFF"


def _surface_expression(character: str, apostrophe: str) -> str:
    """Return the expression of a surface, given that of a character of words."""
    return (
        rf"[A-Za-z](?:\.[A-Za-z])+(?!{character})"  # initials: U.S, D.P.R.K
        r"|\d+(?:[.,]\d+)+"  # 5,500 and 13.9
        rf"|{character}++(?:[{apostrophe}]{character}++)*+"
    )


@cache
def _surface(is_ascii: bool) -> re.Pattern[str]:
    """Return what finds the surfaces of a text; for ASCII, where it gives the same, one that is quicker to compile."""
    if is_ascii:
        return re.compile(_surface_expression(r"\w", "'"), re.ASCII)
    return re.compile(_surface_expression(rf"[{_COMMON}\w{_MARKS}]", _APOSTROPHE))


# Scripts written without spaces between words, and Hangul (Unicode 16.0, Blocks.txt): first and next after the last.
_UNSPACED = (
    0x0E00, 0x0F00, 0x1000, 0x10A0, 0x1100, 0x1200, 0x1780, 0x1800, 0x2E80, 0x3000, 0x3005, 0x3008, 0x3040, 0x3190,
    0x31F0, 0x3200, 0x3400, 0x4DC0, 0x4E00, 0xA000, 0xA960, 0xA980, 0xAC00, 0xD800, 0xF900, 0xFB00, 0xFF66, 0xFFDD,
    0x20000, 0x40000,
)  # fmt: skip
_CACHE_LIMIT = 200_000
_LONGEST_TERM = 100


@dataclass(frozen=True, slots=True)
class Token:
    """One term of a text: `position` counts words, `[start, end)` are code points of the text.

    `word` is the folded word that the term was made of, or the bigram.
    """

    term: str
    position: int
    start: int
    end: int
    word: str

    @property
    def place(self) -> int:
        """The position with the word's form packed above it, as `Analyzer.places` gives it."""
        return self.position | packed_form(self.word, self.term)


@dataclass(frozen=True, slots=True)
class _Piece:
    """A term of a surface, where its word stands in that, and the word, folded."""

    term: str
    start: int
    end: int
    word: str


class _Form(NamedTuple):
    term: str
    packed: int


_Terms = str | _Form | list[_Form] | None
"""What one surface gives: a term that is the word itself, a form of a term, several; None for a stop word."""


class _Remembered(dict[str, _Terms]):
    """What surfaces give, worked out when one is first looked up."""

    def __init__(self, to_term: Callable[[str], str], words: set[str] | None) -> None:
        self._to_term = to_term
        self._words = words

    def __missing__(self, surface: str) -> _Terms:
        if len(self) >= _CACHE_LIMIT:
            self.clear()
        terms = self[surface] = self._terms(surface)
        return terms

    def pieces(self, surface: str) -> list[_Piece]:
        """Return the pieces of one surface; their words are gathered."""
        pieces = _pieces(surface, self._to_term)
        if self._words is not None:
            self._words.update(piece.word for piece in pieces if piece.term)
        return pieces

    def _terms(self, surface: str) -> _Terms:
        forms = [_Form(piece.term, packed_form(piece.word, piece.term)) for piece in self.pieces(surface)]
        if len(forms) != 1:
            return forms
        if not forms[0].term:
            return None
        return forms[0] if forms[0].packed else forms[0].term


class Analyzer:
    """Turns text into terms. Instances hold a bounded cache from surfaces to terms; use `prose` or `name`.

    With a set of `words` given, every folded word and bigram that is met is added to it.
    """

    def __init__(self, to_term: Callable[[str], str], words: set[str] | None = None) -> None:
        self._to_term = to_term
        self._cache = _Remembered(to_term, words)

    def places(self, text: str, found: defaultdict[str, list[int]], number: int = 0) -> int:
        """Append to `found` the places of each term of `text` in order; return the number of words and bigrams.

        A place is the position, the form of the word packed above it (see `forms`), and the document's `number` above
        both.
        """
        place = first = number << PLACE_BITS
        for terms in map(self._cache.__getitem__, _surface(text.isascii()).findall(text)):
            if isinstance(terms, str):  # one word that is its own stem
                found[terms].append(place)
            elif isinstance(terms, _Form):
                found[terms.term].append(place | terms.packed)
            elif terms is not None:
                for term, form in terms:
                    if term:
                        found[term].append(place | form)
                    place += 1
                continue
            place += 1
        return place - first

    def positions(self, surface: str) -> list[tuple[str, str]]:
        """Return term and folded word at each position of one surface (see `split`); the term of a stop word is ""."""
        return [(piece.term, piece.word) for piece in self._cache.pieces(surface)]

    def tokens(self, text: str) -> Iterator[Token]:
        """Yield the terms of `text` in order, with their places; agrees with `places`."""
        position = 0
        for match in _surface(text.isascii()).finditer(text):
            for piece in _pieces(match.group(), self._to_term):
                if piece.term:
                    start = match.start()
                    yield Token(piece.term, position, start + piece.start, start + piece.end, piece.word)
                position += 1


class Selection:
    """Finds those tokens of running text whose term and word `wanted` accepts.

    Agrees with `prose().tokens`, and is quicker where they are few: what a surface gives is worked out once.
    Of a surface of more than `longest` code points the rest is passed over.
    """

    def __init__(self, wanted: Callable[[str, str], bool], longest: int | None = None) -> None:
        self._wanted = wanted
        self._longest = longest
        self._to_term = _stemmed()
        self._known: dict[str, tuple[int, list[tuple[int, _Piece]]]] = {}

    def tokens(self, text: str) -> Iterator[Token]:
        """Yield the wanted tokens of `text` in order."""
        known = self._known
        position = 0
        for match in _surface(text.isascii()).finditer(text):
            surface = match.group()
            found = known.get(surface)
            if found is None:
                found = self._remember(surface)
            count, chosen = found
            for offset, piece in chosen:
                start = match.start()
                yield Token(piece.term, position + offset, start + piece.start, start + piece.end, piece.word)
            position += count

    def _remember(self, surface: str) -> tuple[int, list[tuple[int, _Piece]]]:
        """Return how many words a surface has, and the wanted ones among them with their numbers, from 0."""
        pieces = _pieces(surface[: self._longest], self._to_term)
        chosen = [
            (offset, piece)
            for offset, piece in enumerate(pieces)
            if piece.term and self._wanted(piece.term, piece.word)
        ]
        if len(self._known) >= _CACHE_LIMIT:
            self._known.clear()
        self._known[surface] = len(pieces), chosen
        return self._known[surface]


def surfaces(text: str) -> Iterator[tuple[int, str]]:
    """Yield the words of `text` as they stand there, with their starts; analysed alone each gives the same terms."""
    for match in _surface(text.isascii()).finditer(text):
        yield match.start(), match.group()


def split(text: str) -> list[str]:
    """Return the words of `text` as they stand there, in order, as `surfaces` does."""
    return _surface(text.isascii()).findall(text)


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
    return Analyzer(_stemmed())


def prose_gathering(words: set[str]) -> Analyzer:
    """Return an analyzer like `prose` that adds every word it meets to `words`."""
    return Analyzer(_stemmed(), words)


def stems(words: Sequence[str]) -> list[str]:
    """Return the stem of each folded word; a word that is no English is its own."""
    return list(Stemmer.Stemmer("english", 0).stemWords(words))


def _stemmed() -> Callable[[str], str]:
    stem = Stemmer.Stemmer("english", 0).stemWord

    def to_term(word: str) -> str:
        if word in STOP_WORDS:
            return ""
        return str(stem(word))

    return to_term


@cache
def name() -> Analyzer:
    """Return the analyzer of names and labels: folded, neither stemmed nor stopped."""
    return Analyzer(lambda word: word)


def is_unspaced(text: str) -> bool:
    """Tell whether `text` has a character of a script that is found by bigrams: Hangul, Hanja, kana, Thai ..."""
    return not text.isascii() and any(map(_is_unspaced, text))


def _pieces(surface: str, to_term: Callable[[str], str]) -> list[_Piece]:
    """Split one surface by script and return its terms with their offsets; "" marks a stop word."""
    if surface.isascii():
        return [_alphabetic(surface, 0, to_term)]
    pieces: list[_Piece] = []
    position = 0
    for unspaced, characters in groupby(surface, _is_unspaced):
        end = position + sum(1 for _ in characters)
        if unspaced:
            pieces.extend(_bigrams(surface[position:end], position))
        else:
            pieces.extend(_word(surface, position, end, to_term))
        position = end
    return pieces


def _is_unspaced(character: str) -> bool:
    return bisect_right(_UNSPACED, ord(character)) % 2 == 1


def _word(surface: str, start: int, end: int, to_term: Callable[[str], str]) -> Iterator[_Piece]:
    """Yield the alphabetic word in `[start, end)`, if any; an apostrophe at its edge is a quotation mark."""
    word = surface[start:end].rstrip(_APOSTROPHE)
    start += len(word) - len(word.lstrip(_APOSTROPHE))
    word = word.lstrip(_APOSTROPHE)
    if word:
        yield _alphabetic(word, start, to_term)


def _alphabetic(word: str, start: int, to_term: Callable[[str], str]) -> _Piece:
    folded = fold(word)
    if folded[:1].isdigit():
        folded = folded.replace(",", "")
    elif "." in folded:
        folded = folded.replace(".", "")
    folded = folded[:_LONGEST_TERM]
    return _Piece(to_term(folded), start, start + len(word), folded)


def _bigrams(run: str, offset: int) -> Iterator[_Piece]:
    """Yield the overlapping bigrams of a run, or its only character."""
    edges = _characters(run)
    folded: Callable[[str], str] = str if fold(run) == run else fold  # most runs are folded as they stand
    if len(edges) == 2:
        yield _bigram(folded(run), offset, offset + len(run))
    for start, end in zip(edges, edges[2:], strict=False):
        yield _bigram(folded(run[start:end]), offset + start, offset + end)


def _bigram(term: str, start: int, end: int) -> _Piece:
    return _Piece(term, start, end, term)


def _characters(run: str) -> Sequence[int]:
    """Return the edges of the characters of a run: conjoining jamo, as in file names of a Mac, make one syllable."""
    if unicodedata.is_normalized("NFC", run):
        return range(len(run) + 1)
    edges = [0]
    for i in range(1, len(run)):
        if len(unicodedata.normalize("NFC", run[edges[-1] : i + 1])) > 1:
            edges.append(i)
    return [*edges, len(run)]
