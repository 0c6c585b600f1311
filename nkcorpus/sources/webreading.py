"""What to take from addresses. No library of the web is needed to say so."""

from __future__ import annotations

import re
from dataclasses import dataclass

from nkcorpus.model import WebKind

NEWEST = 100
"""Articles that are taken of a site when not all of it is asked for: one list of the WordPress interface."""

WAYBACK = "https://web.archive.org"

_SPAN = re.compile(r"(\d{4}(?:-?\d\d){0,2})?\s*\.\.\s*(\d{4}(?:-?\d\d){0,2})?", re.ASCII)


@dataclass(frozen=True, slots=True)
class WebReading:
    """How addresses are read.

    `kind` is what the user says that they lead to. `whole` takes all that a site has, else the `newest` are taken.
    `since` (Unix time) leaves out what the site says is older. `captures` are the first and last day, `YYYYMMDD`, of
    captures to take from `archive`, which answers as the Wayback Machine does, in place of the sites themselves.
    """

    kind: WebKind | None = None
    whole: bool = False
    newest: int = NEWEST
    since: int | None = None
    captures: tuple[str, str] | None = None
    archive: str = WAYBACK


def parse_captures(text: str) -> tuple[str, str] | None:
    """Return the bounds that `FROM..TO` gives, each `YYYY`, `YYYYMM`, `YYYYMMDD` or "" for none; None if it is none."""
    match = _SPAN.fullmatch(text.strip())
    return (_digits(match[1]), _digits(match[2])) if match else None


def _digits(text: str | None) -> str:
    return (text or "").replace("-", "")
