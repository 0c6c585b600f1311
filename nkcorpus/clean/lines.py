"""The lines of a text, and the form of a line that rules are matched against."""

from __future__ import annotations

import re

MAX_LINE = 1_000
"""Longest line, in code points, that is matched at all: it bounds the cost of every pattern on any input."""

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


def is_blank(line: str) -> bool:
    """Tell whether a reader sees nothing on `line`: white space (no-break too) and invisible characters."""
    if not line or line.isspace():
        return True
    if line.isascii() or line[0].isalnum():
        return False
    return not _SUBSTITUTED.sub(_substitute, line).strip()


def _substitute(match: re.Match[str]) -> str:
    return _SUBSTITUTES[match[0]]
