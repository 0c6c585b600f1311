"""ISO 8601 dates cut to their precision, and the span of time that each stands for."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

from nkcorpus.model import Precision

# Compiled by `re` when it is first used: a search without dates does not.
_ISO = (
    r"(?P<year>\d{4})"
    r"(?:-?(?P<month>\d{2})"
    r"(?:-?(?P<day>\d{2})"
    r"(?:[T ](?P<hour>\d{2}):?(?P<minute>\d{2})(?::?(?P<second>\d{2})(?:[.,]\d+)?)?"
    r"\s?(?P<offset>Z|[+-]\d{2}(?::?\d{2})?)?)?)?)?"
)


def parse_iso(text: str) -> tuple[str, Precision] | None:
    """Return `text` as ISO 8601 cut to its precision, and the precision; None when it is no such date.

    Accepts the extended and the basic format, `YYYY` to seconds; fractions of a second are dropped,
    the offset is kept. Six digits without a hyphen are no date (ISO 8601-1:2019, 5.2.2.2).
    """
    text = text.strip()
    match = re.fullmatch(_ISO, text, re.ASCII | re.IGNORECASE)
    if not match or (len(text) == 6 and "-" not in text):
        return None
    year, month, day, hour, minute, second, offset = match.group(
        "year", "month", "day", "hour", "minute", "second", "offset"
    )
    precision: Precision
    if month is None:
        value, precision = year, "year"
    elif day is None:
        value, precision = f"{year}-{month}", "month"
    elif hour is None:
        value, precision = f"{year}-{month}-{day}", "day"
    elif second is None:
        value, precision = f"{year}-{month}-{day}T{hour}:{minute}", "minute"
    else:
        value, precision = f"{year}-{month}-{day}T{hour}:{minute}:{second}", "second"
    if offset:
        value += _extended_offset(offset)
    try:
        interval(value)
    except ValueError:
        return None
    return value, precision


def interval(value: str) -> tuple[int, int]:
    """Return the first and last second, as Unix time, of a date made by `parse_iso`.

    A date without an offset counts as UTC. Raises ValueError when the calendar has no such date.
    """
    if len(value) <= 10:
        from calendar import monthrange  # not for a search without dates

        year, *rest = (int(part) for part in value.split("-"))
        month, day = [*rest, 1, 1][:2]
        first = datetime(year, month, day, tzinfo=UTC)
        last_month = rest[0] if rest else 12
        last_day = rest[1] if len(rest) > 1 else monthrange(year, last_month)[1]
        last = datetime(year, last_month, last_day, 23, 59, 59, tzinfo=UTC)
        return int(first.timestamp()), int(last.timestamp())
    moment = datetime.fromisoformat(value)
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    # Arithmetic instead of datetime.timestamp(): year 1 and 9999 with an offset leave datetime's range.
    start = int((moment.replace(tzinfo=UTC) - datetime(1970, 1, 1, tzinfo=UTC)) / timedelta(seconds=1))
    offset = moment.utcoffset()
    if offset is not None:
        start -= int(offset.total_seconds())
    has_seconds = len(value) >= 19 and value[16] == ":"
    return start, start if has_seconds else start + 59


def utc_now() -> str:
    """Return this moment as UTC ISO 8601 to the second."""
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _extended_offset(offset: str) -> str:
    if offset in "Zz":
        return "Z"
    digits = offset[1:].replace(":", "")
    return f"{offset[0]}{digits[:2]}:{digits[2:] or '00'}"
