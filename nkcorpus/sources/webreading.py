"""What to take from addresses. No library of the web is needed to say so."""

from __future__ import annotations

import re
from dataclasses import dataclass

from nkcorpus.dates import parse_iso
from nkcorpus.model import WebKind

NEWEST = 100
"""Articles that are taken of a site when not all of it is asked for: one list of the WordPress interface."""

WAYBACK = "https://web.archive.org"

_SPAN = re.compile(r"(\d{4}(?:-?\d\d){0,2})?\s*\.\.\s*(\d{4}(?:-?\d\d){0,2})?", re.ASCII)


@dataclass(frozen=True, slots=True)
class WebReading:
    """How addresses are read.

    `kind` is what the user says that they lead to. `whole` takes all that a site has, else the `newest` are taken.
    `since` and `until` (Unix time) leave out what the site dates before or after. `captures` are the first and last
    day, `YYYYMMDD`, of captures to take from `archive`, which answers as the Wayback Machine does, in place of the
    sites themselves.
    """

    kind: WebKind | None = None
    whole: bool = False
    newest: int = NEWEST
    since: int | None = None
    until: int | None = None
    captures: tuple[str, str] | None = None
    archive: str = WAYBACK


def parse_captures(text: str) -> tuple[str, str] | None:
    """Return the bounds that `FROM..TO` gives, each `YYYY`, `YYYYMM`, `YYYYMMDD` or "" for none; None if it is none,
    with days that exist and the first not after the last.
    """
    match = _SPAN.fullmatch(text.strip())
    if match is None:
        return None
    first, last = ((part or "").replace("-", "") for part in match.groups())
    if not all(_is_date(part) for part in (first, last) if part):
        return None
    # Each stands for its whole year, month or day.
    return None if first and last and first[: len(last)] > last[: len(first)] else (first, last)


def _is_date(digits: str) -> bool:
    return parse_iso("-".join(filter(None, (digits[:4], digits[4:6], digits[6:])))) is not None
