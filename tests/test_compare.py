"""How one text became another."""

from __future__ import annotations

import difflib
import random
import time
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nkcorpus.compare import Block, Change, compare

TEXTS = st.text(alphabet="ab \n쌀米.", max_size=60)


def changed(blocks: tuple[Block, ...]) -> list[tuple[str, str]]:
    return [(change.op, change.text) for block in blocks for change in block.changes if change.op != "equal"]


def counts(blocks: tuple[Block, ...]) -> tuple[int, int]:
    """Words added, words removed."""
    changes: list[Change] = [change for block in blocks for change in block.changes]
    added, removed = (sum(change.words for change in changes if change.op == op) for op in ("added", "removed"))
    return added, removed


@given(before=TEXTS, after=TEXTS)
def test_both_texts_can_be_put_together_again(before: str, after: str) -> None:
    blocks = compare(before, after)
    assert "".join(line for block in blocks for line in block.before) == before
    assert "".join(line for block in blocks for line in block.after) == after
    for block in blocks:
        assert block.is_equal == (block.before == block.after)
        if not block.is_equal:
            newer = "".join(change.text for change in block.changes if change.op != "removed")
            older = "".join(change.text for change in block.changes if change.op != "added")
            assert newer == "".join(block.after)
            assert "".join(older.split()) == "".join("".join(block.before).split())
    assert all(one.is_equal != other.is_equal for one, other in pairwise(blocks))


@given(before=st.lists(st.sampled_from("abcd"), max_size=30), after=st.lists(st.sampled_from("abcd"), max_size=30))
def test_as_much_is_found_in_common_as_difflib_finds_or_more(before: list[str], after: list[str]) -> None:
    blocks = compare("".join(f"{unit}\n" for unit in before), "".join(f"{unit}\n" for unit in after))
    found = sum(len(block.after) for block in blocks if block.is_equal)
    matcher = difflib.SequenceMatcher(None, before, after, autojunk=False)
    assert found >= sum(block.size for block in matcher.get_matching_blocks())


def test_words_that_changed_stand_within_those_that_stayed() -> None:
    blocks = compare(
        "Rice rose in Hyesan.\n\nA kilogram cost KPW 5,150 on Monday.\n\nThe end.",
        "Rice rose in Hyesan.\n\nA kilogram cost KPW 5,600 on Monday.\n\nThe end.",
    )
    assert [block.is_equal for block in blocks] == [True, False, True]
    assert [change.text for change in blocks[1].changes] == ["A kilogram cost KPW ", "5,150 ", "5,600 ", "on Monday.\n"]
    assert counts(blocks) == (1, 1)


def test_ideographs_are_compared_one_by_one_and_hangul_by_words() -> None:
    assert changed(compare("米価が上昇した", "米価が下落した")) == [("removed", "上昇"), ("added", "下落")]
    assert changed(compare("쌀값이 혜산에서 올랐다", "쌀값이 혜산에서 내렸다")) == [
        ("removed", "올랐다"),
        ("added", "내렸다"),
    ]


def test_white_space_alone_is_a_changed_block_without_a_changed_word() -> None:
    blocks = compare("Rice rose  in Hyesan.", "Rice rose\nin Hyesan.\n")
    assert (len(blocks), changed(blocks), counts(blocks)) == (1, [], (0, 0))
    assert counts(compare("  \n a", "a")) == (0, 0)


def test_what_was_written_anew_is_shown_whole() -> None:
    blocks = compare("The ferry to Wonsan sank on the way.", "Traders in Musan keep the corn at home.")
    assert len(changed(blocks)) == 2


def random_words(number: int, vocabulary: int) -> list[str]:
    chance = random.Random(5)
    return [f"w{chance.randrange(vocabulary)}" for _ in range(number)]


@pytest.mark.parametrize("separator", [" ", "\n"])
def test_long_texts_are_compared_closely(separator: str) -> None:
    words = random_words(60_000, 500)
    other = words.copy()
    for place in range(0, 60_000, 600):
        other[place] = "new"
    del other[30_000:30_040]
    added, removed = counts(compare(separator.join(words), separator.join(other)))
    assert 90 <= added <= 140
    assert added + 30 <= removed <= added + 50


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("a\n" * 250_000, "b\n" * 250_000),
        ("a\n" * 250_000, "a\n" * 240_000 + "b\n"),
        (" ".join(random_words(200_000, 50)), " ".join(reversed(random_words(200_000, 50)))),
        (" " * 2_000_000, "\n" * 2_000_000),
        ("x" * 2_000_000, "x" * 1_999_999 + "y"),
    ],
    ids=["different", "equal", "shuffled", "spaces", "word"],
)
def test_no_text_takes_long(before: str, after: str) -> None:
    start = time.monotonic()
    blocks = compare(before, after)
    assert time.monotonic() - start < 20
    assert "".join(line for block in blocks for line in block.after) == after
