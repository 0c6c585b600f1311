"""Hangul in Latin letters: Revised Romanization and McCune-Reischauer, with the sound changes both ask for.

Sources: Revised Romanization of Korean, Ministry of Culture and Tourism notice 2000-8; McCune and Reischauer,
"The Romanization of the Korean Language" (1939), as in the Library of Congress table. Left out: the tensing
of consonants that depends on the word and not on its letters, and McCune-Reischauer's `ë`.
"""

from __future__ import annotations

import re
import unicodedata
from itertools import pairwise
from typing import Literal

from nkcorpus.dataclass import dataclass

System = Literal["rr", "mr"]

_BASE = 0xAC00  # the first syllable; Unicode Standard, chapter 3.12
_INITIALS = "ㄱㄲㄴㄷㄸㄹㅁㅂㅃㅅㅆㅇㅈㅉㅊㅋㅌㅍㅎ"
_VOWELS = "ㅏㅐㅑㅒㅓㅔㅕㅖㅗㅘㅙㅚㅛㅜㅝㅞㅟㅠㅡㅢㅣ"
_FINALS = ("", *"ㄱㄲㄳㄴㄵㄶㄷㄹㄺㄻㄼㄽㄾㄿㅀㅁㅂㅄㅅㅆㅇㅈㅊㅋㅌㅍㅎ")
_CLUSTERS = {
    "ㄳ": "ㄱㅅ", "ㄵ": "ㄴㅈ", "ㄶ": "ㄴㅎ", "ㄺ": "ㄹㄱ", "ㄻ": "ㄹㅁ", "ㄼ": "ㄹㅂ", "ㄽ": "ㄹㅅ", "ㄾ": "ㄹㅌ",
    "ㄿ": "ㄹㅍ", "ㅀ": "ㄹㅎ", "ㅄ": "ㅂㅅ",
}  # fmt: skip
# What is heard of a cluster where no vowel follows.
_HEARD = dict(zip("ㄳㄵㄶㄺㄻㄼㄽㄾㄿㅀㅄ", "ㄱㄴㄴㄱㅁㄹㄹㄹㅂㄹㅂ", strict=True))
_NEUTRAL = {"ㄲ": "ㄱ", "ㅋ": "ㄱ", "ㅌ": "ㄷ", "ㅅ": "ㄷ", "ㅆ": "ㄷ", "ㅈ": "ㄷ", "ㅊ": "ㄷ", "ㅎ": "ㄷ", "ㅍ": "ㅂ"}
_ASPIRATED = {"ㄱ": "ㅋ", "ㄷ": "ㅌ", "ㅈ": "ㅊ"}
_PALATAL = {"ㄷ": "ㅈ", "ㅌ": "ㅊ"}
_NASAL = {"ㄱ": "ㅇ", "ㄷ": "ㄴ", "ㅂ": "ㅁ"}

_LATIN_VOWELS: dict[System, dict[str, str]] = {
    "rr": dict(zip(_VOWELS, "a ae ya yae eo e yeo ye o wa wae oe yo u wo we wi yu eu ui i".split(), strict=True)),
    "mr": dict(zip(_VOWELS, "a ae ya yae ŏ e yŏ ye o wa wae oe yo u wŏ we wi yu ŭ ŭi i".split(), strict=True)),
}
_LATIN_INITIALS: dict[System, dict[str, str]] = {
    "rr": dict(zip(_INITIALS, "g/kk/n/d/tt/r/m/b/pp/s/ss//j/jj/ch/k/t/p/h".split("/"), strict=True)),
    "mr": dict(zip(_INITIALS, "k/kk/n/t/tt/r/m/p/pp/s/ss//ch/tch/ch'/k'/t'/p'/h".split("/"), strict=True)),
}
_LATIN_FINALS = {"": "", "ㄱ": "k", "ㄴ": "n", "ㄷ": "t", "ㄹ": "l", "ㅁ": "m", "ㅂ": "p", "ㅇ": "ng"}
_VOICED = {"ㄱ": "g", "ㄷ": "d", "ㅂ": "b", "ㅈ": "j"}
_SYLLABLES = re.compile("[가-힣]+")
_I_VOWELS = "ㅑㅒㅕㅖㅛㅠㅣ"


@dataclass(slots=True)
class _Syllable:
    initial: str
    vowel: str
    final: str


def romanize(hangul: str, system: System) -> str:
    """Return `hangul` in Latin letters, in lower case; what is not Hangul stays as it is.

    `system` is `rr` (함경 is hamgyeong) or `mr` (hamgyŏng). Each run of syllables counts as one word.
    """
    composed = unicodedata.normalize("NFC", hangul)
    return _SYLLABLES.sub(lambda run: _spell(_pronounce(run.group()), system), composed)


