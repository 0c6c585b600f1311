"""In-text boilerplate: finds whole lines by rules, takes the facts in them, and lists them as removed spans.

Rules are data (`data/*.toml`; the format is described in `rules`). They are read when first needed.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

from nkcorpus.clean.engine import clean_document
from nkcorpus.clean.explain import Explanation, explain
from nkcorpus.clean.rulefile import read_rules, rules_with, to_toml
from nkcorpus.clean.rules import KINDS, Rule, load_rules, parse_rules
from nkcorpus.clean.ruleset import cleaner_id, ruleset

if TYPE_CHECKING:
    from nkcorpus.clean.repair import fix_document, is_fixed, unfixed

__all__ = [
    "CLEANER",
    "KINDS",
    "Explanation",
    "Rule",
    "clean_document",
    "cleaner_id",
    "explain",
    "fix_document",
    "is_fixed",
    "load_rules",
    "parse_rules",
    "read_rules",
    "rules_with",
    "to_toml",
    "unfixed",
]

CLEANER: str
"""`rules/` and a digest of the package's rules and of the engine: the `cleaner` of documents cleaned with them."""


_REPAIR = frozenset({"fix_document", "is_fixed", "unfixed"})


def __getattr__(name: str) -> object:
    # On access, since most commands clean and mend nothing: the one takes reading all rules, the other the lexicon.
    if name == "CLEANER":
        return ruleset().cleaner
    if name in _REPAIR:
        return getattr(import_module("nkcorpus.clean.repair"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
