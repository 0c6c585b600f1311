"""Patterns as queries of a keyword field: what they find is all that a pattern stands for, and some more at times.

Lucene makes an automaton of an expression, which some would have exponential in size; those are asked for less exactly.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Any

from nkcorpus.query.analysis import fold
from nkcorpus.query.ast import Fuzzy, Pattern, Regex, Wildcard

_TOKEN = re.compile(
    r"\\(?P<escaped>.)"
    r"|(?P<set>\[\^?\]?(?:[^\]\\]|\\.)*\])"
    r"|(?P<repeat>[*+?]|\{(?P<least>\d*)(?P<comma>,)?(?P<most>\d*)\})[+?]?"
    r"|(?P<group>\(\?:|[()|])"
    r"|(?P<plain>.)",
    re.DOTALL,
)
_LITERAL = re.compile(r"[^*?]+")
_NOTHING = "()"
_ANY = "."


def query_of(pattern: Pattern, keyword: str) -> dict[str, Any]:
    """Return what finds the values of a keyword field that a pattern may stand for."""
    match pattern:
        case Wildcard(text=text):
            return {"wildcard": {keyword: {"value": wildcard(fold(text)), "rewrite": "constant_score"}}}
        case Fuzzy(text=text, distance=distance):
            about = {"value": fold(text), "fuzziness": distance, "transpositions": True, "rewrite": "constant_score"}
            return {"fuzzy": {keyword: about}}
        case Regex(text=text):
            return {"regexp": {keyword: {"value": regexp(text), "flags": "NONE", "rewrite": "constant_score"}}}


def wildcard(text: str) -> str:
    """Return a wildcard of Lucene for a folded one of ours: between its first and last star only the longest of the
    strings without wildcards counts, whose automaton is no longer than the expression.
    """
    first, star, rest = text.partition("*")
    if not star:
        return _escaped(text)
    between, _, last = f"*{rest}".rpartition("*")
    end = _LITERAL.findall(last)[-1] if last and not last.endswith("?") else ""
    longest = max(_LITERAL.findall(f"{between}?{last.removesuffix(end)}"), key=len, default="")
    return f"{_escaped(first)}*{_escaped(longest)}{'*' if longest else ''}{_escaped(end)}"


def regexp(expression: str) -> str:
    """Return an expression of Lucene for one of ours, which `check_regex` let through.

    A character of a class may be any, and whatever has two cases beside ASCII.
    """
    bare = "".join(c for c in unicodedata.normalize("NFKD", expression) if not "\u0300" <= c <= "\u036f")
    found: list[str] = []
    for token in _TOKEN.finditer(unicodedata.normalize("NFC", bare)):
        if token["repeat"]:
            found.append(_repeat(token))
        elif token["group"]:
            if token["group"] in "|)" and (not found or found[-1] in "(|"):
                found.append(_NOTHING)
            found.append(token["group"].removesuffix("?:"))
        elif (token["escaped"] or "") in "bB" and token["escaped"]:
            found.append(_NOTHING)
        elif token["set"] or (token["escaped"] or "").isalnum():
            found.append(_ANY)
        elif token["plain"] and token["plain"] in "^$":
            found.append(_NOTHING)
        elif token["plain"] == ".":
            found.append(_ANY)
        else:
            found.append(_literal(token["escaped"] or token["plain"]))
    if not found or found[-1] == "|":
        found.append(_NOTHING)
    return "".join(found)


def _repeat(token: re.Match[str]) -> str:
    if token["least"] is None:
        return token["repeat"]
    least = token["least"] or "0"
    return f"{{{least}{token['comma'] or ''}{token['most']}}}"


def _literal(character: str) -> str:
    if character.isascii():
        return character.lower() if character.isalnum() else f"\\{character}"
    return character if character == character.lower() == character.upper() == character.casefold() else _ANY


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\")
