"""From bytes to text: encoding, line ends, and a list of what could not be read."""

from __future__ import annotations

import re
from dataclasses import dataclass

from nkcorpus.errors import EmptyItem, NotText
from nkcorpus.extract.charset import detect_charset
from nkcorpus.model import Repair

REPLACEMENT = "\ufffd"
UNDECODABLE_RULE = "decode.undecodable"
SURROGATE_RULE = "decode.surrogate"
NUL_RULE = "decode.nul"

_SURROGATES = re.compile("[\ud800-\udfff]")
_UNSTORABLE = re.compile("[\ud800-\udfff\0]")
_MOST_BROKEN = 0.3  # share of broken characters above which the bytes are no text


@dataclass(frozen=True, slots=True)
class Decoded:
    """Text without lone surrogates, NULs, byte order mark and carriage returns.

    `charset` is the name of Python's codec. Each repair stands where a U+FFFD took the place of bytes
    that could not be decoded.
    """

    text: str
    charset: str
    repairs: tuple[Repair, ...] = ()


def decode(payload: bytes, *, charset: str | None = None, html: bool = False) -> Decoded:
    """Decode `payload` by byte order mark, the label `charset`, the page's own label (`html`), UTF-8, detection.

    Raises NotText for binary content, EmptyItem when there is nothing but white space.
    """
    if not payload or payload.isspace():
        raise EmptyItem("the input is empty")
    codec = detect_charset(payload, declared=charset, html=html)
    try:
        text = payload.decode(codec)
    except UnicodeDecodeError:
        text = payload.decode(codec, "nkcorpus.mark")
        if text.count("\udcff") > _MOST_BROKEN * len(text):
            raise NotText("the bytes are no text in any known encoding") from None
    text, repairs = _replace(_SURROGATES, normalise_newlines(text.lstrip("\ufeff")), UNDECODABLE_RULE)
    if "\0" in text:
        text, nuls = _replace(re.compile("\0"), text, NUL_RULE)
        repairs = tuple(sorted((*repairs, *nuls), key=lambda repair: repair.start))
    if not text or text.isspace():
        raise EmptyItem("the input is empty")
    return Decoded(text, codec, repairs)


def normalise_newlines(text: str) -> str:
    """Return `text` with each CRLF and CR as LF."""
    return text.replace("\r\n", "\n").replace("\r", "\n") if "\r" in text else text


def replace_unstorable(text: str) -> tuple[str, tuple[Repair, ...]]:
    """Return `text` with U+FFFD for each lone surrogate and each NUL, and where they stood."""
    return _replace(_UNSTORABLE, text, SURROGATE_RULE)


def replacement_repairs(text: str) -> tuple[Repair, ...]:
    """Return a repair for each U+FFFD of a text whose source had undecodable bytes."""
    return tuple(
        Repair(match.start(), match.end(), REPLACEMENT, UNDECODABLE_RULE) for match in re.finditer(REPLACEMENT, text)
    )


def _replace(pattern: re.Pattern[str], text: str, rule: str) -> tuple[str, tuple[Repair, ...]]:
    """Put U+FFFD for each one-character match; a NUL is named by `NUL_RULE`."""
    repairs = tuple(
        Repair(match.start(), match.end(), REPLACEMENT, NUL_RULE if match[0] == "\0" else rule)
        for match in pattern.finditer(text)
    )
    return (pattern.sub(REPLACEMENT, text) if repairs else text), repairs
