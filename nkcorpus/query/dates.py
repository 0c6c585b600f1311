"""The bounds of `--since` and `--until`."""

from __future__ import annotations

from nkcorpus.dates import interval, parse_iso
from nkcorpus.errors import UsageError


def since(text: str) -> int:
    """Return the first second, as Unix time, that `--since text` admits. Raises UsageError."""
    return _span(text, "--since")[0]


def until(text: str) -> int:
    """Return the last second, as Unix time, that `--until text` admits. Raises UsageError."""
    return _span(text, "--until")[1]


def _span(text: str, option: str) -> tuple[int, int]:
    parsed = parse_iso(text)
    if parsed is None:
        raise UsageError(f"{option}: '{text}' is no date; write 2019, 2019-06, 2019-06-13 or 2019-06-13T09:30+09:00")
    return interval(parsed[0])
