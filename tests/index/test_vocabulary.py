"""The words beside an index: those that a look-up gives are those that reading all of them gives."""

from __future__ import annotations

import tempfile
from collections import Counter
from pathlib import Path

from hypothesis import example, given
from hypothesis import strategies as st

from nkcorpus.index.manifest import VouchedFiles
from nkcorpus.index.wordfiles import WordFiles
from nkcorpus.lexicon.folding import spelling_key
from nkcorpus.query.analysis import stems

WORDS = st.sets(
    st.text("abést보위", min_size=1, max_size=6)
    | st.sampled_from(["lecture", "lectures", "lecturing", "musan", "moosan", "taekjeong", "𠀀", "\uffee"])
)


@example({"a"}, set(), "a")
@example({"ab", "abc", "b"}, {"aa"}, "ab")
@given(WORDS, WORDS, st.text("abst보", max_size=3))
def test_look_ups_agree_with_all_words(first: set[str], later: set[str], prefix: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        WordFiles(VouchedFiles(Path(folder))).add(first)
        WordFiles(VouchedFiles(Path(folder))).add(later)
        vocabulary = WordFiles(VouchedFiles(Path(folder)))
        words = sorted(first | later)
        assert vocabulary.words == words
        assert list(vocabulary.with_prefix(prefix)) == [word for word in words if word.startswith(prefix)]
        sizes = Counter(stems(words))
        assert vocabulary.family_sizes([*sizes, "nowhere"]) == {**sizes, "nowhere": 0}
        assert set(vocabulary.known([*words, "nowhere", "lect"])) == set(words)
        for key in {spelling_key(word) for word in words} - {""}:
            assert vocabulary.with_key(key) == [word for word in words if spelling_key(word) == key]
        assert vocabulary.with_key("nowhere") == []


def test_a_look_up_goes_on_while_words_are_added(tmp_path: Path) -> None:
    words = sorted(f"word{number}" for number in range(2_000))
    WordFiles(VouchedFiles(tmp_path)).add(words)
    found = iter(WordFiles(VouchedFiles(tmp_path)).with_prefix("word"))
    first = next(found)
    WordFiles(VouchedFiles(tmp_path)).add([f"earlier{number}" for number in range(500)])
    assert [first, *found] == words
