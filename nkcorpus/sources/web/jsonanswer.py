"""Answers in JSON, which have to be loaded whole."""

from __future__ import annotations

import json
from typing import TypeVar

from nkcorpus.errors import BadRecord, ItemTooLarge
from nkcorpus.sources.limits import megabytes

T = TypeVar("T")

MOST_BYTES = 16_000_000
"""A list of 100 long posts has 1 to 3 MB, one of 2,000 captures 0.4 MB."""

_MOST_VALUES = 500_000
"""Objects, lists and commas, those within texts too: many small values take many times the room of their bytes."""


def read_list(body: bytes, of: type[T], what: str) -> list[T]:
    """Return the list that an answer is, all of one type; `what` it should have been is told where it is none.

    Raises BadRecord, ItemTooLarge.
    """
    if len(body) > MOST_BYTES:
        raise ItemTooLarge(f"a list of {megabytes(len(body))}, more than the limit of {megabytes(MOST_BYTES)}")
    if sum(map(body.count, (b"{", b"[", b","))) > _MOST_VALUES:
        raise ItemTooLarge(f"a list of more than {_MOST_VALUES:,} values")
    try:
        value = json.loads(body.decode("utf-8-sig", "replace"))
    except (ValueError, RecursionError):
        value = None
    if not isinstance(value, list) or not all(isinstance(part, of) for part in value):
        raise BadRecord(f"the answer is no {what}")
    return value
