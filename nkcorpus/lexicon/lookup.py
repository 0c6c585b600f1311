"""The lexicon as one table: which entries a run of words names."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cache
from types import MappingProxyType

from nkcorpus.dataclass import dataclass
from nkcorpus.lexicon.entries import Entry, EntryFile, Form, Naming, check_entries
from nkcorpus.lexicon.folding import LONGEST, fold_name, looks_korean
from nkcorpus.lexicon.packed import packed_files

_SHORTEST_SOUND = 5
"""Keys by sound with fewer letters join too many names to count."""
_SHORTEST_SOUND_IN_LOWER_CASE = 6


@dataclass(frozen=True, slots=True)
class Match:
    """An entry that a text names, by `form` of `naming`; `exact` is False where only the sound agrees."""

    entry: Entry
    naming: Naming
    form: Form
    exact: bool = True


class Lexicon:
    """Entries, to be found by any of their forms; `load_lexicon` gives the packaged one."""

    def __init__(self, entry_files: Iterable[EntryFile]) -> None:
        """Raises SettingsError where the entries contradict each other."""
        all_files = list(entry_files)
        check_entries(all_files)
        self.entries: Mapping[str, Entry] = MappingProxyType({e.id: e for file in all_files for e in file.entries})
        self._ordinary: frozenset[str] = frozenset().union(*(file.ordinary for file in all_files))
        self._order = {key: ids for file in all_files for key, ids in (file.ambiguous or {}).items()}
        self._by_key: dict[str, list[Match]] = {}
        self._by_sound: dict[str, list[Match]] = {}
        for entry in self.entries.values():
            for form, naming in entry.forms():
                self._add(Match(entry, naming, form))
        for key, ids in self._order.items():
            self._by_key[key].sort(key=lambda match: ids.index(match.entry.id) if match.entry.id in ids else len(ids))

    def find(self, text: str) -> tuple[Match, ...]:
        """Return what `text` as a whole names, the usual sense first; each entry once.

        Case, diacritics, hyphens and spaces make no difference, but Nis is not NIS, and an acronym that is an
        English word in lower case counts only in capitals. Where nothing is spelled so, names of the same sound
        (fold level 4) are returned.
        """
        key = fold_name(text, 1)
        matches = [match for match in self._by_key.get(key, ()) if self._case_fits(match.form, text)]
        if not matches and not self._by_key.get(key):
            matches = self._alike(text, key)
        return tuple({match.entry.id: match for match in reversed(matches)}.values())[::-1]

    def is_ordinary(self, form: Form) -> bool:
        """Return whether `form` is an acronym that in lower case is an English word: SPA."""
        return form.kind == "acronym" and fold_name(form.text, 1) in self._ordinary

    def _add(self, match: Match) -> None:
        self._by_key.setdefault(fold_name(match.form.text, 1), []).append(match)
        latin = match.form.kind in ("name", "romanization")
        if latin and (match.entry.category in ("place", "person") or looks_korean(match.form.text)):
            sound = fold_name(match.form.text, 4)
            self._by_sound.setdefault(sound, []).append(Match(match.entry, match.naming, match.form, exact=False))

    def _alike(self, text: str, key: str) -> list[Match]:
        least = _SHORTEST_SOUND if text[:1].isupper() else _SHORTEST_SOUND_IN_LOWER_CASE
        return self._by_sound.get(fold_name(text, 4), []) if least <= len(key) <= LONGEST else []

    def _case_fits(self, form: Form, text: str) -> bool:
        if form.kind != "acronym" or text.isupper():
            return True
        return not self.is_ordinary(form) and not text.istitle()


@cache
def load_lexicon() -> Lexicon:
    """Return the lexicon that comes with nkcorpus, read once."""
    return Lexicon(packed_files())
