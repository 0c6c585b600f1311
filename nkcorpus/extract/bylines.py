"""Names of people out of an author field."""

from __future__ import annotations

import re

_BY = re.compile(r"(?:written )?by[:\s]\s*", re.IGNORECASE)
# An address has at most 64 characters before the @ and 255 after it (RFC 5321, 4.5.3.1).
_MAIL = r"[^\s<>@]{1,64}@[^\s<>@]{1,255}"
_MAIL_AND_NAME = re.compile(rf"{_MAIL} ?\((?P<inner>[^()]+)\)|(?P<outer>[^<>@]+) ?<{_MAIL}>")
_AND = re.compile(r" (?:and|&) ", re.IGNORECASE)
_SUFFIX = re.compile(r"(?:jr|sr|i{2,3}|iv|ph\.?d|m\.?d|esq)\.?", re.IGNORECASE)
_ADDRESS = re.compile(r"(?:https?://|www\.)\S*|\S+@\S+", re.IGNORECASE)


def split_names(byline: str) -> tuple[str, ...]:
    """Return the names in a byline, in order, each once; addresses are no names.

    `;` parts names when there is one. Else `,`, `and` and `&` do, but `Doe, Jane` (one word on each side of
    one comma) and suffixes such as `, Jr.` stay whole.
    """
    text = _BY.sub("", " ".join(byline.split()), count=1) if _BY.match(byline.strip()) else " ".join(byline.split())
    parts = text.split(";") if ";" in text else [part for piece in _AND.split(text) for part in _split_commas(piece)]
    names = (_name(part) for part in parts)
    return tuple(dict.fromkeys(name for name in names if name))


def _split_commas(text: str) -> list[str]:
    parts = [part.strip() for part in text.split(",")]
    if len(parts) == 2 and all(len(part.split()) == 1 for part in parts):
        return [text]
    joined: list[str] = []
    for part in parts:
        if joined and _SUFFIX.fullmatch(part):
            joined[-1] += f", {part}"
        else:
            joined.append(part)
    return joined


def _name(part: str) -> str:
    part = part.strip(" ,")
    if match := _MAIL_AND_NAME.fullmatch(part):
        part = match["inner"] or match["outer"]
    # "A, B, and C" leaves its "and" at the head of the last part.
    part = re.sub(r"^(?:and|&)\s+", "", part.strip(" \"'"), flags=re.IGNORECASE)
    return "" if _ADDRESS.fullmatch(part) or not any(map(str.isalpha, part)) else part
