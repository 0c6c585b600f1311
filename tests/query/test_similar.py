"""The words that tell an article from others."""

from __future__ import annotations

import time
from collections.abc import Collection

from nkcorpus.query.parser import parse
from nkcorpus.query.similar import TELLING_WORDS, similar_query, telling_words


def rarities(terms: Collection[str]) -> dict[str, float]:
    known = {"rice": 0.5, "said": 0.1, "squid": 5.0, "보위": 3.0, "위성": 3.0}
    return {term: known.get(term, 1.0) for term in terms}


def test_frequent_rare_words_come_first() -> None:
    text = "Squid, said the trader. Rice and squid and rice, said the other. Rice! 보위성"
    assert telling_words("Squid", text, rarities)[:3] == ("squid", "위성", "보위")


def test_they_are_few_and_without_stop_words() -> None:
    text = " ".join(f"word{n} word{n} the the the" for n in range(500))
    words = telling_words(None, text, rarities)
    assert len(words) == TELLING_WORDS
    assert "the" not in words
    assert telling_words(None, "", rarities) == telling_words("The", "...", rarities) == ()


def test_in_a_longer_text_words_that_stand_once_do_not_count() -> None:
    text = " ".join(f"word{n}" for n in range(200)) + " squid rice rice"
    assert telling_words(None, text, rarities) == ("rice",)


def test_the_query_says_what_it_is() -> None:
    node = similar_query(("rice", "squid"), ("ab" * 16, "cd" * 16))
    assert str(node) == f"(rice squid) AND (NOT (id:{'ab' * 16} OR id:{'cd' * 16}))"
    assert str(parse(str(node))) == str(node)


def test_the_time_is_bounded_for_any_text() -> None:
    started = time.process_time()
    telling_words(None, "보위성 squid rice " * 400_000, rarities)
    assert time.process_time() - started < 5
