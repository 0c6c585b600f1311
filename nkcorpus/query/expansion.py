"""What else to look for: other names of what a query names, and other spellings of its names.

Works on the words of a query as typed, one leaf of its tree at a time (the words typed in a row, or a phrase), and
knows neither the tree nor an engine. Weights are relative to the words as typed, which count 1.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Literal

from nkcorpus.dataclass import dataclass, field
from nkcorpus.lexicon.entries import Entry, Form, FormKind, OtherReason, search_text
from nkcorpus.lexicon.folding import fold_name, sense_key, spelling_key
from nkcorpus.lexicon.korean import is_hangul, noun_of, without_kind, without_particle
from nkcorpus.lexicon.lookup import Lexicon, Match

Reason = Literal[
    "acronym", "long form", "english", "hangul", "spelling", "romanization",
    "older name", "newer name", "related name", "alias", "noun",
]  # fmt: skip

SECOND_SENSE = 0.5
"""Weight of the less usual senses of a form: MSS for the Ministry of Social Security."""
BY_SOUND = 0.8
"""Weight of a name that is spelled otherwise than any spelling known of it."""
ORDINARY = 0.3
"""Weight of a form that is another word too: an acronym in lower case (SPA), or a place (무산)."""
PART = 0.8
"""Weight of the Hangul of a region's provinces, which does not hold the region's: 함경북도 for Hamgyong."""
NOUN = 0.8
"""Weight of the noun of a declined Korean word."""
UNKNOWN_NAME = 0.6
"""Weight of a corpus' own word that sounds like a name that the lexicon does not have."""

_ENGLISH_REASON: dict[FormKind, Reason] = {
    "acronym": "long form", "hangul": "english", "name": "spelling", "romanization": "spelling",
}  # fmt: skip
_POSSESSIVES = ("'s", "’s", "‘s", "ʼs", "ʻs", "＇s")
_LONGEST_RUN = 9
_LONGEST_RUN_BY_SOUND = 3
_LONGEST_WORD = 60
_LISTED = 6


@dataclass(frozen=True, slots=True)
class Alternative:
    """A text to look for as well, as a phrase. `entry` is the lexicon's id, None for an alias or a corpus' own word.

    For an acronym `senses` are the keys (`sense_key`) of what it is the short form of here.
    """

    text: str
    weight: float
    reason: Reason
    entry: str | None = None
    senses: frozenset[str] = field(default=frozenset(), compare=False)


@dataclass(frozen=True, slots=True)
class Expansion:
    """The words `[start, end)` of a leaf, as typed, and what stands for the same, by falling weight."""

    start: int
    end: int
    text: str
    alternatives: tuple[Alternative, ...]


@dataclass(frozen=True, slots=True)
class Options:
    """`aliases` are the user's own groups of equal texts; `limit` bounds the alternatives of each run of words."""

    aliases: Sequence[Sequence[str]] = ()
    limit: int = 24
    senses: frozenset[str] = field(default_factory=frozenset)
    """Where not empty, only these entries count for a form that several have."""


def expand(words: Sequence[str], lexicon: Lexicon, options: Options | None = None) -> tuple[Expansion, ...]:
    """Return what the lexicon and the user's aliases have for runs of `words`; longer runs first, none twice.

    Linear in the number of words; words of over 60 characters are passed over. Runs of the same text share their
    alternatives.
    """
    finder = _Finder(lexicon, options or Options())
    found: list[Expansion] = []
    start = 0
    while start < len(words):
        expansion = finder.longest(words, start)
        if expansion is not None:
            found.append(expansion)
        start = expansion.end if expansion else start + 1
    return tuple(found)


def also_line(expansions: Iterable[Expansion]) -> str:
    """Return one line for people, "also: Ministry of State Security, 국가보위성, and 9 more"; "" for nothing.

    One alternative of each entry and reason comes before further ones.
    """
    firsts: list[str] = []
    others: list[str] = []
    seen: set[tuple[str | None, Reason]] = set()
    for alternative in (alternative for expansion in expansions for alternative in expansion.alternatives):
        (others if (alternative.entry, alternative.reason) in seen else firsts).append(alternative.text)
        seen.add((alternative.entry, alternative.reason))
    texts = list(dict.fromkeys([*firsts, *others]))
    if not texts:
        return ""
    more = len(texts) - _LISTED
    return f"also: {', '.join(texts[:_LISTED])}{f', and {more} more' if more > 0 else ''}"


def spelling_variants(word: str, lookup: Callable[[str], Iterable[str]], limit: int = 8) -> tuple[Alternative, ...]:
    """Return the corpus' own words that sound like `word`, if it looks Korean and is written with one capital.

    `lookup` gives the words of the corpus under a `spelling_key`.
    """
    key = spelling_key(word) if word[:1].isupper() and not word.isupper() else ""
    own = fold_name(word, 1)
    variants = sorted(term for term in lookup(key) if fold_name(term, 1) != own) if key else []
    return tuple(Alternative(term, UNKNOWN_NAME, "spelling") for term in variants[:limit])


def noun(word: str) -> tuple[Alternative, ...]:
    """Return the noun of a declined Korean word, whose particle would hide what other particles cling to."""
    found = noun_of(word)
    return (Alternative(found, NOUN, "noun"),) if found else ()


def without_possessive(text: str) -> str:
    """Return a text without the 's at its end."""
    return text[:-2] if text.endswith(_POSSESSIVES) else text


