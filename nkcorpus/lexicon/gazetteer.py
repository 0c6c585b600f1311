"""Places of North Korea that a text names: one pass over its capitalised words and its Hangul.

- The longest form counts: "North Hamgyong" and not "Hamgyong" in it.
- Forms that are other words too (Kwail, fruit; 연탄, briquette) or places in South Korea too (Gangwon) count only
  beside "County", 군 and the like, or what lies in the same province, or after "North Korea's"; see `needs_kind`,
  `needs_north` and `hangul_alone` in `entries`.
- A name of two places (Unsan) is the one whose province stands beside it, else both.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Literal, NamedTuple

from nkcorpus.lexicon.entries import Entry, Form, Kind, search_text
from nkcorpus.lexicon.folding import fold_name
from nkcorpus.lexicon.korean import PARTICLES, is_hangul
from nkcorpus.lexicon.lookup import Lexicon, load_lexicon

Need = Literal["nothing", "kind", "north"]

_BESIDE = 24
"""So many characters may lie between a place and the province that vouches for it: "Kosong County in Kangwon"."""
_BEFORE = 30

_CANDIDATE = re.compile(r"[^\W\d_a-z가-힣][\w'’ʼʻ‘\u0300-\u036f]*|[가-힣]+")
_NEXT = re.compile(r"\.?[\s-]{1,2}([\w'’ʼʻ‘\u0300-\u036f]+)")
_POSSESSIVE = re.compile(r"['’]s?$")
_KIND_AFTER = re.compile(
    r"[\s-]{1,2}(?:[Cc]ounty|[Pp]rovince|[Cc]ity|[Dd]istrict|Region|Workers['’] District|gun|kun|si|do|up|ri|guyok)\b"
)
_KIND_AT_END = re.compile(
    r"(?i:[\s-](?:county|province|city|district|gun|si|do))$|(?<=[가-힣]{2})(?:특별시|직할시|구역|[시군도])$"
)
_KIND_BEFORE = re.compile(r"\b(?:[Cc]ounty|[Cc]ity|[Dd]istrict|[Pp]rovince) of\s$")
_NORTH_BEFORE = re.compile(r"(?:North Korea(?:n|['’]s)?|DPRK(?:['’]s)?|북한|북조선|북측)(?:의|\s)[^.]{0,12}$")
_NORTH_AFTER = re.compile(r"(?: (?:Province|County|City))?,? (?:in )?(?:North Korea|the DPRK|DPRK)\b")
_SOUTH_BEFORE = re.compile(r"South Korea(?:n|['’]s)?\s$")
_LONGEST_HANGUL = 12
_LONGEST_NAME = 100
_MOST_PARTS = 4
_ALIKE = 75
"""Of 100: Hyesen and Hyesan have 83, South Korea and South Pyongan 67, Japan and Jagang 73."""
_SUFFIXES: dict[Kind, tuple[str, ...]] = {
    "province": ("도", "시", "특별시", "직할시"),
    "region": (),
    "city": ("시", "군"),
    "county": ("군", "읍"),
    "district": ("구역", "구", "군"),
    "settlement": ("구", "로동자구", "노동자구"),
    "site": (), "mountain": (), "river": (),
}  # fmt: skip


class PlaceMention(NamedTuple):
    """A place named at the code points `[start, end)`; `place` is the id of its entry."""

    place: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class _Name:
    """One form of one place; `rest` are the keys of the words after the first."""

    entry: Entry
    rest: tuple[str, ...]
    need: Need


@dataclass(frozen=True, slots=True)
class _Sighting:
    """A form found, with the places it may mean and what each of them still needs."""

    start: int
    end: int
    places: tuple[tuple[Entry, Need], ...]


class Gazetteer:
    """The places of a lexicon, ready for matching. `gazetteer` gives the packaged one."""

    def __init__(self, lexicon: Lexicon) -> None:
        self._lexicon = lexicon
        self._latin: dict[str, list[_Name]] = {}
        self._hangul: dict[str, list[_Name]] = {}
        self._provinces: dict[str, frozenset[str]] = {}
        for entry in lexicon.entries.values():
            if entry.place is not None:
                self._add(entry)

    def places_in(self, text: str) -> list[PlaceMention]:
        """Return the places that `text` names, in order, in linear time. A name of two places gives two mentions."""
        sightings = list(self._sightings(text))
        mentions: list[PlaceMention] = []
        for index, sighting in enumerate(sightings):
            beside = self._provinces_beside(text, sightings, index)
            vouched = [entry for entry, _ in sighting.places if self._lies_in(entry) & beside]
            sure = [entry for entry, need in sighting.places if need == "nothing"]
            mentions += [PlaceMention(entry.id, sighting.start, sighting.end) for entry in vouched or sure]
        return mentions

    def find(self, name: str) -> tuple[str, ...]:
        """Return the ids of the places that a user means by `name`: "Hamkyung", "Musan County", 청진시; () for none.

        "Hoeryong, North Hamgyong" and 함경북도 회령시 are the place itself, within the other where that is known.
        """
        if found := self._named(name):
            return found
        parts = [part for part in name.split(",") if part.strip()]
        if len(parts) < 2 and is_hangul(name.strip()[:1]):
            parts = name.split()[::-1]
        if not 1 < len(parts) <= _MOST_PARTS:
            return ()
        around = {place for part in parts[1:] for place in self._named(part)}
        places = self._named(parts[0])
        return tuple(place for place in places if not around or self.with_provinces(place) & around)

    def _named(self, name: str) -> tuple[str, ...]:
        bare = _KIND_AT_END.sub("", name.strip())
        for text in (name, bare):
            if ids := tuple(match.entry.id for match in self._lexicon.find(text) if match.entry.place is not None):
                return ids
        return ()

    def covered(self, place: str) -> frozenset[str]:
        """Return the ids under which articles about `place` are found: its own, and a region's provinces."""
        facts = self._lexicon.entries[place].place
        return frozenset((place, *(facts.parts if facts else ())))

    def name_of(self, place: str) -> str:
        """Return the usual English name of a place, given its id."""
        return self._lexicon.entries[place].name

    def spelled_like(self, name: str, limit: int = 3) -> tuple[str, ...]:
        """Return the usual names of the places whose names are most like `name`."""
        from rapidfuzz import fuzz, process

        names = [entry.name for entry in self._lexicon.entries.values() if entry.place is not None]
        asked = search_text(_KIND_AT_END.sub("", name.strip()[:_LONGEST_NAME]))
        found = process.extract(asked, names, scorer=fuzz.ratio, processor=str.lower, score_cutoff=_ALIKE, limit=limit)
        return tuple(like for like, _, _ in found)

    def with_provinces(self, place: str) -> frozenset[str]:
        """Return the ids that an article naming `place` is about: itself and its province, or a region's provinces."""
        return self._provinces[place] | {place}

    def _add(self, entry: Entry) -> None:
        facts = entry.place
        assert facts is not None
        self._provinces[entry.id] = frozenset([*facts.parts, *filter(None, (facts.province,))])
        for form, _ in entry.forms():
            if form.kind == "hangul":
                table, words = self._hangul, [form.text]
            else:
                table, words = self._latin, [fold_name(word, 1) for word in search_text(form.text).split()]
            name = _Name(entry, tuple(words[1:]), _need(entry, form))
            known = table.setdefault(words[0], [])
            if all((other.entry, other.rest) != (name.entry, name.rest) for other in known):
                known.append(name)

    def _sightings(self, text: str) -> Iterator[_Sighting]:
        position = 0
        for match in _CANDIDATE.finditer(text):
            if match.start() < position:
                continue  # a part of the longer form before
            word = match.group()
            find = self._hangul_at if is_hangul(word) else self._latin_at
            sighting = find(text, match.start(), word)
            if sighting is not None:
                position = sighting.end
                yield sighting

    def _latin_at(self, text: str, start: int, word: str) -> _Sighting | None:
        if word.isascii() and word[0].isupper() and word.isalpha():
            key = word.lower()
        else:
            key = fold_name(_POSSESSIVE.sub("", word), 1)
        names = self._latin.get(key)
        if names is None:
            return None
        end = start + len(_POSSESSIVE.sub("", word))
        following = _following(text, end, max(len(name.rest) for name in names))
        longest = max((len(name.rest) for name in names if _begins(following, name.rest)), default=None)
        if longest is None:
            return None
        if longest:
            end = following[longest - 1][1]
        rest = tuple(key for key, _ in following[:longest])
        places = [(name.entry, _left(name.need, text, start, end)) for name in names if name.rest == rest]
        return _Sighting(start, end, tuple(places))

    def _hangul_at(self, text: str, start: int, word: str) -> _Sighting | None:
        for length in range(min(len(word), _LONGEST_HANGUL), 1, -1):
            names = self._hangul.get(word[:length])
            if names is None:
                continue
            end = start + length
            places = [
                (name.entry, need)
                for name in names
                if (need := _hangul_need(name, word[length:], text, start)) is not None
            ]
            if places:
                return _Sighting(start, end, tuple(places))
        return None

    def _provinces_beside(self, text: str, sightings: Sequence[_Sighting], index: int) -> frozenset[str]:
        """Return the provinces of what is surely named right before or after a sighting, in the same sentence."""
        this = sightings[index]
        ids: set[str] = set()
        if index and (before := sightings[index - 1]) and _near(text, before.end, this.start):
            ids |= self._sure_provinces(before)
        if index + 1 < len(sightings) and (after := sightings[index + 1]) and _near(text, this.end, after.start):
            ids |= self._sure_provinces(after)
        return frozenset(ids)

    def _sure_provinces(self, sighting: _Sighting) -> frozenset[str]:
        sure = [self._lies_in(entry) for entry, need in sighting.places if need == "nothing"]
        return sure[0] if len(sure) == 1 else frozenset()

    def _lies_in(self, entry: Entry) -> frozenset[str]:
        """Return the province of a place, or the province itself."""
        return self._provinces[entry.id] or frozenset((entry.id,))


