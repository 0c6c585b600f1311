"""Postings as bytes: what is read is what was written, over one segment and over many."""

from __future__ import annotations

from array import array
from collections.abc import Mapping

from hypothesis import given
from hypothesis import strategies as st

from nkcorpus.index.whoosh.postings import Postings, SegmentPostings, encoded
from nkcorpus.query.forms import POSITION_BITS

_PLACES = st.lists(
    st.tuples(st.integers(0, 2**POSITION_BITS - 1) | st.integers(0, 300), st.integers(0, 127)),
    min_size=1,
    max_size=5,
    unique_by=lambda place: place[0],
).map(sorted)
_SEGMENT = st.dictionaries(st.integers(0, 100_000) | st.integers(0, 300), _PLACES, min_size=1, max_size=8)
_SEGMENTS = st.lists(_SEGMENT, min_size=1, max_size=3)
_Segment = Mapping[int, list[tuple[int, int]]]

_SIZE = 100_001
"""Documents of a segment: numbers run on in the next one."""


def segment(documents: _Segment) -> SegmentPostings:
    numbers = sorted(documents)
    places = [position | form << POSITION_BITS for number in numbers for position, form in documents[number]]
    data = b"before" + encoded(numbers, [len(documents[number]) for number in numbers], array("I", places)) + b"after"
    return SegmentPostings(lambda offset, length: data[offset : offset + length], len(b"before"))


def joined(segments: list[_Segment]) -> _Segment:
    return {i * _SIZE + number: places for i, part in enumerate(segments) for number, places in part.items()}


@given(_SEGMENTS, st.data())
def test_postings_tell_of_each_document_what_was_written(segments: list[_Segment], data: st.DataObject) -> None:
    documents = joined(segments)
    deleted = data.draw(st.frozensets(st.sampled_from(sorted(documents))))
    forms = data.draw(st.frozensets(st.integers(0, 127), min_size=1) | st.just(frozenset(range(128))))
    postings = Postings([(i * _SIZE, segment(part)) for i, part in enumerate(segments)], deleted)
    live = {number: places for number, places in documents.items() if number not in deleted}
    assert postings.frequencies() == {number: len(places) for number, places in live.items()}
    assert postings.documents == live.keys()
    in_forms = {number: sum(form in forms for _, form in places) for number, places in live.items()}
    assert postings.frequencies(forms) == {number: count for number, count in in_forms.items() if count}
    wanted = data.draw(st.frozensets(st.sampled_from([*sorted(documents), -1])))
    held = {number: places for number, places in live.items() if number in wanted}
    positions = {number: [position for position, _ in places] for number, places in held.items()}
    assert {number: list(found) for number, found in postings.positions_in(wanted).items()} == positions
    chosen = {number: [position for position, form in places if form in forms] for number, places in held.items()}
    assert postings.positions_in(wanted, forms) == {number: found for number, found in chosen.items() if found}
    form = min(forms)
    often = {number: sum(one == form for _, one in places) for number, places in held.items()}
    assert postings.counts_in(wanted, form) == {number: count for number, count in often.items() if count}


@given(_SEGMENT)
def test_packed_places_are_those_that_were_written(documents: _Segment) -> None:
    postings = segment(documents)
    assert postings.numbers == sorted(documents)
    for index, number in enumerate(postings.numbers):
        expected = [position | form << POSITION_BITS for position, form in documents[number]]
        assert array("I", postings.packed(index)).tolist() == expected


def test_a_field_without_places_has_each_term_once() -> None:
    data = encoded([3, 70_000], [0, 0], array("I"))
    postings = Postings([(0, SegmentPostings(lambda offset, length: data[offset : offset + length], 0))], frozenset())
    assert postings.frequencies() == {3: 1, 70_000: 1}
    assert Postings([], frozenset()).frequencies() == {}
