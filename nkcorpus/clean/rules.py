"""Cleaning rules: what a rule is, and how rules are read from TOML and checked.

A rule file holds `[[rule]]` tables with these keys:

- `id`: unique, `site.what`, lower case with hyphens.
- `kind`: one of `KINDS`.
- `zone`: `head`, `tail`, `line` for anywhere, or `prefix`: what a first paragraph begins with, such as a dateline.
- `pattern`: a regular expression for the whole line (in zone `prefix`: for its beginning) in the form that
  `lines.normalise` gives. `{name}` and the other blocks of `blocks.BLOCKS` are expanded, line breaks in it are
  dropped. The groups `translator`, `editor`, `author`, `contact`, `place` and `agency` (the publisher) yield facts, and
  so do `year` or `juche` with `month`, `day`, `hour` and `minute` together: a date.
- `cut`: lines, or prefixes, that must match. `keep`: look-alikes that must not.
- `contains` (must be given in zone `line`): words without spaces, one of which stands in every line that matches.
  Texts without any of them are passed over quickly.
- `after` (zone `head` only): ids of rules. The rule counts only where the line before matched one of them.
- `facts` (optional): `{ korean_version = true }`.
- `note` (optional): why the rule is as it is.
"""

from __future__ import annotations

import re
import tomllib
import warnings
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from typing import Any, Literal, get_args

from nkcorpus.clean.blocks import BLOCKS, expand, mask_placeholders, placeholders
from nkcorpus.clean.lines import normalise
from nkcorpus.errors import SettingsError

Zone = Literal["head", "tail", "line", "prefix"]
Fact = Literal[
    "translator", "editor", "author", "contact", "place", "agency", "year", "juche", "month", "day", "hour", "minute"
]  # fmt: skip

KINDS: Mapping[str, str] = {
    "bio": "who the author is, with or without an address",
    "caption": "what a picture shows, with its credit",
    "chrome": "navigation, widgets and markup left over from the page",
    "contact": "where to send comments and questions",
    "credit": "whose picture or graphic it is, without a caption",
    "dateline": "place, date and agency before the report",
    "feed": "what a feed adds to each item",
    "link": "links to other versions of the article",
    "notice": "what the outlet says about its sources and its columns",
    "table": "notes left over from a table",
    "translator": "who translated or edited the article",
}
"""The kinds of boilerplate, each with what it means."""

FACTS: tuple[Fact, ...] = get_args(Fact)

_ID = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*(?:\.[a-z0-9]+(?:-[a-z0-9]+)*)+")
_KEYS: dict[str, type] = {
    "id": str,
    "kind": str,
    "zone": str,
    "pattern": str,
    "cut": list,
    "keep": list,
    "contains": list,
    "after": list,
    "facts": dict,
    "note": str,
}
_LONGEST = 1_000_000
"""Characters of a rule file."""
_REQUIRED = ("id", "kind", "zone", "pattern", "cut", "keep")


@dataclass(frozen=True, slots=True)
class Rule:
    """One kind of line to cut. `pattern` is as written in the file `origin`; `regex` is what it expands to."""

    id: str
    kind: str
    zone: Zone
    pattern: str
    cut: tuple[str, ...]
    keep: tuple[str, ...]
    origin: str
    contains: tuple[str, ...] = ()
    after: tuple[str, ...] = ()
    korean_version: bool = False
    note: str = ""
    regex: re.Pattern[str] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "regex", re.compile(expand(self.pattern)))

    def __hash__(self) -> int:
        return hash(self.id)

    def matches(self, line: str) -> bool:
        """Tell whether `line`, as it stands in a text, is what this rule is for: whole, or its beginning (`prefix`)."""
        normalised = normalise(line)
        match = self.regex.match(normalised) if self.zone == "prefix" else self.regex.fullmatch(normalised)
        return bool(match) and (not self.contains or any(word in line for word in self.contains))


