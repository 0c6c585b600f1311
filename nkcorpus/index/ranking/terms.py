"""From a leaf of a query to the terms of the index that it stands for."""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping, Sequence

from nkcorpus.dataclass import dataclass
from nkcorpus.errors import UsageError
from nkcorpus.index.ranking.snapshot import Forms, Terms
from nkcorpus.query import analysis
from nkcorpus.query.ast import PROSE_FIELDS, Leaf, Pattern, Phrase, Regex, Word
from nkcorpus.query.forms import form_of
from nkcorpus.query.patterns import REGEX_SECONDS, PatternTooSlow, is_prefix, matching

MAX_WORDS = 1_000
"""Words that a pattern stands for at most: those that the most articles hold."""
_UNNAMED_FIELDS = ("title", "text")

_MAX_QUERY_WORDS = 3_000  # of all patterns of a query; each has _MIN_WORDS in any case
_MIN_WORDS = 20
_MAX_LOOKUPS = 10_000  # of how many articles hold a word, by query


@dataclass(frozen=True, slots=True)
class Slot:
    """The terms of which one stands at `offset` words from the first, each with the forms that count."""

    offset: int
    terms: Mapping[str, Forms]


Slots = Sequence[Slot]
"""What stands side by side for a leaf: one slot for a plain word."""


class Expander:
    """Finds terms in one index; `notes` gather what was left out. With `exact`, words count in no other form."""

    def __init__(self, terms: Terms, *, exact: bool) -> None:
        self._terms = terms
        self._exact = exact
        self._known: dict[Leaf, Slots] = {}
        self.notes: list[str] = []
        self._words_left = _MAX_QUERY_WORDS
        self._lookups_left = _MAX_LOOKUPS
        self._seconds_left = REGEX_SECONDS

    def slots(self, leaf: Leaf) -> Slots:
        """Return what a leaf stands for; nothing for a stop word or punctuation. Raises UsageError."""
        if leaf not in self._known:
            if isinstance(leaf, Word | Phrase):
                self._known[leaf] = self._analysed(leaf.text, leaf.field)
            else:
                self._known[leaf] = [Slot(0, self._fitting(leaf))]
        return self._known[leaf]

    def _analysed(self, text: str, field: str | None) -> Slots:
        analyzer = analysis.prose() if field in PROSE_FIELDS else analysis.name()
        tokens = list(analyzer.tokens(text))
        return [
            Slot(
                token.position - tokens[0].position,
                {token.term: frozenset({form_of(token.word, token.term)}) if self._exact else None},
            )
            for token in tokens
        ]

    def _fitting(self, pattern: Pattern) -> Mapping[str, Forms]:
        if pattern.field not in PROSE_FIELDS:
            return dict.fromkeys(self._capped(pattern, self._words(pattern, self._terms.fitting(pattern))))
        vocabulary = self._terms.vocabulary
        words = self._capped(pattern, self._words(pattern, vocabulary.fitting(pattern)))
        forms: dict[str, set[int]] = {}
        counts: dict[str, int] = {}
        for word, stem in zip(words, analysis.stems(words), strict=True):
            forms.setdefault(stem, set()).add(form_of(word, stem))
            counts[stem] = counts.get(stem, 0) + 1
        sizes = vocabulary.family_sizes(counts)
        return {
            stem: None if counts[stem] == sizes[stem] else frozenset(wanted) for stem, wanted in sorted(forms.items())
        }

    def _words(self, pattern: Pattern, candidates: Iterable[str]) -> list[str]:
        if pattern.field in PROSE_FIELDS and is_prefix(pattern):
            return list(candidates)
        started = time.monotonic()
        try:
            return matching(pattern, candidates, self._seconds_left)
        except PatternTooSlow:
            raise UsageError(f"{pattern}: takes too long; write a simpler expression") from None
        finally:
            if isinstance(pattern, Regex):
                self._seconds_left -= time.monotonic() - started

    def _capped(self, pattern: Pattern, words: list[str]) -> list[str]:
        """Return the words in the most articles, as many as there may be, and note it when that is not all."""
        allowed = min(MAX_WORDS, max(self._words_left, _MIN_WORDS))
        kept = words if len(words) <= allowed else self._commonest(pattern, words)[:allowed]
        self._words_left -= len(kept)
        if len(kept) < len(words):
            self.notes.append(
                f"{pattern} stands for {len(words):,} words; the {allowed:,} in the most articles are searched"
            )
        return kept

    def _commonest(self, pattern: Pattern, words: list[str]) -> list[str]:
        """Return words, those in the most articles first; beyond the lookups of a query the shortest stand for them."""
        fields = _UNNAMED_FIELDS if pattern.field is None else (pattern.field,)
        terms = analysis.stems(words) if pattern.field in PROSE_FIELDS else words
        ordered = sorted(zip(words, terms, strict=True), key=lambda pair: len(pair[0]))
        looked = list(dict.fromkeys(term for _, term in ordered))[: self._lookups_left]
        self._lookups_left -= len(looked)
        frequencies = (self._terms.document_frequencies(field, looked) for field in fields)
        known = dict(zip(looked, map(sum, zip(*frequencies, strict=True)), strict=True))
        return [word for word, _ in sorted(ordered, key=lambda pair: -known.get(pair[1], 0))]
