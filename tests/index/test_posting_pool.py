"""Gathering postings: what spills to disk comes back as if it had not."""

from __future__ import annotations

from array import array
from itertools import islice

from hypothesis import given
from hypothesis import strategies as st

from nkcorpus.index.whoosh.pool import Posting, PostingPool
from nkcorpus.index.whoosh.postings import NO_PLACE
from nkcorpus.query.forms import PLACE_BITS

_FIELDS = st.sampled_from(["title", "text", "id"])
_TERMS = st.dictionaries(
    st.text(alphabet="ab보위\ud800", min_size=1, max_size=3),
    st.lists(st.integers(0, NO_PLACE - 1), max_size=5, unique=True).map(sorted),
    max_size=4,
)
_DOCUMENTS = st.lists(st.dictionaries(_FIELDS, _TERMS, max_size=3), max_size=30)


def chunk(number: int, fields: dict[str, dict[str, list[int]]]) -> dict[str, dict[bytes, bytes]]:
    found: dict[str, dict[bytes, bytes]] = {}
    for field, terms in fields.items():
        for term, places in merged(terms).items():
            above = array("Q", [number << PLACE_BITS | place for place in places or [NO_PLACE]])
            found.setdefault(field, {})[term] = above.tobytes()
    return found


def merged(terms: dict[str, list[int]]) -> dict[bytes, list[int]]:
    """Return the places by what a term is in the index, which has no lone surrogates."""
    places: dict[bytes, set[int]] = {}
    for term, found in terms.items():
        places.setdefault(term.encode("utf-8", "replace"), set()).update(found)
    return {term: sorted(found) for term, found in places.items()}


def postings(documents: list[dict[str, dict[str, list[int]]]], limit: int) -> list[Posting]:
    pool = PostingPool(limit)
    for number, fields in enumerate(documents):
        pool.add_chunk(chunk(number, fields))
    found = flat(pool)
    pool.cleanup()
    return found


def flat(pool: PostingPool) -> list[Posting]:
    found: list[Posting] = []
    for entry in pool.iter_postings():
        places = iter(entry.places)
        for number, count in zip(entry.numbers, entry.counts, strict=True):
            packed = array("I", islice(places, count)).tobytes()
            found.append((entry.field, entry.term, number, float(count), packed))
        assert not list(places)
    return found


@given(_DOCUMENTS, st.integers(4, 2000))
def test_a_small_limit_changes_nothing(documents: list[dict[str, dict[str, list[int]]]], limit: int) -> None:
    assert postings(documents, limit) == postings(documents, 1 << 24)


@given(_DOCUMENTS, st.integers(4, 2000))
def test_postings_are_sorted_and_hold_every_position(
    documents: list[dict[str, dict[str, list[int]]]], limit: int
) -> None:
    found = postings(documents, limit)
    keys = [posting[:3] for posting in found]
    assert keys == sorted(keys)
    expected = sorted(
        (field, term, number, float(len(places)), array("I", places).tobytes())
        for number, fields in enumerate(documents)
        for field, positions in fields.items()
        for term, places in merged(positions).items()
    )
    assert sorted(found) == expected


@given(_DOCUMENTS, st.integers(4, 500))
def test_postings_of_merged_segments_join_the_others(
    documents: list[dict[str, dict[str, list[int]]]], limit: int
) -> None:
    """Whoosh hands over the postings of segments that it merges one by one, in the order in which it reads them."""
    pool = PostingPool(limit)
    for posting in postings(documents, 1 << 24):
        pool.add(posting)
    assert flat(pool) == postings(documents, 1 << 24)
    pool.cleanup()
