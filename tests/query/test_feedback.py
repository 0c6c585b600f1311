"""The words of a feedback, and their weights."""

from __future__ import annotations

import math
import time
from collections.abc import Collection

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nkcorpus.query import analysis
from nkcorpus.query.ast import Phrase, Synonym, Synonyms, Weighted, Word, Words
from nkcorpus.query.feedback import SHARE, WORDS, feedback, unasked
from nkcorpus.query.parser import parse

RICE = parse("rice")


def rarities(terms: Collection[str]) -> dict[str, float]:
    return {term: {"said": 0.1, "squid": 8.0}.get(term, 3.0) for term in terms}


def weights(query: str, *articles: tuple[str | None, str], scores: list[float] | None = None) -> dict[str, float]:
    """Return the words of the feedback with their weights, the weightiest first."""
    found = feedback(parse(query), articles, scores or [5.0] * len(articles), rarities)
    return {str(word.part): word.weight for word in found}


def test_the_rarer_and_more_frequent_words_weigh_more() -> None:
    found = weights("rice", ("Squid", "rice and squid said boats boats boats, said the trader, said he"))
    assert list(found)[:2] == ["squid", "boats"]
    assert found["boats"] > found["trader"]
    assert not {"said", "the", "and"} & set(found)


def test_the_better_an_article_fits_the_more_its_words_weigh() -> None:
    found = weights("rice", (None, "boats"), (None, "nets"), (None, "winds"), scores=[5.0, 4.0, 1.0])
    assert found["boats"] > found["nets"] > found["winds"] > 0


def test_a_long_article_has_no_more_say_than_a_short_one() -> None:
    long = " ".join(f"word{number}" for number in range(100))
    found = weights("rice", (None, "boats"), (None, long))
    assert found["boats"] == max(found.values())
    assert math.isclose(found["word99"] * 10, found["boats"])


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("rice", 1),
        ("rice corn", 2),
        ("+rice corn -squid", 2),
        ("rice^3 corn^0.5", 3.5),
        ('"rice corn" lectur*', 2),
        ("rice NEAR/3 corn", 1),
        ("(rice OR corn) AND NOT squid", 2),
        ("the rice", 1),
        ("rice date:2019 lang:en author:pryce", 1),
        ("title:rice", 1),
    ],
)
def test_the_words_weigh_together_what_the_query_does_by_its_share(query: str, words: float) -> None:
    found = weights(query, ("Rice", "rice boats of the squid traders"))
    assert math.isclose(sum(found.values()), words * SHARE / (1 - SHARE))


def test_other_names_add_no_weight() -> None:
    typed = Synonyms(Words((Word("state"), Word("security"))), (Synonym(Phrase("보위성"), 1.0, "hangul"),))
    found = feedback(Words((typed,)), [(None, "squid boats")], [1.0], rarities)
    assert math.isclose(sum(word.weight for word in found), 2 * SHARE / (1 - SHARE))


@pytest.mark.parametrize("query", ["the", "...", "", "lang:en", "date:2019", "NOT rice", "author:pryce", "place:musan"])
def test_without_words_of_title_or_text_there_is_none(query: str) -> None:
    assert weights(query, (None, "squid boats")) == {}


def test_of_nothing_found_there_is_none() -> None:
    assert weights("rice") == {}
    assert weights("rice", (None, ""), ("The", "...")) == {}
    assert weights("rice", (None, "squid"), scores=[0.0]) == {}


@given(
    st.lists(st.tuples(st.none() | st.text(max_size=20), st.text(max_size=200)), max_size=10),
    st.sampled_from(["rice", "보위성 rice", "U.S. don't"]),
)
def test_each_word_stands_for_its_own_term(articles: list[tuple[str | None, str]], query: str) -> None:
    found = feedback(parse(query), articles, [1.0] * len(articles), lambda terms: dict.fromkeys(terms, 2.0))
    terms = [[token.term for token in analysis.prose().tokens(str(word.part))] for word in found]
    assert all(len(one) == 1 for one in terms)
    assert len({one for (one,) in terms}) == len(found) <= WORDS
    assert all(word.weight > 0 for word in found)
    assert [word.weight for word in found] == sorted((word.weight for word in found), reverse=True)


def test_korean_words_are_told_by_their_bigrams() -> None:
    assert set(weights("rice", (None, "보위성 강연"))) == {"보위", "위성", "강연"}


def test_unasked_are_the_words_that_the_query_has_in_no_form() -> None:
    found = [Weighted(Word(word), 1.0) for word in ("prices", "boats", "rice", "security")]
    node = parse('price +boat "state security"')
    assert unasked(node, found) == ("rice",)
    assert unasked(RICE, ()) == ()


def test_the_time_is_bounded_for_any_text() -> None:
    started = time.process_time()
    text = " ".join(f"보위성{number}abc" for number in range(200_000))
    feedback(RICE, [(None, text)] * 10, [1.0] * 10, rarities)
    assert time.process_time() - started < 5
