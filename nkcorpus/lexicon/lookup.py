"""The lexicon as one table: which entries a run of words names."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from functools import cache
from typing import NamedTuple

from nkcorpus.lexicon.entries import Entry, Form, Naming
from nkcorpus.lexicon.folding import LONGEST, fold_name

_SHORTEST_SOUND = 5
"""Keys by sound with fewer letters join too many names to count."""
_SHORTEST_SOUND_IN_LOWER_CASE = 6


class Match(NamedTuple):
    """An entry that a text names, by `form` of `naming`; `exact` is False where only the sound agrees."""

    entry: Entry
    naming: Naming
    form: Form
    exact: bool = True


class FormIndex(NamedTuple):
    """Where forms are, by their key at fold level 1, the usual sense first, and those that count by their sound too
    (level 4): the id of the entry, the number of the naming in it and of the form in that, `mss/0/1`, with spaces
    between several. `ordinary` are the keys of acronyms that in lower case are English words.
    """

    ordinary: Collection[str]
    by_key: Mapping[str, str]
    by_sound: Mapping[str, str]


class Lexicon:
    """Entries by id, to be found by any of their forms; `load_lexicon` gives the packaged one."""

    def __init__(self, entries: Mapping[str, Entry], forms: FormIndex) -> None:
        self.entries = entries
        self._forms = forms

    def find(self, text: str) -> tuple[Match, ...]:
        """Return what `text` as a whole names, the usual sense first; each entry once.

        Case, diacritics, hyphens and spaces make no difference, but Nis is not NIS, and an acronym that is an
        English word in lower case counts only in capitals. Where nothing is spelled so, names of the same sound
        (fold level 4) are returned.
        """
        key = fold_name(text, 1)
        known = self._forms.by_key.get(key)
        if known:
            matches = [match for match in self._matches(known, exact=True) if self._case_fits(match.form, text)]
        else:
            matches = list(self._matches(self._alike(text, key), exact=False))
        return tuple({match.entry.id: match for match in reversed(matches)}.values())[::-1]

    def is_ordinary(self, form: Form) -> bool:
        """Return whether `form` is an acronym that in lower case is an English word: SPA."""
        return form.kind == "acronym" and fold_name(form.text, 1) in self._forms.ordinary

    def _matches(self, places: str, *, exact: bool) -> Iterator[Match]:
        for one in places.split():
            entry_id, number, place = one.split("/")
            entry = self.entries[entry_id]
            naming = entry.namings[int(number)]
            yield Match(entry, naming, naming.forms[int(place)], exact)

    def _alike(self, text: str, key: str) -> str:
        least = _SHORTEST_SOUND if text[:1].isupper() else _SHORTEST_SOUND_IN_LOWER_CASE
        return self._forms.by_sound.get(fold_name(text, 4), "") if least <= len(key) <= LONGEST else ""

    def _case_fits(self, form: Form, text: str) -> bool:
        if form.kind != "acronym" or text.isupper():
            return True
        return not self.is_ordinary(form) and not text.istitle()


@cache
def load_lexicon() -> Lexicon:
    """Return the lexicon that comes with nkcorpus, read once."""
    from nkcorpus.lexicon.packed import packed_lexicon

    return packed_lexicon()