@cache
def gazetteer() -> Gazetteer:
    """Return the places of the packaged lexicon."""
    return Gazetteer(load_lexicon())


def places_in(text: str) -> list[PlaceMention]:
    """Return the places that `text` names by the packaged lexicon, see `Gazetteer.places_in`."""
    return gazetteer().places_in(text)


def _need(entry: Entry, form: Form) -> Need:
    facts = entry.place
    assert facts is not None
    key = search_text(form.text)
    if key in facts.needs_north:
        return "north"
    if key in facts.needs_kind or (form.kind == "hangul" and not facts.hangul_alone):
        return "kind"
    return "nothing"


def _following(text: str, position: int, most: int) -> list[tuple[str, int]]:
    """Return the keys and ends of the words, `most` at most, that follow `position`."""
    words: list[tuple[str, int]] = []
    while len(words) < most and (match := _NEXT.match(text, position)):
        word = _POSSESSIVE.sub("", match.group(1))
        words.append((fold_name(word, 1), match.start(1) + len(word)))
        position = match.end()
    return words


def _begins(following: Sequence[tuple[str, int]], rest: tuple[str, ...]) -> bool:
    return len(following) >= len(rest) and all(key == word[0] for key, word in zip(rest, following, strict=False))


def _left(need: Need, text: str, start: int, end: int) -> Need:
    """Return what a form still needs, given the words right around it."""
    before = text[max(0, start - _BEFORE) : start]
    if _SOUTH_BEFORE.search(before):
        return "north"
    if need == "nothing" or _NORTH_BEFORE.search(before) or _NORTH_AFTER.match(text, end):
        return "nothing"
    if need == "kind" and (_KIND_AFTER.match(text, end) or _KIND_BEFORE.search(before)):
        return "nothing"
    return need


def _hangul_need(name: _Name, rest: str, text: str, start: int) -> Need | None:
    """Return what a form in Hangul still needs, `rest` being what follows in its word; None if it is another word."""
    facts = name.entry.place
    assert facts is not None
    suffix = next((s for s in _SUFFIXES[facts.kind] if rest.startswith(s) and _ends(rest[len(s) :])), None)
    if suffix is None and not _ends(rest):
        return None
    before = text[max(0, start - _BEFORE) : start]
    if name.need == "nothing" or _NORTH_BEFORE.search(before) or (name.need == "kind" and suffix):
        return "nothing"
    return name.need


def _ends(rest: str) -> bool:
    return not rest or rest in PARTICLES or rest in ("주민", "시민", "역", "항", "지역", "쪽", "주민들", "시내")


def _near(text: str, end: int, start: int) -> bool:
    return start - end <= _BESIDE and "." not in text[end:start]
