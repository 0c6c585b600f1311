"""Rule files beside those of the package: read, joined with the package's rules, and written."""

from __future__ import annotations

import json
from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path

from nkcorpus.clean.rules import Rule, load_rules, parse_rules, require_unique
from nkcorpus.errors import SettingsError

OWN = "rules of the corpus"
"""What messages call rules that are not read from a file."""


def read_rules(path: Path) -> tuple[Rule, ...]:
    """Return the rules of a file. Raises SettingsError for what is unreadable, not exactly as the format says, or has
    an id of the package's rules.
    """
    try:
        rules = parse_rules(path.read_text("utf-8"), str(path))
    except OSError as error:
        raise SettingsError(f"{path}: cannot read the rules: {error.strerror}") from None
    except UnicodeDecodeError as error:
        raise SettingsError(f"{path}: not UTF-8 (byte {error.start}); save the rules as UTF-8") from None
    require_unique([*load_rules(), *rules])
    return rules


@lru_cache(maxsize=8)
def rules_with(toml_text: str) -> tuple[Rule, ...] | None:
    """Return the package's rules and after them those of `toml_text`; None, the package's alone, when it is empty.

    A rule whose id the package has got meanwhile is left out. Raises SettingsError for rules that are not valid.
    """
    if not toml_text:
        return None
    packaged = load_rules()
    known = {rule.id for rule in packaged}
    try:
        own = parse_rules(toml_text, OWN, examples=False)
    except SettingsError as error:
        raise SettingsError(f"{error} 'nkcorpus rules --remove ID' takes a rule out of the corpus.") from None
    return packaged + tuple(rule for rule in own if rule.id not in known)


def to_toml(rules: Iterable[Rule]) -> str:
    """Return rules as a rule file, which `parse_rules` reads back as they are."""
    return "\n".join(_table(rule) for rule in rules)


def _table(rule: Rule) -> str:
    lines = ["[[rule]]"]
    lines += [f"{key} = {_string(getattr(rule, key))}" for key in ("id", "kind", "zone", "pattern")]
    for key in ("contains", "after"):
        if getattr(rule, key):
            lines.append(f"{key} = [{', '.join(map(_string, getattr(rule, key)))}]")
    if rule.korean_version:
        lines.append("facts = { korean_version = true }")
    if rule.note:
        lines.append(f"note = {_string(rule.note)}")
    for key in ("cut", "keep"):
        values = getattr(rule, key)
        lines += [f"{key} = [", *(f"    {_string(line)}," for line in values), "]"] if values else [f"{key} = []"]
    return "\n".join(lines) + "\n"


def _string(text: str) -> str:
    """Return a TOML string: a literal one where that spares escapes (TOML 1.0, String)."""
    if "\\" in text and "'" not in text and text.isprintable():
        return f"'{text}'"
    quoted = json.dumps(text, ensure_ascii=False)
    return quoted if quoted.isprintable() else "".join(map(_visible, quoted))


def _visible(character: str) -> str:
    """Return a character of a TOML string so that it is seen: no-break spaces and invisible ones as escapes."""
    if character.isprintable():
        return character
    code = ord(character)
    return f"\\u{code:04x}" if code <= 0xFFFF else f"\\U{code:08x}"
