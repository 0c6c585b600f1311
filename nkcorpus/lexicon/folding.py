"""Keys under which the spellings of one Korean name fall together.

Each level does what those before it do, and more:

1. case, diacritics, apostrophes, hyphens, spaces: Kim Jŏng-ŭn = kimjongun
2. `eo` is `o`, `eu` is `u`: Hamgyeong = Hamgyong
3. one letter for `g k kh`, `d t th`, `b p ph`, `j ch`, `l r`, `s sh`, one for two: Paektu = Baekdu
4. a first `r` or `n` is dropped before `i` and `y`, and one letter elsewhere; `oo` is `u`, `ee` `i`, `oi` `oe`,
   `yung` `yong`: Yanggang = Ryanggang

Levels 3 and 4 make one of many English words (`the` and `de`, `wall` and `war`): they are for names that are
known, or that look Korean and are written with a capital.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from typing import Literal

Level = Literal[1, 2, 3, 4]

LONGEST = 60
"""Longer words have no key of level 2 or more: no name is that long."""

SMALL_WORDS = frozenset("a an and at by for from in of on or the to & de la with".split())
"""Words of a long form that have no letter in its acronym."""

_SHORTEST_NAME = 5
_TELLING_LETTERS = 4

_DROPPED = re.compile(r"[\W_ʼʻ]+")  # to Unicode these two apostrophes are letters
_TENSE = re.compile(r"([kgdtbpjsc])h?")
_TENSE_TO = {"k": "k", "g": "k", "d": "t", "t": "t", "b": "p", "p": "p", "j": "c", "c": "c", "s": "s"}
_DOUBLED = re.compile(r"([a-z])\1+")
_FIRST_R = re.compile(r"^[rn](?=[iy])|^y(?=i)")

# The syllables of names are nearly all Sino-Korean: after e no consonant ends them, t, d, g, r and s never do.
_SYLLABLE = re.compile(
    r"(?:kk|tt|pp|ss|jj|tch|ch|kh|th|ph|sh|[gkdtbpjsmnhrl])?"
    r"(?:(?:wae|yeo|ae|eo|eu|oe|oi|oo|ee|ui|ya|yo|yu|wa|wi|wo|[aiou])(?:ng|[nmlkpb])??|ye|we|e)"
)
_LONGEST_SYLLABLE = 8
_NO_SYLLABLE = re.compile("[gkdtrlsmn]ing(?![aeiouyw])")


def strip_marks(text: str) -> str:
    """Return `text` in lower case without diacritics; Hangul stays composed."""
    if text.isascii():
        return text.lower()
    decomposed = unicodedata.normalize("NFKD", text).casefold()
    bare = "".join(char for char in decomposed if not unicodedata.combining(char))
    return unicodedata.normalize("NFC", bare)


def fold_name(name: str, level: Level) -> str:
    """Return the key of `name` at `level`, see above; two spellings with one key may be one name."""
    # Only what can be a name is remembered: a text may hold words of any length.
    return _remembered(name, level) if len(name) <= 2 * LONGEST else _fold(name, level)


def _fold(name: str, level: Level) -> str:
    key = _DROPPED.sub("", strip_marks(name))
    if level == 1 or len(key) > LONGEST:
        return key
    key = key.replace("eo", "o").replace("eu", "u")
    if level == 2:
        return key
    if level == 4:
        key = key.replace("oo", "u").replace("ee", "i").replace("oi", "oe").replace("yung", "yong")
    key = _TENSE.sub(lambda match: _TENSE_TO[match.group(1)], key).replace("l", "r")
    key = _DOUBLED.sub(r"\1", key)
    if level == 3:
        return key
    key = _FIRST_R.sub("", key)
    return f"r{key[1:]}" if key.startswith("n") else key


_remembered = lru_cache(maxsize=50_000)(_fold)


def looks_korean(word: str) -> bool:
    """Return whether `word` can be read as two or more syllables of romanized Korean.

    Such as stand in names: that rules out most English words, and some words of purely Korean origin.
    """
    key = _DROPPED.sub("", strip_marks(word))
    return len(key) <= LONGEST and _is_syllables(key) and not _NO_SYLLABLE.search(key)


def spelling_key(term: str) -> str:
    """Return the key (fold level 4) under which other spellings of a name lie; "" for what cannot be a Korean name.

    About one in eleven words of English news has one.
    """
    return fold_name(term, 4) if len(term) >= _SHORTEST_NAME and term.isalpha() and looks_korean(term) else ""


def sense_key(long_form: str) -> str:
    """Return a key under which the ways to write one long form fall together: Korea/Korean People's Army.

    Small words are left out; of each other word the first four letters count.
    """
    words = (fold_name(word, 1) for word in re.split(r"[\s-]+", long_form))
    return " ".join(word[:_TELLING_LETTERS] for word in words if word and word not in SMALL_WORDS)


def _is_syllables(key: str) -> bool:
    """Tell whether two syllables or more make all of `key`. One expression for that would try each way to cut it."""

    def ends(start: int) -> set[int]:
        furthest = min(start + _LONGEST_SYLLABLE, len(key))
        return {end for end in range(start + 1, furthest + 1) if _SYLLABLE.fullmatch(key, start, end)}

    first, later = ends(0), set[int]()
    for position in range(1, len(key)):
        if position in first or position in later:
            later |= ends(position)
    return len(key) in later