def southern(hangul: str) -> str:
    """Return a northern word as the South spells it: 량강 is 양강, 로동 is 노동, 녕변 is 영변.

    Only the first sound changes (두음법칙, Hangul orthography of 1988, sections 10 to 12).
    """
    if not hangul or not _SYLLABLES.match(hangul):
        return hangul
    first = _decompose(hangul[0])
    if first.initial in "ㄹㄴ" and first.vowel in _I_VOWELS:
        first.initial = "ㅇ"
    elif first.initial == "ㄹ":
        first.initial = "ㄴ"
    return _compose(first) + hangul[1:]


def _decompose(syllable: str) -> _Syllable:
    index = ord(syllable) - _BASE
    return _Syllable(_INITIALS[index // 588], _VOWELS[index % 588 // 28], _FINALS[index % 28])


def _compose(syllable: _Syllable) -> str:
    initial, vowel = _INITIALS.index(syllable.initial), _VOWELS.index(syllable.vowel)
    return chr(_BASE + initial * 588 + vowel * 28 + _FINALS.index(syllable.final))


def _pronounce(word: str) -> list[_Syllable]:
    """Return the syllables of a word as they sound, each final one of seven or none."""
    syllables = [_decompose(syllable) for syllable in word]
    for this, following in pairwise(syllables):
        _join(this, following)
    if syllables:
        syllables[-1].final = _closed(syllables[-1].final)
    return syllables


def _join(this: _Syllable, following: _Syllable) -> None:
    """Apply the sound changes between two syllables."""
    if following.initial == "ㅇ" and this.final not in ("", "ㅇ"):
        _carry_over(this, following)
        return
    if this.final in ("ㅎ", "ㄶ", "ㅀ") and following.initial in _ASPIRATED:
        following.initial = _ASPIRATED[following.initial]
        this.final = {"ㅎ": "", "ㄶ": "ㄴ", "ㅀ": "ㄹ"}[this.final]
        return
    this.final = _closed(this.final)
    if following.initial == "ㄹ" and this.final in ("ㄱ", "ㄷ", "ㅂ", "ㅁ", "ㅇ"):
        following.initial = "ㄴ"
    if following.initial in "ㄴㅁ" and this.final in _NASAL:
        this.final = _NASAL[this.final]
    if this.final + following.initial in ("ㄴㄹ", "ㄹㄴ"):
        this.final = following.initial = "ㄹ"


def _carry_over(this: _Syllable, following: _Syllable) -> None:
    """Let a final consonant open the next syllable, which begins with a vowel."""
    parts = _CLUSTERS.get(this.final, this.final)
    moved = parts[-1]
    this.final = parts[:-1]
    if moved == "ㅎ":
        # A cluster without its ㅎ still has one consonant to carry over: 많이 is mani.
        moved, this.final = (this.final, "") if this.final else ("ㅇ", "")
    elif following.vowel == "ㅣ":
        moved = _PALATAL.get(moved, moved)
    this.final = _closed(this.final)
    following.initial = moved


def _closed(final: str) -> str:
    final = _HEARD.get(final, final)
    return _NEUTRAL.get(final, final)


def _spell(syllables: list[_Syllable], system: System) -> str:
    parts: list[str] = []
    before: str | None = None  # the final before; None at the beginning of the word
    for syllable in syllables:
        if before is not None:
            _respell_border(parts, before, syllable.initial, system)
        parts.append(_initial(before, syllable.initial, system))
        parts.append(_LATIN_VOWELS[system][syllable.vowel])
        parts.append(_LATIN_FINALS[syllable.final])
        before = syllable.final
    return "".join(parts)


def _respell_border(parts: list[str], final: str, initial: str, system: System) -> None:
    """Adjust the final already written for what follows it."""
    if system == "mr" and final == "ㄴ" and initial == "ㄱ":
        parts.append("'")  # 신계 is Sin'gye: ng would be one sound
    elif system == "mr" and final == "ㄹ" and initial == "ㅎ":
        parts[-1] = "r"


def _initial(before: str | None, initial: str, system: System) -> str:
    if before == "ㄹ" and initial == "ㄹ":
        return "l"
    # After ㄹ, ㄷ and ㅈ are tense in Sino-Korean words and stay unvoiced: 길주 is Kilchu.
    voiced = before in ("", "ㄴ", "ㅁ", "ㅇ") or (before == "ㄹ" and initial in "ㄱㅂ")
    if system == "mr" and voiced and initial in _VOICED:
        return _VOICED[initial]
    return _LATIN_INITIALS[system][initial]
