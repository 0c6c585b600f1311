"""The packaged lexicon as JSON lines, of which a search reads the first and those of the entries that it names.

`packed.jsonl` is written from the TOML files by `python -m nkcorpus.lexicon.packed`; a test compares them. Its first
line has the ids of the entries and the index of their forms; the entries follow in the order of the ids.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nkcorpus.lexicon.entries import Entry, Form, Naming, PlaceFacts
from nkcorpus.lexicon.lookup import FormIndex, Lexicon

if TYPE_CHECKING:
    from nkcorpus.lexicon.files import EntryFile

PACKED = Path(__file__).with_name("packed.jsonl")


def pack(files: Iterable[EntryFile]) -> str:
    """Return files of entries as JSON lines; the values of each entry are in the order of the fields."""
    from nkcorpus.lexicon.files import form_index

    all_files = list(files)
    entries = [entry for file in all_files for entry in file.entries]
    lines = [[[entry.id for entry in entries], *form_index(all_files)], *map(_row, entries)]
    return "".join(json.dumps(line, ensure_ascii=False, separators=(",", ":")) + "\n" for line in lines)


def packed_lexicon() -> Lexicon:
    """Return the lexicon that was packed."""
    first, *lines = PACKED.read_text("utf-8").rstrip("\n").split("\n")
    ids, ordinary, by_key, by_sound = json.loads(first)
    return Lexicon(_PackedEntries(dict(zip(ids, lines, strict=True))), FormIndex(ordinary, by_key, by_sound))


class _PackedEntries(Mapping[str, Entry]):
    """Entries by id, each read from its line when it is first asked for."""

    def __init__(self, lines: Mapping[str, str]) -> None:
        self._lines = lines
        self._read: dict[str, Entry] = {}

    def __getitem__(self, id: str) -> Entry:
        entry = self._read.get(id)
        if entry is None:
            entry = self._read[id] = _entry(*json.loads(self._lines[id]))
        return entry

    def __iter__(self) -> Iterator[str]:
        return iter(self._lines)

    def __len__(self) -> int:
        return len(self._lines)


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
    from nkcorpus.lexicon.files import packaged_files

    PACKED.write_text(pack(packaged_files()), "utf-8")
