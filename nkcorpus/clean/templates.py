"""Line templates: lines that differ only in names, dates, numbers, addresses and quoted titles are one line.

The varying parts of a line are its slots. A slot that has the same value in all lines of a template is part of its
wording: so "The Border Gazette" stays as it is in the lines of one site, and the names of its translators do not.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from nkcorpus.clean.blocks import BLOCKS
from nkcorpus.clean.lines import normalise

MOST_VALUES = 64
"""How many different values of a slot are remembered; they decide which block stands for it."""
_FEW_VALUES = 8
"""Up to so many values that no block describes are listed in the pattern."""

_UPPER = "A-ZÀ-ÖØ-ÞĀ-ſ"
# Words that begin a credit or a note; a name never begins with them.
_CREDIT_WORD = (
    r"(?:About|Additional|By|Contact|Copyright|Edited|Editing|Follow|For|From|Graphics?|Images?|In|More|Photos?|Read|"
    r"Reporting|See|Sources?|Story|The post|Translated|Translation|Written)\b"
)
_CAPITALISED_WORD = (
    rf"(?!{_CREDIT_WORD})"
    rf"(?:(?:Dr|Jr|Mr|Mrs|Ms|Sr|St)\.|[{_UPPER}]\.(?= ?[{_UPPER}])|[{_UPPER}](?:[\w'&-]|\.(?=\w)){{0,40}})"
)
_PARTICLES = r"(?:(?:al|bin|da|de|der|di|el|la|le|of|ter|the|van|von) ){0,2}"
_CAPITALISED = rf"{_CAPITALISED_WORD}(?: {_PARTICLES}{_CAPITALISED_WORD}){{0,7}}"
_SLOT = re.compile(
    rf"(?P<url>{BLOCKS['url']})|(?P<email>{BLOCKS['email']})"
    r"""|(?P<quoted>"[^"]{1,200}"|(?<!\w)'[^']{1,200}'(?!\w))"""
    rf"|(?P<month>\b{BLOCKS['month']}(?!\w))|(?P<weekday>\b{BLOCKS['weekday']}\b)"
    rf"|(?P<number>{BLOCKS['number']})"
    r"|(?P<korean>(?<![가-힣])[가-힣]{2,4}(?= ?(?:기자|특파원|통신원|객원|옮김|번역)))"
    rf"|(?P<capitalised>(?<!\w){_CAPITALISED}(?:(?:, and |, | and | & ){_CAPITALISED}){{0,3}})"
)
_MARK = re.compile("\0([a-z])")
_KINDS = {name[0]: name for name in ("url", "email", "quoted", "month", "weekday", "number", "korean", "capitalised")}
_BLOCKS_OF: dict[str, tuple[str, ...]] = {
    "korean": ("korean_names",),
    "capitalised": ("name", "names", "capitalised"),
}
_SPECIAL = re.compile(r"([\\.^$*+?{}\[\]|()])")
_TOKEN = re.compile(r" ?[^\s,]+|,| ")


def template_of(line: str) -> tuple[str, tuple[str, ...]]:
    """Return what lines of one template share, and the values of the slots of this one, in order.

    The first is the normal form of the line with a mark for each slot.
    """
    values: list[str] = []

    def mark(match: re.Match[str]) -> str:
        kind = match.lastgroup or ""
        if kind == "capitalised" and match.start() == 0 and " " not in match[0]:
            return match[0]  # any sentence begins so
        values.append(match[0])
        return f"\0{kind[0]}"

    return _SLOT.sub(mark, normalise(line.replace("\0", ""))), tuple(values)


@dataclass(slots=True)
class SlotValues:
    """The different values of each slot of a template, as far as they are remembered."""

    slots: list[dict[str, None]] = field(default_factory=list)

    def add(self, values: Sequence[str]) -> None:
        """Take in the values of one line."""
        if not self.slots:
            self.slots = [{} for _ in values]
        for known, value in zip(self.slots, values, strict=True):
            if len(known) < MOST_VALUES:
                known[value] = None


@dataclass(frozen=True, slots=True)
class Wording:
    """The pattern of a template, as a rule has it, what of it is fixed text, and how many slots it has."""

    pattern: str
    fixed: str
    slots: int


def wording_of(key: str, values: SlotValues) -> Wording | None:
    """Return the pattern for the lines of a template, None where a slot is like nothing that a block describes."""
    parts = _MARK.split(key)
    pattern, fixed, slots = [_escape(parts[0])], [parts[0]], 0
    for number, (mark, literal) in enumerate(zip(parts[1::2], parts[2::2], strict=True)):
        before, varying, after = _split(list(values.slots[number]))
        middle = _block(_KINDS[mark], varying) if varying else ""
        if middle is None:
            return None
        pattern += [_escape(before), middle, _escape(after), _escape(literal)]
        fixed += [before, after, literal]
        slots += bool(varying)
    return Wording("".join(pattern), "".join(fixed), slots)


def _split(values: Sequence[str]) -> tuple[str, list[str], str]:
    """Return what all values begin with and end with, in whole words, and what varies between; one value is fixed."""
    if len(values) == 1:
        return values[0], [], ""
    tokens = [_TOKEN.findall(value) for value in values]
    shortest = min(map(len, tokens)) - 1  # something must be left that varies
    before = _common([words[:shortest] for words in tokens])
    after = _common([words[before:][::-1][: shortest - before] for words in tokens])
    varying = ["".join(words[before : len(words) - after]) for words in tokens]
    start = "".join(tokens[0][:before])
    end = "".join(tokens[0][len(tokens[0]) - after :])
    if before and all(text.startswith(" ") for text in varying):
        start, varying = f"{start} ", [text[1:] for text in varying]
    return start, varying, end


def _common(lists: Iterable[Sequence[str]]) -> int:
    """Return how many items all lists begin with."""
    count = 0
    for column in zip(*lists, strict=False):
        if len(set(column)) > 1:
            break
        count += 1
    return count


def _block(kind: str, values: Sequence[str]) -> str | None:
    for block in _BLOCKS_OF.get(kind, (kind,)):
        if all(re.fullmatch(BLOCKS[block], value) for value in values):
            return f"{{{block}}}"
    if len(values) <= _FEW_VALUES:
        return f"(?:{'|'.join(map(_escape, sorted(values)))})"
    return None


def _escape(text: str) -> str:
    return _SPECIAL.sub(r"\\\1", text)
