"""Rules compiled for matching: one expression for all rules of a zone, and the name of what cut with them."""

from __future__ import annotations

import hashlib
import json
import re
from collections import defaultdict
from collections.abc import Sequence
from functools import cache, lru_cache

from nkcorpus.clean.blocks import expand
from nkcorpus.clean.lines import MAX_LINE, MAX_PREFIX, normalise
from nkcorpus.clean.rules import Rule, load_rules

ENGINE_VERSION = 2
"""Raised when zones, normalisation or spans change, so that texts cleaned before can be told from those after."""

_GROUP_NAME = re.compile(r"\(\?P<[a-z]+>")


class Ruleset:
    """Rules sorted by zone. Where several rules match a line, the first in order counts."""

    def __init__(self, rules: Sequence[Rule]) -> None:
        self.cleaner = cleaner_id(rules)
        self._head = _Alternatives([rule for rule in rules if rule.zone == "head" and not rule.after])
        self._tail = _Alternatives([rule for rule in rules if rule.zone == "tail"])
        self._prefix = _Alternatives([rule for rule in rules if rule.zone == "prefix"])
        self._sequels = [rule for rule in rules if rule.after]
        self._line = [rule for rule in rules if rule.zone == "line"]
        self._line_words: defaultdict[str, set[int]] = defaultdict(set)
        for index, rule in enumerate(self._line):
            for word in rule.contains:
                self._line_words[word].add(index)

    def tail_rule(self, line: str) -> Rule | None:
        """Return the tail rule that matches `line`."""
        return self._tail.first(line)

    def head_rule(self, line: str, previous: Rule | None) -> Rule | None:
        """Return the head rule that matches `line`, where `previous` matched the line before."""
        rule = self._head.first(line) or self._prefix.first(line)
        if rule is None and previous is not None:
            sequels = (rule for rule in self._sequels if previous.id in rule.after and rule.matches(line))
            return next(sequels, None)
        return rule

    def prefix_rule(self, beginning: str) -> tuple[Rule, int] | None:
        """Return the prefix rule that the normalised `beginning` of a line matches, and the length of the prefix."""
        return self._prefix.prefix(beginning[:MAX_PREFIX])

    def line_rules(self, text: str, lines: Sequence[str]) -> dict[int, Rule]:
        """Return the rule of zone `line` for each of the `lines` of `text` that one matches, by line number."""
        candidates: defaultdict[int, set[int]] = defaultdict(set)
        for word, rules in self._line_words.items():
            # One character is found many times faster than a word, and most articles lack the rarest of a word.
            if max(word) in text and word in text:
                for number, line in enumerate(lines):
                    if word in line:
                        candidates[number] |= rules
        matched = {}
        for number, rules in candidates.items():
            line = lines[number]
            if len(line) <= MAX_LINE:
                normalised = normalise(line)
                rule = next((i for i in sorted(rules) if self._line[i].regex.fullmatch(normalised)), None)
                if rule is not None:
                    matched[number] = self._line[rule]
        return matched


class _Alternatives:
    """Rules as one expression, so that a line that none of them matches costs one call."""

    def __init__(self, rules: Sequence[Rule]) -> None:
        self._rules = tuple(rules)
        # One capturing group a rule, and no other: the number of the group that matched is the rule's.
        bare = (_GROUP_NAME.sub("(?:", expand(rule.pattern)) for rule in rules)
        self._regex = re.compile("|".join(f"({pattern})" for pattern in bare) or r"(?!)")

    def first(self, line: str) -> Rule | None:
        if len(line) > MAX_LINE:
            return None
        match = self._regex.fullmatch(normalise(line))
        return self._rules[match.lastindex - 1] if match and match.lastindex else None

    def prefix(self, normalised: str) -> tuple[Rule, int] | None:
        match = self._regex.match(normalised)
        return (self._rules[match.lastindex - 1], match.end()) if match and match.lastindex else None


def cleaner_id(rules: Sequence[Rule]) -> str:
    """Return `rules/` and 12 hex digits of a SHA-256 over all that decides what is cut and found.

    Examples and notes are left out: they change no result.
    """
    decisive = [
        [rule.id, rule.kind, rule.zone, rule.regex.pattern, rule.contains, rule.after, rule.korean_version]
        for rule in rules
    ]
    data = json.dumps([ENGINE_VERSION, MAX_LINE, MAX_PREFIX, decisive], ensure_ascii=True).encode()
    return f"rules/{hashlib.sha256(data).hexdigest()[:12]}"


def ruleset(rules: Sequence[Rule] | None = None) -> Ruleset:
    """Return `rules` compiled, or the package's rules; the last few are kept."""
    return _packaged() if rules is None else _compiled(tuple(rules))


@cache
def _packaged() -> Ruleset:
    return Ruleset(load_rules())


@lru_cache(maxsize=8)
def _compiled(rules: tuple[Rule, ...]) -> Ruleset:
    return Ruleset(rules)
