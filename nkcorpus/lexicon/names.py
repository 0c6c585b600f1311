"""Names of people, places and institutions, and the words that stand beside them."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from nkcorpus.dataclass import dataclass


@dataclass(frozen=True, slots=True)
class Names:
    """The lists of `names.toml`. `people` are whole names in the order of their language; all else are single words.

    `calendar` are months and weekdays, `titles` stand before a person's name, `words` are common and in small letters.
    """

    people: frozenset[str]
    places: frozenset[str]
    institutions: frozenset[str]
    calendar: frozenset[str]
    titles: frozenset[str]
    words: frozenset[str]


@cache
def load_names() -> Names:
    """Return the names that come with the package."""
    import tomllib

    data = tomllib.loads(Path(__file__).with_name("names.toml").read_text(encoding="utf-8"))
    return Names(**{key: frozenset(values) for key, values in data.items()})
