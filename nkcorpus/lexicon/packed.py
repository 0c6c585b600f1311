"""The packaged entries as JSON: read in a fifth of the time that TOML and its checks take, by each search with words.

`packed.json` is written from the TOML files by `python -m nkcorpus.lexicon.packed`; a test compares them.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from nkcorpus.lexicon.entries import Entry, EntryFile, Form, Naming, PlaceFacts, packaged_files

PACKED = Path(__file__).with_name("packed.json")


def pack(files: Iterable[EntryFile]) -> str:
    """Return files of entries as JSON; the values of each are in the order of the fields."""
    data = [[sorted(file.ordinary), file.ambiguous or {}, [_row(one) for one in file.entries]] for file in files]
    return json.dumps(data, ensure_ascii=False, separators=(",", ":")) + "\n"


def unpack(text: str) -> Iterator[EntryFile]:
    """Yield the files that `pack` was given."""
    for ordinary, ambiguous, entries in json.loads(text):
        yield EntryFile(
            tuple(_entry(*entry) for entry in entries),
            frozenset(ordinary),
            {key: tuple(ids) for key, ids in ambiguous.items()},
        )


def packed_files() -> Iterator[EntryFile]:
    """Yield what `packaged_files` does."""
    return unpack(PACKED.read_text("utf-8"))


def _row(entry: Entry) -> list[Any]:
    namings = [
        [[[form.text, form.kind] for form in naming.forms], naming.weight, naming.reason, naming.since, naming.until]
        for naming in entry.namings
    ]
    facts = entry.place
    place = facts and [
        *(facts.kind, facts.province, facts.parts),
        *(sorted(facts.needs_kind), sorted(facts.needs_north), facts.hangul_alone),
    ]
    return [entry.id, entry.category, entry.name, namings, entry.source, entry.note, place]


def _entry(id: str, category: Any, name: str, namings: Any, source: str, note: str, place: Any) -> Entry:
    return Entry(
        id,
        category,
        name,
        tuple(Naming(tuple(Form(*form) for form in forms), *rest) for forms, *rest in namings),
        source,
        note,
        place and _place(*place),
    )


def _place(kind: Any, province: str | None, parts: Any, needs_kind: Any, needs_north: Any, alone: bool) -> PlaceFacts:
    return PlaceFacts(kind, province, tuple(parts), frozenset(needs_kind), frozenset(needs_north), alone)


if __name__ == "__main__":
    PACKED.write_text(pack(packaged_files()), "utf-8")
