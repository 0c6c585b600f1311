"""The facts that boilerplate holds, taken before it is cut: who wrote, translated and edited, where, when, for whom."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from nkcorpus.clean.rules import Rule
from nkcorpus.dates import parse_iso
from nkcorpus.model import ArticleDate, Document

# Korean bylines part names by a space or a middle dot; a Korean name itself has no space.
_NAME_SEPARATOR = re.compile(r", and |, | and | & | ?[·ㆍ] ?|(?<=[가-힣]) (?=[가-힣])")
_MONTHS = {name: number for number, name in enumerate("jan feb mar apr may jun jul aug sep oct nov dec".split(), 1)}
_JUCHE_YEAR_0 = 1911
"""Juche 1 is 1912, the year of Kim Il Sung's birth (North Korean calendar of 1997)."""


def facts_of(document: Document, matches: Iterable[tuple[Rule, Mapping[str, str | None]]]) -> dict[str, Any]:
    """Return the fields of `document` that are empty and that `matches` fill, by field name, with their `evidence`.

    `matches` are the rules that matched with their named groups, in reading order. The first of a fact counts;
    authors come together.
    """
    found: dict[str, Any] = {}
    rules: dict[str, str] = {}
    authors: dict[str, None] = {}
    for rule, groups in matches:
        if groups.get("author") and not document.authors:
            authors.update(dict.fromkeys(_NAME_SEPARATOR.split((groups["author"] or "").strip("'"))))
            rules.setdefault("authors", rule.id)
        fields = _fields(groups) | ({"korean_version": True} if rule.korean_version else {})
        for fact, value in fields.items():
            if value is not None and not getattr(document, fact) and fact not in found:
                found[fact], rules[fact] = value, rule.id
    if authors:
        found["authors"] = tuple(authors)
    if rules:
        evidence = dict(document.evidence) | {fact: f"rule:{rule}" for fact, rule in rules.items()}
        found["evidence"] = tuple(sorted(evidence.items()))
    return found


def _fields(groups: Mapping[str, str | None]) -> dict[str, Any]:
    fields: dict[str, Any] = {fact: groups.get(fact) for fact in ("translator", "editor", "place")}
    contact = groups.get("contact")
    # "[email protected]" is what a page shows in place of an address.
    fields["contact"] = contact if contact and not contact.startswith("[email") else None
    fields["source"] = groups.get("agency")
    fields["date"] = _date(groups)
    return fields


def _date(groups: Mapping[str, str | None]) -> ArticleDate | None:
    """Return the date that a line gives in full; None without a year, since nothing is guessed."""
    year = groups.get("year") or (str(int(groups["juche"] or "0") + _JUCHE_YEAR_0) if groups.get("juche") else None)
    month, day = groups.get("month"), groups.get("day")
    if not (year and month and day):
        return None
    number = int(month) if month.isdecimal() else _MONTHS[month[:3].lower()]
    value = f"{int(year):04}-{number:02}-{int(day):02}"
    if groups.get("hour") and groups.get("minute"):
        value += f"T{int(groups['hour'] or 0):02}:{int(groups['minute'] or 0):02}"
    parsed = parse_iso(value)
    return ArticleDate(*parsed, "text") if parsed else None
