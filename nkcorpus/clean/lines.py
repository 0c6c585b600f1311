"""The lines of a text, and the form of a line that rules are matched against."""

from __future__ import annotations

import re

MAX_LINE = 1_000
"""Longest line, in code points, that is matched at all: it bounds the cost of every pattern on any input."""

MAX_PREFIX = 200
"""Longest beginning of a line, in code points, in which a prefix is looked for."""

_SUBSTITUTES = (
    dict.fromkeys("‘’‚‛′＇", "'")
    | dict.fromkeys("“”„‟″＂", '"')
    | dict.fromkeys("‐‑‒–—―−﹘﹣－", "-")
    # Zero-width characters, soft hyphen and directional marks: invisible, so a reader sees the line without them.
    | dict.fromkeys("\u00ad\u200b\u200c\u200d\u200e\u200f\u202a\u202b\u202c\u202d\u202e", "")
    | dict.fromkeys("\u2060\u2066\u2067\u2068\u2069\ufeff", "")
)
_SUBSTITUTED = re.compile(f"[{''.join(re.escape(character) for character in _SUBSTITUTES)}]")


def normalise(line: str) -> str:
    """Return the form of `line` that patterns see.

    Quotes are straight, every dash is `-`, invisible characters are gone, any run of white space is one space,
    and white space and Markdown emphasis marks (`*`, `_`) at both ends are dropped.
    """
    if not line.isascii():
        line = _SUBSTITUTED.sub(_substitute, line)
    return " ".join(line.split()).strip("*_ ")


def normalised_beginning(line: str, start: int) -> tuple[str, list[int]]:
    """Return the normal form of MAX_PREFIX code points of `line` from `start`, and where each character came from.

    The offsets are indices into `line`, one more than there are characters: the last is where what was read ends.
    Of emphasis marks only those at the beginning are dropped, and a space at the end stays.
    """
    characters: list[str] = []
    offsets: list[int] = []
    end = min(len(line), start + MAX_PREFIX)
    for index in range(start, end):
        character = _SUBSTITUTES.get(line[index], line[index])
        if character.isspace():
            character = " " if characters and characters[-1] != " " else ""
        elif not characters and character in "*_":
            character = ""
        if character:
            characters.append(character)
            offsets.append(index)
    return "".join(characters), [*offsets, end]


def is_blank(line: str) -> bool:
    """Tell whether a reader sees nothing on `line`: white space (no-break too) and invisible characters."""
    if not line or line.isspace():
        return True
    if line.isascii() or line[0].isalnum():
        return False
    return not _SUBSTITUTED.sub(_substitute, line).strip()


def _substitute(match: re.Match[str]) -> str:
    return _SUBSTITUTES[match[0]]
