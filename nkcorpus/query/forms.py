"""The inflected form in which a stem stands in a text, as a small number that fits beside its position.

With it an index over stems can tell `lectures` from `lecturing` without a second set of postings.
"""

from __future__ import annotations

import zlib

POSITION_BITS = 25
"""Bits of a packed place that count words; the seven above them are the form.

A text of the largest size that is taken in has fewer words than they count.
"""
PLACE_BITS = 32
"""Bits of a packed place: the position and the form."""
POSITION_MASK = (1 << POSITION_BITS) - 1

# How a word's end differs from its stem's, `old>new`, or `+new` after a doubled consonant: the commonest in English
# newswire. They are numbered, so that no two words of a stem share a number.
_ENDINGS = (
    ">s >ed >e >ing >es i>y >al >er >ion >ation >ic >ly >'s +ed >ers >ate >ated +ing >able >ions >d >ous >ive e>ing"
    " >ity >ations >ating >ent >ical >ally >ically >ness >ence >ment >ates >l >ized >ings >y >ely >ance i>ying >ism"
    " >ant >ics >ously >als >ement >ful +y >ible >ities >ization >ively >ative >izing +s >ize >ator >ably >edly >ently"
    " +er +ers >fully >ional >ators >ingly >ication >ents >ments >ants >ability >e's >ational >ately i>y's >ences >ency"
    " l>ility >ements >ives >ionally >ances >izes >ality >ibility >ion's >eness >ications >icity >alized >ivity >ies"
    " >alism >eable >er's >nesses"
)
_NUMBERS = {ending: number for number, ending in enumerate(_ENDINGS.split(), 1)}
_RARE = 128 - 1 - len(_NUMBERS)


def form_of(word: str, stem: str) -> int:
    """Return the number, 0 to 127, of the form `word` of `stem`; 0 is the stem itself.

    Two words of a stem share a number only when the endings of both are rare, and then by chance.
    """
    if word == stem:
        return 0
    common = next((i for i, (one, other) in enumerate(zip(word, stem, strict=False)) if one != other), None)
    common = min(len(word), len(stem)) if common is None else common
    old, new = stem[common:], word[common:]
    ending = f"+{new[1:]}" if not old and len(new) > 1 and new[0] == stem[-1:] else f"{old}>{new}"
    return _NUMBERS.get(ending) or 1 + len(_NUMBERS) + zlib.crc32(word.encode("utf-8", "replace")) % _RARE


def packed_form(word: str, stem: str) -> int:
    """Return the form of `word` where a packed place holds it."""
    return form_of(word, stem) << POSITION_BITS
