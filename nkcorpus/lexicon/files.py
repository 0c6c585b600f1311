"""The files of the lexicon: how entries are read from TOML, checked, and made a lexicon.

A file holds `entry` tables with these keys:

- `id`: unique in all files, lower case with hyphens. `name`: the usual English name.
- `forms`: other English names and spellings. `acronyms`. `hangul`: Korean names, as the North spells them; the
  South's spelling (량강 and 양강) and, for places, the two romanizations follow by rule.
- `since`, `until` (optional): the years in which the names above were official.
- `other`: tables of names that are not the usual one, with `name`, `forms`, `acronyms`, `hangul`, `since`, `until` as
  above, `weight` (over 0, under 1: how much a match of them counts beside the usual name) and `reason` (one of
  `OTHER_REASONS`, the first where none is given).
- `source`: where it is from, if not from the file's `source`. `note` (optional).
- places only: `kind` (one of `KINDS`), `province` (the id of the province it lies in), `parts` (ids of the provinces
  that a region is made of), `needs_kind` (forms that count in a text only with "County", 군 and the like, or beside
  their province), `needs_north` (forms that a place in South Korea has too), `hangul_alone` (true where the Hangul is
  no other word).

At the top of a file, `ordinary` lists acronyms that in lower case are English words, and `ambiguous` maps each form
that several entries have to their ids, the usual one first.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, get_args

from nkcorpus.errors import SettingsError
from nkcorpus.lexicon.entries import Category, Entry, Form, Kind, Naming, OtherReason, PlaceFacts, search_text
from nkcorpus.lexicon.folding import fold_name, looks_korean
from nkcorpus.lexicon.lookup import FormIndex, Lexicon
from nkcorpus.lexicon.romanization import romanize, southern

CATEGORIES: Mapping[str, Category] = {
    "organisations.toml": "organisation",
    "people.toml": "person",
    "places.toml": "place",
    "terms.toml": "term",
}
OTHER_REASONS: tuple[OtherReason, ...] = get_args(OtherReason)
KINDS: tuple[Kind, ...] = get_args(Kind)

_ID = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
_HANGUL = re.compile(r"(?=[^가-힣]*[가-힣])[가-힣0-9·\-. ]+")
_NAMING_KEYS: dict[str, type] = {
    "name": str, "forms": list, "acronyms": list, "hangul": list, "since": int, "until": int,
}  # fmt: skip
_OTHER_KEYS: dict[str, type] = {**_NAMING_KEYS, "weight": float, "reason": str}
_ENTRY_KEYS: dict[str, type] = {**_NAMING_KEYS, "id": str, "other": list, "source": str, "note": str}
_PLACE_KEYS: dict[str, type] = {
    "kind": str, "province": str, "parts": list, "needs_kind": list, "needs_north": list, "hangul_alone": bool,
}  # fmt: skip
_FILE_KEYS = frozenset(("source", "ordinary", "ambiguous", "entry"))


@dataclass(frozen=True, slots=True)
class EntryFile:
    """What one TOML file holds. `ambiguous` maps level 1 keys of forms to entry ids, the usual one first."""

    entries: tuple[Entry, ...]
    ordinary: frozenset[str] = frozenset()
    ambiguous: Mapping[str, tuple[str, ...]] | None = None


def packaged_files() -> Iterator[EntryFile]:
    """Yield the files that come with nkcorpus."""
    for name, category in CATEGORIES.items():
        yield parse_entries(Path(__file__).with_name(name).read_text("utf-8"), category, name)


def parse_entries(text: str, category: Category, origin: str) -> EntryFile:
    """Return the entries of a TOML text. Raises SettingsError, naming `origin`, for what is not as described above."""
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise SettingsError(f"{origin}: no valid TOML: {error}.") from error
    unknown = sorted(set(data) - _FILE_KEYS)
    if unknown:
        raise SettingsError(f"{origin}: unknown key {unknown[0]!r}. Known keys: {', '.join(sorted(_FILE_KEYS))}.")
    default_source = str(data.get("source", ""))
    entries = tuple(_entry(table, category, default_source, origin) for table in data.get("entry", ()))
    ambiguous = {fold_name(form, 1): tuple(ids) for form, ids in data.get("ambiguous", {}).items()}
    ordinary = frozenset(fold_name(acronym, 1) for acronym in data.get("ordinary", ()))
    return EntryFile(entries, ordinary, ambiguous)


def check_entries(all_files: Iterable[EntryFile]) -> None:
    """Raise SettingsError where ids repeat, a form stands for two things silently, or an id leads nowhere."""
    entries: dict[str, Entry] = {}
    holders: dict[str, set[str]] = {}
    listed: dict[str, tuple[str, ...]] = {}
    for file in all_files:
        listed.update(file.ambiguous or {})
        for entry in file.entries:
            if entry.id in entries:
                raise SettingsError(f"lexicon: the id {entry.id!r} is given twice. Give one of the entries another.")
            entries[entry.id] = entry
            for form, _ in entry.forms():
                # Two places may be romanized alike (경원, 경언): only what someone wrote down can be a slip.
                if form.kind != "romanization":
                    holders.setdefault(fold_name(form.text, 1), set()).add(entry.id)
    for key, ids in holders.items():
        if len(ids) > 1 and set(listed.get(key, ())) != ids:
            names = ", ".join(sorted(ids))
            raise SettingsError(
                f"lexicon: {key!r} is a form of {names}. List them under ambiguous, the usual one first."
            )
    for key, listed_ids in listed.items():
        if set(listed_ids) != holders.get(key, set()):
            raise SettingsError(f"lexicon: {key!r} is listed as ambiguous, but not all of its entries have that form.")
    for entry in entries.values():
        _check_links(entry, entries)


def lexicon_of(entry_files: Iterable[EntryFile]) -> Lexicon:
    """Return the lexicon of some files. Raises SettingsError where the entries contradict each other."""
    all_files = list(entry_files)
    check_entries(all_files)
    return Lexicon({entry.id: entry for file in all_files for entry in file.entries}, form_index(all_files))


def form_index(all_files: Iterable[EntryFile]) -> FormIndex:
    """Return where the forms of all files' entries are."""
    by_key: dict[str, list[str]] = {}
    by_sound: dict[str, list[str]] = {}
    ordinary: set[str] = set()
    order: dict[str, tuple[str, ...]] = {}
    for file in all_files:
        ordinary |= file.ordinary
        order |= file.ambiguous or {}
        for entry in file.entries:
            for place, form in _places(entry):
                by_key.setdefault(fold_name(form.text, 1), []).append(place)
                latin = form.kind in ("name", "romanization")
                if latin and (entry.category in ("place", "person") or looks_korean(form.text)):
                    by_sound.setdefault(fold_name(form.text, 4), []).append(place)
    for key, ids in order.items():
        by_key[key].sort(key=lambda place: ids.index(found) if (found := place.split("/")[0]) in ids else len(ids))
    joined = ({key: " ".join(places) for key, places in table.items()} for table in (by_key, by_sound))
    return FormIndex(sorted(ordinary), *joined)


