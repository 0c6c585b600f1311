"""Snippets: a passage that holds the matches, no longer than asked, with each match marked."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nkcorpus.query.analysis import prose, surfaces
from nkcorpus.query.ast import Or, Phrase, Synonym, Synonyms, Word, Words
from nkcorpus.query.parser import parse
from nkcorpus.query.snippet import WIDTH, Highlighter, Marks, query_marks
from nkcorpus.results import Snippet

FILLER = "Traders in the border town said that prices had not moved for a week. "


def snippet(text: str, marks: Marks, *, width: int = WIDTH) -> Snippet:
    best, (only,) = Highlighter(marks, lambda term: 1.0).snippets(text, width=width)
    assert best == only
    return best


def marked(text: str, query: str, width: int = WIDTH) -> list[str]:
    found = snippet(text, query_marks(parse(query)), width=width)
    return [found.text[start:end] for start, end in found.matches]


_WORDS = st.sampled_from(
    ["MSS", "lecture", "lectures", "Hyesan", "the", "보위성", "보위성에서", "위성", "5,500", "U.S.", "NK’s", "x" * 300]
) | st.text(max_size=12)
_SPACES = st.sampled_from([" ", "  ", "\n\n", ". ", "\u00a0", "", "\t", "? "])


@st.composite
def _texts(draw: st.DrawFn) -> str:
    return "".join(draw(_WORDS) + draw(_SPACES) for _ in range(draw(st.integers(0, 60))))


@given(
    _texts(),
    st.lists(st.sampled_from(["MSS", "lecture", "보위성", "5,500", "US", "NK's", "x" * 300]), max_size=4).map(" ".join),
    st.integers(60, 300),
)
def test_every_match_lies_in_the_passage_and_is_a_word_of_the_query(text: str, query: str, width: int) -> None:
    marks = query_marks(parse(query))
    terms = {*marks.terms, *(term for phrase in marks.phrases for _, term in phrase.slots)}
    found = snippet(text, marks, width=width)
    assert len(found.text) <= width
    assert found.text == " ".join(found.text.split())
    end = 0
    for start, stop in found.matches:
        assert end <= start < stop <= len(found.text)
        assert {token.term for token in prose().tokens(found.text[start:stop])} <= terms
        end = stop
    assert found.text in " ".join(text.split())


@given(_texts())
def test_something_is_marked_when_a_word_matches(text: str) -> None:
    text = text.replace("x" * 300, "y")
    found = [(token.position, token.term) for token in prose().tokens(text)]
    matches = any(term == "lectur" or (term == "보위" and (at + 1, "위성") in found) for at, term in found)
    assert bool(snippet(text, query_marks(parse("lecture 보위성"))).matches) == matches


def test_the_passage_is_where_most_words_of_the_query_stand() -> None:
    text = (
        FILLER * 5
        + "The lecture was dull. "
        + FILLER * 9
        + "Officers of the MSS gave a lecture in Hyesan. "
        + FILLER * 5
    )
    found = snippet(text, query_marks(parse("MSS lecture Hyesan")))
    assert "Officers of the MSS gave a lecture in Hyesan." in found.text
    assert found.text.startswith("Traders"), "it begins with a sentence"
    assert [found.text[start:end] for start, end in found.matches] == ["MSS", "lecture", "Hyesan"]


def test_inflected_forms_are_marked_whole() -> None:
    assert marked("Smugglers were smuggling; the smuggled goods were sold.", "smuggle") == ["smuggling", "smuggled"]


def test_possessives_and_diacritics_are_marked() -> None:
    assert marked("The NK’s office in Hamgyŏng", "NK's hamgyong") == ["NK’s", "Hamgyŏng"]


def test_korean_is_marked_without_its_particle() -> None:
    assert marked("국가보위성에서는 강연을 했다", "보위성") == ["보위성"]


def test_a_phrase_is_marked_word_by_word() -> None:
    assert marked("the state security lecture", '"state security"') == ["state", "security"]
    assert marked("The lecture of the MSS", '"lecture of the mss"') == ["lecture", "MSS"]


def test_a_phrase_is_marked_only_where_it_stands() -> None:
    text = "Security in the state is tight. " + FILLER * 8 + "The state security met."
    found = snippet(text, query_marks(parse('"state security"')))
    assert found.text.endswith("The state security met.")
    assert [found.text[start:end] for start, end in found.matches] == ["state", "security"]
    assert marked("MSS lectures, MSS lecture", '"mss lectures"') == ["MSS", "lectures", "MSS", "lecture"]
    exact = snippet("MSS lectures, MSS lecture", query_marks(parse('"mss lecture"'), exact=True))
    assert exact.matches == ((14, 17), (18, 25))


def test_a_word_of_a_distant_phrase_is_marked_anywhere() -> None:
    assert marked("Spies there turn up as spies", '"turn spies"~3') == ["Spies", "turn", "spies"]


def test_a_korean_word_is_not_marked_in_another_that_shares_a_part() -> None:
    assert marked("인공위성을 쏘았다. 국가는 보위성에서", "보위성") == ["보위성"]
    assert marked("국가는 위성을 쏘았다.", "국가보위성") == []


def test_excluded_words_and_other_fields_are_not_marked() -> None:
    assert marked("rice and corn by Rim Sol", "rice -corn author:Rim") == ["rice"]


def test_without_any_match_it_is_the_beginning() -> None:
    found = snippet("  First  words.\n\n" + FILLER * 20, Marks())
    assert found.text.startswith("First words. Traders")
    assert found.matches == ()
    assert 100 < len(found.text) <= WIDTH


def test_a_line_of_hard_wrapped_text_is_no_sentence() -> None:
    text = "Prices rose in the\nborder towns last week, as did\nKorean traders' debts.\n\n"
    text += (
        "In the hall of the\nHyesan mill officers\nof the Ministry gave\na long lecture on spies\nthat nobody liked. "
        + FILLER * 9
    )
    found = snippet(text, query_marks(parse("lecture")), width=120)
    assert (
        found.text
        == "In the hall of the Hyesan mill officers of the Ministry gave a long lecture on spies that nobody liked."
    )


def test_a_heading_is_a_border_where_there_is_no_sentence() -> None:
    text = "rice 5,100 in the market of the town\n" * 20 + "Corn of the poor\nsquid 7,000 in the market of the town\n"
    found = snippet(text + "rice 5,100 in the market of the town\n" * 20, query_marks(parse("squid")), width=70)
    assert found.text.startswith(("squid", "Corn", "rice"))


def test_a_match_has_context_on_both_sides() -> None:
    lead = "it went on for a very long time about this and that and yet more of the same " * 9
    rest = " which was held in the large hall of the mill " * 5
    found = snippet(f"So {lead}lecture{rest}", query_marks(parse("lecture")), width=120)
    assert " of the same lecture which was held in" in found.text
    text = (
        FILLER * 4 + "He left. After that the officers gave a lecture of three hours in the hall of the mill. " + FILLER
    )
    assert "of the mill." in snippet(text, query_marks(parse("lecture")), width=120).text


def test_a_repeated_word_does_not_push_out_the_start_of_a_sentence() -> None:
    text = FILLER * 3 + "Officers of the ministry took away the phones of women in the town of Hyesan. "
    text += "They looked into jars and pots for the phones that they had not found. " + FILLER * 3
    found = snippet(text, query_marks(parse("phone hyesan")), width=150)
    assert found.text.startswith("Officers of the ministry took away the phones")


def test_an_empty_text_has_an_empty_snippet() -> None:
    assert snippet("", query_marks(parse("rice"))).text == ""


@given(_texts())
def test_words_are_analysed_alone_as_they_are_in_the_text(text: str) -> None:
    alone = [
        (token.term, start + token.start, start + token.end)
        for start, surface in surfaces(text)
        for token in prose().tokens(surface)
    ]
    assert alone == [(token.term, token.start, token.end) for token in prose().tokens(text)]


@given(_texts(), st.integers(1, 5), st.integers(60, 200))
def test_several_passages_stand_in_the_order_of_the_text_and_do_not_overlap(text: str, count: int, width: int) -> None:
    best, found = Highlighter(query_marks(parse("MSS lecture 보위성")), lambda term: 1.0).snippets(text, count, width)
    assert 1 <= len(found) <= count
    assert best in found
    position = 0
    whole = " ".join(text.split())
    for one in found:
        assert len(one.text) <= width
        assert len(found) == 1 or one.matches
        position = whole.index(one.text, position) + len(one.text)


def test_further_passages_show_other_words_first() -> None:
    parts = ["The lecture was long.", "The lecture was dull.", "Rice was handed out.", "The MSS lecture began."]
    text = (" " + FILLER * 5).join(parts)
    _, two = Highlighter(query_marks(parse("lecture MSS rice")), lambda term: 1.0).snippets(text, 2)
    assert ["Rice was handed out" in one.text for one in two] == [True, False]
    assert "MSS lecture began" in two[1].text
    _, every = Highlighter(query_marks(parse("lecture MSS rice")), lambda term: 1.0).snippets(text, 20)
    assert sum(len(one.matches) for one in every) == 5


def test_the_rarer_word_draws_the_passage() -> None:
    text = "Rice and corn. " + FILLER * 9 + "Squid came."
    common, rare = {"rice": 0.1, "corn": 0.1, "squid": 4.0}, {"rice": 1.0, "corn": 1.0, "squid": 1.5}
    marks = query_marks(parse("rice corn squid"))
    assert "Squid came" in Highlighter(marks, common.__getitem__).snippets(text)[0].text
    assert "Rice and corn" in Highlighter(marks, rare.__getitem__).snippets(text)[0].text


def test_a_pattern_is_as_common_as_the_commonest_word_that_it_finds() -> None:
    text = "Rice, ricers and a river. " + FILLER * 9 + "Squid came."
    rarities = {"rice": 0.1, "ricer": 3.0, "river": 3.0, "squid": 2.0}
    marks = query_marks(parse("ri* squid"))
    assert "Squid came" in Highlighter(marks, rarities.__getitem__).snippets(text)[0].text


@pytest.mark.parametrize("stop", ["Mr. Kim", "U.S. Army", "Kim J. Un", "Jan. 5", "about 3 p.m. on"])
def test_a_passage_does_not_begin_behind_an_abbreviation(stop: str) -> None:
    text = FILLER * 6 + f"In the hall he and {stop} spoke of the lecture. " + FILLER * 6
    found = Highlighter(query_marks(parse("lecture")), lambda term: 1.0).snippets(text, width=100)[0]
    assert found.text.startswith("In the hall")


def test_a_passage_ends_with_a_sentence_where_that_fills_it() -> None:
    text = "A lecture was held in the hall. " + "It took two hours and nobody stayed awake to its end. " * 9
    assert marked(text, "lecture") == ["lecture"]
    assert snippet(text, query_marks(parse("lecture"))).text.endswith(" end.")
    chinese = "他们在大厅里听了讲座。" + "会议持续了两个小时，没有人清醒到最后。" * 30
    assert snippet(chinese, query_marks(parse("讲座"))).text.endswith("。")


@pytest.mark.parametrize("unit", ["lecture MSS ", "보위성", "lecture" * 100 + " ", "\n", "....", "a ", "lecture\n"])
def test_time_is_linear_in_five_megabytes(unit: str) -> None:
    text = unit * (5_000_000 // len(unit))
    marks = query_marks(parse("MSS lecture 보위성"))
    started = time.process_time()
    Highlighter(marks, lambda term: 1.0).snippets(text, 3)
    assert time.process_time() - started < 15


def test_synonyms_are_marked_where_all_their_words_stand_side_by_side() -> None:
    names = (
        Synonym(Phrase("Ministry of State Security"), 1.0, "long form"),
        Synonym(Word("국가보위성"), 1.0, "hangul"),
        Synonym(Word("SSD"), 0.6, "older name"),
    )
    node = Synonyms(Word("MSS"), names)
    text = "State and security. The Ministry of State Security, or SSD; 국가 위성 and 국가보위성에서. An MSS ministry."
    found = snippet(text, query_marks(node))
    assert [found.text[start:end] for start, end in found.matches] == [
        "Ministry of State Security", "SSD", "국가보위성", "MSS",
    ]  # fmt: skip


def test_a_phrase_at_a_border_is_marked_once() -> None:
    node = Synonyms(Word("a1"), (Synonym(Phrase("b b"), 1.0, "alias"), Synonym(Phrase("b"), 1.0, "alias")))
    found = snippet("b b b", query_marks(node))
    assert [found.text[start:end] for start, end in found.matches] == ["b b b"]


def test_a_synonym_weighs_what_its_weight_says_and_a_phrase_as_much_as_its_rarest_word() -> None:
    text = f"The SSD met. {FILLER * 8} The state police met. {FILLER * 8} The MSS met."
    rarities = {"ssd": 4.0, "state": 1.0, "polic": 5.0, "mss": 1.0}
    for weights, best in (((1.0, 0.5), "SSD"), ((0.6, 0.5), "state police"), ((0.1, 0.1), "MSS")):
        names = (Synonym(Word("SSD"), weights[0], "older"), Synonym(Phrase("state police"), weights[1], "like"))
        marks = query_marks(Synonyms(Word("MSS"), names))
        found, passages = Highlighter(marks, rarities.__getitem__).snippets(text, 3)
        assert [found.text[start:end] for start, end in found.matches] == [best]
        assert len(passages) == 3


def test_a_passage_holds_a_phrase_whole_that_has_a_typed_word_in_it() -> None:
    node = Words((Word("state"), Synonyms(Word("MSS"), (Synonym(Phrase("state police bureau"), 1.0, "alias"),))))
    text = FILLER * 6 + "An officer of the state police bureau" + "x" * 300
    found = snippet(text, query_marks(node), width=60)
    assert "state police" in found.text
    assert snippet("State, state police bureau.", query_marks(node)).matches == ((0, 5), (7, 26))


@given(_texts(), st.integers(60, 300), st.integers(1, 4))
def test_matches_of_phrases_lie_in_the_passages(text: str, width: int, count: int) -> None:
    names = (Synonym(Phrase("lecture the MSS"), 1.0, "alias"), Synonym(Word("보위성에서"), 0.5, "hangul"))
    marks = query_marks(Words((Synonyms(Words((Word("MSS"), Word("lecture"))), names),)))
    _, passages = Highlighter(marks, lambda term: 1.0).snippets(text, count, width)
    for found in passages:
        assert len(found.text) <= width
        ends = [0, *(edge for match in found.matches for edge in match), len(found.text)]
        assert ends == sorted(ends)


def test_what_is_passed_over_is_marked_only_where_it_was_typed() -> None:
    acronym = Synonym(Word("MSS"), 0.5, "acronym", frozenset({"x"}))
    node = Synonyms(Phrase("state security"), (acronym,))
    for root, marked_words in ((node, ["state", "security"]), (Or((Word("MSS"), node)), ["MSS", "state", "security"])):
        marks = query_marks(root, passed_over={acronym})
        found = snippet("MSS and state security.", marks)
        assert [found.text[start:end] for start, end in found.matches] == marked_words
    assert query_marks(Or((Word("MSS"), node))).weight("mss") == 1.0
