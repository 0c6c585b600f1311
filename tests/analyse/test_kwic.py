"""Concordances: what a match is, its context, the order of lines."""

from __future__ import annotations

import time
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nkcorpus import Corpus, QueryError
from nkcorpus.analyse.kwic import Concordance, Finder, LineOrder, concordance
from nkcorpus.lexicon.folding import sense_key
from nkcorpus.model import Article, ArticleDate, Document
from nkcorpus.query.analysis import prose
from nkcorpus.query.ast import Or, Phrase, Synonym, Synonyms, Word, Words
from nkcorpus.query.parser import parse
from tests.news import record


def article(text: str, number: int = 1) -> Article:
    return Article(f"{number:032x}", Document(raw_text=text, extractor="text/1"), text, len(text.split()), "a.txt", ())


def found(text: str, query: str, *, exact: bool = False) -> list[str]:
    return [text[start:end] for start, end in Finder(parse(query), exact=exact).spans(text)]


def lines(query: str, *texts: str, order: LineOrder = "position", limit: int = 0, width: int = 20) -> Concordance:
    articles = [article(text, number) for number, text in enumerate(texts, 1)]
    return concordance(query, articles, parse(query), width=width, order=order, limit=limit)


@pytest.mark.parametrize(
    ("query", "text", "matches"),
    [
        ("lecture", "Lectures, a lecture; lecturing.", ["Lectures", "lecture", "lecturing"]),
        ("lecture rice", "A lecture on rice.", ["lecture", "rice"]),
        ('"state security"', "The State\n\nSecurity of a state; security.", ["State\n\nSecurity", "state; security"]),
        ('"state security"', "State of security.", []),
        ('"turn in spies"', "They turned in spies.", ["turned in spies"]),
        ('"security state"~1', "The state of security rose.", ["state of security"]),
        ("traders NEAR/2 lecture", "A lecture for old traders. Traders left.", ["lecture for old traders"]),
        ("(traders OR women) NEAR/1 lectur*", "Women lectured traders.", ["Women lectured"]),
        ("lect*", "Lectures and lecterns.", ["Lectures", "lecterns"]),
        ("lectrue~1", "The lecture.", ["lecture"]),
        ("/lectur(e|es)/", "Lectures, lecturing.", ["Lectures"]),
        ("보위성", "국가보위성은 보위부.", ["보위성"]),
        ('"보위성 강연"', "보위성 강연에서", ["보위성 강연"]),
        ("cafe", "Un café.", ["café"]),
        ("5500", "KPW 5,500 today", ["5,500"]),
        ("rice -corn", "Rice and corn.", ["Rice"]),
        ("rice AND NOT corn", "Rice and corn.", ["Rice"]),
        ("title:rice text:corn author:sol", "Rice and corn, Sol.", ["corn"]),
        ("+(rice^2 OR corn)", "Rice and corn.", ["Rice", "corn"]),
        ('security "state security"', "Of state security.", ["state security"]),
        ("the", "The rice.", []),
        ("date:2019 rice", "Rice in 2019.", ["Rice"]),
        ("NOT rice", "Rice.", []),
        ("the NEAR/2 rice", "The rice.", ["rice"]),
    ],
)
def test_a_match_is_what_the_query_finds(query: str, text: str, matches: list[str]) -> None:
    assert found(text, query) == matches


def test_exact_matches_words_as_they_are_written() -> None:
    text = "Lectures, a lecture; LECTURES."
    assert found(text, "lectures", exact=True) == ["Lectures", "LECTURES"]
    assert found("State securities, state security.", '"state security"', exact=True) == ["state security"]


def test_a_line_is_made_of_pieces_of_the_text_at_exact_offsets() -> None:
    text = "A trader in Hyesan spoke\nof a lecture on rice, then of another lecture."
    dated = replace(
        article(text),
        document=Document(text, "text/1", title="Rice", date=ArticleDate("2019-06", "month", "meta"), source="Post"),
    )
    whole = concordance("lecture", [dated], parse("lecture"), width=9)
    assert whole.is_whole
    one, other = whole.lines
    assert (one.left, one.match, one.right) == ("oke\nof a ", "lecture", " on rice,")
    assert (other.left, other.match, other.right) == (" another ", "lecture", ".")
    assert (one.id, one.title, one.date, one.source) == (dated.id, "Rice", "2019-06", "Post")
    for line in whole.lines:
        assert text[line.start : line.end] == line.match


def test_lines_are_sorted_by_place_or_by_the_words_beside_the_match() -> None:
    texts = ("New rice sells. Old rice Burns.", "Any ríce, apart from that. À rice boom")
    by_place = [line.right.split()[0] for line in lines("rice", *texts).lines]
    assert by_place == ["sells.", "Burns.", ",", "boom"]
    right = [line.right.strip(" ,").split()[0] for line in lines("rice", *texts, order="right").lines]
    assert right == ["apart", "boom", "Burns.", "sells."]
    left = [line.left.split()[-1] for line in lines("rice", *texts, order="left").lines]
    assert left == ["À", "Any", "New", "Old"]