def _places(entry: Entry) -> Iterator[tuple[str, Form]]:
    for number, naming in enumerate(entry.namings):
        for place, form in enumerate(naming.forms):
            yield f"{entry.id}/{number}/{place}", form


def _check_links(entry: Entry, entries: Mapping[str, Entry]) -> None:
    if entry.place is None:
        return
    for target in (*filter(None, (entry.place.province,)), *entry.place.parts):
        facts = entries[target].place if target in entries else None
        if facts is None or facts.kind != "province":
            raise SettingsError(f"lexicon: {entry.id} names the province {target!r}, which is none. Correct the id.")


def _entry(table: Mapping[str, Any], category: Category, default_source: str, origin: str) -> Entry:
    where = f"{origin}: entry {table.get('id', '?')!r}"
    _check_table(table, _ENTRY_KEYS | _PLACE_KEYS if category == "place" else _ENTRY_KEYS, where)
    if not _ID.fullmatch(table.get("id", "")):
        raise SettingsError(f"{where}: the id must be lower-case letters and digits with hyphens.")
    if not table.get("name"):
        raise SettingsError(f"{where}: needs a name.")
    source = str(table.get("source", default_source))
    if not source:
        raise SettingsError(f"{where}: needs a source, its own or the file's.")
    others = tuple(_other(other, category, where) for other in table.get("other", ()))
    return Entry(
        id=table["id"],
        category=category,
        name=table["name"],
        namings=(Naming(_forms(table, category, where), since=table.get("since"), until=table.get("until")), *others),
        source=source,
        note=table.get("note", ""),
        place=_place(table, where) if category == "place" else None,
    )