def parse_rules(toml_text: str, origin: str, *, examples: bool = True) -> tuple[Rule, ...]:
    """Return the rules of a rule file in its order. `origin` names the file in messages and in the rules.

    Without `examples` these are not tried: those of a corpus were when they were added, and a stranger's could take
    for ever. Raises SettingsError, naming the file and the rule, for anything that is not exactly as the format says,
    a `cut` example that does not match, or a `keep` example that does.
    """
    if len(toml_text) > _LONGEST:
        raise SettingsError(f"{origin}: has {len(toml_text):,} characters, more than {_LONGEST:,}. Divide the file.")
    try:
        data = tomllib.loads(toml_text)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise SettingsError(f"{origin}: not valid TOML: {error}. Correct the file.") from error
    unknown = sorted(set(data) - {"rule"})
    if unknown:
        raise SettingsError(f"{origin}: unknown key {unknown[0]!r}. A rule file holds only [[rule]] tables.")
    tables = data.get("rule", [])
    if not isinstance(tables, list) or not all(isinstance(table, dict) for table in tables):
        raise SettingsError(f"{origin}: 'rule' must be a list of tables. Begin each rule with [[rule]].")
    rules = tuple(_parse_rule(table, number, origin, examples) for number, table in enumerate(tables, 1))
    require_unique(rules)
    return rules


@cache
def load_rules() -> tuple[Rule, ...]:
    """Return the rules that come with the package, file by file in the order of their names."""
    rules: list[Rule] = []
    folder = files("nkcorpus.clean") / "data"
    for file in sorted(folder.iterdir(), key=lambda entry: entry.name):
        if file.name.endswith(".toml"):
            rules.extend(parse_rules(file.read_text(encoding="utf-8"), file.name))
    require_unique(rules)
    return tuple(rules)


def require_unique(rules: Iterable[Rule]) -> None:
    """Raise SettingsError when two rules share an id."""
    origins: dict[str, str] = {}
    for rule in rules:
        if rule.id in origins:
            where = f" (also in {origins[rule.id]})" if origins[rule.id] != rule.origin else ""
            raise SettingsError(f"{rule.origin}: rule {rule.id!r} is there twice{where}. Give each rule its own id.")
        origins[rule.id] = rule.origin


def _parse_rule(table: Mapping[str, Any], number: int, origin: str, examples: bool) -> Rule:
    """Return the rule of one table after every check of the format."""
    where = f"{origin}: rule {table.get('id', number)!r}"
    _check_keys(table, where)
    _check_vocabulary(table, where)
    _check_pattern(table["pattern"].replace("\n", ""), where)
    facts = table.get("facts", {})
    if set(facts) - {"korean_version"} or not all(isinstance(value, bool) for value in facts.values()):
        raise SettingsError(f"{where}: facts may hold only korean_version = true or false.")
    rule = Rule(
        id=table["id"],
        kind=table["kind"],
        zone=table["zone"],
        pattern=table["pattern"].replace("\n", ""),
        cut=tuple(table["cut"]),
        keep=tuple(table["keep"]),
        origin=origin,
        contains=tuple(table.get("contains", ())),
        after=tuple(table.get("after", ())),
        korean_version=facts.get("korean_version", False),
        note=table.get("note", ""),
    )
    if examples:
        _check_examples(rule, where)
    return rule


def _check_keys(table: Mapping[str, Any], where: str) -> None:
    for key, value in table.items():
        if key not in _KEYS:
            raise SettingsError(f"{where}: unknown key {key!r}. Known keys: {', '.join(_KEYS)}.")
        if not isinstance(value, _KEYS[key]):
            raise SettingsError(f"{where}: {key} must be of type {_KEYS[key].__name__}.")
        if isinstance(value, list) and not all(isinstance(entry, str) and entry for entry in value):
            raise SettingsError(f"{where}: {key} must be a list of strings that are not empty.")
    missing = [key for key in _REQUIRED if key not in table]
    if missing:
        raise SettingsError(f"{where}: {missing[0]} is missing. Each rule needs {', '.join(_REQUIRED)}.")


