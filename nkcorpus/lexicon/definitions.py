"""A text's own definitions of its acronyms: "Long Form (ACR)", "ACR (Long Form)", 국가보위성(MSS).

Rather none than a wrong one: each letter of the acronym must be the first letter of a word, in order, up to the
bracket, and only small words may be passed over. Acronyms with letters from within words (UNICEF, KOMID) are not found.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

from nkcorpus.lexicon.folding import SMALL_WORDS

if TYPE_CHECKING:
    from nkcorpus.lexicon.lookup import Lexicon

_WINDOW = 160
_MOST_LETTERS = 10
_NUMERALS = frozenset("II III IV VI VII VIII IX XI XII".split())

_ACRONYM = r"[A-Z](?:[A-Za-z&.-]{0,10}[A-Z.])?s?"
_BRACKETED = re.compile(rf"\(\s?[\"“‘'«]?(?P<acronym>{_ACRONYM})[\"”’'»]?\s?(?:[,;:/][^()\n]{{0,60}})?\)")
_OPENED = re.compile(rf"(?<![\w.-])(?P<acronym>{_ACRONYM})\s?\((?P<long>[^()\n]{{5,120}})\)")
_WORD = re.compile(r"[A-Z](?=\.[A-Z.\s])|[^\W_](?:[\w'’ʼ.]*[\w'’ʼ])?|&")
_CLOSING = " \t\n\u00a0\"”’'»"
_HANGUL_BEFORE = re.compile(r"[가-힣]{3,24}$")
_HANGUL_WORD = re.compile(r"[가-힣]{3,24}")
# A long form does not go on over the end of a sentence or paragraph, a bracket, or a list's comma.
_BORDER = re.compile(r"(?<![A-Z])[.!?;:]\s|\n\s*\n|[()\[\]“”\"—]|,\s")
_POSSESSIVE = re.compile(r"(?:['’]s?|\s?[\"”])$")


class Definition(NamedTuple):
    """An acronym and what it stands for; `[start, end)` are the code points of both in the text."""

    acronym: str
    long_form: str
    start: int
    end: int


def find_definitions(text: str) -> list[Definition]:
    """Return the definitions in `text` in order, in linear time. White space in a long form is made single."""
    found = [*_long_form_first(text), *_acronym_first(text)]
    return sorted(found, key=lambda definition: definition.start)


def entry_of(definition: Definition, lexicon: Lexicon) -> str | None:
    """Return the id of the lexicon's entry that a definition names, which decides the sense of its acronym; or None."""
    matches = [match for match in lexicon.find(definition.long_form) if match.exact]
    return matches[0].entry.id if len(matches) == 1 else None


def _long_form_first(text: str) -> Iterator[Definition]:
    for match in _BRACKETED.finditer(text):
        letters = _letters(match.group("acronym"))
        if letters is None:
            continue
        window_start = max(0, match.start() - _WINDOW)
        before = text[window_start : match.start()].rstrip(_CLOSING)
        if hangul := _HANGUL_BEFORE.search(before):
            start = window_start + hangul.start()
            yield Definition(_plain(match.group("acronym")), hangul.group(), start, match.end())
            continue
        last_border = max((border.end() for border in _BORDER.finditer(before)), default=0)
        offset = _initials_start(before[last_border:], letters)
        if offset is not None:
            start = window_start + last_border + offset
            long_form = _POSSESSIVE.sub("", " ".join(text[start : match.start()].split()))
            yield Definition(_plain(match.group("acronym")), long_form, start, match.end())


def _acronym_first(text: str) -> Iterator[Definition]:
    for match in _OPENED.finditer(text):
        letters = _letters(match.group("acronym"))
        inside = match.group("long").strip()
        if letters is None:
            continue
        if _HANGUL_WORD.fullmatch(inside) or _initials_start(inside, letters) == 0:
            yield Definition(_plain(match.group("acronym")), " ".join(inside.split()), match.start(), match.end())


def _letters(acronym: str) -> str | None:
    """Return the letters that words must begin with, in lower case; None for what is no acronym."""
    plain = _plain(acronym)
    letters = "".join(char for char in plain if char.isalpha())
    if not 2 <= len(letters) <= _MOST_LETTERS or plain in _NUMERALS:
        return None
    capitals = sum(char.isupper() for char in letters)
    return letters.lower() if capitals >= 2 and capitals * 2 > len(letters) else None


def _plain(acronym: str) -> str:
    """Return an acronym without its plural s and its stops: SEZs is SEZ, D.P.R.K. is DPRK."""
    return acronym.removesuffix("s").replace(".", "")


def _initials_start(text: str, letters: str) -> int | None:
    """Return where the words begin whose initials are `letters` and that reach to the end of `text`."""
    words = list(_WORD.finditer(text))[-3 * _MOST_LETTERS :]
    if not words or text[words[-1].end() :].strip(f"{_CLOSING}.-"):
        return None
    position = len(letters) - 1
    for index in range(len(words) - 1, -1, -1):
        word = words[index]
        small = word.group().lower() in SMALL_WORDS
        if word.group()[0].lower() == letters[position] and not (small and _skips(words, index, letters, position)):
            position -= 1
            if position < 0:
                return word.start() if _is_name(words[index:], letters) else None
        elif not small:
            return None
    return None


def _skips(words: list[re.Match[str]], index: int, letters: str, position: int) -> bool:
    """Return whether the small word at `index` is better passed over: the word before has the same letter to give."""
    return index > 0 and words[index - 1].group()[0].lower() == letters[position] and position <= index


def _is_name(words: list[re.Match[str]], letters: str) -> bool:
    """Return whether the words can be a long form: two letters are too few to trust where a word is in lower case."""
    large = [word.group() for word in words if word.group().lower() not in SMALL_WORDS]
    return bool(large) and (len(letters) > 2 or all(word[0].isupper() for word in large))
