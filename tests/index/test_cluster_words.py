"""The words of a corpus in a cluster: what is asked for is what reading all of them would give."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from nkcorpus.index.manifest import VouchedFiles
from nkcorpus.index.opensearch.patterns import regexp, wildcard
from nkcorpus.index.opensearch.view import View
from nkcorpus.index.vocabulary import Vocabulary
from nkcorpus.index.wordfiles import WordFiles
from nkcorpus.lexicon.folding import spelling_key
from nkcorpus.query.analysis import fold, stems
from nkcorpus.query.ast import Fuzzy, Pattern, Regex, Wildcard
from nkcorpus.query.patterns import PatternTooSlow, check_regex, matching

from .builders import article, filled
from .conftest import CLUSTER, IS_WHOLE, factory
from .pool import PooledIndex

WORDS = [
    *"lecture lectures lecturing lectern musan moosan taekjeong hyesan ryanggang 10kg 5,500 a ab ba abc aab".split(),
    *"보위성 강연을 café don't straße σας ǆ 𠀀 ﬁsh".split(),
]
_PIECES = st.sampled_from(r"a b e c l s . .* .? [a-e] [^a] (a|b) (?:ec)+ \w \d \s \- x{0,2} ^ $ \b 보 | A É".split(" "))
_REGEXES = st.lists(_PIECES, min_size=1, max_size=6).map("".join)
_WILDCARDS = st.text("abelcs*?보\\", min_size=1, max_size=9)


@given(_WILDCARDS, st.text("abelcs보\\", max_size=9))
def test_a_wildcard_of_lucene_finds_all_that_ours_does(text: str, word: str) -> None:
    meant = {"*": ".*", "?": "."}
    lucene = re.sub(r"\\\\|.", lambda found: meant.get(found[0], re.escape(found[0][-1])), wildcard(text))
    if matching(Wildcard(text), [word]):
        assert re.fullmatch(lucene, word)


@example("a||b", "")
@example("(|a)b", "b")
@example("a{,2}b", "aab")
@example("Ç+?", "c")
@example("ς", "σ")
@example('"a#@&<1-2>~', '"a#@&<1-2>~')
@given(_REGEXES, st.text("abelcsx-보é", max_size=6).map(fold) | st.sampled_from(WORDS).map(fold))
def test_an_expression_of_lucene_finds_all_that_ours_does(text: str, word: str) -> None:
    assume(check_regex(text) is None)
    if matching(Regex(text), [word]):
        assert re.fullmatch(regexp(text), word)


@pytest.fixture(scope="module")
def vocabularies(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Vocabulary, Vocabulary]]:
    """That in a cluster, and one in files."""
    folder = tmp_path_factory.mktemp("words")
    with factory(request, CLUSTER) as make:
        index = make(folder / "cluster")
        assert isinstance(index, PooledIndex)
        filled(index, article("a", " ".join(WORDS[:9])), article("b", title=" ".join(WORDS[9:])))
        generation = index._generations.current()
        assert generation
        words = View(index._cluster, generation).vocabulary
        with tempfile.TemporaryDirectory() as files:
            WordFiles(VouchedFiles(Path(files))).add(words.fitting(Wildcard("*")))
            yield words, WordFiles(VouchedFiles(Path(files)))


def test_look_ups_are_those_of_files(vocabularies: tuple[Vocabulary, Vocabulary]) -> None:
    words, kept = vocabularies
    everything = list(kept.fitting(Wildcard("*")))
    assert {"lecture", "musan", "5500", "보위", "cafe", "don't", "strasse", "fish"} <= set(everything)
    asked = [*everything, "nowhere", "\ud800", ""]
    assert set(words.known(asked)) == set(everything)
    families = stems(everything)
    assert words.family_sizes([*families, "nowhere"]) == kept.family_sizes([*families, "nowhere"])
    for key in {spelling_key(word) for word in everything} - {""} | {"nowhere"}:
        assert words.with_key(key) == kept.with_key(key)


_FUZZY = st.builds(Fuzzy, st.sampled_from(WORDS), st.integers(1, 2))
_PATTERNS = st.builds(Wildcard, _WILDCARDS) | _FUZZY | st.builds(Regex, _REGEXES)


@settings(max_examples=300 if IS_WHOLE else 30)
@example(Regex(".*a.{13}"))
@example(Regex("(a{100}){100}"))
@example(Wildcard("*" + "?" * 60 + "a"))
@example(Fuzzy("x" * 100, 2))
@given(pattern=_PATTERNS)
def test_what_fits_a_pattern_is_found(vocabularies: tuple[Vocabulary, Vocabulary], pattern: Pattern) -> None:
    assume(not isinstance(pattern, Regex) or check_regex(pattern.text) is None)
    words, kept = vocabularies
    try:
        wanted = matching(pattern, kept.fitting(pattern))
    except PatternTooSlow:
        return
    assert matching(pattern, words.fitting(pattern)) == wanted