def test_a_limit_is_told_and_leaves_out_the_last() -> None:
    texts = ("rice b rice a", "rice c")
    assert not lines("rice", *texts, limit=2).is_whole
    assert lines("rice", *texts, limit=3).is_whole
    first = lines("rice", *texts, limit=1, order="right").lines
    assert [line.right.strip() for line in first] == ["a"]


def test_by_place_no_more_articles_are_read_than_needed() -> None:
    read = []

    def articles() -> object:
        for number in range(1, 100):
            read.append(number)
            yield article("rice", number)

    assert len(concordance("rice", articles(), parse("rice"), limit=3).lines) == 3  # type: ignore[arg-type]
    assert len(read) == 4


_WORDS = st.sampled_from(
    ["MSS", "lecture", "lectures", "the", "보위성", "보위성에서", "5,500", "U.S.", "rice\n", "café"]
)
_TEXTS = st.lists(_WORDS, max_size=40).map(" ".join)
_QUERIES = st.sampled_from(
    [
        "lecture",
        "MSS lecture",
        '"mss lecture"',
        "보위성",
        '"the lecture"',
        "lect*",
        "mss NEAR/2 lecture",
        '"rice mss"~3',
    ]
)


@given(_TEXTS, _QUERIES, st.booleans())
def test_matches_ascend_apart_and_hold_words_of_the_query(text: str, query: str, exact: bool) -> None:
    end = 0
    for start, stop in Finder(parse(query), exact=exact).spans(text):
        assert end <= start < stop <= len(text)
        assert text[start:stop] == text[start:stop].strip()
        end = stop


@given(_TEXTS, st.sampled_from(["lecture", "보위", "us", "rice"]))
def test_every_occurrence_of_a_word_is_a_match(text: str, word: str) -> None:
    [term] = [token.term for token in prose().tokens(word)]
    places = [(token.start, token.end) for token in prose().tokens(text) if token.term == term]
    assert Finder(parse(word)).spans(text) == places


@given(st.text(max_size=40) | st.text('ab"~*?/()NEAR/2 OR-+:^1', max_size=30), _TEXTS)
def test_any_query_that_parses_is_answered(query: str, text: str) -> None:
    try:
        root = parse(query)
    except QueryError:
        return
    assert all(text[start:end] for start, end in Finder(root).spans(f"{text} {query}"[: len(text)]))


def test_the_time_is_linear_in_the_text() -> None:
    text = "rice mss lecture on the state security of rice " * 40_000
    started = time.process_time()
    assert len(Finder(parse('rice "state security" mss NEAR/3 lecture lect*')).spans(text)) > 40_000
    assert time.process_time() - started < 12


def test_a_concordance_narrows_like_a_search(tmp_path: Path) -> None:
    file = tmp_path / "news.jsonl"
    text = "Rice, and rice again."
    copies = "".join(record(n, text, source=n, date=f"202{n}-01-01") for n in "123")
    file.write_text(copies + record("one", "Rice prices rose in Hyesan."), "utf-8")
    with Corpus.open(tmp_path / "corpus.db") as corpus:
        corpus.ingest([file])
        assert len(corpus.kwic("rice", collapse=False).lines) == 7
        assert len(corpus.kwic("rice").lines) == 3
        assert [line.source for line in corpus.kwic("rice", since="2022", source="2").lines] == ["2", "2"]
        [line] = corpus.kwic('"rice prices"', match="all", width=3).lines
        assert (line.left, line.match, line.right) == ("", "Rice prices", " ro")
        assert not corpus.kwic("rice", lines=1).is_whole
        assert corpus.kwic("title:one").lines == ()
        with pytest.raises(QueryError):
            corpus.kwic("rice AND")


def test_what_stands_for_the_same_is_a_match() -> None:
    names = (Synonym(Phrase("Ministry of State Security"), 1.0, "long form"), Synonym(Word("보위성"), 0.6, "hangul"))
    text = "State security. The Ministry of State Security; 국가보위성. An MSS man, ministry and security."
    for typed, own in ((Word("MSS"), ["MSS"]), (Words((Word("MSS"), Word("man"))), ["MSS", "man"])):
        spans = Finder(Words((Synonyms(typed, names),))).spans(text)
        assert [text[start:end] for start, end in spans] == ["Ministry of State Security", "보위성", *own]


def test_an_acronym_that_an_article_defines_otherwise_is_no_match_there() -> None:
    sense = frozenset({sense_key("Ministry of State Security")})
    root = Synonyms(Phrase("Ministry of State Security"), (Synonym(Word("MSS"), 1.0, "acronym", sense),))
    state = article("The Ministry of State Security (MSS) met; the MSS left.", 1)
    social = article("The Ministry of Social Security (MSS) told the Ministry of State Security; the MSS left.", 2)
    found = concordance("x", [state, social], root)
    assert [line.match for line in found.lines if line.id == state.id] == ["Ministry of State Security", "MSS", "MSS"]
    assert [line.match for line in found.lines if line.id == social.id] == ["Ministry of State Security"]
    typed = concordance("x", [social], Or((Word("MSS"), root)))
    assert [line.match for line in typed.lines] == ["MSS", "Ministry of State Security", "MSS"]