def _check_vocabulary(table: Mapping[str, Any], where: str) -> None:
    zone, contains = table["zone"], table.get("contains", [])
    if not _ID.fullmatch(table["id"]):
        raise SettingsError(f"{where}: the id must read like daily-nk.translated-by.")
    if table["kind"] not in KINDS:
        raise SettingsError(f"{where}: unknown kind {table['kind']!r}. Known kinds: {', '.join(KINDS)}.")
    if zone not in get_args(Zone):
        raise SettingsError(f"{where}: unknown zone {zone!r}. Known zones: {', '.join(get_args(Zone))}.")
    if zone == "line" and not contains:
        raise SettingsError(f"{where}: a rule of zone line needs contains, for it is tried on every line.")
    for word in contains:
        if normalise(f"x{word}x") != f"x{word}x" or " " in word:
            raise SettingsError(f"{where}: contains {word!r} must have no space, dash other than -, or curly quote.")
    if table.get("after") and zone != "head":
        raise SettingsError(f"{where}: after is possible only in zone head.")


def _check_pattern(pattern: str, where: str) -> None:
    unknown = [name for name in placeholders(pattern) if name not in BLOCKS]
    if unknown:
        raise SettingsError(f"{where}: unknown block {{{unknown[0]}}}. Known blocks: {', '.join(BLOCKS)}.")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")  # of what later versions of Python read otherwise: [[a]
            compiled = re.compile(expand(pattern))
    except (re.error, OverflowError, RecursionError, Warning) as error:
        raise SettingsError(f"{where}: the pattern is no regular expression: {error}.") from error
    if compiled.flags != re.UNICODE:
        raise SettingsError(f"{where}: the pattern sets a flag for all of it. Write (?i:...) around a part instead.")
    if has_back_reference(pattern):
        raise SettingsError(f"{where}: the pattern refers back to a group. Name the parts singly.")
    strange = sorted(set(compiled.groupindex) - set(FACTS))
    if strange:
        raise SettingsError(f"{where}: unknown group {strange[0]!r}. Known groups: {', '.join(FACTS)}.")
    if compiled.groups != len(compiled.groupindex):
        raise SettingsError(f"{where}: the pattern has a group without a name. Write (?:...) instead.")
    if has_nested_repetition(pattern):
        raise SettingsError(f"{where}: the pattern repeats a group that holds a repetition. Name the parts singly.")
    if compiled.fullmatch(""):
        raise SettingsError(f"{where}: the pattern matches an empty line.")


def _check_examples(rule: Rule, where: str) -> None:
    if not rule.cut:
        raise SettingsError(f"{where}: cut needs at least one line that the pattern matches.")
    for line in rule.cut:
        if not rule.matches(line):
            raise SettingsError(f"{where}: the pattern does not match its example {line!r} in cut.")
    for line in rule.keep:
        if rule.matches(line):
            raise SettingsError(f"{where}: the pattern matches its example {line!r} in keep.")


_ESCAPE_OR_CLASS = re.compile(r"\\.|\[\^?\]?(?:\\.|[^\]\\])*\]", re.DOTALL)
_TOKEN = re.compile(r"\(\?P?[<=!:i-]*|[()]|[*+?]|\{\d*,?\d*\}|.", re.DOTALL)


def has_back_reference(pattern: str) -> bool:
    """Tell whether `pattern` depends on what one of its groups has matched."""
    if any(re.fullmatch(r"\\[1-9]", token) for token in _ESCAPE_OR_CLASS.findall(pattern)):
        return True
    simple = _ESCAPE_OR_CLASS.sub("a", pattern)
    return "(?P=" in simple or "(?(" in simple


def has_nested_repetition(pattern: str) -> bool:
    """Tell whether `pattern` repeats a group in which something is repeated, such as `(?:a+b?)*`.

    Only such patterns, and back-references, can take exponential time in Python's backtracking matcher. What may be
    left out counts as repeated, for `(?:a?){50}` takes as long.
    """
    simple = _ESCAPE_OR_CLASS.sub("a", mask_placeholders(pattern))
    repeats_inside = [False]
    closed = False  # whether the previous token closed a group, and, if so, whether that group repeats something
    for symbol in _TOKEN.findall(simple):
        if symbol.startswith("("):
            repeats_inside.append(False)
            closed = False
        elif symbol == ")" and len(repeats_inside) > 1:
            closed = repeats_inside.pop()
            repeats_inside[-1] = repeats_inside[-1] or closed
        elif symbol == "?":
            repeats_inside[-1] = True
        elif symbol in "*+" or (symbol.startswith("{") and len(symbol) > 1):
            if closed:
                return True
            repeats_inside[-1] = True
        else:
            closed = False
    return False
