"""Stretches in which spans of several lists stand near each other, against their definition."""

from __future__ import annotations

from itertools import pairwise, product

from hypothesis import given
from hypothesis import strategies as st

from nkcorpus.query.nearness import Span, stretches

_SPANS = st.lists(st.tuples(st.integers(0, 25), st.integers(0, 2)), min_size=1, max_size=6).map(
    lambda pairs: sorted({(start, start + length) for start, length in pairs})
)


@given(st.lists(_SPANS, min_size=1, max_size=3), st.integers(0, 6))
def test_each_stretch_holds_a_span_of_each_list_and_they_do_not_overlap(lists: list[list[Span]], distance: int) -> None:
    allowed = set()
    for spans in product(*lists):
        places = [place for start, end in spans for place in range(start, end + 1)]
        first, last = min(places), max(places)
        if len(set(places)) == len(places) and last - first + 1 - len(places) <= distance:
            allowed.add((first, last))
    found = list(stretches(lists, distance))
    assert set(found) <= allowed
    assert all(one[1] < other[0] for one, other in pairwise(found))


def test_words_between_are_counted_and_no_word_counts_twice() -> None:
    assert list(stretches([[(0, 0)], [(3, 3)]], 2)) == [(0, 3)]
    assert list(stretches([[(0, 0)], [(3, 3)]], 1)) == []
    assert list(stretches([[(1, 1)], [(1, 1)]], 5)) == []
    assert list(stretches([[(1, 2)], [(2, 3)]], 5)) == []
