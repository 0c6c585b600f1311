"""Characters that look like a space or like nothing, and hinder every search and comparison."""

from __future__ import annotations

import re
from collections.abc import Iterator

from nkcorpus.model import Repair

_NO_BREAK = "\u00a0\u2007\u202f"
_SOFT_HYPHEN = "\u00ad"
_ZERO_WIDTH = "\u200b\u2060\ufeff"
# Zero-width joiner and non-joiner are spelling in some scripts, and stay.
_RUNS = re.compile(f"[{_NO_BREAK}]+|{_SOFT_HYPHEN}+|[{_ZERO_WIDTH}]+")
_TABLE = str.maketrans({**dict.fromkeys(_NO_BREAK, " "), **dict.fromkeys(_SOFT_HYPHEN + _ZERO_WIDTH, None)})


def character_repairs(text: str) -> Iterator[Repair]:
    """Yield a repair for each run of no-break spaces (they become spaces), soft hyphens and zero-width characters."""
    if text.isascii():
        return
    for match in _RUNS.finditer(text):
        first = match[0][0]
        rule = "nbsp" if first in _NO_BREAK else "soft-hyphen" if first == _SOFT_HYPHEN else "zero-width"
        yield Repair(match.start(), match.end(), plain(match[0]), f"fix.{rule}")


def plain(text: str) -> str:
    """Return `text` with spaces for no-break spaces, and without soft hyphens and zero-width characters."""
    return text.translate(_TABLE)
