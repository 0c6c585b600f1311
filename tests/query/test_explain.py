"""What a query is understood as."""

from __future__ import annotations

import pytest

from nkcorpus.query.explain import explain
from nkcorpus.query.parser import parse


def test_roles_weights_and_terms() -> None:
    tree = explain(parse('+lectures^2 "the state security"~3 -author:Rim date:2019'))
    assert tree.kind == "words"
    assert [(part.role, part.kind) for part in tree.parts] == [
        ("must", "word"), ("must", "date"), ("should", "phrase"), ("must_not", "word"),
    ]  # fmt: skip
    lecture, date, phrase, author = tree.parts
    assert (lecture.text, lecture.weight, lecture.terms) == ("lectures", 2, ("lectur",))
    assert date.text == "date:2019"
    assert (phrase.distance, phrase.terms) == (3, ("state", "secur"))
    assert (author.field, author.terms) == ("author", ("rim",))


def test_exact_shows_words_instead_of_stems() -> None:
    assert explain(parse("Lectures"), exact=True).terms == ("lectures",)


def test_patterns_and_nearness() -> None:
    tree = explain(parse("(smuggl* OR herbs~1) NEAR/4 /ri.e/"))
    assert (tree.kind, tree.distance) == ("near", 4)
    group, regex = tree.parts
    assert [(part.kind, part.text, part.distance) for part in group.parts] == [
        ("wildcard", "smuggl*", None), ("fuzzy", "herbs", 1),
    ]  # fmt: skip
    assert (regex.kind, regex.text) == ("regex", "ri.e")


def test_weights_multiply() -> None:
    assert explain(parse("((rice)^2)^3")).weight == 6


@pytest.mark.parametrize(
    ("text", "empty"),
    [
        ("the", True),
        ("???? -", True),
        ("the NEAR/2 of", True),
        ("the rice", False),
        ("s*", False),
        ("", False),
        ('""', True),
    ],
)
def test_a_query_of_stop_words_and_punctuation_is_empty(text: str, empty: bool) -> None:
    assert explain(parse(text)).is_empty == empty
