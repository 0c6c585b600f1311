"""Every regular expression of the package takes time in proportion to the text, whatever the text is."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import partial

import pytest

from nkcorpus.clean import Rule, load_rules
from nkcorpus.clean.lines import MAX_LINE
from tests.cpu import seconds
from tests.expressions import Expression, computed_calls, expressions, pieces

GROWTH = 4
LENGTHS = (6_250, 25_000, 100_000)
"""Characters; each is `GROWTH` times the one before."""
SECONDS = 1.0
"""What 100,000 characters may take; a quadratic expression takes a minute or more."""
NOTICEABLE = 0.15
"""What 100,000 characters may take without a look at its growth, even if it came from a quadratic expression."""
COMPUTED = {
    "nkcorpus.clean.rules expand(self.pattern)",
    "nkcorpus.clean.rules expand(pattern)",
    "nkcorpus.clean.templates BLOCKS[block]",
    "nkcorpus.clean.ruleset '|'.join(map(re.escape, sorted(self._words))) or '(?!)'",
    "nkcorpus.clean.ruleset '|'.join((f'({pattern})' for pattern in bare)) or '(?!)'",
    "nkcorpus.clean.repair.glued f'(?:{names})(?P<rest>[a-z]{{2,20}})(?![^\\\\W_]|[@/\\\\\\\\_=])'",
    "nkcorpus.index.records b'|'.join(expressions)",
    "nkcorpus.query.patterns _wildcard_expression(pattern.text)",
    "nkcorpus.query.patterns bare",
    "nkcorpus.query.patterns expression",
    "nkcorpus.sources.names translate(pattern)",
}
"""Expressions made from rules and their blocks, which are tried below, from names and terms, which hold no
repetition, from a query, which see single words and have a time limit
(tests/query/test_patterns.py), and from globs that the user types, which see names.
"""


def hostile(expression: Expression) -> dict[str, Callable[[int], str]]:
    """Return what makes texts of a length, by what they repeat."""
    found = pieces(expression.pattern)
    return {
        f"{start!r} {piece!r} {end!r}": partial(_repeated, start, piece, end)
        for piece in found
        for start in dict.fromkeys(("", found[0]))
        for end in ("", "\x00")
    }


def _repeated(start: str, piece: str, end: str, length: int) -> str:
    return (start + piece * (length // len(piece)))[:length] + end


def _is_settled(taken: float, length: int) -> bool:
    """Tell whether 100,000 characters take no noticeable time, given what `length` took, even if time is quadratic."""
    return taken * (LENGTHS[-1] / length) ** 2 < NOTICEABLE


def fault(expression: Expression) -> str | None:
    """Return what is wrong with how the time grows, None for an expression that is linear."""
    for name, text in hostile(expression).items():
        before = seconds(partial(expression.run, text(LENGTHS[0])), times=1)
        if _is_settled(before, LENGTHS[0]):
            continue
        before = min(before, seconds(partial(expression.run, text(LENGTHS[0]))))
        for length in LENGTHS[1:]:
            run = partial(expression.run, text(length))
            taken = seconds(run, times=1)
            allowed = min(SECONDS, max(NOTICEABLE, 2 * GROWTH * before))
            if taken > (allowed if length == LENGTHS[-1] else NOTICEABLE):  # a busy machine, or growth
                taken = min(taken, seconds(run))
            if taken > allowed:
                return f"{name} takes {taken:.2f} s for {length:,} characters, {before:.2f} s for a quarter"
            if _is_settled(taken, length):
                break
            before = taken
    return None


@pytest.mark.parametrize("expression", expressions(), ids=lambda expression: expression.where)
def test_expression_is_linear(expression: Expression) -> None:
    assert fault(expression) is None


@pytest.mark.parametrize("pattern", [r"\s+x", r"\S+@\S+ ?\((?P<inner>[^()]+)\)"])
def test_a_quadratic_expression_is_noticed(pattern: str) -> None:
    assert fault(Expression("here", re.compile(pattern), anchored=False))


@pytest.mark.parametrize("rule", load_rules(), ids=lambda rule: rule.id)
def test_rule_takes_little_time_on_a_line_of_its_own_pieces(rule: Rule) -> None:
    expression = Expression(rule.id, rule.regex, anchored=True)
    for name, line in hostile(expression).items():
        run = partial(expression.run, line(MAX_LINE)[:MAX_LINE])
        assert seconds(run, times=1) < 0.05 or seconds(run) < 0.05, name


def test_no_expression_is_left_out() -> None:
    assert set(computed_calls()) == COMPUTED
    assert len(expressions()) > 90
