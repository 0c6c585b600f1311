"""All that is looked at in a corpus file, in the order in which it is told."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator

from nkcorpus.results import Problem
from nkcorpus.store.base import Finding
from nkcorpus.store.sqlite.checks import derived
from nkcorpus.store.sqlite.checks.reading import UNREADABLE
from nkcorpus.store.sqlite.checks.structure import check_integrity, check_references, check_schema, check_seals
from nkcorpus.store.sqlite.checks.versions import check_payloads, check_versions

_QUICK: tuple[tuple[str, Callable[[sqlite3.Connection], Iterator[Finding]]], ...] = (
    (derived.NUMBERS, derived.check_numbers),
    (derived.CHANGES, derived.check_changes),
    (derived.ORPHANS, derived.check_orphans),
    (derived.COUNTS, derived.check_counts),
    (derived.QUARANTINE, derived.check_quarantine),
)


def inspect(connection: sqlite3.Connection, sample: int | None) -> Iterator[Finding]:
    """Yield what a corpus file is found to be, see `Store.inspect`. Text is to be read by `tolerant_text`."""
    yield from check_integrity(connection, quick=sample is not None)
    yield from check_schema(connection)
    yield from check_references(connection)
    yield from check_seals(connection)
    for kind, check in _QUICK:
        yield from _as_far_as(kind, check(connection))
    articles = None if sample is None else _at_random(connection, sample)
    yield from check_versions(connection, articles)
    yield from check_payloads(connection, articles)
    if sample is None:
        yield from _as_far_as(derived.CLUSTERS, derived.check_clusters(connection))


def _as_far_as(kind: str, findings: Iterator[Finding]) -> Iterator[Finding]:
    """Yield findings up to where the file cannot be read, and then that."""
    try:
        yield from findings
    except (*UNREADABLE, TypeError) as error:
        yield Finding(kind, problems=(Problem(kind, "file", f"cannot be read ({error})"),))


def _at_random(connection: sqlite3.Connection, count: int) -> list[str]:
    try:
        rows = connection.execute(
            "SELECT id FROM article WHERE removed_at IS NULL ORDER BY random() LIMIT ?", (count,)
        ).fetchall()
    except UNREADABLE:  # which the other checks tell
        return []
    return [str(article) for (article,) in rows]