class _Finder:
    """Finds the alternatives of runs of words; those of a run that stands several times are made once."""

    def __init__(self, lexicon: Lexicon, options: Options) -> None:
        self._lexicon = lexicon
        self._options = options
        self._aliases = _alias_table(options.aliases)
        self._known: dict[str, tuple[Alternative, ...]] = {}

    def longest(self, words: Sequence[str], start: int) -> Expansion | None:
        """Return the expansion of the longest run from `start` that has one."""
        for end in range(min(len(words), start + _LONGEST_RUN), start, -1):
            run = words[start:end]
            if any(len(word) > _LONGEST_WORD for word in run):
                continue
            text = " ".join(run)
            if text not in self._known:
                self._known[text] = self._alternatives(text, by_sound=len(run) <= _LONGEST_RUN_BY_SOUND)
            if self._known[text]:
                return Expansion(start, end, text, self._known[text])
        return None

    def _alternatives(self, typed: str, *, by_sound: bool) -> tuple[Alternative, ...]:
        """Return those of a text, or of one in the possessive: "People's Army" and "MSS's"."""
        bare = without_possessive(typed)
        return self._of(typed, by_sound) or (self._of(bare, by_sound) if bare != typed else ())

    def _of(self, text: str, by_sound: bool) -> tuple[Alternative, ...]:
        matches = _matches(text, self._lexicon, by_sound=by_sound)
        alternatives = [Alternative(alias, 1.0, "alias") for alias in self._aliases.get(fold_name(text, 1), ())]
        alternatives += _named(matches, self._lexicon, self._options.senses)
        return tuple(_unique(alternatives, text)[: self._options.limit]) if alternatives else ()


def _matches(text: str, lexicon: Lexicon, *, by_sound: bool) -> tuple[Match, ...]:
    bare = without_particle(text)
    matches = lexicon.find(text) or (lexicon.find(bare) if bare else ())
    if not matches and (name := without_kind(text) or without_kind(bare)):
        matches = tuple(match for match in lexicon.find(name) if match.entry.place is not None)
    return matches if by_sound else tuple(match for match in matches if match.exact)


def _named(matches: Sequence[Match], lexicon: Lexicon, senses: frozenset[str]) -> Iterator[Alternative]:
    wanted = [match for match in matches if match.entry.id in senses] or list(matches)
    for rank, match in enumerate(wanted):
        # Names of one sound are no senses of one form: none of them is more usual.
        certainty = BY_SOUND if not match.exact else SECOND_SENSE if rank else 1.0
        senses = frozenset(sense_key(form.text) for form, _ in match.entry.forms() if form.kind != "acronym")
        for form, naming in match.entry.forms():
            same = naming is match.naming
            weight = certainty * (1.0 if same else min(naming.weight, match.naming.weight))
            if lexicon.is_ordinary(form) or _is_another_word(form, match.entry):
                weight *= ORDINARY
            yield Alternative(
                form.text,
                round(weight, 3),
                _reason(form, match, same, naming.reason),
                match.entry.id,
                senses if form.kind == "acronym" else frozenset(),
            )
        yield from _parts(match.entry, lexicon, certainty)


def _is_another_word(form: Form, entry: Entry) -> bool:
    """Tell whether a form of a place is another word of its language too."""
    facts = entry.place
    if facts is None:
        return False
    return search_text(form.text) in facts.needs_kind or (form.kind == "hangul" and not facts.hangul_alone)


def _parts(entry: Entry, lexicon: Lexicon, certainty: float) -> Iterator[Alternative]:
    """Yield the Hangul of a region's provinces."""
    for province in entry.place.parts if entry.place else ():
        for form, _ in lexicon.entries[province].forms():
            if form.kind == "hangul":
                yield Alternative(form.text, round(certainty * PART, 3), "related name", entry.id)


def _reason(form: Form, match: Match, same: bool, other: OtherReason | None) -> Reason:
    if not same:
        return other or ("newer name" if match.naming.reason == "older name" else "related name")
    if form.kind == "name":
        return _ENGLISH_REASON[match.form.kind]
    return form.kind


def _unique(alternatives: Iterable[Alternative], typed: str) -> list[Alternative]:
    """Return the alternatives by falling weight, without those that find nothing that others of their weight do not.

    What holds "Pyongyang City" holds "Pyongyang" too.
    """
    ranked = sorted(alternatives, key=lambda alternative: -alternative.weight)
    keys = [_padded(alternative.text) for alternative in ranked]
    weights = [alternative.weight for alternative in ranked]
    typed_key = _padded(typed)
    kept = []
    for index, alternative in enumerate(ranked):
        rivals = keys[: bisect_right(weights, -alternative.weight, key=lambda weight: -weight)]
        wider = any(rival != keys[index] and rival in keys[index] for rival in rivals)
        if not wider and typed_key not in keys[index] and keys.index(keys[index]) == index:
            kept.append(alternative)
    return kept


def _padded(text: str) -> str:
    """Return `text` such that a part of it is found by words, but Hangul within a word too."""
    key = " ".join(word.strip("'") for word in search_text(text).split())
    return key if is_hangul(key) else f" {key} "


def _alias_table(groups: Sequence[Sequence[str]]) -> dict[str, list[str]]:
    table: dict[str, list[str]] = {}
    for group in groups:
        for text in group:
            table.setdefault(fold_name(text, 1), []).extend(other for other in group if other != text)
    table.pop("", None)
    return table
