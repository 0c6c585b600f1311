"""Spans of time as people write them: ISO 8601, or relative to today in English. All count in UTC."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

from nkcorpus.dates import interval, parse_iso
from nkcorpus.errors import UsageError

HOW_TO_WRITE = "write 2019, 2019-06, 2019-06-13, 2019-06-13T09:30+09:00, 'yesterday', 'last month' or '3 weeks ago'"

# Compiled by `re` when a date is given.
_LAST = r"(?:the )?(?:last|past|previous) (day|week|month|year)"
_THIS = r"this (week|month|year)"
_AGO = r"(\d{1,5}|an?|one) (day|week|month|year)s? ago"
_LAST_SEVERAL = r"(?:the )?(?:last|past|previous) (\d{1,5}) (day|week|month|year)s?"


def since(text: str) -> int:
    """Return the first second, as Unix time, that `--since text` admits. Raises UsageError."""
    return interval(_option(text, "--since")[0])[0]


def until(text: str) -> int:
    """Return the last second, as Unix time, that `--until text` admits. Raises UsageError."""
    return interval(_option(text, "--until")[1])[1]


def parse_span(text: str, today: date | None = None) -> tuple[str, str] | None:
    """Return the first and the last date, as ISO 8601 cut to its precision, of what `text` names; None if nothing.

    Relative to `today` (by default today in UTC): `today`, `yesterday`, `this week`, `last month` (the whole calendar
    month before this one; weeks begin on Monday), `last 7 days` (up to today), `3 weeks ago` (that day).
    """
    parsed = parse_iso(text)
    if parsed:
        return parsed[0], parsed[0]
    try:
        return _relative(" ".join(text.lower().split()), today or datetime.now(UTC).date())
    except (ValueError, OverflowError):  # before the year 1
        return None


def _relative(text: str, today: date) -> tuple[str, str] | None:
    if text in ("today", "yesterday"):
        day = str(today - timedelta(days=text == "yesterday"))
        return day, day
    if match := re.fullmatch(_THIS, text):
        return _calendar[match[1]](today)
    if match := re.fullmatch(_LAST, text):
        unit = match[1]
        if unit == "week":
            return _week(today - timedelta(days=7))
        return _calendar[unit](_earlier(today.replace(day=1) if unit == "month" else today, 1, unit))
    if match := re.fullmatch(_AGO, text):
        count = int(match[1]) if match[1].isdigit() else 1
        day = str(_earlier(today, count, match[2]))
        return day, day
    if match := re.fullmatch(_LAST_SEVERAL, text):
        return str(_earlier(today, int(match[1]), match[2])), str(today)
    return None


def _earlier(day: date, count: int, unit: str) -> date:
    """Return the day `count` units before; the last of a month where that month is too short."""
    if unit in ("day", "week"):
        return day - timedelta(days=count * (7 if unit == "week" else 1))
    months = day.year * 12 + day.month - 1 - count * (12 if unit == "year" else 1)
    first = date(months // 12, months % 12 + 1, 1)
    after = date(first.year + first.month // 12, first.month % 12 + 1, 1)
    return min(first + timedelta(days=day.day - 1), after - timedelta(days=1))


def _day(day: date) -> tuple[str, str]:
    return str(day), str(day)


def _week(day: date) -> tuple[str, str]:
    monday = day - timedelta(days=day.weekday())
    return str(monday), str(monday + timedelta(days=6))


def _month(day: date) -> tuple[str, str]:
    return str(day)[:7], str(day)[:7]


def _year(day: date) -> tuple[str, str]:
    return str(day)[:4], str(day)[:4]


_calendar: dict[str, Callable[[date], tuple[str, str]]] = {"day": _day, "week": _week, "month": _month, "year": _year}


def _option(text: str, option: str) -> tuple[str, str]:
    span = parse_span(text)
    if span is None:
        raise UsageError(f"{option}: '{text}' is no date; {HOW_TO_WRITE}")
    return span