def _other(table: Mapping[str, Any], category: Category, where: str) -> Naming:
    _check_table(table, _OTHER_KEYS, where)
    weight, reason = table.get("weight", 0.0), table.get("reason", "older name")
    if not 0 < weight < 1:
        raise SettingsError(f"{where}: an other name needs a weight over 0 and under 1.")
    if reason not in OTHER_REASONS:
        raise SettingsError(f"{where}: unknown reason {reason!r}. Known reasons: {', '.join(OTHER_REASONS)}.")
    return Naming(_forms(table, category, where), weight, reason, table.get("since"), table.get("until"))


def _forms(table: Mapping[str, Any], category: Category, where: str) -> tuple[Form, ...]:
    """Return the forms of a table, the most usual first, each once."""
    names = [table["name"]] if "name" in table else []
    written = [Form(text, "name") for text in (*names, *table.get("forms", ()))]
    written += [Form(text, "acronym") for text in table.get("acronyms", ())]
    for text in table.get("hangul", ()):
        if not _HANGUL.fullmatch(text):
            raise SettingsError(f"{where}: {text!r} is not Hangul. Put it under forms.")
        written += [Form(spelling, "hangul") for spelling in (text, southern(text))]
        if category == "place":
            written += [Form(spelling, "romanization") for spelling in _romanized(text)]
    if category == "person":
        written += [Form(joined, "name") for form in written if (joined := _given_name_joined(form.text))]
    if not written or not all(fold_name(form.text, 1) for form in written):
        raise SettingsError(f"{where}: a form is missing or has neither letter nor digit.")
    first: dict[str, Form] = {}
    for form in written:
        first.setdefault(search_text(form.text), form)
    return tuple(first.values())


def _given_name_joined(name: str) -> str | None:
    """Return Kim Jongun for Kim Jong Un, which to an engine are other words."""
    words = re.split(r"[ -]", name)
    return f"{words[0]} {words[1]}{words[2].lower()}" if len(words) == 3 and name.isascii() else None


def _romanized(hangul: str) -> Iterator[str]:
    for spelling in dict.fromkeys((hangul, southern(hangul))):
        yield romanize(spelling, "mr").capitalize()
        yield romanize(spelling, "rr").capitalize()


def _place(table: Mapping[str, Any], where: str) -> PlaceFacts:
    if table.get("kind") not in KINDS:
        raise SettingsError(f"{where}: unknown kind {table.get('kind')!r}. Known kinds: {', '.join(KINDS)}.")
    return PlaceFacts(
        kind=table["kind"],
        province=table.get("province"),
        parts=tuple(table.get("parts", ())),
        needs_kind=frozenset(search_text(form) for form in table.get("needs_kind", ())),
        needs_north=frozenset(search_text(form) for form in table.get("needs_north", ())),
        hangul_alone=table.get("hangul_alone", False),
    )


def _check_table(table: Mapping[str, Any], known: Mapping[str, type], where: str) -> None:
    for key, value in table.items():
        if key not in known:
            raise SettingsError(f"{where}: unknown key {key!r}. Known keys: {', '.join(known)}.")
        if type(value) is not known[key]:
            raise SettingsError(f"{where}: {key} must be {_TYPE_NAMES[known[key]]}.")
        items = value if isinstance(value, list) else []
        wanted, plural = (dict, "tables") if key == "other" else (str, "texts")
        if not all(isinstance(item, wanted) and item for item in items):
            raise SettingsError(f"{where}: {key} must be a list of {plural}.")


_TYPE_NAMES = {
    str: "a text", list: "a list", int: "a whole number", float: "a number such as 0.5", bool: "true or false",
}  # fmt: skip
