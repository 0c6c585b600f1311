"""Entries of the lexicon: one thing each, and how its names are written. `files` tells what they are read from."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

from nkcorpus.dataclass import dataclass
from nkcorpus.lexicon.folding import strip_marks

Category = Literal["organisation", "person", "place", "term"]
FormKind = Literal["name", "acronym", "hangul", "romanization"]
OtherReason = Literal["older name", "related name"]
Kind = Literal["province", "region", "city", "county", "district", "settlement", "site", "mountain", "river"]

_APOSTROPHES = str.maketrans("‘’ʼʻ＇", "'''''")
_HYPHENS = str.maketrans("-‐‑–", "    ")


@dataclass(frozen=True, slots=True)
class Form:
    """One way to write a name."""

    text: str
    kind: FormKind


@dataclass(frozen=True, slots=True)
class Naming:
    """Forms that mean the same, in all but their language: the usual name (`weight` 1.0) or an other one."""

    forms: tuple[Form, ...]
    weight: float = 1.0
    reason: OtherReason | None = None
    since: int | None = None
    until: int | None = None


@dataclass(frozen=True, slots=True)
class PlaceFacts:
    """What is particular to a place; the keys are those of `files`."""

    kind: Kind
    province: str | None = None
    parts: tuple[str, ...] = ()
    needs_kind: frozenset[str] = frozenset()
    needs_north: frozenset[str] = frozenset()
    hangul_alone: bool = False


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing and its names; the first naming is the usual one."""

    id: str
    category: Category
    name: str
    namings: tuple[Naming, ...]
    source: str
    note: str = ""
    place: PlaceFacts | None = None

    def forms(self) -> Iterator[tuple[Form, Naming]]:
        """Yield each form with the naming it belongs to."""
        for naming in self.namings:
            for form in naming.forms:
                yield form, naming


def search_text(form: str) -> str:
    """Return a form as an engine's analysis sees it: in lower case, without diacritics, hyphens as spaces."""
    return " ".join(strip_marks(form.translate(_APOSTROPHES)).translate(_HYPHENS).split())
