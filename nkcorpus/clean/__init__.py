"""In-text boilerplate: finds whole lines by rules, takes the facts in them, and lists them as removed spans.

Rules are data (`data/*.toml`; the format is described in `rules`). They are read when first needed.
"""

from __future__ import annotations

from nkcorpus.clean.engine import clean_document
from nkcorpus.clean.explain import Explanation, explain
from nkcorpus.clean.repair import fix_document, is_fixed, unfixed
from nkcorpus.clean.rulefile import read_rules, rules_with, to_toml
from nkcorpus.clean.rules import KINDS, Rule, load_rules, parse_rules
from nkcorpus.clean.ruleset import cleaner_id, ruleset

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


def __getattr__(name: str) -> str:
    # Computed on access, since it takes reading all rules and most commands clean nothing.
    if name == "CLEANER":
        return ruleset().cleaner
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
