"""Records of articles: what is counted in them is what the analysis gave."""

from __future__ import annotations

from collections import Counter, defaultdict

from hypothesis import given
from hypothesis import strategies as st

from nkcorpus.index import records
from nkcorpus.index.fields import STOP, WHOLE, WORDED, in_form, token
from nkcorpus.index.records import RecordPostings, WordCache, frequencies_of_any
from nkcorpus.query import analysis
from nkcorpus.query.forms import form_of

_WORDS = "the rice prices pricing ban ban보 보위성 보 10 1p a z café x²\u037a \ud800 ﷺ 5,500 U.S. don't".split(" ")
_TEXTS = st.lists(st.sampled_from(_WORDS) | st.text(max_size=6), max_size=25).map(" ".join)


@given(st.lists(_TEXTS, min_size=1, max_size=4), st.data())
def test_records_tell_of_each_term_where_it_stands(texts: list[str], data: st.DataObject) -> None:
    cache = WordCache(analysis.prose())
    fields = [cache.words(text).record for text in texts]
    tokens = [list(analysis.prose().tokens(text)) for text in texts]
    for text, field in zip(texts, fields, strict=True):
        assert field.count(b"\n") == analysis.prose().places(text, defaultdict(list))
    terms = sorted({one.term for found in tokens for one in found})
    wanted = frozenset(range(len(texts)))
    for term in [*terms, "nowhere", "ri", "ice", "b"]:
        postings = RecordPostings(fields, term)
        places = {n: [one for one in found if one.term == term] for n, found in enumerate(tokens)}
        places = {number: found for number, found in places.items() if found}
        assert postings.frequencies() == {number: len(found) for number, found in places.items()}
        assert postings.positions_in(wanted) == {n: [one.position for one in found] for n, found in places.items()}
        for form in {form_of(one.word, term) for found in places.values() for one in found}:
            formed = {
                n: [one.position for one in found if form_of(one.word, term) == form] for n, found in places.items()
            }
            formed = {number: found for number, found in formed.items() if found}
            assert postings.positions_in(wanted, frozenset({form})) == formed
            counts = {number: len(found) for number, found in formed.items()}
            assert postings.counts_in(wanted, form) == postings.frequencies(frozenset({form})) == counts
    some = data.draw(st.lists(st.sampled_from(terms), min_size=1, unique=True)) if terms else []
    if some:
        counted = Counter(n for n, found in enumerate(tokens) for one in found if one.term in some)
        assert frequencies_of_any(fields, dict.fromkeys(some)) == counted


@given(_TEXTS)
def test_words_keep_their_positions_in_the_index(text: str) -> None:
    spaced = WordCache(analysis.prose()).words(text).spaced.split(" ")[:-1]
    found = {one.position: token(one.term) for one in analysis.prose().tokens(text)}
    formed = WordCache(analysis.prose()).words(text).formed.split(" ")[:-1]
    assert formed == [in_form(one.term, form_of(one.word, one.term)) for one in analysis.prose().tokens(text)]
    assert spaced == [found.get(position, STOP) for position in range(len(spaced))]
    assert not any(set(term) & set(" \t\n\x0c\r") for term in spaced)


def test_fields_of_records_are_told_apart() -> None:
    cache = WordCache(analysis.name())
    texts = [{field: cache.words(f"{field} {n}").record for field in WORDED} for n in range(3)]
    whole = {field: [f"{field} of\tone", ""] for field in WHOLE}
    data, places = b"something before", []
    for number, worded in enumerate(texts):
        places.append(len(data))
        data += records.encoded(f"{number:032x}", worded, whole)
    begins = [(data, place) for place in places]
    for field in WORDED:
        assert records.fields_of(begins, field) == [worded[field] for worded in texts]
    for field in WHOLE[1:]:
        held = records.fields_of(begins, field)
        assert RecordPostings(held, f"{field} of\tone").frequencies() == {0: 1, 1: 1, 2: 1}
    assert [records.article_id(data, place) for place in places] == [f"{number:032x}" for number in range(3)]
