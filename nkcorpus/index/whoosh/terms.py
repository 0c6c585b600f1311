"""From a leaf of a query to the terms of the index that it stands for."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from nkcorpus.errors import UsageError
from nkcorpus.index.whoosh.snapshot import Forms, Snapshot
from nkcorpus.query import analysis
from nkcorpus.query.ast import PROSE_FIELDS, Leaf, Pattern, Phrase, Word
from nkcorpus.query.forms import form_of
from nkcorpus.query.patterns import PatternTooSlow, is_prefix, literal_prefix, matching

MAX_WORDS = 1_000
"""Words that a pattern stands for at most: those that the most articles hold."""


@dataclass(frozen=True, slots=True)
class Slot:
    """The terms of which one stands at `offset` words from the first, each with the forms that count."""

    offset: int
    terms: Mapping[str, Forms]


Slots = Sequence[Slot]
"""What stands side by side for a leaf: one slot for a plain word."""


class Expander:
    """Finds terms in one snapshot; `notes` gather what was left out. With `exact`, words count in no other form."""

    def __init__(self, snapshot: Snapshot, *, exact: bool) -> None:
        self._snapshot = snapshot
        self._exact = exact
        self.notes: list[str] = []

    def slots(self, leaf: Leaf) -> Slots:
        """Return what a leaf stands for; nothing for a stop word or punctuation. Raises UsageError."""
        if isinstance(leaf, Word | Phrase):
            return self._analysed(leaf.text, leaf.field)
        return [Slot(0, self._fitting(leaf))]

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
            return dict.fromkeys(self._capped(pattern, self._words(pattern, self._snapshot.terms(pattern.field or ""))))
        vocabulary = self._snapshot.vocabulary
        words = self._capped(pattern, self._words(pattern, vocabulary.with_prefix(literal_prefix(pattern))))
        forms: dict[str, set[int]] = {}
        counts: dict[str, int] = {}
        for word, stem in zip(words, analysis.stems(words), strict=True):
            forms.setdefault(stem, set()).add(form_of(word, stem))
            counts[stem] = counts.get(stem, 0) + 1
        sizes = vocabulary.family_sizes
        return {
            stem: None if counts[stem] == sizes[stem] else frozenset(wanted) for stem, wanted in sorted(forms.items())
        }

    def _words(self, pattern: Pattern, candidates: Iterable[str]) -> list[str]:
        if pattern.field in PROSE_FIELDS and is_prefix(pattern):
            return list(candidates)
        try:
            return matching(pattern, candidates)
        except PatternTooSlow:
            raise UsageError(f"{pattern}: takes too long; write a simpler expression") from None

    def _capped(self, pattern: Pattern, words: list[str]) -> list[str]:
        if len(words) <= MAX_WORDS:
            return words
        self.notes.append(
            f"{pattern} stands for {len(words):,} words; the {MAX_WORDS:,} in the most articles are searched"
        )
        is_prose = pattern.field in PROSE_FIELDS
        fields = ("title", "text") if pattern.field is None else (pattern.field,)
        known: dict[str, int] = {}
        for term in analysis.stems(words) if is_prose else words:
            if term not in known:
                known[term] = sum(self._snapshot.document_frequency(field, term) for field in fields)
        ordered = sorted(
            zip(words, analysis.stems(words) if is_prose else words, strict=True), key=lambda p: -known[p[1]]
        )
        return sorted(word for word, _ in ordered[:MAX_WORDS])
