"""What a snapshot keeps of the postings that it has read: those last asked for, within a bound."""

from __future__ import annotations

from array import array

from nkcorpus.index.whoosh.postings import Postings, SegmentPostings, encoded
from nkcorpus.index.whoosh.recent import RecentPostings


class Disk:
    """Terms that are numbers, each with so many postings; notes what is read."""

    def __init__(self) -> None:
        self.read: list[str] = []

    def postings(self, field: str, term: str) -> Postings:
        self.read.append(f"{field}:{term}")
        data = encoded(range(int(term)), [0] * int(term), array("I"))
        return Postings([(0, SegmentPostings(lambda offset, length: data[offset : offset + length], 0))], frozenset())


def test_what_is_asked_for_again_is_not_read_again() -> None:
    disk = Disk()
    postings = RecentPostings(disk.postings, most=1_000)
    for _ in range(3):
        assert [len(postings(field, "7")) for field in ("title", "text")] == [7, 7]
    assert disk.read == ["title:7", "text:7"]


def test_what_was_not_asked_for_the_longest_makes_room() -> None:
    disk = Disk()
    postings = RecentPostings(disk.postings, most=10_000)
    for term in range(1, 2_000):
        postings("text", str(term % 300 + 1))
        postings("text", "5")
        assert postings.size <= 10_000 or len(disk.read) <= 32
    assert disk.read.count("text:5") == 1
    assert disk.read.count("text:1") > 1


def test_the_words_of_one_query_are_kept_whatever_their_size() -> None:
    disk = Disk()
    postings = RecentPostings(disk.postings, most=10)
    for _ in range(2):
        for term in range(1, 33):
            postings("text", str(term * 100))
    assert len(disk.read) == 32
