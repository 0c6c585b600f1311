"""Rules compiled for matching: one expression for all rules of a zone, and the name of what cut with them."""

from __future__ import annotations

import hashlib
import json
import re
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from functools import cache, lru_cache

from nkcorpus.clean.blocks import expand
from nkcorpus.clean.lines import MAX_LINE, MAX_PREFIX
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
        words: defaultdict[str, set[int]] = defaultdict(set)
        for index, rule in enumerate(self._line):
            for word in rule.contains:
                words[word].add(index)
        # The search for any of many words is fast where few characters can begin one, hence small letters are apart.
        self._small_words = {word: rules for word, rules in words.items() if word[0].islower()}
        self._words = {word: rules for word, rules in words.items() if word not in self._small_words}
        self._any_word = re.compile("|".join(map(re.escape, sorted(self._words))) or r"(?!)")

    def tail_rule(self, normalised: str) -> Rule | None:
        """Return the tail rule that matches a line, given `normalised`."""
        return self._tail.first(normalised)

    def head_rule(self, normalised: str, previous: Rule | None) -> Rule | None:
        """Return the head rule that matches a line, given `normalised`, where `previous` matched the line before."""
        rule = self._head.first(normalised) or self._prefix.first(normalised)
        if rule is None and previous is not None:
            sequels = (rule for rule in self._sequels if previous.id in rule.after)
            return next((rule for rule in sequels if rule.regex.fullmatch(normalised)), None)
        return rule

    def prefix_rule(self, beginning: str) -> tuple[Rule, int] | None:
        """Return the prefix rule that the normalised `beginning` of a line matches, and the length of the prefix."""
        return self._prefix.prefix(beginning[:MAX_PREFIX])

    def line_rules(self, text: str, ends: Sequence[int], normal: Callable[[int], str | None]) -> dict[int, Rule]:
        """Return the rule of zone `line` for each line of `text` that one matches, by line number.

        `ends` tells where the line after each line begins, `normal` the normal form of a line by its number.
        """
        matched = {}
        for number, rules in self._candidates(text, ends).items():
            normalised = normal(number)
            if normalised is not None:
                rule = next((i for i in sorted(rules) if self._line[i].regex.fullmatch(normalised)), None)
                if rule is not None:
                    matched[number] = self._line[rule]
        return matched

    def _candidates(self, text: str, ends: Sequence[int]) -> Mapping[int, set[int]]:
        """Return, for each line that holds a word of rules of zone `line`, the numbers of these rules."""
        candidates: defaultdict[int, set[int]] = defaultdict(set)
        for word, rules in self._small_words.items():
            position = text.find(word)
            while position >= 0:
                number = bisect_right(ends, position)
                candidates[number] |= rules
                position = text.find(word, ends[number])
        match = self._any_word.search(text)
        while match:
            number = bisect_right(ends, match.start())
            line = text[match.start() : ends[number]]
            candidates[number].update(*(rules for word, rules in self._words.items() if word in line))
            match = self._any_word.search(text, ends[number])
        return candidates


class _Alternatives:
    """Rules as one expression, so that a line that none of them matches costs one call."""

    def __init__(self, rules: Sequence[Rule]) -> None:
        self._rules = tuple(rules)
        # One capturing group a rule, and no other: the number of the group that matched is the rule's.
        bare = (_GROUP_NAME.sub("(?:", expand(rule.pattern)) for rule in rules)
        self._regex = re.compile("|".join(f"({pattern})" for pattern in bare) or r"(?!)")

    def first(self, normalised: str) -> Rule | None:
        match = self._regex.fullmatch(normalised)
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
