"""How long an answer may be used without asking again (RFC 9111, section 4.2), as a private cache sees it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from email.utils import parsedate_to_datetime

_DIRECTIVE = re.compile(r'([\w-]+)(?:="?([^",]*)"?)?')
_LONGEST = 365 * 86_400


def fresh_seconds(headers: Mapping[str, str]) -> int:
    """Return the seconds for which an answer with these headers (lower-case names) is fresh from when it came.

    0 where the headers do not say so: nothing is guessed from the age of the content.
    """
    directives = {name.lower(): value for name, value in _DIRECTIVE.findall(headers.get("cache-control", ""))}
    if "no-store" in directives or "no-cache" in directives:
        return 0
    lifetime = _number(directives["max-age"]) if "max-age" in directives else _until_expiry(headers)
    return max(0, min(lifetime, _LONGEST) - _number(headers.get("age", "")))


def _number(text: str) -> int:
    """Return a delta-seconds value, 0 for one that is malformed (section 4.2.1: treat as stale)."""
    return int(text[:12]) if text.isascii() and text.isdigit() else 0


def _until_expiry(headers: Mapping[str, str]) -> int:
    try:
        expires = parsedate_to_datetime(headers["expires"])
        return int((expires - parsedate_to_datetime(headers["date"])).total_seconds())
    except (
        KeyError,
        ValueError,
        TypeError,
        OverflowError,
        IndexError,
    ):  # missing, no date, dates with and without zone
        return 0
