"""Words that lost the space between them where a tag was dropped: "theMinistry", "ComradeKim Jong Uninvited".

A word is parted only where both sides are known: common words and names of the lexicon, and names that stand by
themselves elsewhere in the same text. So the result is the same in whatever corpus and order a text comes.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from functools import cache

from nkcorpus.lexicon import load_names
from nkcorpus.model import Repair

_RULE = "fix.glued-words"
_MIN_SEEN = 2
"""How often a word must stand by itself in the text to count as known."""
_MIN_LETTERS = 3
"""Letters of a word that is known from the text alone."""
_MAX_TOKEN = 200

_TOKEN = re.compile(r"\S+")
_WORD = re.compile(r"[^\W\d_]+")
_CAMEL = re.compile(r"[a-z](?=[A-Z])")
# Addresses, handles, hashtags, file names and names with digits are no prose.
_NO_PROSE = re.compile(r"[@#/\\_=0-9]|www\.|\w\.\w")
# "antiJapanese", "midMarch": these stand free where a hyphen follows, and are no words.
_PREFIXES = frozenset("anti co ex inter mid neo non pan post pre pro sub trans".split())


def glued_word_repairs(text: str) -> Iterator[Repair]:
    """Yield an insertion of a space (a repair of no length) wherever two words are glued."""
    seen: Counter[str] | None = None
    for token in _TOKEN.finditer(text) if _CAMEL.search(text) else ():
        if token.end() - token.start() > _MAX_TOKEN or _NO_PROSE.search(token[0]):
            continue
        for word in _WORD.finditer(token[0]):
            boundaries = [match.end() for match in _CAMEL.finditer(word[0])]
            if boundaries:
                seen = seen or Counter(_WORD.findall(text))
                start = token.start() + word.start()
                if _are_glued(text, start, word[0], boundaries, seen):
                    yield from (Repair(start + index, start + index, " ", _RULE) for index in boundaries)
    for name in _person_and_rest().finditer(text):
        seen = seen or Counter(_WORD.findall(text))
        rest = name["rest"]
        if rest in load_names().words or (len(rest) >= _MIN_LETTERS and seen[rest] >= _MIN_SEEN):
            yield Repair(name.start("rest"), name.start("rest"), " ", _RULE)


@cache
def _person_and_rest() -> re.Pattern[str]:
    """Return what finds the name of a person with small letters right after it."""
    names = "|".join(sorted(map(re.escape, load_names().people)))
    return re.compile(rf"(?:{names})(?P<rest>[a-z]{{2,20}})(?![^\W_]|[@/\\_=])")


def _are_glued(text: str, start: int, word: str, boundaries: list[int], seen: Counter[str]) -> bool:
    """Tell whether `word`, which stands at `start` of `text`, is to be parted at all of its `boundaries`."""
    edges = [0, *boundaries, len(word)]
    return all(
        _is_boundary(
            word[before:middle], word[middle:after], text[start + middle : start + middle + 40], seen[word], seen
        )
        for before, middle, after in zip(edges, edges[1:], edges[2:], strict=False)
    )


def _is_boundary(left: str, right: str, following: str, times: int, seen: Counter[str]) -> bool:
    """Tell whether a space is missing between `left` and `right`, where the text goes on from there as `following`.

    `times` counts the glued word in the text; one that recurs may be a name of its own.
    """
    names = load_names()
    is_person = _person().match(following) is not None
    lists = (names.places, names.institutions, names.calendar, names.titles)
    is_name = is_person or any(right in words for words in lists)
    if left.islower():
        if left in names.words:
            return is_name or (times == 1 and len(right) >= _MIN_LETTERS and seen[right] >= _MIN_SEEN)
        return is_name and left not in _PREFIXES and len(left) >= _MIN_LETTERS and seen[left] >= _MIN_SEEN
    if left.lower() in names.words:
        return is_name and times == 1
    return is_person and (left in names.titles or left in names.institutions or left in names.places)


@cache
def _person() -> re.Pattern[str]:
    """Return what finds the name of a person."""
    return re.compile("|".join(sorted(map(re.escape, load_names().people))))
