"""Words that stand for the same, as one word."""

from __future__ import annotations

from collections.abc import Iterable

from nkcorpus.index.analysed import SEPARATOR
from nkcorpus.index.ranking.proximity import frequencies
from nkcorpus.index.ranking.snapshot import Frequencies, Snapshot, Terms
from nkcorpus.index.ranking.terms import Expander
from nkcorpus.query.ast import Synonym


def synonym_frequencies(
    snapshot: Snapshot, expander: Expander, synonyms: Iterable[Synonym], fields: Iterable[str]
) -> dict[str, Frequencies] | None:
    """Return how often each document holds one of `synonyms` in each field, weighted; None where none has a term."""
    found: dict[str, Frequencies] = {}
    for synonym in synonyms:
        slots = expander.slots(synonym.leaf)
        if not slots:
            continue
        others = _of_other_senses(snapshot, synonym) if synonym.senses else frozenset[int]()
        for field in fields:
            total = found.setdefault(field, {})
            for number, frequency in frequencies(snapshot, field, slots).items():
                if number not in others:
                    total[number] = total.get(number, 0.0) + synonym.weight * frequency
    return found or None


def _of_other_senses(snapshot: Snapshot, synonym: Synonym) -> frozenset[int]:
    """Return the documents that define an acronym, but as none of the senses that are asked for."""
    agreeing, others = (
        {number for term in terms for number in snapshot.frequencies("definition", term)}
        for terms in sense_terms(snapshot, synonym)
    )
    return frozenset(others - agreeing)


def sense_terms(terms: Terms, synonym: Synonym) -> tuple[list[str], list[str]]:
    """Return the terms of the definitions of an acronym by what articles mean: as is asked for, and as is not."""
    from nkcorpus.lexicon.folding import sense_key

    agreeing: list[str] = []
    others: list[str] = []
    for term in terms.terms_with_prefix("definition", f"{synonym.leaf.text}{SEPARATOR}"):
        means = sense_key(term.partition(SEPARATOR)[2])
        (agreeing if means in synonym.senses else others).append(term)
    return agreeing, others
