"""Which words a wildcard, a fuzzy word or a regular expression stands for.

Patterns see words as the index has them: folded (lower case, no diacritics), not stemmed, at most 100 characters.
"""

from __future__ import annotations

import math
import re
import time
import unicodedata
import warnings
from collections.abc import Callable, Iterable
from functools import lru_cache
from itertools import takewhile

from nkcorpus.query.analysis import fold
from nkcorpus.query.ast import Fuzzy, Pattern, Regex, Wildcard

REGEX_SECONDS = 1.0
"""How long the regular expressions of a query may take for all words of a corpus."""
_MAX_REGEX = 200
_MAX_REPEAT = 100
_MAX_NESTED = 10_000  # a million took 310 MB to compile

_ESCAPE_OR_CLASS = re.compile(r"\\(?P<escaped>.)|\[\^?\]?(?:[^\]\\]|\\.)*\]", re.DOTALL)
_ESCAPES = frozenset("dDwWsSbB")
_REPEAT = re.compile(r"\{(\d*)(?:,(\d*))?\}")


class PatternTooSlow(Exception):
    """A regular expression took longer than it may."""


def check_regex(expression: str) -> str | None:
    """Return what is wrong with a regular expression, or None.

    Groups, classes, alternatives and repetition are taken; look-around, back-references and flags are not.
    """
    if len(expression) > _MAX_REGEX:
        return f"a regular expression has at most {_MAX_REGEX} characters"
    for found in _ESCAPE_OR_CLASS.finditer(expression):
        escaped = found["escaped"]
        if escaped and escaped.isalnum() and escaped not in _ESCAPES:
            return f"\\{escaped} is not supported"
    bare = _ESCAPE_OR_CLASS.sub("a", expression)
    if re.search(r"\(\?(?!:)", bare):
        return "(? ... is supported as (?: ...) only"
    if re.search(r"\{(?!(?:\d+(?:,\d*)?|,\d+)\})", bare):
        return "a brace that is no repeat is written \\{"
    if any(int(number or 0) > _MAX_REPEAT for repeat in _REPEAT.findall(bare) for number in repeat if len(number) < 9):
        return f"a repeat counts to {_MAX_REPEAT} at most"
    if math.prod(max(1, *(int(number or 1) for number in repeat)) for repeat in _REPEAT.findall(bare)) > _MAX_NESTED:
        return f"its repeats multiply to more than {_MAX_NESTED:,}"
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")  # of what later versions of Python read otherwise: [[a]
            re.compile(expression)
    except (re.error, OverflowError, RecursionError, Warning) as error:
        return f"the regular expression does not parse ({getattr(error, 'msg', error)})"
    return None


def literal_prefix(pattern: Pattern) -> str:
    """Return the folded characters that every word of `pattern` begins with."""
    if isinstance(pattern, Wildcard):
        return "".join(takewhile(lambda char: char not in "*?", fold(pattern.text)))
    return ""


def is_prefix(pattern: Pattern) -> bool:
    """Tell whether `pattern` is a beginning of words and nothing more: `smuggl*`."""
    return isinstance(pattern, Wildcard) and fold(pattern.text) == f"{literal_prefix(pattern)}*"


def matching(pattern: Pattern, words: Iterable[str], seconds: float = REGEX_SECONDS) -> list[str]:
    """Return those of `words` that `pattern` stands for, in their order.

    Raises PatternTooSlow when a regular expression takes more than `seconds`.
    """
    match pattern:
        case Wildcard():
            fits = re.compile(_wildcard_expression(pattern.text)).fullmatch
            return [word for word in words if fits(word)]
        case Fuzzy():
            from rapidfuzz import process
            from rapidfuzz.distance import OSA

            choices = list(words)
            found = process.extract(
                fold(pattern.text), choices, scorer=OSA.distance, score_cutoff=pattern.distance, limit=None
            )
            return [choices[place] for place in sorted(place for _, _, place in found)]
        case Regex():
            return _matching_regex(pattern.text, words, seconds)


def matcher(pattern: Pattern) -> Callable[[str], bool]:
    """Return a test of single folded words that remembers its answers."""
    known: dict[str, bool] = {}

    def fits(word: str) -> bool:
        answer = known.get(word)
        if answer is None:
            try:
                answer = bool(matching(pattern, (word,)))
            except PatternTooSlow:
                answer = False
            known[word] = answer
        return answer

    return fits


def _matching_regex(expression: str, words: Iterable[str], seconds: float) -> list[str]:
    bare = "".join(c for c in unicodedata.normalize("NFKD", expression) if not "\u0300" <= c <= "\u036f")
    bare = unicodedata.normalize("NFC", bare)
    if _is_tame(bare):
        fits = re.compile(bare, re.IGNORECASE).fullmatch
        return [word for word in words if fits(word)]

    import regex

    compiled = regex.compile(bare, regex.IGNORECASE)
    deadline = time.monotonic() + seconds
    found: list[str] = []
    try:
        for word in words:
            left = deadline - time.monotonic()
            if left <= 0:
                raise PatternTooSlow
            if compiled.fullmatch(word, timeout=left):
                found.append(word)
    except TimeoutError:
        raise PatternTooSlow from None
    return found


def _is_tame(expression: str) -> bool:
    """Tell whether an expression is quick on any word: at most two repeats, none of a group."""
    bare = _ESCAPE_OR_CLASS.sub("a", expression)
    return len(re.findall(r"[*+{]", bare)) <= 2 and not re.search(r"\)[*+{]", bare)


@lru_cache(maxsize=100)
def _wildcard_expression(text: str) -> str:
    """Return a regular expression that is linear: after each star the first fit is kept, as no other fits better."""
    first, *rest = ("".join("." if char == "?" else re.escape(char) for char in part) for part in fold(text).split("*"))
    if not rest:
        return first
    *middle, last = rest
    return first + "".join(f"(?>.*?{part})" for part in middle if part) + f".*{last}"
